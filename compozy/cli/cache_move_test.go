package cli

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
)

// realRedis starts a redis-server on a free port and returns a client to it.
func realRedis(t *testing.T, args ...string) (*redis.Client, string) {
	t.Helper()
	path, err := exec.LookPath("redis-server")
	if err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal("redis-server is not installed, and in CI the migration is tested against the real one")
		}
		t.Skip("SKIPPED: redis-server is not installed, so the migration is NOT tested; install it (apt-get install redis-server)")
	}
	port := portApart()
	var log bytes.Buffer
	cmd := exec.Command(path, append([]string{"--port", port, "--bind", "127.0.0.1", "--dir", t.TempDir(), "--save", "", "--appendonly", "no"}, args...)...)
	cmd.Stdout, cmd.Stderr = &log, &log
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	})
	client := redis.NewClient(&redis.Options{Addr: "127.0.0.1:" + port, Password: "hunter2canary", DialTimeout: hangs, ReadTimeout: hangs})
	t.Cleanup(func() { client.Close() })
	ctx, cancel := context.WithTimeout(t.Context(), hangs)
	defer cancel()
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for client.Ping(ctx).Err() != nil {
		select {
		case <-tick.C:
		case <-ctx.Done():
			_ = cmd.Process.Kill()
			t.Fatalf("redis-server does not come up")
		}
	}
	return client, "redis://127.0.0.1:" + port
}

// TestMigrate moves a snapshot to a real Redis by the command line.
func TestMigrate(t *testing.T) {
	t.Parallel()
	client, url := realRedis(t, "--requirepass", "hunter2canary")
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
		if strings.Contains(out.String(), "hunter2") {
			t.Errorf("%q shows the password: %s", args, &out)
		}
		return out.String()
	}
	do(exitClean, "cache", "import", "in.jsonl", "--dir", "data")
	if got := do(exitClean, "cache", "migrate", "--dir", "data", "--to", url, "--dry-run"); !strings.Contains(got, "3 keys of the snapshot") {
		t.Errorf("a dry run says %s", got)
	}
	if n := client.DBSize(t.Context()).Val(); n != 0 {
		t.Errorf("a dry run writes %d keys", n)
	}
	if got := do(exitClean, "cache", "migrate", "--dir", "data", "--to", url); !strings.Contains(got, "3 keys of the snapshot, 3 moved, 0 replaced, 0 present, 0 expired, 3 verified") {
		t.Errorf("the migration says %s", got)
	}
	if got := client.Get(t.Context(), "greeting").Val(); got != "hello" {
		t.Errorf("the target has %q, want hello", got)
	}
	if got := client.ExpireTime(t.Context(), "greeting").Val(); got != 4102444800*time.Second {
		t.Errorf("the key of the target ends at %v, want 4102444800 s", got)
	}
	if got := do(exitFindings, "cache", "migrate", "--dir", "data", "--to", url); !strings.Contains(got, "--merge keeps the keys that are already there") {
		t.Errorf("a target with keys is refused with %s", got)
	}
	if got := do(exitClean, "cache", "migrate", "--dir", "data", "--to", url, "--merge", "--format", "json"); !strings.Contains(got, `"present": 3`) {
		t.Errorf("a second run says %s", got)
	}
	client.Set(t.Context(), "greeting", "other", 0)
	if got := do(exitFindings, "cache", "migrate", "--dir", "data", "--to", url, "--merge"); !strings.Contains(got, `conflict   "greeting" in database 0`) {
		t.Errorf("another value is told as %s", got)
	}
	do(exitClean, "cache", "migrate", "--dir", "data", "--to", url, "--replace")
	if got := client.Get(t.Context(), "greeting").Val(); got != "hello" {
		t.Errorf("the target has %q after --replace, want hello", got)
	}
	// The way back: what the Redis holds becomes a snapshot again.
	client.Set(t.Context(), "later", "than the move", 0)
	if got := do(exitClean, "cache", "export", "--from", url, "--file", "back.jsonl"); !strings.Contains(got, "back.jsonl: 4 keys") {
		t.Errorf("the way back says %s", got)
	}
	do(exitClean, "cache", "import", "back.jsonl", "--dir", "data", "--replace")
	if got := do(exitClean, "cache", "export", "--dir", "data"); !strings.Contains(got, `"key":"later"`) || !strings.Contains(got, `"expire_at":4102444800000`) {
		t.Errorf("the snapshot of the way back holds %s", got)
	}
	client.ConfigSet(t.Context(), "requirepass", "changed")
	if got := do(exitFindings, "cache", "export", "--from", url, "--file", "none.jsonl"); !strings.Contains(got, "password") {
		t.Errorf("a wrong password is told as %s", got)
	}
	if _, err := os.Stat(filepath.Join(dir, "none.jsonl")); !os.IsNotExist(err) {
		t.Errorf("an export that failed leaves its file: %v", err)
	}
	if got := do(exitFindings, "cache", "migrate", "--dir", "data", "--to", url, "--merge"); !strings.Contains(got, "password") {
		t.Errorf("a wrong password is told as %s", got)
	}
}
