package cli

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/compozy/docs/compozy/host"
	"github.com/compozy/docs/compozy/usage"
)

// network is a network of its own: addresses lead to listeners in memory.
type network struct {
	mu        sync.Mutex
	listeners map[string]*memoryListener
	dialled   []string
}

type memoryListener struct {
	n       *network
	address memoryAddr
	conns   chan net.Conn
	done    chan struct{}
	once    sync.Once
}

type memoryAddr string

func (a memoryAddr) Network() string { return "tcp" }
func (a memoryAddr) String() string  { return string(a) }

func newNetwork() *network { return &network{listeners: map[string]*memoryListener{}} }

func (n *network) listen(_ context.Context, _, address string) (net.Listener, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.listeners[address] != nil {
		return nil, &net.OpError{Op: "listen", Err: os.NewSyscallError("bind", syscall.EADDRINUSE)}
	}
	l := &memoryListener{n: n, address: memoryAddr(address), conns: make(chan net.Conn), done: make(chan struct{})}
	n.listeners[address] = l
	return l, nil
}

func (n *network) dial(ctx context.Context, _, address string) (net.Conn, error) {
	n.mu.Lock()
	l := n.listeners[address]
	n.dialled = append(n.dialled, address)
	n.mu.Unlock()
	if l == nil {
		return nil, &net.OpError{Op: "dial", Err: os.NewSyscallError("connect", syscall.ECONNREFUSED)}
	}
	client, server := net.Pipe()
	select {
	case l.conns <- server:
		return client, nil
	case <-l.done:
		return nil, &net.OpError{Op: "dial", Err: os.NewSyscallError("connect", syscall.ECONNREFUSED)}
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

func (l *memoryListener) Accept() (net.Conn, error) {
	select {
	case c := <-l.conns:
		return c, nil
	case <-l.done:
		return nil, net.ErrClosed
	}
}

func (l *memoryListener) Close() error {
	l.once.Do(func() {
		close(l.done)
		l.n.mu.Lock()
		defer l.n.mu.Unlock()
		delete(l.n.listeners, string(l.address))
	})
	return nil
}

func (l *memoryListener) Addr() net.Addr { return l.address }

// box is a machine of its own for command lines.
type box struct {
	t   *testing.T
	h   host.Host
	net *network
	use *usage.Recorder
}

func newBox(t *testing.T, files map[string]string) *box {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		path := filepath.Join(dir, name)
		if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o755), os.WriteFile(path, []byte(text), 0o644)); err != nil {
			t.Fatal(err)
		}
	}
	b := &box{t: t, net: newNetwork(), use: &usage.Recorder{}}
	b.h = host.Host{Dir: dir, Listen: b.net.listen, Dial: b.net.dial, InProcess: true, Usage: b.use}
	return b
}

// run runs a command line and fails when it shows where the box is.
func (b *box) run(want int, args ...string) string {
	b.t.Helper()
	var out bytes.Buffer
	got := Run(host.With(b.t.Context(), b.h), args, nil, strings.NewReader(""), &out, &out)
	if got != want {
		b.t.Errorf("%q ends with %d, want %d: %s", args, got, want, &out)
	}
	if strings.Contains(out.String(), b.h.Dir) {
		b.t.Errorf("%q shows the folder of the box: %s", args, &out)
	}
	return out.String()
}

// start runs a command line whose messages go to log.
func (b *box) start(args []string, log io.Writer) int {
	return Run(host.With(b.t.Context(), b.h), args, nil, strings.NewReader(""), io.Discard, log)
}

const persistentYAML = "mode: standalone\nserver:\n  host: 127.0.0.1\nredis:\n  ping_timeout: 5m\n  standalone:\n    persistence:\n      enabled: true\n      data_dir: ./data\n"

