//go:build !unix

package shell

// alive reports whether a process exists; here nobody can ask.
func alive(int) bool { return false }
