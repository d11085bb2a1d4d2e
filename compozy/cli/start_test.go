package cli

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/compozy/docs/compozy/host"
)

// lines is a stream whose lines a test waits for.
type lines struct {
	mu   sync.Mutex
	text bytes.Buffer
	more chan struct{} // closed and replaced at each write
}

func newLines() *lines { return &lines{more: make(chan struct{})} }

func (l *lines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	close(l.more)
	l.more = make(chan struct{})
	return l.text.Write(p)
}

func (l *lines) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

// ended is the last line of a server's log, so that nobody waits for more.
const ended = "THE SERVER ENDED\n"

// await returns when the stream holds the text.
func (l *lines) await(t *testing.T, text string) {
	t.Helper()
	deadline := time.NewTimer(hangs)
	defer deadline.Stop()
	for {
		l.mu.Lock()
		have, over, more := strings.Contains(l.text.String(), text), strings.HasSuffix(l.text.String(), ended), l.more
		l.mu.Unlock()
		switch {
		case have:
			return
		case over:
			t.Fatalf("%q does not come: %s", text, l)
		}
		select {
		case <-more:
		case <-deadline.C:
			t.Fatalf("%q does not come: %s", text, l)
		}
	}
}

// fakeRedis answers each PING as answer says; an empty answer is none.
func fakeRedis(t *testing.T, answer func() string) (port string) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	serve := func(conn net.Conn) {
		defer conn.Close()
		r := bufio.NewReader(conn)
		for {
			head, err := r.ReadString('\n')
			if err != nil {
				return
			}
			n, _ := strconv.Atoi(strings.TrimSpace(strings.TrimPrefix(head, "*"))) // the client sends arrays only
			var words []string
			for range n {
				if _, err := r.ReadString('\n'); err != nil {
					return
				}
				word, err := r.ReadString('\n')
				if err != nil {
					return
				}
				words = append(words, strings.ToUpper(strings.TrimSpace(word)))
			}
			reply := "+OK\r\n"
			switch {
			case len(words) > 0 && words[0] == "PING":
				reply = answer()
			case len(words) > 0 && words[0] == "HELLO":
				reply = "-ERR unknown command 'HELLO'\r\n" // an older server
			}
			if _, err := io.WriteString(conn, reply); err != nil {
				return
			}
		}
	}
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			go serve(conn)
		}
	}()
	return strconv.Itoa(l.Addr().(*net.TCPAddr).Port)
}

// running is a server in this process.
type running struct {
	url     string
	log     *lines
	signals chan os.Signal
	stop    context.CancelFunc
	ended   chan int
}

// run starts a server with the configuration and waits until it serves.
func run(t *testing.T, yaml string, env ...string) *running {
	t.Helper()
	path := filepath.Join(t.TempDir(), "compozy.yaml")
	if err := os.WriteFile(path, []byte(yaml), 0o644); err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0") // kept, so that nobody else gets the port
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	port := strconv.Itoa(l.Addr().(*net.TCPAddr).Port)
	ctx, stop := context.WithCancel(t.Context())
	t.Cleanup(stop)
	r := &running{url: "http://127.0.0.1:" + port, log: newLines(), signals: make(chan os.Signal, 2), stop: stop, ended: make(chan int, 1)}
	a := &app{env: append(env, patient...), stdin: strings.NewReader(""), stdout: newOutput(io.Discard), stderr: newOutput(r.log), host: host.Host{
		Signals: func() (<-chan os.Signal, func()) { return r.signals, func() {} },
		Listen:  func(context.Context, string, string) (net.Listener, error) { return l, nil },
	}}
	go func() {
		status := a.run(ctx, []string{"start", "--config", path, "--host", "127.0.0.1", "--port", port})
		r.log.Write([]byte(ended))
		r.ended <- status
	}()
	r.log.await(t, "serving /health and /metrics")
	return r
}

func (r *running) end(t *testing.T) int {
	t.Helper()
	select {
	case status := <-r.ended:
		return status
	case <-time.After(hangs):
		t.Fatalf("the server does not end: %s", r.log)
		return 0
	}
}