// TestHostIsUsedForEverything: paths start in the folder of the host, and no
// message of any command shows where that is.
func TestHostIsUsedForEverything(t *testing.T) {
	t.Parallel()
	b := newBox(t, map[string]string{
		"compozy.yaml":      persistentYAML,
		"remote.yaml":       "redis:\n  addr: cache.internal:6379\n  max_retries: -1\n",
		".env":              "SERVER_PORT=4455\n",
		"sub/compozy.yaml":  persistentYAML,
		"bad/compozy.yaml":  "mode: [\n",
		"bad/.env":          "no variable\n",
		"in.jsonl":          sampleExport(t),
		"cut.jsonl":         sampleExport(t)[:200],
		"foreign/note.txt":  "mine",
		"file":              "no directory",
		"password.txt":      "hunter2canary\n",
		"damaged/CURRENT":   "compozy-snapshot 1\n",
		"newer/CURRENT":     "compozy-snapshot 99\n",
		"dangling/CURRENT":  "",
		"state/x.migration": "{}",
	})
	has := func(out, want string) {
		t.Helper()
		if !strings.Contains(out, want) {
			t.Errorf("%q is not in %s", want, out)
		}
	}
	has(b.run(exitClean, "config", "show", "--source"), "yaml compozy.yaml:1")
	has(b.run(exitClean, "config", "diagnostics"), "Environment file: .env (found)")
	has(b.run(exitClean, "config", "show", "--cwd", "sub", "--source"), "yaml sub/compozy.yaml:1")
	has(b.run(exitUsage, "config", "show", "--cwd", "nowhere"), `"nowhere" does not exist`)
	has(b.run(exitUsage, "config", "show", "--cwd", "file"), `"file" is not a directory`)
	has(b.run(exitUsage, "config", "show", "--cwd", "bad"), "bad/.env:1")
	has(b.run(exitUsage, "config", "validate", "--config", "nowhere.yaml"), `"nowhere.yaml" does not exist`)
	has(b.run(exitUsage, "config", "validate", "--config", "sub"), `"sub" cannot be read`)
	has(b.run(exitUsage, "config", "validate", "--env-file", "nowhere"), `"nowhere" does not exist`)
	has(b.run(exitClean, "cache", "import", "in.jsonl"), "in.jsonl: 3 keys in generation 1 of ./data\n")
	has(b.run(exitClean, "cache", "inspect"), "generation 1 of ./data, taken")
	has(b.run(exitClean, "cache", "export", "--file", "out.jsonl"), "out.jsonl: 3 keys")
	has(b.run(exitUsage, "cache", "export", "--file", "out.jsonl"), `"out.jsonl" already exists`)
	has(b.run(exitUsage, "cache", "export", "--file", "nowhere/out.jsonl"), `the file "nowhere/out.jsonl" cannot be written: no such file or directory`)
	has(b.run(exitUsage, "cache", "export", "--file", "file/out.jsonl"), `"file/out.jsonl" cannot be written: not a directory`)
	has(b.run(exitClean, "cache", "inspect", "out.jsonl"), "3 keys")
	has(b.run(exitFindings, "cache", "import", "cut.jsonl", "--dir", "new"), "cut.jsonl: line")
	has(b.run(exitFindings, "cache", "import", "in.jsonl", "--dir", "foreign"), `"foreign" holds "note.txt"`)
	has(b.run(exitFindings, "cache", "import", "in.jsonl", "--dir", "file"), "file")
	has(b.run(exitFindings, "cache", "inspect", "--dir", "damaged"), `damaged snapshot: the file CURRENT of the snapshots in "damaged"`)
	has(b.run(exitFindings, "cache", "inspect", "--dir", "newer"), "format 99, known up to 1")
	has(b.run(exitFindings, "cache", "inspect", "--dir", "dangling"), "damaged snapshot")
	has(b.run(exitFindings, "cache", "migrate", "--to", "redis://redis.internal:6379"), "the Redis at redis.internal:6379: nothing listens there")
	has(b.run(exitUsage, "cache", "migrate", "--to", "redis://h", "--to-password-file", "nowhere"), `"nowhere" does not exist`)
	has(b.run(exitFindings, "cache", "migrate", "--to", "rediss://h:1", "--to-password-file", "password.txt", "--state", "state/x.migration"), "the Redis at h:1: nothing listens there")
	has(b.run(exitFindings, "start", "--config", "remote.yaml"), "nothing listens at cache.internal:6379")
	if diff := cmp.Diff([]string{"redis.internal:6379", "h:1", "cache.internal:6379"}, slices.Compact(b.net.dialled)); diff != "" {
		t.Errorf("connections:\n%s", diff)
	}
	// The file is where the host has its folder, and nowhere else.
	if _, err := os.Stat(filepath.Join(b.h.Dir, "out.jsonl")); err != nil {
		t.Error(err)
	}
	if _, err := os.Stat("out.jsonl"); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a file of the host is in the folder of the process: %v", err)
	}
}

