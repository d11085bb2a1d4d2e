package shell

import (
	"context"
	"errors"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// redisKinds runs a test with a real redis-server, where there is one, and
// with the one that stands in.
func redisKinds(t *testing.T, do func(t *testing.T, o Options, ran string)) {
	t.Helper()
	t.Run("stand-in", func(t *testing.T) {
		t.Parallel()
		do(t, Options{Redis: StandIn}, "an embedded server stands in for redis-server")
	})
	t.Run("real", func(t *testing.T) {
		t.Parallel()
		if executable("redis-server") == "" {
			t.Skip("no redis-server is installed")
		}
		do(t, Options{}, "is a real one")
	})
}

func TestRedis(t *testing.T) {
	t.Parallel()
	redisKinds(t, func(t *testing.T, o Options, ran string) {
		s := open(t, o)
		got := console(t, s, `$ redis-server --port 6390 --requirepass s3cret --save "" &
$ redis-cli -p 6390 PING
(error) NOAUTH Authentication required.
$ redis-cli -p 6390 -a s3cret --no-auth-warning SET a "x \"y\""
OK
$ export REDISCLI_AUTH=s3cret
$ redis-cli -p 6390 GET a
"x \"y\""
$ redis-cli -p 6390 GET a | cat
x "y"
$ redis-cli -p 6390 GET missing
(nil)
$ redis-cli -p 6390 INCR n
(integer) 1
$ redis-cli -p 6390 RPUSH l a b
(integer) 2
$ redis-cli -p 6390 LRANGE l 0 -1
1) "a"
2) "b"
$ redis-cli -p 6390 LRANGE none 0 -1
(empty array)
$ redis-cli -p 6390 -n 3 SET b 1
OK
$ redis-cli -u redis://:s3cret@localhost:6390/3 --no-auth-warning GET b
"1"
$ redis-cli -p 6390 EVAL "return {1, {'a', 'b'}}" 0
1) (integer) 1
2) 1) "a"
   2) "b"
$ printf 'SET c 1\nGET c\n' | redis-cli -p 6390
OK
"1"
$ redis-cli -p 6391 PING
Could not connect to Redis at 127.0.0.1:6391: Connection refused
[exit 1]
$ redis-cli -h redis.internal PING
Could not connect to Redis at redis.internal:6379: Name or service not known
[exit 1]
`)
		clean(t, got)
		if servers := s.Servers(got); !strings.HasSuffix(servers, ran) {
			t.Errorf("ran with %q", servers)
		}
		clean(t, bash(t, s, "unset REDISCLI_AUTH\nkill $!\nwait $!\nif redis-cli -p 6390 PING; then false; fi\nredis-server --port 6390 --daemonize yes\nredis-cli -p 6390 PING\n",
			prints("Could not connect to Redis at 127.0.0.1:6390: Connection refused\nPONG\n")))
		finds(t, console(t, s, "$ redis-server --port 6390\n[..]Address already in use\n...\n[exit 1]\n$ redis-cli -p 6390 SUBSCRIBE a\n"),
			"6:3 example/command-not-allowed the sandbox's redis-cli does not support this: SUBSCRIBE, which never ends")
	})
}

// TestScenario is what a guide to an external Redis does.
func TestScenario(t *testing.T) {
	t.Parallel()
	redisKinds(t, func(t *testing.T, o Options, ran string) {
		s := open(t, o)
		if err := s.WriteFile("compozy.yaml", []byte("mode: standalone\nredis:\n  standalone:\n    persistence:\n      enabled: true\n      data_dir: ./data\n")); err != nil {
			t.Fatal(err)
		}
		clean(t, console(t, s, "$ compozy start > start.log 2>&1 &\n$ curl -sf http://localhost:5001/health | grep '\"status\": \"ok\"'\n  \"status\": \"ok\",\n"+
			"$ curl -s -o /dev/null -w '%{http_code}\\n' http://localhost:5001/nothing\n404\n$ kill -INT %1\n$ grep -c 'msg=stopped' start.log\n1\n"+
			"$ curl -sS http://localhost:5001/health\ncurl: (7) Failed to connect to localhost port 5001: Couldn't connect to server\n[exit 7]\n"))
		if err := s.WriteFile("external.yaml", []byte("redis:\n  addr: localhost:6390\n  password: s3cret\n  ping_timeout: 5m\n")); err != nil {
			t.Fatal(err)
		}
		got := bash(t, s, `redis-server --port 6390 --requirepass s3cret &
redis=$!
compozy start --config external.yaml &
curl -sf http://localhost:5001/health | grep -o '"mode": "distributed"' | head -n 1
kill %2
kill $redis
wait
`, prints(`"mode": "distributed"`+"\n"))
		clean(t, got)
		uses := ""
		for _, u := range got.Uses.Uses() {
			uses += string(u.Kind) + " " + u.Name + "\n"
		}
		for _, want := range []string{"command compozy start", "flag compozy start --config", "mode redis=distributed"} {
			if !strings.Contains(uses, want+"\n") {
				t.Errorf("the uses lack %q:\n%s", want, uses)
			}
		}
	})
}

// TestSamePort starts the system on its usual port in many sessions at once.
func TestSamePort(t *testing.T) {
	t.Parallel()
	var wg sync.WaitGroup
	for range 4 {
		s := open(t, Options{})
		wg.Go(func() {
			o := console(t, s, "$ compozy start --standalone &\n$ curl -s -o answer http://localhost:5001/health && grep -c ok answer\n1\n$ compozy start --standalone --port-release-timeout 0s 2>&1 | grep -o 'another program listens on this port'\nanother program listens on this port\n")
			clean(t, o)
		})
	}
	wg.Wait()
}

func TestJobs(t *testing.T) {
	t.Parallel()
	s := open(t, Options{})
	clean(t, console(t, s, `$ sleep 100 &
$ echo $!
4001
$ jobs
[1]   Running                 sleep 100 &
$ kill -0 %1
$ kill %1
$ kill -0 %1
kill: %1: no such job
[exit 1]
$ wait 4001
[exit 143]
$ (exit 3) &
$ wait $!
[exit 3]
$ { echo from the job; } &
$ wait
$ echo seen > out &
$ wait %1; cat out
seen
$ while true; do :; done &
$ kill -KILL %1
$ wait $!
[exit 137]
`))
	// A job that fails is shown with what it printed.
	o := console(t, s, "$ cat missing &\n$ wait $!\n")
	finds(t, o, `3:3 example/exit-status "wait 4006" exits with status 1`)
	if !strings.Contains(brief(o), "cat: missing: No such file or directory") {
		t.Errorf("the output of the job is not shown:\n%s", brief(o))
	}
}

func TestNetwork(t *testing.T) {
	t.Parallel()
	js := newJobs()
	n := newNetwork(js)
	ctx := t.Context()
	l, err := n.Listen(ctx, "tcp", "localhost:0")
	if err != nil {
		t.Fatal(err)
	}
	if got := l.Addr().String(); got != "127.0.0.1:40000" {
		t.Errorf("the first free port is %s", got)
	}
	if _, err := n.Listen(ctx, "tcp", "0.0.0.0:40000"); !errors.Is(err, syscall.EADDRINUSE) {
		t.Errorf("a port that is taken: %v", err)
	}
	for _, where := range []string{"10.0.0.1:80", "example.com:80", "localhost:99999", "localhost"} {
		if _, err := n.Listen(ctx, "tcp", where); err == nil {
			t.Errorf("somebody listens on %s", where)
		}
		if _, err := n.Dial(ctx, "tcp", where); err == nil {
			t.Errorf("somebody answers at %s", where)
		}
	}
	if _, err := n.Dial(ctx, "tcp", "localhost:80"); !errors.Is(err, syscall.ECONNREFUSED) {
		t.Errorf("a port that nobody has: %v", err)
	}
	served := make(chan error, 1)
	go func() {
		c, err := l.Accept()
		if err == nil {
			_, err = io.Copy(c, c)
			err = errors.Join(err, c.Close())
		}
		served <- err
	}()
	c, err := n.Dial(ctx, "tcp", "127.0.0.1:40000")
	if err != nil {
		t.Fatal(err)
	}
	big := strings.Repeat("x", 3*pipeBuffer)
	go func() { _, _ = io.WriteString(c, big) }() // read back below
	got := make([]byte, len(big))
	if _, err := io.ReadFull(c, got); err != nil || string(got) != big {
		t.Errorf("the echo is %d bytes, %v", len(got), err)
	}
	if err := c.SetReadDeadline(time.Now().Add(time.Millisecond)); err != nil {
		t.Fatal(err)
	}
	if _, err := c.Read(got); !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("a read after its deadline: %v", err)
	}
	_ = c.Close()
	if err := <-served; err != nil {
		t.Error(err)
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := n.Dial(ctx, "tcp", "localhost:40000"); !errors.Is(err, syscall.ECONNREFUSED) {
		t.Errorf("a port that was given back: %v", err)
	}

	// A job that comes up is waited for; its end ends the waiting.
	r := &run{ctx: ctx}
	j := js.start(r, "job", 1)
	dialed := make(chan error, 1)
	go func() {
		_, err := n.Dial(ctx, "tcp", "localhost:81")
		dialed <- err
	}()
	js.end(j, 0)
	if err := <-dialed; !errors.Is(err, syscall.ECONNREFUSED) {
		t.Errorf("a port of a job that ended: %v", err)
	}
	js.start(r, "job", 1)
	ended, cancel := context.WithCancel(ctx)
	cancel()
	if _, err := n.Dial(ended, "tcp", "localhost:81"); !errors.Is(err, context.Canceled) {
		t.Errorf("a dial that was cancelled: %v", err)
	}
	n.close()
	var closed net.Error
	if _, err := n.Listen(ctx, "tcp", "localhost:82"); err == nil || !errors.As(err, &closed) {
		t.Errorf("a network that is closed: %v", err)
	}
}

// TestServersAnswerAlike asks both kinds of servers for what examples meet
// beside the data: what a page claims must hold on a machine without Redis.
func TestServersAnswerAlike(t *testing.T) {
	t.Parallel()
	redisKinds(t, func(t *testing.T, o Options, _ string) {
		s := open(t, o)
		clean(t, console(t, s, `$ redis-server --save "" &
$ redis-cli SET a 1
OK
$ redis-cli SELECT 99
(error) ERR DB index is out of range
$ compozy cache export --from redis://localhost:6379 --file a.jsonl
a.jsonl: 1 key, [..]
$ redis-cli XADD s 5-1 f v
"5-1"
$ redis-cli XSETID s 9-0
OK
$ redis-cli XADD s 8-1 f v
(error) ERR The ID specified in XADD is equal or smaller than the target stream top item
$ redis-cli XLEN s
(integer) 1
$ redis-cli XGROUP CREATE s g 0
OK
$ redis-cli XREADGROUP GROUP g ada STREAMS s '>'
...
   2) 1) 1) "5-1"
...
$ redis-cli XINFO STREAM s FULL
...
[..]"last-generated-id"
[..]"9-0"
...
[..]"last-delivered-id"
[..]"5-1"
...
[..]"ada"
...
$ redis-cli XINFO STREAM a FULL
[..]WRONGTYPE Operation against a key holding the wrong kind of value
$ redis-cli XSETID none 9-0
(error) ERR no such key
$ redis-cli XSETID s 2-0
(error) ERR The ID specified in XSETID is smaller than the target stream top item
$ REDIS_DB=99 REDIS_PING_TIMEOUT=5m compozy start --quiet
compozy: the cache did not come up: redis.db "99" (env REDIS_DB): the server at localhost:6379 has no such database
[exit 1]
$ REDIS_TLS_ENABLED=true compozy start --quiet
[..]did not answer within 1s; it may not speak TLS
[exit 1]
$ kill %1
`))
	})
}

// TestLongFolders starts a real server below a folder whose name is too long
// for the address of a socket.
func TestLongFolders(t *testing.T) {
	if executable("redis-server") == "" {
		t.Skip("no redis-server is installed")
	}
	dir := filepath.Join(t.TempDir(), strings.Repeat("long", 30))
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	t.Setenv("TMPDIR", dir)
	s := open(t, Options{})
	clean(t, console(t, s, "$ redis-server --daemonize yes\n$ redis-cli PING\nPONG\n"))
}

// TestRelativeFolder makes a sandbox where TMPDIR is a relative path.
func TestRelativeFolder(t *testing.T) {
	t.Chdir(t.TempDir())
	t.Setenv("TMPDIR", ".")
	s := open(t, Options{Redis: StandIn})
	clean(t, console(t, s, "$ pwd\n/home/docs\n$ echo a > f\n$ cat /home/docs/f\na\n$ compozy config show > c\n"))
}
