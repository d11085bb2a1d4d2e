// Command docs builds a documentation site and proves its pages.
//
// This package is the command line only: arguments, streams and exit statuses.
// The work is in internal/build.
package main

import (
	"context"
	"os"
)

func main() {
	os.Exit(run(context.Background(), os.Args[1:], os.Environ(), os.Stdin, os.Stdout, os.Stderr))
}