func sampleExport(t *testing.T) string {
	t.Helper()
	script, err := os.ReadFile("testdata/script/cache_move.txtar")
	if err != nil {
		t.Fatal(err)
	}
	_, export, ok := strings.Cut(string(script), "-- in.jsonl --\n")
	if !ok {
		t.Fatal("the script has no export any more")
	}
	return export
}

// TestHostsRunSideBySide: several servers in one process, all on the same
// address and each in a folder and on a network of its own.
func TestHostsRunSideBySide(t *testing.T) {
	t.Parallel()
	var wg sync.WaitGroup
	for i := range 4 {
		wg.Go(func() {
			b := newBox(t, map[string]string{"compozy.yaml": persistentYAML})
			signals := make(chan os.Signal, 1)
			b.h.Signals = func() (<-chan os.Signal, func()) { return signals, func() {} }
			log := newLines()
			ended := make(chan int, 1)
			go func() {
				ended <- Run(host.With(t.Context(), b.h), []string{"start", "--port", "80"}, nil, strings.NewReader(""), io.Discard, log)
			}()
			log.await(t, "serving /health and /metrics")
			client := &http.Client{Transport: &http.Transport{DialContext: b.net.dial}}
			defer client.CloseIdleConnections()
			answer, err := client.Get("http://127.0.0.1:80/health")
			if err != nil {
				t.Error(err)
			} else {
				answer.Body.Close()
				if answer.StatusCode != http.StatusOK {
					t.Errorf("/health answers %s", answer.Status)
				}
			}
			// The address is taken on this network.
			busy := b.run(exitFindings, "start", "--port", "80", "--port-release-timeout", "1ms", "--config", "compozy.yaml")
			if !strings.Contains(busy, "another program listens on this port") {
				t.Errorf("a second server says %s", busy)
			}
			if _, err := os.Stat(filepath.Join(b.h.Dir, "data", "lock")); err != nil {
				t.Errorf("server %d: %v", i, err)
			}
			signals <- syscall.SIGTERM
			if got := <-ended; got != exitClean || !strings.Contains(log.String(), "data_dir=./data") || strings.Contains(log.String(), b.h.Dir) {
				t.Errorf("server %d ends with %d: %s", i, got, log)
			}
			if _, err := os.Stat(filepath.Join(b.h.Dir, "data", "CURRENT")); err != nil {
				t.Errorf("server %d leaves no snapshot: %v", i, err)
			}
		})
	}
	wg.Wait()
}

// TestUsageIsRecorded: what ran, with its flags, and what the configuration
// used; not what was refused.
func TestUsageIsRecorded(t *testing.T) {
	t.Parallel()
	b := newBox(t, map[string]string{"compozy.yaml": "mode: standalone\n"})
	b.run(exitClean, "config", "show", "-f", "json", "--source")
	b.run(exitClean, "start", "--help")
	b.run(exitClean, "--version")
	b.run(exitUsage, "config", "show", "--nosuch")
	b.run(exitUsage, "config", "validate", "word")
	b.run(exitUsage, "config")
	b.run(exitUsage, "cache", "inspect")
	var got []string
	layers := 0
	for _, u := range b.use.Uses() {
		switch u.Kind {
		case usage.Command, usage.Flag:
			got = append(got, fmt.Sprintf("%s %s", u.Kind, u.Name))
		default:
			layers++
		}
	}
	want := []string{
		"command compozy cache inspect", "command compozy config show",
		"flag compozy --version", "flag compozy config show --format", "flag compozy config show --source", "flag compozy start --help",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if layers == 0 {
		t.Error("the configuration records nothing")
	}
}
