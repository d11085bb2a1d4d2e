package cache

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/quick"
	"time"

	"github.com/alicebob/miniredis/v2"
)

// eventually waits for a condition; the bound only catches what hangs.
func eventually(t testing.TB, what string, ok func() bool) {
	t.Helper()
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	for end := time.Now().Add(time.Minute); !ok(); <-tick.C {
		if time.Now().After(end) {
			t.Fatalf("waiting for %s takes for ever", what)
		}
	}
}

func (f *front) waiting() int {
	f.gate.lock()
	defer f.gate.unlock()
	return len(f.waiters)
}

// TestFreezeStopsTheWorld: while the gate is held no command changes anything,
// also none of a transaction, a script or the clock; after it all go on.
func TestFreezeStopsTheWorld(t *testing.T) {
	t.Parallel()
	f := testFront(t, time.Now)
	c := &Cache{front: f}
	quit := make(chan struct{})
	var wg sync.WaitGroup
	for i := range 4 {
		client := connect(t, f)
		wg.Go(func() {
			for {
				select {
				case <-quit:
					return
				default:
				}
				switch i {
				case 0:
					ask(t, client, "MULTI")
					ask(t, client, "INCR", "a")
					ask(t, client, "INCR", "b")
					ask(t, client, "EXEC")
				case 1:
					ask(t, client, "EVAL", "redis.call('INCR', 'a') return redis.call('INCR', 'b')", "0")
				case 2:
					ask(t, client, "SET", "x", "y", "PX", "1")
				default:
					f.walk()
				}
			}
		})
	}
	for range 100 {
		err := c.freeze(t.Context(), func(m *miniredis.Miniredis) error {
			before := m.Dump()
			a, _ := m.Get("a")
			b, _ := m.Get("b")
			if a != b {
				return fmt.Errorf("half of a transaction: a is %q, b is %q", a, b)
			}
			if after := m.Dump(); after != before {
				return fmt.Errorf("the data changed from\n%s\nto\n%s", before, after)
			}
			return nil
		})
		if err != nil {
			t.Error(err)
		}
	}
	close(quit)
	wg.Wait()
}

func TestFreezeHonoursItsContext(t *testing.T) {
	t.Parallel()
	f := testFront(t, time.Now)
	c := &Cache{front: f}
	ctx, cancel := context.WithCancel(t.Context())
	f.gate.lock()
	done := make(chan error)
	go func() { done <- c.freeze(ctx, func(*miniredis.Miniredis) error { return nil }) }()
	cancel()
	if err := <-done; !errors.Is(err, context.Canceled) {
		t.Errorf("freeze gives %v", err)
	}
	f.gate.unlock()
	want := errors.New("of the function")
	if err := c.freeze(t.Context(), func(*miniredis.Miniredis) error { return want }); !errors.Is(err, want) {
		t.Errorf("freeze gives %v", err)
	}
	if err := (&Cache{}).freeze(t.Context(), nil); !errors.Is(err, errNotEmbedded) {
		t.Errorf("freeze of an external Redis gives %v", err)
	}
}

