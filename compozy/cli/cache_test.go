package cli

import (
	"testing"

	"github.com/compozy/docs/compozy/cache/move"
)

func TestProgressLine(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		in   move.Progress
		want string
	}{
		{move.Progress{Phase: "import", Done: 300}, "import: 300 keys"},
		{move.Progress{Phase: "plan", Done: 0, Total: 4}, "plan   [........................]   0 %  0 of 4 keys"},
		{move.Progress{Phase: "write", Done: 1, Total: 2}, "write  [############............]  50 %  1 of 2 keys"},
		{move.Progress{Phase: "verify", Done: 4, Total: 4}, "verify [########################] 100 %  4 of 4 keys"},
		{move.Progress{Phase: "import", Done: 7, Bytes: 52_400_000, Size: 104_800_000}, "import [############............]  50 %  52.4 of 104.8 MB"},
		{move.Progress{Phase: "export", Done: 5, Total: 4}, "export [########################] 100 %  5 of 4 keys"},
	} {
		if got := progressLine(c.in); got != c.want {
			t.Errorf("%+v is shown as %q, want %q", c.in, got, c.want)
		}
	}
}
