package host_test

import (
	"context"
	"net"
	"path/filepath"
	"testing"

	"github.com/compozy/docs/compozy/host"
)

func TestPath(t *testing.T) {
	t.Parallel()
	abs, err := filepath.Abs("x")
	if err != nil {
		t.Fatal(err)
	}
	h := host.Host{Dir: filepath.Dir(abs)}
	for _, test := range []struct {
		h          host.Host
		name, want string
	}{
		{host.Host{}, "x", "x"}, {h, "", ""}, {h, "x", abs}, {h, "./y/../x", abs}, {h, abs, abs},
	} {
		if got := test.h.Path(test.name); got != test.want {
			t.Errorf("%q is at %q, want %q", test.name, got, test.want)
		}
	}
}

// TestContext: the host of a context is the one that was put there, and the
// machine otherwise.
func TestContext(t *testing.T) {
	t.Parallel()
	if h := host.From(t.Context()); h.Dir != "" || h.Listen != nil || h.Dial != nil || h.InProcess {
		t.Errorf("a context without a host has %+v", h)
	}
	dialled := ""
	ctx := host.With(t.Context(), host.Host{Dir: "d", Dial: func(_ context.Context, _, address string) (net.Conn, error) {
		dialled = address
		return nil, net.ErrClosed
	}})
	h := host.From(ctx)
	if _, err := h.DialTo(ctx, "tcp", "there:1"); err == nil || dialled != "there:1" || h.Dir != "d" {
		t.Errorf("the host of the context dials %q, %v", dialled, err)
	}
	l, err := h.ListenOn(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	c, err := host.Host{}.DialTo(ctx, "tcp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	c.Close()
}
