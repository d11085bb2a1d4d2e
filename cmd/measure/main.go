// Command measure takes the figures that the pages show and writes them to
// content/measurements.json, or to the file that its argument names. It takes
// about two minutes on a quiet machine and needs redis-server.
//
// Started with the arguments of a compozy command it is compozy: that is the
// process whose start it measures.
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"time"

	"github.com/compozy/docs/compozy/cli"
	"github.com/compozy/docs/compozy/host"
	"github.com/compozy/docs/internal/measure"
)

func main() {
	args := os.Args[1:]
	if measure.IsCommand(args) {
		ctx := host.With(context.Background(), host.Host{Signals: host.LastSignals})
		os.Exit(cli.Run(ctx, args, os.Environ(), os.Stdin, os.Stdout, os.Stderr))
	}
	if err := run(args); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(2)
	}
}

func run(args []string) error {
	file := "content/measurements.json"
	if len(args) > 0 {
		file = args[0]
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	record, err := measure.Run(ctx, measure.Options{Now: time.Now, Log: os.Stderr})
	if err != nil {
		return err
	}
	text, err := record.Marshal()
	if err != nil {
		return err
	}
	return os.WriteFile(file, text, 0o644)
}
