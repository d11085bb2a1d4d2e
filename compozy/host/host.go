// Package host is what the command line takes from the machine it runs on:
// the working directory, the network and the signals.
//
// The zero [Host] is the machine itself. A program that runs command lines
// inside its own process, many at a time and each in a folder and on a network
// of its own, puts another Host into the context.
package host

import (
	"context"
	"net"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"

	"github.com/compozy/docs/compozy/usage"
)

// Host is a machine, or what stands in for one. Fields that are not set are
// the real machine's.
type Host struct {
	// Dir is the working directory: relative paths start there. Messages keep
	// showing a path as it was typed.
	Dir string
	// Map leads every path elsewhere, absolute ones included, so that a program
	// can keep commands inside a folder; nil leaves paths as they are. It gets
	// absolute paths, and its own results too.
	Map func(path string) string
	// Listen opens a listener, as net.ListenConfig does.
	Listen func(ctx context.Context, network, address string) (net.Listener, error)
	// Dial opens a connection, as net.Dialer does.
	Dial func(ctx context.Context, network, address string) (net.Conn, error)
	// Signals subscribes to the signals that ask for an end, and returns the
	// function that ends the subscription.
	Signals func() (<-chan os.Signal, func())
	// Ready is called by a server when it is up: when it answers, and nothing
	// that it does to start can fail any more. Nil tells nobody.
	Ready func()
	// InProcess says that this program cannot be started again as compozy, so
	// that what else a child process does is done here.
	InProcess bool
	// Usage records what ran; nil records nothing.
	Usage *usage.Recorder
}

type key struct{}

// With returns a context in which commands run on h.
func With(ctx context.Context, h Host) context.Context { return context.WithValue(ctx, key{}, h) }

// From returns the host of a context: the machine itself when there is no
// other.
func From(ctx context.Context) Host {
	h, _ := ctx.Value(key{}).(Host)
	return h
}

// Path returns where a path leads that is written relative to the working
// directory.
func (h Host) Path(name string) string {
	if name == "" {
		return name
	}
	if h.Dir != "" && !filepath.IsAbs(name) {
		name = filepath.Join(h.Dir, name)
	}
	if h.Map != nil && filepath.IsAbs(name) {
		name = h.Map(name)
	}
	return name
}

// ListenOn opens a listener on the host.
func (h Host) ListenOn(ctx context.Context, network, address string) (net.Listener, error) {
	if h.Listen != nil {
		return h.Listen(ctx, network, address)
	}
	return (&net.ListenConfig{}).Listen(ctx, network, address)
}

// DialTo opens a connection on the host.
func (h Host) DialTo(ctx context.Context, network, address string) (net.Conn, error) {
	if h.Dial != nil {
		return h.Dial(ctx, network, address)
	}
	return (&net.Dialer{}).DialContext(ctx, network, address)
}

// Signals subscribes to the signals of this process that ask for its end, and
// returns the function that ends the subscription.
func Signals() (<-chan os.Signal, func()) {
	ch := make(chan os.Signal, 2)
	signal.Notify(ch, ending()...)
	return ch, func() { signal.Stop(ch) }
}

// ending are the signals that ask for an end. A terminal that is closed sends
// SIGHUP, and what runs in it is to be ended in order, too; nohup makes a
// program ignore that signal, and asking for it would undo that.
func ending() []os.Signal {
	signals := []os.Signal{os.Interrupt, syscall.SIGTERM}
	if !signal.Ignored(syscall.SIGHUP) {
		signals = append(signals, syscall.SIGHUP)
	}
	return signals
}

// LastSignals is [Signals] for a program that ends with its command: it never
// ends the subscription. A signal that comes between the orderly end of the
// work and the end of the process would otherwise make the status that of a
// process which was killed.
func LastSignals() (<-chan os.Signal, func()) {
	ch, _ := Signals()
	return ch, func() {}
}