// TestBlockingLeavesTheGate: clients that wait do not stop the others nor a
// freeze, and are served in the order of their coming.
func TestBlockingLeavesTheGate(t *testing.T) {
	t.Parallel()
	f := testFront(t, time.Now)
	other := connect(t, f)
	for _, test := range []struct{ wait, write, want string }{
		{"BLPOP l1 l2 0", "RPUSH l2 v", `["l2" "v"]`},
		{"BRPOP l1 0", "LPUSH l1 v", `["l1" "v"]`},
		{"BLMOVE l1 l3 LEFT RIGHT 0", "RPUSH l1 v", `"v"`},
		{"BRPOPLPUSH l1 l4 0", "RPUSH l1 v", `"v"`},
		{"BZPOPMIN z1 0", "ZADD z1 1 m", `["z1" "m" "1"]`},
		{"BZPOPMAX z1 0", "ZINCRBY z1 2 m", `["z1" "m" "2"]`},
		{"BZMPOP 0 1 z1 MIN", "ZADD z1 1 m", `["z1" [["m" "1"]]]`},
		{"XREAD BLOCK 0 STREAMS s1 $", "XADD s1 1-1 a b", `[["s1" [["1-1" ["a" "b"]]]]]`},
		{"XREAD BLOCK 0 STREAMS s1 $", "XADD s1 2-1 a b", `[["s1" [["2-1" ["a" "b"]]]]]`},
		{"BLPOP l5 0", "RENAME src l5", `["l5" "v"]`},
		{"BLPOP l6 0", "COPY src2 l6", `["l6" "v"]`},
		{"BLPOP l7 0", `EVAL "return redis.call('RPUSH',KEYS[1],'v')" 1 l7`, `["l7" "v"]`},
		{"BLPOP l8 0", "SWAPDB 0 1", `["l8" "v"]`},
	} {
		client := connect(t, f)
		switch {
		case strings.HasPrefix(test.write, "RENAME"):
			ask(t, other, "RPUSH", "src", "v")
		case strings.HasPrefix(test.write, "COPY"):
			ask(t, other, "RPUSH", "src2", "v")
		case strings.HasPrefix(test.write, "SWAPDB"):
			ask(t, other, "SELECT", "1")
			ask(t, other, "RPUSH", "l8", "v")
			ask(t, other, "SELECT", "0")
		}
		got := make(chan any, 1)
		go func() { got <- ask(t, client, strings.Fields(test.wait)...) }()
		eventually(t, test.wait+" to wait", func() bool { return f.waiting() == 1 })
		if err := (&Cache{front: f}).freeze(t.Context(), func(*miniredis.Miniredis) error { return nil }); err != nil {
			t.Error(err)
		}
		if reply, bad := ask(t, other, words(test.write)...).(failure); bad {
			t.Fatalf("%s: %s", test.write, reply)
		}
		if text := render(<-got, false); text != test.want {
			t.Errorf("%s, then %s: %s, want %s", test.wait, test.write, text, test.want)
		}
	}
	ask(t, other, "XGROUP", "CREATE", "s2", "g", "$", "MKSTREAM")
	client := connect(t, f)
	got := make(chan any, 1)
	go func() { got <- ask(t, client, "XREADGROUP", "GROUP", "g", "c", "BLOCK", "0", "STREAMS", "s2", ">") }()
	eventually(t, "XREADGROUP to wait", func() bool { return f.waiting() == 1 })
	ask(t, other, "MULTI")
	ask(t, other, "XADD", "s2", "1-1", "a", "b")
	ask(t, other, "EXEC")
	if text := render(<-got, false); text != `[["s2" [["1-1" ["a" "b"]]]]]` {
		t.Errorf("XREADGROUP gives %s", text)
	}
}

func TestBlockingIsFair(t *testing.T) {
	t.Parallel()
	f := testFront(t, time.Now)
	replies := make([]chan any, 3)
	for i := range replies {
		replies[i] = make(chan any, 1)
		client := connect(t, f)
		go func() { replies[i] <- ask(t, client, "BLPOP", "l", "0") }()
		eventually(t, "the client to wait", func() bool { return f.waiting() == i+1 })
	}
	ask(t, connect(t, f), "RPUSH", "l", "first", "second", "third")
	for i, want := range []string{"first", "second", "third"} {
		if text := render(<-replies[i], false); text != fmt.Sprintf(`["l" %q]`, want) {
			t.Errorf("client %d gets %s, want %s", i, text, want)
		}
	}
}

// TestBlockingEnds: by its time, with its connection, with the server.
func TestBlockingEnds(t *testing.T) {
	t.Parallel()
	f := testFront(t, time.Now)
	c := connect(t, f)
	for _, test := range []struct{ command, want string }{
		{"BLPOP no 0.01", "nil"}, {"BLMOVE no no2 LEFT LEFT 0.01", "nil"}, {"XREAD BLOCK 5 STREAMS no $", "nil"},
		{"BLPOP no -1", "-ERR timeout is negative"}, {"BLPOP no x", "-ERR timeout is not a float or out of range"},
	} {
		if got := render(ask(t, c, strings.Fields(test.command)...), false); got != test.want {
			t.Errorf("%s gives %s, want %s", test.command, got, test.want)
		}
	}
	gone, err := f.dial()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.WriteString(gone, "*3\r\n$5\r\nBLPOP\r\n$1\r\nl\r\n$1\r\n0\r\n"); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the client to wait", func() bool { return f.waiting() == 1 })
	gone.Close()
	eventually(t, "the client to be forgotten", func() bool { return f.waiting() == 0 })
	ask(t, c, "RPUSH", "l", "v")
	if n := ask(t, c, "LLEN", "l"); n != 1 {
		t.Errorf("a client that is gone has taken the element")
	}
	last, err := f.dial()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.WriteString(last, "*3\r\n$5\r\nBLPOP\r\n$2\r\nno\r\n$1\r\n0\r\n"); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the client to wait", func() bool { return f.waiting() == 1 })
	f.close()
	if _, err := f.dial(); !errors.Is(err, errClosed) {
		t.Errorf("a connection to a closed server gives %v", err)
	}
}