func askHealth(t *testing.T, url string) (int, health, http.Header) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url+"/health", nil)
	if err != nil {
		t.Fatal(err)
	}
	r, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Body.Close()
	var h health
	if err := json.NewDecoder(r.Body).Decode(&h); err != nil {
		t.Fatal(err)
	}
	return r.StatusCode, h, r.Header
}

func TestHealthFollowsTheCache(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	reply := "+PONG\r\n"
	say := func(s string) { mu.Lock(); reply = s; mu.Unlock() }
	port := fakeRedis(t, func() string { mu.Lock(); defer mu.Unlock(); return reply })
	r := run(t, "redis:\n  addr: 127.0.0.1:"+port+"\n  password: hunter2canary\n  max_retries: -1\nmcpproxy:\n  mode: standalone\n")
	status, h, header := askHealth(t, r.url)
	if status != http.StatusOK || h.Status != available || h.Components.Cache.Status != healthy || h.Components.Cache.Mode != "distributed" {
		t.Errorf("a cache that answers gives %d %+v", status, h)
	}
	if h.Components.Temporal.Status != external || h.Components.MCPProxy.Status != notIncluded {
		t.Errorf("what this build does not launch is %+v", h.Components)
	}
	for name, want := range map[string]string{"X-Content-Type-Options": "nosniff", "Cache-Control": "no-store", "Referrer-Policy": "no-referrer"} {
		if got := header.Get(name); got != want {
			t.Errorf("the header %s is %q, want %q", name, got, want)
		}
	}

	say("-ERR hunter2canary is not welcome\r\n")
	status, h, _ = askHealth(t, r.url)
	if status != http.StatusServiceUnavailable || h.Status != unavailable || h.Components.Cache.Status != unhealthy || h.Components.Cache.Detail != "PING failed" {
		t.Errorf("a cache that refuses gives %d %+v", status, h)
	}
	if h.Components.Temporal.Status != external || h.Components.MCPProxy.Status != notIncluded {
		t.Errorf("what this build does not launch is %+v", h.Components)
	}

	say("+PONG\r\n")
	if status, h, _ = askHealth(t, r.url); status != http.StatusOK {
		t.Errorf("a cache that answers again gives %d %+v", status, h)
	}
	ctx, cancel := context.WithTimeout(t.Context(), hangs)
	defer cancel()
	metrics, err := get(ctx, r.url+"/metrics")
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		`compozy_cache_operations_total{backend="distributed",operation="ping",status="error"} 1`,
		`compozy_cache_operations_total{backend="distributed",operation="ping",status="success"} 2`,
		`compozy_cache_operation_duration_seconds_count{backend="distributed",operation="ping"} 3`,
	} {
		if !bytes.Contains(metrics, []byte(want+"\n")) {
			t.Errorf("the metrics lack %s:\n%s", want, metrics)
		}
	}
	r.stop()
	if got := r.end(t); got != exitClean {
		t.Errorf("a server whose context ends has status %d: %s", got, r.log)
	}
}

func TestHealthHasADeadline(t *testing.T) {
	t.Parallel()
	answers := make(chan string, 1)
	answers <- "+PONG\r\n"
	release := make(chan struct{})
	defer close(release)
	port := fakeRedis(t, func() string {
		select {
		case s := <-answers:
			return s
		case <-release:
			return "+PONG\r\n"
		}
	})
	r := run(t, "redis:\n  addr: 127.0.0.1:"+port+"\n  ping_timeout: 2s\n  max_retries: -1\n")
	status, h, _ := askHealth(t, r.url)
	if status != http.StatusServiceUnavailable || h.Components.Cache.Detail != "no answer to PING within 2s" {
		t.Errorf("a cache that is silent gives %d %+v", status, h)
	}
	r.signals <- syscall.SIGTERM
	if got := r.end(t); got != exitClean {
		t.Errorf("the server ends with %d: %s", got, r.log)
	}
}

