package preview

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// rowBind holds that the command listens to this machine only: its sockets are
// looked up where the kernel lists them.
func rowBind(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("sockets are listed in /proc, which is Linux")
	}
	dir := t.TempDir()
	program := filepath.Join(dir, "docs")
	if out, err := exec.Command("go", "build", "-o", program, "../../cmd/docs").CombinedOutput(); err != nil {
		t.Fatalf("go build: %v\n%s", err, out)
	}
	site := filepath.Join(dir, "site")
	for name, text := range map[string]string{"source.config.json": `{"site": {"title": "Site"}}`, "content/index.mdx": "---\ntitle: Start\n---\n\nHello.\n"} {
		p := filepath.Join(site, filepath.FromSlash(name))
		if err := errors.Join(os.MkdirAll(filepath.Dir(p), 0o755), os.WriteFile(p, []byte(text), 0o644)); err != nil {
			t.Fatal(err)
		}
	}
	if out, err := exec.Command(program, "build", "--root", site).CombinedOutput(); err != nil {
		t.Fatalf("docs build: %v\n%s", err, out)
	}
	for _, addr := range []string{"0.0.0.0:0", ":0", "[::]:0", "0:0", "192.168.0.1:0", "example.com:0", "localhost.evil:0", "[::ffff:0.0.0.0]:0"} {
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		out, err := exec.CommandContext(ctx, program, "serve", "--root", site, "--addr", addr).CombinedOutput()
		cancel()
		var exit *exec.ExitError
		if !errors.As(err, &exit) || exit.ExitCode() != 2 {
			t.Errorf("--addr %s ends with %v, want status 2:\n%s", addr, err, out)
		}
	}
	for _, addr := range []string{"127.0.0.1:0", "localhost:0"} {
		serve := exec.Command(program, "serve", "--root", site, "--addr", addr)
		said, err := serve.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := serve.Start(); err != nil {
			t.Fatal(err)
		}
		var first [512]byte
		n, err := said.Read(first[:]) // it says where it listens when it does
		if err != nil {
			t.Errorf("--addr %s: nothing is said: %v", addr, err)
		}
		sockets := listening(t, serve.Process.Pid)
		if len(sockets) == 0 {
			t.Errorf("--addr %s: it says %q and listens to nobody", addr, first[:n])
		}
		for _, ip := range sockets {
			if !ip.IsLoopback() {
				t.Errorf("--addr %s: it listens on %s", addr, ip)
			}
		}
		if err := serve.Process.Signal(syscall.SIGTERM); err != nil {
			t.Error(err)
		}
		_, _ = io.Copy(io.Discard, said) // until it has ended
		_ = serve.Wait()                 // with whatever status; that is for the tests of the command
	}
}

// listening returns the addresses on which a process listens.
func listening(t *testing.T, pid int) (out []net.IP) {
	t.Helper()
	own := map[string]bool{}
	folder := fmt.Sprintf("/proc/%d/fd", pid)
	entries, err := os.ReadDir(folder)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		// A descriptor that was closed meanwhile is none that listens.
		if to, err := os.Readlink(filepath.Join(folder, e.Name())); err == nil && strings.HasPrefix(to, "socket:[") {
			own[strings.TrimSuffix(strings.TrimPrefix(to, "socket:["), "]")] = true
		}
	}
	for _, table := range []string{"tcp", "tcp6"} {
		text, err := os.ReadFile(fmt.Sprintf("/proc/%d/net/%s", pid, table))
		if errors.Is(err, os.ErrNotExist) {
			continue // a machine without this family
		}
		if err != nil {
			t.Fatal(err)
		}
		for _, line := range strings.Split(string(text), "\n")[1:] {
			fields := strings.Fields(line)
			if len(fields) < 10 || fields[3] != "0A" || !own[fields[9]] {
				continue
			}
			out = append(out, kernelIP(t, fields[1]))
		}
	}
	return out
}

// kernelIP reads an address as /proc writes it: words of four bytes, each in
// the order of the machine.
func kernelIP(t *testing.T, text string) net.IP {
	t.Helper()
	digits, _, _ := strings.Cut(text, ":")
	var ip net.IP
	for ; len(digits) >= 8; digits = digits[8:] {
		word, err := strconv.ParseUint(digits[:8], 16, 32)
		if err != nil {
			t.Fatal(err)
		}
		ip = append(ip, byte(word), byte(word>>8), byte(word>>16), byte(word>>24))
	}
	return ip
}

