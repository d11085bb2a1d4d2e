// Command compozy is the documented system's command line. Everything it does
// is in package cli.
package main

import (
	"context"
	"os"

	"github.com/compozy/docs/compozy/cli"
)

func main() {
	os.Exit(cli.Run(context.Background(), os.Args[1:], os.Environ(), os.Stdin, os.Stdout, os.Stderr))
}
