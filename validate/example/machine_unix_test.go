//go:build unix

package example

import (
	"path/filepath"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/compozy/docs/internal/mdx"
	"github.com/compozy/docs/internal/site"
	"github.com/compozy/docs/internal/source"
	"github.com/compozy/docs/validate/example/shell"
)

// memory is a store in memory.
type memory struct{ sync.Map }

func (m *memory) Get(kind, key string) ([]byte, bool) {
	data, ok := m.Load(kind + "\x00" + key)
	if !ok {
		return nil, false
	}
	return data.([]byte), true
}

func (m *memory) Put(kind, key string, data []byte) error {
	m.Store(kind+"\x00"+key, data)
	return nil
}

// TestReasonIsNoMachines: what a page says of its examples is the same where
// another redis-server is installed, or none. Reports say which it was, also
// when the answer is a stored one.
func TestReasonIsNoMachines(t *testing.T) {
	t.Parallel()
	real, err := filepath.Abs("shell/testdata/redis-server")
	if err != nil {
		t.Fatal(err)
	}
	text := "Text.\n\n```console session=\"s\"\n$ echo a\na\n```\n\n```console session=\"s\"\n$ redis-server --port 6390 --daemonize yes\n```\n"
	doc, _ := mdx.Parse(source.NewFile("page.mdx", []byte(text)), mdx.Options{MDX: true})
	kept := &memory{} // one for both machines
	for redis, want := range map[string]string{real: "redis-server 98.7.6 is a real one", shell.StandIn: "an embedded server stands in for redis-server"} {
		for _, recalled := range []bool{false, true} {
			checker, err := New(site.Examples{}, Options{Redis: redis, Store: kept})
			if err != nil {
				t.Fatal(err)
			}
			checker.deadline = patience
			results := checker.Page(t.Context(), doc)
			if got := findings(results); got != "" {
				t.Fatalf("found with %s: %s", redis, got)
			}
			var reasons []string
			for _, r := range results {
				reasons = append(reasons, r.Reason)
			}
			if results[0].Redis != "" || results[1].Redis != want || results[1].Recalled != recalled {
				t.Errorf("redis of the blocks is %q and %q (recalled: %v), want none and %q", results[0].Redis, results[1].Redis, results[1].Recalled, want)
			}
			if d := cmp.Diff([]string{"1 command ran in a sandbox", "1 command ran in a sandbox, with a Redis server"}, reasons); d != "" {
				t.Errorf("with %s (-want +got):\n%s", redis, d)
			}
		}
	}
}
