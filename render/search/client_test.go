package search

import (
	"errors"
	"testing"

	"github.com/dop251/goja"
)

// client is static/engine.js over an index (with static/quote.js beside it), in a JavaScript engine without a
// browser.
type client struct {
	vm    *goja.Runtime
	query goja.Callable
	renew goja.Callable
	loads []string // what it has asked for, in order
	files map[string]string
	slow  bool       // answers wait in held until the test lets them go
	held  []*request // oldest first
}

// request is one file that is asked for.
type request struct {
	name   string
	answer func(text string, ok bool)
}

// newClient runs the script as it is published.
func newClient(t testing.TB, files []File) *client {
	t.Helper()
	c := &client{vm: goja.New(), files: map[string]string{}}
	c.vm.SetFieldNameMapper(goja.UncapFieldNameMapper())
	for _, f := range files {
		c.files[f.Name] = string(f.Data)
	}
	if _, err := c.vm.RunString(squeeze(read("engine.js")) + squeeze(read("quote.js"))); err != nil {
		t.Fatal(err)
	}
	create, ok := goja.AssertFunction(c.vm.Get("createEngine"))
	if !ok {
		t.Fatal("engine.js has no createEngine")
	}
	load := func(name, version string) *goja.Promise {
		c.loads = append(c.loads, name)
		p, resolve, reject := c.vm.NewPromise()
		answer := func(text string, ok bool) {
			var err error
			if ok {
				err = resolve(text)
			} else {
				err = reject(c.vm.ToValue("no file " + name))
			}
			if err != nil {
				t.Fatal(err)
			}
		}
		if c.slow {
			c.held = append(c.held, &request{name, answer})
			return p
		}
		text, ok := c.files[Folder+name]
		answer(text, ok)
		return p
	}
	engine, err := create(goja.Undefined(), c.vm.ToValue(load))
	if err != nil {
		t.Fatal(err)
	}
	c.query, ok = goja.AssertFunction(engine.ToObject(c.vm).Get("query"))
	if !ok {
		t.Fatal("the engine has no query")
	}
	if c.renew, ok = goja.AssertFunction(engine.ToObject(c.vm).Get("renew")); !ok {
		t.Fatal("the engine has no renew")
	}
	return c
}

// publish replaces the files.
func (c *client) publish(files []File) {
	clear(c.files)
	for _, f := range files {
		c.files[f.Name] = string(f.Data)
	}
}

// release answers the oldest request that waits.
func (c *client) release(t *testing.T, text string, ok bool) {
	t.Helper()
	first := c.held[0]
	c.held = c.held[1:]
	first.answer(text, ok)
	if _, err := c.vm.RunString(""); err != nil { // lets what waited go on
		t.Fatal(err)
	}
}

// releaseAll answers what waits, and what is asked for thereupon, from the files.
func (c *client) releaseAll(t *testing.T) {
	t.Helper()
	for n := 0; len(c.held) > 0; n++ {
		if n == 100 {
			t.Fatal("the client asks for files without end")
		}
		text, ok := c.files[Folder+c.held[0].name]
		c.release(t, text, ok)
	}
}

// answer is what a query gives.
type answer struct {
	Hits []struct {
		Route, Title, Anchor, Heading, Text, Code string
		Score                                     int
	}
	Needed, Words []string
	Near          string
}

func (c *client) ask(text string, n int) (answer, error) {
	c.loads = c.loads[:0]
	v, err := c.query(goja.Undefined(), c.vm.ToValue(text), c.vm.ToValue(n))
	if err != nil {
		return answer{}, err
	}
	return c.answered(v)
}

// answered returns what the promise of a query has become.
func (c *client) answered(v goja.Value) (answer, error) {
	p, ok := v.Export().(*goja.Promise)
	if !ok || p.State() != goja.PromiseStateFulfilled {
		if ok && p.State() == goja.PromiseStateRejected {
			return answer{}, errors.New(p.Result().String())
		}
		return answer{}, errors.New("the promise is pending")
	}
	var a answer
	return a, c.vm.ExportTo(p.Result(), &a)
}

func (a answer) hits() []Hit {
	var out []Hit
	for _, h := range a.Hits {
		hit := Hit{URL: h.Route, Title: h.Title, Heading: h.Heading, Score: h.Score}
		if h.Anchor != "" {
			hit.URL += "#" + h.Anchor
		}
		out = append(out, hit)
	}
	return out
}

// call calls a function of the script that returns text.
func (c *client) call(t *testing.T, f goja.Value, args ...any) string {
	t.Helper()
	fn, ok := goja.AssertFunction(f)
	if !ok {
		t.Fatalf("%v is no function", f)
	}
	values := make([]goja.Value, len(args))
	for i, a := range args {
		values[i] = c.vm.ToValue(a)
	}
	v, err := fn(goja.Undefined(), values...)
	if err != nil {
		t.Fatal(err)
	}
	return v.String()
}