// TestSlowReader: one who does not read costs nobody else's time, and a
// subscriber that leaves too much unread is cut off.
func TestSlowReader(t *testing.T) {
	t.Parallel()
	f := testFront(t, time.Now)
	other := connect(t, f)
	slow, err := f.dial()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.WriteString(slow, "*2\r\n$9\r\nSUBSCRIBE\r\n$1\r\nc\r\n"); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the subscription", func() bool { return render(ask(t, other, "PUBSUB", "NUMSUB", "c"), false) == `["c" 1]` })
	message := strings.Repeat("x", 1<<20)
	for range subscribeLimit>>20 + 1 {
		ask(t, other, "PUBLISH", "c", message)
	}
	eventually(t, "the slow reader to be cut off", func() bool { return render(ask(t, other, "PUBSUB", "NUMSUB", "c"), false) == `["c" 0]` })

	lazy, err := f.dial()
	if err != nil {
		t.Fatal(err)
	}
	defer lazy.Close()
	ask(t, other, "SET", "big", message)
	if _, err := io.WriteString(lazy, strings.Repeat("*2\r\n$3\r\nGET\r\n$3\r\nbig\r\n", 50)); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the replies to be written", func() bool { return lazy.(*end).in.unread() > 50<<20 })
	if got := ask(t, other, "PING"); got != status("PONG") {
		t.Errorf("PING gives %v", got)
	}
}

// TestProtocol: what is no request ends its connection, and nothing else.
func TestProtocol(t *testing.T) {
	t.Parallel()
	f := testFront(t, time.Now)
	for request, want := range map[string]string{
		"*0\r\n*1\r\n$4\r\nPING\r\n":               "+PONG\r\n",
		"*-1\r\n*1\r\n$4\r\nPING\r\n":              "+PONG\r\n",
		"*1\r\n$9223372036854775807\r\n":           "-ERR Protocol error: invalid length\r\n",
		"*1\r\n$1000000000000000000\r\n":           "-ERR Protocol error: invalid length\r\n",
		"*1\r\n$549755813888\r\n":                  "-ERR Protocol error: invalid length\r\n",
		"*1\r\n$-1\r\n":                            "-ERR Protocol error: invalid bulk length\r\n",
		"*9999999999\r\n":                          "-ERR Protocol error: invalid length\r\n",
		"*x\r\n":                                   "-ERR Protocol error: invalid length\r\n",
		"PING\r\n":                                 "-ERR Protocol error: expected '*'\r\n",
		"*1\r\n:4\r\nPING\r\n":                     "-ERR Protocol error: expected '$'\r\n",
		"*" + strings.Repeat("1", 20_000):          "-ERR Protocol error: too big mbulk count string\r\n",
		"*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$0\r\n\r\n": "+OK\r\n",
	} {
		conn, err := f.dial()
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(conn, request); err != nil {
			t.Fatal(err)
		}
		got, err := bufio.NewReader(conn).ReadString('\n')
		if err != nil || got != want {
			t.Errorf("%.40q gives %q, %v; want %q", request, got, err, want)
		}
		conn.Close()
	}
	if got := ask(t, connect(t, f), "GET", "k"); got != "" {
		t.Errorf("the empty value is %v", got)
	}
}

// TestPipe: the connection in memory keeps the rules of net.Conn.
func TestPipe(t *testing.T) {
	t.Parallel()
	a, b := pipe()
	if err := a.SetReadDeadline(time.Now().Add(5 * time.Millisecond)); err != nil {
		t.Fatal(err)
	}
	if _, err := a.Read(make([]byte, 1)); !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("a read past its deadline gives %v", err)
	}
	var timeout net.Error
	if _, err := a.Read(make([]byte, 1)); !errors.As(err, &timeout) || !timeout.Timeout() {
		t.Errorf("a read past its deadline gives %v, which is no timeout", err)
	}
	if err := a.SetDeadline(time.Time{}); err != nil {
		t.Fatal(err)
	}
	if _, err := a.Write(make([]byte, requestBuffer)); err != nil {
		t.Fatal(err)
	}
	if err := a.SetWriteDeadline(time.Now().Add(5 * time.Millisecond)); err != nil {
		t.Fatal(err)
	}
	if _, err := a.Write([]byte("x")); !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("a write into a full buffer gives %v", err)
	}
	if _, err := b.Write([]byte("last")); err != nil {
		t.Fatal(err)
	}
	b.Close()
	if data, err := io.ReadAll(a); string(data) != "last" || err != nil {
		t.Errorf("what was written before the close: %q, %v", data, err)
	}
	if _, err := a.Write([]byte("x")); !errors.Is(err, io.ErrClosedPipe) {
		t.Errorf("a write to a closed connection gives %v", err)
	}
	// Bytes arrive as they were sent, however they are cut.
	check := func(chunks [][]byte) bool {
		a, b := pipe()
		go func() {
			defer a.Close()
			for _, c := range chunks {
				_, _ = a.Write(c)
			}
		}()
		got, err := io.ReadAll(b)
		return err == nil && slices.Equal(got, slices.Concat(chunks...))
	}
	if err := quick.Check(check, nil); err != nil {
		t.Error(err)
	}
}

