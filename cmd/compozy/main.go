// Command compozy is the documented system's command line. Everything it does
// is in package cli.
package main

import (
	"context"
	"os"

	"github.com/compozy/docs/compozy/cli"
	"github.com/compozy/docs/compozy/host"
)

func main() {
	ctx := host.With(context.Background(), host.Host{Signals: host.LastSignals})
	os.Exit(cli.Run(ctx, os.Args[1:], os.Environ(), os.Stdin, os.Stdout, os.Stderr))
}
