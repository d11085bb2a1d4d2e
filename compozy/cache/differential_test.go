package cache

import (
	"flag"
	"fmt"
	"net"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2/proto"
)

var update = flag.Bool("update", false, "write the list of known differences to redis-server")

const knownFile = "differences.txt"

// TestDifferential gives the same commands to the embedded server and to
// redis-server. The differences are listed in a file: a new one fails, and so
// does one that is gone.
func TestDifferential(t *testing.T) {
	t.Parallel()
	socket := RedisServer(t)
	if version := redisVersion(t); !strings.HasPrefix(version, "7.0.") {
		t.Skipf("SKIPPED: redis-server %s is installed, and the list of differences is one to Redis 7.0", version)
	}
	cases := differentialCases(t)
	n := 0
	for _, c := range cases {
		n += len(c.commands)
	}
	if n < 700 {
		t.Errorf("%d commands, want 700 at least", n)
	}
	var found []string
	for _, c := range cases {
		found = append(found, compareSection(t, socket, c)...)
	}
	t.Logf("%d commands, %d known differences", n, len(found))
	text := "# Commands whose replies differ: command, reply of redis-server, reply of the\n# embedded server. Written by go test -run TestDifferential -update.\n" + strings.Join(found, "\n") + "\n"
	if *update {
		if err := os.WriteFile(knownFile, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	data, err := os.ReadFile(knownFile)
	if err != nil {
		t.Fatal(err)
	}
	var known []string
	for line := range strings.Lines(string(data)) {
		if !strings.HasPrefix(line, "#") {
			known = append(known, strings.TrimSuffix(line, "\n"))
		}
	}
	for _, line := range found {
		if !slices.Contains(known, line) {
			t.Errorf("new difference:\n%s", line)
		}
	}
	for _, line := range known {
		if !slices.Contains(found, line) {
			t.Errorf("difference that is gone:\n%s", line)
		}
	}
}

type section struct {
	name     string
	commands [][]string
}

func differentialCases(t *testing.T) (list []section) {
	t.Helper()
	data, err := os.ReadFile("testdata/differential.txt")
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(data)) {
		line = strings.TrimSuffix(line, "\n")
		if name, ok := strings.CutPrefix(line, "== "); ok {
			list = append(list, section{name: name})
			continue
		}
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		for _, text := range expand(line) {
			list[len(list)-1].commands = append(list[len(list)-1].commands, words(text))
		}
	}
	return list
}

// expand replaces the first {a|b} by each of its parts, and so on. A brace
// within quotes is a brace.
func expand(line string) (out []string) {
	quoted := false
	for i := 0; i < len(line); i++ {
		switch {
		case line[i] == '\\':
			i++
		case line[i] == '"':
			quoted = !quoted
		case line[i] == '{' && !quoted:
			parts, rest, _ := strings.Cut(line[i+1:], "}")
			for part := range strings.SplitSeq(parts, "|") {
				out = append(out, expand(line[:i]+part+rest)...)
			}
			return out
		}
	}
	return []string{line}
}

// words splits a line as redis-cli does.
func words(line string) (out []string) {
	for i := 0; i < len(line); {
		if line[i] == ' ' {
			i++
			continue
		}
		if line[i] != '"' {
			end := i
			for end < len(line) && line[end] != ' ' {
				end++
			}
			out = append(out, line[i:end])
			i = end
			continue
		}
		var b strings.Builder
		for i++; i < len(line) && line[i] != '"'; i++ {
			if line[i] != '\\' {
				b.WriteByte(line[i])
				continue
			}
			i++
			switch line[i] {
			case 'x':
				var n int
				fmt.Sscanf(line[i+1:i+3], "%02x", &n)
				b.WriteByte(byte(n))
				i += 2
			case 'r':
				b.WriteByte('\r')
			case 'n':
				b.WriteByte('\n')
			default:
				b.WriteByte(line[i])
			}
		}
		i++
		out = append(out, b.String())
	}
	return out
}

func compareSection(t *testing.T, socket string, c section) (found []string) {
	t.Helper()
	conn, err := net.Dial("unix", socket)
	if err != nil {
		t.Fatal(err)
	}
	real := proto.NewClient(conn)
	defer real.Close()
	f := testFront(t, time.Now)
	embedded := connect(t, f)
	for _, client := range []*proto.Client{real, embedded} {
		if _, err := client.Do("FLUSHALL"); err != nil {
			t.Fatal(err)
		}
	}
	began := time.Now()
	for _, args := range c.commands {
		var replies, raw [2]string
		for i, client := range []*proto.Client{real, embedded} {
			reply, err := client.Do(args...)
			if err != nil {
				t.Fatalf("%s: %q: %v", c.name, args, err)
			}
			replies[i], raw[i] = normal(args, reply), reply
			// Further replies of one command, as of SUBSCRIBE with several
			// channels, are read and compared as well.
			for range extraReplies(args) {
				more, err := client.Read()
				if err != nil {
					t.Fatalf("%s: %q: %v", c.name, args, err)
				}
				replies[i] += normal(args, more)
			}
		}
		if replies[0] != replies[1] && !late(args, raw, time.Since(began)) {
			found = append(found, fmt.Sprintf("%s: %q\t%s\t%s", c.name, args, replies[0], replies[1]))
		}
	}
	if err := f.failure(); err != nil {
		t.Errorf("%s: %v", c.name, err)
	}
	return found
}

// late reports whether two replies are what remains of one time, and differ
// because the two servers were asked apart: on a busy machine more than the
// half second can pass that rounding hides.
func late(args []string, raw [2]string, passed time.Duration) bool {
	unit := map[string]time.Duration{"TTL": time.Second, "PTTL": time.Millisecond}[strings.ToUpper(args[0])]
	var left [2]int
	for i := range raw {
		v, _, err := parseReply([]byte(raw[i]), 0)
		if n, ok := v.(int); ok && err == nil {
			left[i] = n
		}
	}
	apart := time.Duration(max(left[0]-left[1], left[1]-left[0])) * unit
	return passed >= time.Second/2 && min(left[0], left[1]) > 0 && 0 < apart && apart <= passed+unit/2
}

func extraReplies(args []string) int {
	if args[0] == "SUBSCRIBE" {
		return len(args) - 2
	}
	return 0
}

// unordered are the commands whose reply has no order.
var unordered = map[string]bool{
	"KEYS": true, "SMEMBERS": true, "SINTER": true, "SUNION": true, "SDIFF": true, "HGETALL": true, "HKEYS": true, "HVALS": true,
	"SCAN": true, "SSCAN": true, "HSCAN": true, "SPOP": true, "XINFO": true, "GEORADIUS": true, "GEORADIUSBYMEMBER": true,
}

// normal writes a reply so that equal ones are equal: without order where
// there is none, and without the time that passes.
func normal(args []string, raw string) string {
	v, _, err := parseReply([]byte(raw), 0)
	if err != nil {
		return fmt.Sprintf("%q", raw)
	}
	name := strings.ToUpper(args[0])
	if n, ok := v.(int); ok && n > 100 {
		switch name {
		case "PTTL":
			return fmt.Sprintf("about %d s", (n+1000)/2000*2)
		}
	}
	return render(v, unordered[name])
}

func render(v any, sorted bool) string {
	switch v := v.(type) {
	case nil:
		return "nil"
	case status:
		return "+" + string(v)
	case failure:
		return "-" + string(v)
	case int:
		return fmt.Sprint(v)
	case []any:
		parts := make([]string, len(v))
		for i, item := range v {
			parts[i] = render(item, sorted)
		}
		if sorted {
			slices.Sort(parts)
		}
		return "[" + strings.Join(parts, " ") + "]"
	}
	return fmt.Sprintf("%q", v)
}

// testFront is the embedded server without a client. Its scripts have minutes,
// and as much memory as there is: what tests beside them take is counted, too.
func testFront(t testing.TB, now func() time.Time) *front {
	t.Helper()
	return limitedFront(t, now, 5*time.Minute)
}

// limitedFront is testFront with a limit on the time of scripts.
func limitedFront(t testing.TB, now func() time.Time, deadline time.Duration) *front {
	t.Helper()
	f, err := newFront(now, deadline)
	if err != nil {
		t.Fatal(err)
	}
	f.memory = 1 << 50
	t.Cleanup(f.close)
	return f
}

func connect(t testing.TB, f *front) *proto.Client {
	t.Helper()
	conn, err := f.dial()
	if err != nil {
		t.Fatal(err)
	}
	// A bound that only catches what hangs.
	if err := conn.SetDeadline(time.Now().Add(10 * time.Minute)); err != nil {
		t.Fatal(err)
	}
	client := proto.NewClient(conn)
	t.Cleanup(func() { client.Close() })
	return client
}
