package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"syscall"
	"time"

	"github.com/compozy/docs/internal/build"
	"github.com/compozy/docs/internal/diag"
	"github.com/compozy/docs/internal/preview"
)

var serveCommand = &command{
	name:    "serve",
	summary: "show the built site on this machine",
	about: "Shows what docs build wrote last, to programs of this machine only. " +
		"Port 0 picks a free port. Ctrl-C ends it.",
	flags: func(s *settings) *flagSet {
		f := &flagSet{}
		f.rootFlag(s)
		f.text(&s.out, "out", "DIR", "", `built site (default: "out" of the configuration)`)
		f.text(&s.addr, "addr", "ADDR", "127.0.0.1:4321", "loopback address (default: 127.0.0.1:4321)")
		return f
	},
	examples: []string{"docs serve", "docs serve --addr 127.0.0.1:0"},
	run:      runServe,
}

// stopTime is how long open requests have to end.
const stopTime = 500 * time.Millisecond

func runServe(ctx context.Context, in *invocation) int {
	dir, basePath, err := build.Built(in.root, in.out)
	if err != nil {
		return in.fail(err)
	}
	host, _, err := net.SplitHostPort(in.addr)
	if ip := net.ParseIP(host); err != nil || host != "localhost" && (ip == nil || !ip.IsLoopback()) {
		return in.misuse("--addr is %q", "it is a loopback address with a port, for instance 127.0.0.1:4321", in.addr)
	}
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", in.addr)
	if errors.Is(err, syscall.EADDRINUSE) {
		return in.misuse("the address %s is in use by another program", "choose another port, or type --addr 127.0.0.1:0", in.addr)
	}
	if err != nil {
		return in.fail(err)
	}
	server := preview.NewServer(preview.Handler{Dir: dir, BasePath: basePath})
	fmt.Fprintf(in.stdout, "serving %s on http://%s%s/\n", diag.Printable(dir), listener.Addr(), basePath)
	stopped := make(chan struct{})
	context.AfterFunc(ctx, func() {
		defer close(stopped)
		stopping, cancel := context.WithTimeout(context.Background(), stopTime)
		defer cancel()
		if server.Shutdown(stopping) != nil {
			server.Close()
		}
	})
	if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
		return in.fail(err)
	}
	<-stopped
	return exitClean
}
