package shell

import (
	"context"
	"io"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/compozy/docs/compozy/host"
	"github.com/compozy/docs/compozy/usage"
)

// TestUsesOfJobs runs a server that takes its time to read its configuration:
// what a block used is the same as with a fast one, whether its session goes
// on to the end, asks the server or ends it.
func TestUsesOfJobs(t *testing.T) {
	t.Parallel()
	slow := func(ctx context.Context, _, _ []string, _ io.Reader, _, _ io.Writer) int {
		h := host.From(ctx)
		signals, stop := h.Signals()
		defer stop()
		time.Sleep(50 * time.Millisecond) // the work that it takes
		h.Usage.Add(usage.Command, "compozy start")
		l, err := h.Listen(ctx, "tcp", "localhost:5001")
		if err != nil {
			return 1
		}
		defer l.Close()
		select {
		case <-signals:
			return 0
		case <-ctx.Done():
			return 1
		}
	}
	for name, script := range map[string]string{
		"left alone":      "compozy start &\n",
		"with a setting":  "env A=b compozy start &\n",
		"behind a pause":  "(sleep 0.02; compozy start) &\n",
		"ended at once":   "compozy start &\nkill $!\nwait $!\n",
		"ended by number": "compozy start &\nkill %1\n",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, err := newSession(Options{}, slow)
			if err != nil {
				t.Fatal(err)
			}
			defer s.Close()
			o := bash(t, s, script)
			clean(t, o)
			if found := s.Finish(t.Context()); len(found) > 0 {
				t.Errorf("the end of the session finds %v", found)
			}
			if diff := cmp.Diff([]usage.Use{{Kind: usage.Command, Name: "compozy start"}}, o.Uses.Uses()); diff != "" {
				t.Errorf("the uses differ (-want +got):\n%s", diff)
			}
		})
	}
}