// stuck starts a server with one request in progress that does not end.
func stuck(t *testing.T, shutdown string) *running {
	t.Helper()
	answers := make(chan string, 1)
	answers <- "+PONG\r\n"
	asked := make(chan struct{}, 1)
	release := make(chan struct{})
	t.Cleanup(func() { close(release) })
	port := fakeRedis(t, func() string {
		select {
		case s := <-answers:
			return s
		default:
		}
		asked <- struct{}{}
		<-release
		return "+PONG\r\n"
	})
	r := run(t, "redis:\n  addr: 127.0.0.1:"+port+"\n  ping_timeout: 1h\n  read_timeout: 1h\n  max_retries: -1\nserver:\n  timeout: 0s\n  timeouts:\n    http_write: 0s\n    server_shutdown: "+shutdown+"\n")
	go func() {
		if answer, err := http.Get(r.url + "/health"); err == nil {
			answer.Body.Close()
		}
	}()
	select {
	case <-asked:
	case <-time.After(hangs):
		t.Fatal("the request does not arrive at Redis")
	}
	return r
}

func TestShutdownHasADeadline(t *testing.T) {
	t.Parallel()
	r := stuck(t, "50ms")
	r.signals <- syscall.SIGTERM
	if got := r.end(t); got != exitFindings || !strings.Contains(r.log.String(), "it took longer than 50ms (server.timeouts.server_shutdown)") {
		t.Errorf("a request that does not end gives the status %d: %s", got, r.log)
	}
}

// TestNoTimeForRequests: with nothing in progress it is a clean stop, in either
// mode.
func TestNoTimeForRequests(t *testing.T) {
	t.Parallel()
	port := fakeRedis(t, func() string { return "+PONG\r\n" })
	for _, mode := range []string{"mode: standalone\n", "redis:\n  addr: 127.0.0.1:" + port + "\n"} {
		r := run(t, mode+"server:\n  timeouts:\n    server_shutdown: 0s\n")
		r.signals <- syscall.SIGTERM
		if got := r.end(t); got != exitClean {
			t.Errorf("%q ends with %d: %s", mode, got, r.log)
		}
	}
}

func TestSecondSignalEndsAtOnce(t *testing.T) {
	t.Parallel()
	r := stuck(t, "1h")
	r.signals <- os.Interrupt
	r.log.await(t, "shutting down; a second signal stops it at once")
	select {
	case status := <-r.ended:
		t.Fatalf("the server ends with %d and a request in progress: %s", status, r.log)
	default:
	}
	r.signals <- os.Interrupt
	if got := r.end(t); got != exitFindings || !strings.Contains(r.log.String(), "a second signal stopped it") {
		t.Errorf("a second signal gives the status %d: %s", got, r.log)
	}
}

// TestPortIsWaitedFor frees the port after the server has asked for it.
func TestPortIsWaitedFor(t *testing.T) {
	t.Parallel()
	port := portApart()
	l, err := net.Listen("tcp", "127.0.0.1:"+port)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	log := newLines()
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	ended := make(chan int, 1)
	go func() {
		ended <- Run(ctx, []string{"start", "--standalone", "--cwd", t.TempDir(), "--host", "127.0.0.1", "--port", port, "--port-release-timeout", "1h", "--port-release-poll-interval", "5ms"}, patient, strings.NewReader(""), io.Discard, log)
	}()
	log.await(t, "the port is in use")
	l.Close()
	log.await(t, "serving /health and /metrics")
	stop()
	if got := <-ended; got != exitClean {
		t.Errorf("the server ends with %d: %s", got, log)
	}
}

// TestCancelledStart asks for the end while the port is waited for.
func TestCancelledStart(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	port := strconv.Itoa(l.Addr().(*net.TCPAddr).Port)
	log := newLines()
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan int, 1)
	go func() {
		ended <- Run(ctx, []string{"start", "--standalone", "--cwd", t.TempDir(), "--host", "127.0.0.1", "--port", port, "--port-release-timeout", "1h"}, nil, strings.NewReader(""), io.Discard, log)
	}()
	log.await(t, "the port is in use")
	stop()
	if got := <-ended; got != exitClean || !strings.Contains(log.String(), "stopped before it was up") {
		t.Errorf("the server ends with %d: %s", got, log)
	}
}
