package main

import (
	"errors"
	"io"
	"os"
	"strings"
	"syscall"

	"golang.org/x/term"

	"github.com/compozy/docs/internal/diag"
)

// output is a stream that remembers that it broke, so that commands need not
// look at each write. It is used by one goroutine at a time.
type output struct {
	w   io.Writer
	err error
}

func newOutput(w io.Writer) *output { return &output{w: w} }

func (o *output) Write(p []byte) (int, error) {
	if o.err == nil {
		_, o.err = o.w.Write(p)
	}
	return len(p), nil
}

// failure returns why the stream broke; a reader that went away is no failure.
func (o *output) failure() error {
	if errors.Is(o.err, syscall.EPIPE) || errors.Is(o.err, io.ErrClosedPipe) {
		return nil
	}
	return o.err
}

// columns returns the width of the terminal that the stream is, or 0.
func (o *output) columns() int {
	f, ok := o.w.(*os.File)
	if !ok || !term.IsTerminal(int(f.Fd())) {
		return 0
	}
	if width, _, err := term.GetSize(int(f.Fd())); err == nil && width > 0 {
		return width
	}
	return 80
}

// textOptions says how findings look on a stream.
func (in *invocation) textOptions(o *output) diag.TextOptions {
	return diag.TextOptions{Color: in.colored(o), Width: o.columns(), Max: in.max}
}

// colored reports whether a stream gets colours: --color first, then NO_COLOR
// (https://no-color.org), then whether somebody is looking.
func (in *invocation) colored(o *output) bool {
	switch in.color {
	case "always":
		return true
	case "never":
		return false
	}
	return in.variable("NO_COLOR") == "" && in.variable("TERM") != "dumb" && o.columns() > 0
}

// variable returns a variable of the environment.
func (in *invocation) variable(name string) string {
	for i := len(in.env) - 1; i >= 0; i-- {
		if value, ok := strings.CutPrefix(in.env[i], name+"="); ok {
			return value
		}
	}
	return ""
}
