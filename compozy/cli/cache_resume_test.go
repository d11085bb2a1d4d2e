package cli

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// TestMigrateResumes: a run that ended early leaves its state, with which the
// next one knows the keys in the target as its own and needs no --merge.
func TestMigrateResumes(t *testing.T) {
	t.Parallel()
	client, url := realRedis(t, "--requirepass", "hunter2canary", "--maxmemory", "1")
	dir := t.TempDir()
	script, err := os.ReadFile("testdata/script/cache_move.txtar")
	if err != nil {
		t.Fatal(err)
	}
	_, export, ok := strings.Cut(string(script), "-- in.jsonl --\n")
	if !ok {
		t.Fatal("the script has no export any more")
	}
	if err := os.WriteFile(filepath.Join(dir, "in.jsonl"), []byte(export), 0o644); err != nil {
		t.Fatal(err)
	}
	do := func(want int, args ...string) string {
		t.Helper()
		var out bytes.Buffer
		env := []string{"REDIS_PASSWORD=hunter2canary"}
		if got := Run(t.Context(), append(args, "--cwd", dir), env, strings.NewReader(""), &out, &out); got != want {
			t.Fatalf("%q ends with %d, want %d: %s", args, got, want, &out)
		}
		return out.String()
	}
	do(exitClean, "cache", "import", "in.jsonl", "--dir", "data")
	if got := do(exitFindings, "cache", "migrate", "--dir", "data", "--to", url); !strings.Contains(got, "raise maxmemory") || !strings.Contains(got, "3 missing") {
		t.Errorf("a full target is told as %s", got)
	}
	state := filepath.Join(dir, "data.migration")
	if _, err := os.Stat(state); err != nil {
		t.Fatalf("the early end leaves no state: %v", err)
	}
	client.ConfigSet(t.Context(), "maxmemory", "0")
	// One of the keys has arrived, as after a kill.
	client.Set(t.Context(), "greeting", "hello", 0)
	client.ExpireAt(t.Context(), "greeting", time.Unix(4102444800, 0))
	if got := do(exitClean, "cache", "migrate", "--dir", "data", "--to", url); !strings.Contains(got, "2 moved, 0 replaced, 1 present, 0 expired, 3 verified") {
		t.Errorf("the second run says %s", got)
	}
	if _, err := os.Stat(state); !os.IsNotExist(err) {
		t.Errorf("the end leaves the state file: %v", err)
	}
}