func rowExhaustion(t *testing.T) {
	t.Run("limits", func(t *testing.T) {
		s := NewServer(nil)
		if s.ReadHeaderTimeout <= 0 || s.ReadHeaderTimeout > 5*time.Second || s.MaxHeaderBytes <= 0 || s.MaxHeaderBytes > 16<<10 || s.IdleTimeout <= 0 || s.ReadTimeout <= 0 || s.WriteTimeout <= 0 || maxStreams > 64 {
			t.Errorf("the server's limits are %+v", s)
		}
	})
	t.Run("500 that say nothing", func(t *testing.T) {
		at := hasty(t)
		var idle []net.Conn
		for i := range 500 {
			conn, err := net.Dial("tcp", at)
			if err != nil {
				t.Fatal(err)
			}
			defer conn.Close()
			idle = append(idle, conn)
			// Nothing, a part of the request line, a part of the headers.
			if _, err := io.WriteString(conn, []string{"", "G", "GET / HTTP/1.1\r\nHost: localhost\r\nX-A: "}[i%3]); err != nil {
				t.Fatal(err)
			}
		}
		for range 20 {
			if status, _, _ := answerOf(t, at, ask("/docs/a/")); status != 200 {
				t.Fatalf("beside idle clients a page is answered with %d", status)
			}
		}
		for _, conn := range idle {
			if err := conn.SetReadDeadline(time.Now().Add(time.Minute)); err != nil {
				t.Fatal(err)
			}
			if _, err := io.ReadAll(conn); errors.Is(err, os.ErrDeadlineExceeded) {
				t.Fatal("who says nothing is still connected")
			}
		}
	})
	t.Run("large requests", func(t *testing.T) {
		server := hasty(t)
		for name, tt := range map[string]struct {
			request string
			status  int
		}{
			"a header of 64 KB":       {ask("/", "X-A: "+strings.Repeat("a", 64<<10)), 431},
			"10,000 headers":          {ask("/", strings.Repeat("A: b\r\n", 10_000)+"A: b"), 431},
			"a body without end":      {ask("/", "Content-Length: 9000000000000000000"), 200},
			"a length that is none":   {ask("/", "Content-Length: -1"), 400},
			"two lengths":             {ask("/", "Content-Length: 1", "Content-Length: 2"), 400},
			"10,000 ranges":           {ask("/", "Range: bytes="+strings.TrimSuffix(strings.Repeat("0-1,", 3_000), ",")), 200},
			"another protocol":        {"\x16\x03\x01\x00\xa5\x01\x00\x00\xa1\x03\x03\r\n\r\n", 400},
			"a protocol of old":       {"GET /\r\n\r\n", 400},
			"a protocol of the new":   {"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505},
			"another one over this":   {ask("/docs/a/", "Upgrade: websocket", "Connection: upgrade", "Sec-WebSocket-Version: 13"), 200},
			"one request in another":  {ask("/", "Transfer-Encoding: chunked", "Content-Length: 4") + "0\r\n\r\nGET /docs/a/ HTTP/1.1\r\nHost: localhost\r\n\r\n", 200},
			"an encoding that is not": {ask("/", "Transfer-Encoding: chunked, identity"), 501},
		} {
			status, _, _ := answerOf(t, server, tt.request)
			// net/http may close early, or take the shorter way for a request that
			// nobody sends. It must neither stay open nor answer with our text.
			if status != tt.status && (status == 0 || status == 200 || status >= 500 && status != 501 && status != 505) {
				t.Errorf("%s is answered with %d, want %d", name, status, tt.status)
			}
		}
	})
	t.Run("a stream that nobody reads", rowDeafStream)
}

// hasty serves a live preview that waits half of what a preview waits: not
// less, because whoever speaks must be heard on a busy machine, too.
func hasty(t *testing.T) string {
	t.Helper()
	p := New(pages(), Options{Live: true})
	server := httptest.NewUnstartedServer(nil)
	server.Config = NewServer(p)
	server.Config.ReadHeaderTimeout /= 2
	server.Config.ReadTimeout /= 2
	server.Start()
	t.Cleanup(func() {
		p.Close()
		server.Close()
	})
	return server.Listener.Addr().String()
}

// rowDeafStream publishes a thousand large states to streams that nobody reads.
// TestStreamDeaf holds that they are dropped in the end; until then they must
// cost nothing that grows, and stop nobody.
func rowDeafStream(t *testing.T) {
	p, at := start(t, pages(), func(p *Preview) { p.wait, p.beat = time.Hour, time.Hour })
	server := strings.TrimPrefix(at, "http://")
	for range 8 {
		conn, err := net.Dial("tcp", server)
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		if err := conn.(*net.TCPConn).SetReadBuffer(4 << 10); err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(conn, "GET /_docs/live?page=/ HTTP/1.1\r\nHost: localhost\r\n\r\n"); err != nil {
			t.Fatal(err)
		}
	}
	reads := listen(t, at+"/_docs/live?page=/&version="+versionOf([]byte(pageB)))
	reads.panel()
	const states, size = 1000, 32 << 10
	publish := func(n int) {
		p.Publish(State{Busy: fmt.Sprint(n, " ", strings.Repeat("x", size))})
		for want := fmt.Sprint(n, " "); ; {
			if got := reads.panel(); strings.HasPrefix(got.Busy, want) {
				return
			}
		}
	}
	for n := range 50 {
		publish(n) // until the sockets are full
	}
	before := heap()
	for n := range states {
		publish(50 + n)
		if n%100 == 0 {
			if status, _, _ := answerOf(t, server, ask("/docs/a/")); status != 200 {
				t.Fatalf("beside streams that nobody reads a page is answered with %d", status)
			}
		}
	}
	// All states together are 32 MB, and each of eight streams would have them: what
	// stays is the newest, and what each stream was about to send.
	if grown := int64(heap()) - int64(before); grown > 16<<20 {
		t.Errorf("%d states leave %d MB behind", states, grown>>20)
	}
	if got := p.open(); got != 9 {
		t.Errorf("%d streams are open, want 9", got)
	}
}

// heap returns the bytes that are in use.
func heap() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}
