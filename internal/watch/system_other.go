//go:build !linux

package watch

import "io/fs"

// deaf knows of no file system that the system does not watch well.
func deaf(string) string { return "" }

// identity is not needed where each watch has a name of its own.
type identity struct{}

func identityOf(fs.FileInfo) (identity, bool) { return identity{}, false }