func TestMatch(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		pattern, text string
		want          bool
	}{
		{"*", "", true}, {"", "", true}, {"", "a", false}, {"a*c", "abbc", true}, {"a*c", "abcd", false}, {"h?llo", "hello", true},
		{"h[ae]llo", "hallo", true}, {"h[^e]llo", "hello", false}, {"h[a-b]llo", "hbllo", true}, {"h[b-a]llo", "hallo", true},
		{`\*`, "*", true}, {`\*`, "a", false}, {`a\`, `a\`, true}, {"[", "[", false}, {"[a", "a", true}, {`[\]]`, "]", true},
		{"**a**", "bab", true}, {"events:*", "events:1", true}, {"events:*", "event", false}, {"\xff*", "\xff\x00", true},
		{strings.Repeat("a*", 50) + "b", strings.Repeat("a", 5000), false},
	} {
		if got := match(test.pattern, test.text); got != test.want {
			t.Errorf("%.40q on %.40q: %v, want %v", test.pattern, test.text, got, test.want)
		}
	}
}

// TestInfo: the sections that exporters read.
func TestInfo(t *testing.T) {
	t.Parallel()
	f := testFront(t, time.Now)
	c := connect(t, f)
	ask(t, c, "SET", "k", "v", "EX", "100")
	ask(t, c, "SET", "k2", "v")
	ask(t, c, "GET", "k")
	ask(t, c, "GET", "nosuch")
	text, _ := ask(t, c, "INFO").(string)
	for _, want := range []string{"# Server\r\nredis_version:7.0.15\r\n", "\r\nredis_mode:standalone\r\n", "# Clients\r\nconnected_clients:1\r\n",
		"# Memory\r\nused_memory:", "\r\nmaxmemory:0\r\n", "\r\nkeyspace_hits:1\r\nkeyspace_misses:1\r\n", "# Replication\r\nrole:master\r\n",
		"# Keyspace\r\ndb0:keys=2,expires=1,avg_ttl=0\r\n", "\r\ntotal_commands_processed:5\r\n"} {
		if !strings.Contains(text, want) {
			t.Errorf("INFO has no %q:\n%s", want, text)
		}
	}
	one, _ := ask(t, c, "INFO", "keyspace").(string)
	if one != "# Keyspace\r\ndb0:keys=2,expires=1,avg_ttl=0\r\n" {
		t.Errorf("INFO keyspace gives %q", one)
	}
	n, _ := ask(t, c, "COMMAND", "COUNT").(int)
	list, _ := ask(t, c, "COMMAND").([]any)
	if n < 180 || len(list) != n {
		t.Errorf("COMMAND COUNT says %d, COMMAND has %d", n, len(list))
	}
	if got := render(ask(t, c, "COMMAND", "INFO", "get", "nosuch"), false); got != `[["get" 2 [+readonly +fast] 1 1 1] nil]` {
		t.Errorf("COMMAND INFO gives %s", got)
	}
}

// TestManyClients: connections in parallel keep their own state.
func TestManyClients(t *testing.T) {
	t.Parallel()
	f := testFront(t, time.Now)
	var wg sync.WaitGroup
	var wrong atomic.Int64
	for i := range 16 {
		c := connect(t, f)
		wg.Go(func() {
			ask(t, c, "SELECT", itoa(i))
			for n := range 200 {
				if ask(t, c, "INCR", "n") != n+1 {
					wrong.Add(1)
				}
				ask(t, c, "MULTI")
				ask(t, c, "INCR", "m")
				if list, _ := ask(t, c, "EXEC").([]any); len(list) != 1 || list[0] != n+1 {
					wrong.Add(1)
				}
			}
		})
	}
	wg.Wait()
	if n := wrong.Load(); n > 0 {
		t.Errorf("%d wrong replies", n)
	}
}
