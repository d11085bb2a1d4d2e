package mermaid

import (
	"context"
	_ "embed" // the bundle
	"encoding/base64"
	"errors"
	"fmt"
	"math/rand"
	"runtime"
	"sync"
	"time"

	"github.com/dop251/goja"
)

// bundle is beautiful-mermaid with its layout engine in one script; the README
// beside it says how it was made.
//
//go:embed vendored/beautiful-mermaid.js
var bundle string

// stage is what the bundle expects of its surroundings: globals that browsers
// have. Timers never fire: the layout engine is asked synchronously.
const stage = `
this.window = this.global = this; // no self: with it the layout engine takes itself for a worker
function setTimeout() { return 0 }
function clearTimeout() {}
var console = { log: function () {}, warn: function () {}, error: function () {} };
`

// maxCalls bounds the depth of calls inside the engine.
const maxCalls = 4096

// drawer is one JavaScript engine with the bundle loaded. It belongs to one
// goroutine at a time.
type drawer struct {
	vm   *goja.Runtime
	draw goja.Callable
}

// programs are the compiled scripts, shared by all engines; nothing is
// compiled before the first diagram.
var programs = sync.OnceValues(func() ([]*goja.Program, error) {
	var out []*goja.Program
	for _, s := range []struct{ name, text string }{{"stage.js", stage}, {"beautiful-mermaid.js", bundle}} {
		p, err := goja.Compile(s.name, s.text, false)
		if err != nil {
			return nil, fmt.Errorf("compile %s: %w", s.name, err)
		}
		out = append(out, p)
	}
	return out, nil
})

// engines holds as many places as there are processors: an empty place is nil
// and is filled when it is taken. Each engine keeps some megabytes, and more of
// them would not draw faster.
var engines = sync.OnceValue(func() chan *drawer {
	places := make(chan *drawer, max(1, runtime.GOMAXPROCS(0)))
	for range cap(places) {
		places <- nil
	}
	return places
})

// fixed is the clock that scripts see, so that no drawing depends on the day.
var fixed = time.Unix(0, 0).UTC()

func newDrawer() (*drawer, error) {
	scripts, err := programs()
	if err != nil {
		return nil, err
	}
	vm := goja.New()
	vm.SetMaxCallStackSize(maxCalls)
	vm.SetRandSource(rand.New(rand.NewSource(1)).Float64)
	vm.SetTimeSource(func() time.Time { return fixed })
	if err := vm.Set("atob", atob); err != nil {
		return nil, fmt.Errorf("load the diagram engine: %w", err)
	}
	for _, p := range scripts {
		if _, err := vm.RunProgram(p); err != nil {
			return nil, fmt.Errorf("load the diagram engine: %w", err)
		}
	}
	draw, ok := goja.AssertFunction(vm.Get("renderMermaidSVG"))
	if !ok {
		return nil, errors.New("load the diagram engine: it has no renderMermaidSVG")
	}
	return &drawer{vm: vm, draw: draw}, nil
}

// atob decodes base64 to one character for each byte, as in a browser. The
// bundle keeps the table of HTML's character references that way.
func atob(text string) (string, error) {
	raw, err := base64.StdEncoding.DecodeString(text)
	if err != nil {
		return "", err
	}
	out := make([]rune, len(raw))
	for i, b := range raw {
		out[i] = rune(b)
	}
	return string(out), nil
}

// draw runs the engine on a diagram until the context ends. An engine that
// failed is thrown away: its state is unknown.
func draw(ctx context.Context, text string) (string, error) {
	places := engines()
	var d *drawer
	select {
	case d = <-places:
	case <-ctx.Done():
		return "", ctx.Err()
	}
	kept := d
	defer func() { places <- kept }()
	if d == nil {
		var err error
		if d, err = newDrawer(); err != nil {
			return "", err
		}
	}
	kept = nil
	stop := context.AfterFunc(ctx, func() { d.vm.Interrupt(ctx.Err()) })
	value, err := d.draw(goja.Undefined(), d.vm.ToValue(text))
	if !stop() && err == nil {
		err = ctx.Err()
	}
	if err != nil {
		return "", err
	}
	kept = d
	return value.String(), nil
}
