package cache

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// TestRefusals is the list of what crashes, damages or lies in miniredis. Each
// line is run as a command, inside MULTI and from a script, and gives the same
// error; then the server still answers and is not degraded.
func TestRefusals(t *testing.T) {
	t.Parallel()
	const unsupported = "is not supported by the embedded cache"
	for _, test := range []struct{ setup, command, text string }{
		{"", "DUMP k", unsupported},
		{"", "RESTORE k 0 x", unsupported},
		{"", "MIGRATE h 1 k 0 1", unsupported},
		{"", "PFADD k a", unsupported},
		{"", "PFCOUNT k", unsupported},
		{"", "PFMERGE a b", unsupported},
		{"", "CONFIG GET *", unsupported},
		{"", "SORT k", unsupported},
		{"", "SAVE", unsupported},
		{"", "SETRANGE k 9000000000000000000 x", "exceeds maximum allowed size"},
		{"", "SETRANGE k 67108864 x", "exceeds maximum allowed size"},
		{"", "SETRANGE k -1 x", "offset is out of range"},
		{"", "SETBIT k 9000000000000000000 1", "bit offset is not an integer or out of range"},
		{"", "SETBIT k 536870912 1", "bit offset is not an integer or out of range"},
		{"", "GETBIT k -1", "bit offset is not an integer or out of range"},
		{"", "BITPOS k 2", "must be 1 or 0"},
		{"SADD k a b", "SSCAN k -5", "invalid cursor"},
		{"ZADD k 1 a", "ZSCAN k -5", "invalid cursor"},
		{"HSET k a b", "HSCAN k -5", "invalid cursor"},
		{"", "SCAN -1", "invalid cursor"},
		{"SADD k a b", "SRANDMEMBER k -9223372036854775808", "out of range"},
		{"HSET k a b", "HRANDFIELD k -9000000000", "out of range"},
		{"ZADD k 1 a", "ZRANDMEMBER k -9000000000", "out of range"},
		{"", "ZADD k nan a", "not a valid float"},
		{"ZADD k inf a", "ZINCRBY k -inf a", "NaN"},
		{"ZADD k inf a", "ZADD k INCR -inf a", "NaN"},
		{"ZADD k 1 a", "ZUNIONSTORE d 1 k WEIGHTS nan", "not a float"},
		{"ZADD k 1 a", "ZRANGEBYSCORE k nan 1", "not a float"},
		{"ZADD k 1 a", "ZPOPMIN k -1", "must be positive"},
		{"", "INCRBYFLOAT k nan", "not a valid float"},
		{"SET k nan", "INCRBYFLOAT k 1", "not a valid float"},
		{"", "HINCRBYFLOAT k f inf", "NaN or Infinity"},
		{"SET k 010", "INCR k", "not an integer"},
		{"SET k +1", "DECR k", "not an integer"},
		{"HSET k f 010", "HINCRBY k f 1", "not an integer"},
		{"SET k v", "EXPIRE k 9223372037", "invalid expire time"},
		{"SET k v", "EXPIRE k 9223372036854775807", "invalid expire time"},
		{"SET k v", "PEXPIRE k 9223372036854775807", "invalid expire time"},
		{"SET k v", "EXPIREAT k 99999999999", "invalid expire time"},
		{"SET k v", "PEXPIREAT k 99999999999999", "invalid expire time"},
		{"", "SET k v EX 9223372037", "invalid expire time"},
		{"", "SET k v PXAT 9223372036854775807", "invalid expire time"},
		{"", "SETEX k 9223372037 v", "invalid expire time"},
		{"", "PSETEX k 9223372036854775807 v", "invalid expire time"},
		{"SET k v", "GETEX k EX 9223372037", "invalid expire time"},
		{"HSET k f v", "HEXPIRE k 9223372037 FIELDS 1 f", "invalid expire time"},
		{"HSET k f v", "HEXPIRE k 0 FIELDS 1 f", "invalid expire time"},
		{"HSET k f v", "HEXPIRE k 10 FIELDS 99999999999 f", "numFields"},
		{"", "HSETEX k EX 9223372037 FIELDS 1 f v", "invalid expire time"},
		{"XADD k 1-1 a b", "XTRIM k MAXLEN =", "not an integer"},
		{"XADD k 1-1 a b", "XTRIM k MINID abc", "Invalid stream ID"},
		{"XADD k 1-1 a b;XGROUP CREATE k g 0", "XCLAIM k g c 0 1-1 IDLE", "Unrecognized"},
		{"XADD k 1-1 a b;XGROUP CREATE k g 0", "XAUTOCLAIM k g c 0 0 COUNT 0", "COUNT must be"},
		{"XADD k 5-5 a b;XDEL k 5-5", "XADD k 5-4 a b", "equal or smaller"},
		{"XADD k 5-5 a b", "XGROUP CREATE k g abc", "Invalid stream ID"},
		{"", "SELECT 16", "out of range"},
		{"", "SWAPDB 0 16", "out of range"},
		{"SET k v", "MOVE k 16", "out of range"},
		{"SET k v", "COPY k d DB 16", "out of range"},
		{"HSET k f v;HEXPIRE k 100 FIELDS 1 f", "COPY k d", "would lose the times"},
	} {
		t.Run(test.command, func(t *testing.T) {
			t.Parallel()
			f := testFront(t, time.Now)
			c := connect(t, f)
			for step := range strings.SplitSeq(test.setup, ";") {
				if step == "" {
					continue
				}
				if reply, bad := ask(t, c, strings.Fields(step)...).(failure); bad {
					t.Fatalf("%s: %s", step, reply)
				}
			}
			args := strings.Fields(test.command)
			says(t, ask(t, c, args...), test.text)
			says(t, ask(t, c, append([]string{"EVAL", "return redis.call(unpack(ARGV))", "0"}, args...)...), test.text)
			ask(t, c, "MULTI")
			if reply := ask(t, c, args...); reply == status("QUEUED") {
				list, _ := ask(t, c, "EXEC").([]any)
				if len(list) != 1 {
					t.Fatalf("EXEC gives %v", list)
				}
				says(t, list[0], test.text)
			} else {
				says(t, reply, test.text)
				says(t, ask(t, c, "EXEC"), "EXECABORT")
			}
			if n := ask(t, c, "EXISTS", "d"); n != 0 {
				t.Errorf("a refused command made a key")
			}
			if err := f.failure(); err != nil {
				t.Error(err)
			}
		})
	}
}

// TestCorrections: where miniredis is wrong and an answer is possible, the
// answer is that of Redis.
func TestCorrections(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ commands, want string }{
		{"SINTERSTORE d no1 no2;EXISTS d;SADD d x;SMEMBERS d", `0;0;1;["x"]`},
		{"SADD d x;SUNIONSTORE d no1 no2;EXISTS d;SADD d y;SMEMBERS d", `1;0;0;1;["y"]`},
		{"SADD a x;SDIFFSTORE d a a;TYPE d;SADD d y", `1;0;+none;1`},
		{"SET d v;ZUNIONSTORE d 1 no;EXISTS d;ZADD d 1 a", `+OK;0;0;1`},
		{"ZINTERSTORE d 2 no1 no2;EXISTS d;ZADD d 1 a;ZRANGE d 0 -1", `0;0;1;["a"]`},
		{"ZADD a inf m;ZADD b -inf m;ZUNIONSTORE d 2 a b;ZSCORE d m", `1;1;1;"0"`},
		{"ZADD z 1 a;ZPOPMIN z 0;ZPOPMAX z 0;ZCARD z", `1;[];[];1`},
		{`XADD s 0-0 f v;EXISTS s;XADD s abc f v;EXISTS s`, `-ERR The ID specified in XADD must be greater than 0-0;0;-ERR Invalid stream ID specified as stream command argument;0`},
		{`SETRANGE k 0 "";EXISTS k;APPEND a "";GET a;TYPE a`, `0;0;0;"";+string`},
		{"RPUSH l a;XLEN l;PING", `1;-WRONGTYPE Operation against a key holding the wrong kind of value;+PONG`},
		{"MULTI;NOSUCH;SET k v;EXEC;EXISTS k", `+OK;-ERR unknown command 'NOSUCH', with args beginning with: ;+QUEUED;-EXECABORT Transaction discarded because of previous errors.;0`},
		{"MULTI;GET;EXEC", `+OK;-ERR wrong number of arguments for 'get' command;-EXECABORT Transaction discarded because of previous errors.`},
		{"SET k v;WATCH k;FLUSHALL;MULTI;SET k w;EXEC;EXISTS k", `+OK;+OK;+OK;+OK;+QUEUED;nil;0`},
		{"SET k v;WATCH k;FLUSHDB;MULTI;SET k w;EXEC", `+OK;+OK;+OK;+OK;+QUEUED;nil`},
		{"SET k v;WATCH k;SELECT 1;FLUSHDB;SELECT 0;MULTI;SET k w;EXEC", `+OK;+OK;+OK;+OK;+OK;+OK;+QUEUED;[+OK]`},
		{"SET k v;WATCH k;SWAPDB 0 1;MULTI;PING;EXEC", `+OK;+OK;+OK;+OK;+QUEUED;nil`},
		{`EVAL "redis.call('FLUSHALL') return 1" 0;PING`, `1;+PONG`},
		{`EVAL "return function() end" 0;PING`, `nil;+PONG`},
		{`EVAL "return {1, function() end, 3}" 0`, `[1 nil 3]`},
	} {
		t.Run(test.commands, func(t *testing.T) {
			t.Parallel()
			f := testFront(t, time.Now)
			c := connect(t, f)
			var got []string
			for line := range strings.SplitSeq(test.commands, ";") {
				got = append(got, render(ask(t, c, words(line)...), false))
			}
			if text := strings.Join(got, ";"); text != test.want {
				t.Errorf("got  %s\nwant %s", text, test.want)
			}
			if err := f.failure(); err != nil {
				t.Error(err)
			}
		})
	}
}

// TestDegraded: a panic in a command is an error reply; the server goes on,
// says that it is degraded, and is not given out for a snapshot. The panic is
// made by a rule that this test adds to a command nobody uses.
func TestDegraded(t *testing.T) {
	f := testFront(t, time.Now)
	c := connect(t, f)
	ask(t, c, "SET", "k", "v")
	kept := rules["ECHO"]
	rules["ECHO"] = func(*call, []string) {
		f.m.Lock() // as a handler of miniredis would have
		panic("boom")
	}
	defer func() {
		if kept == nil {
			delete(rules, "ECHO")
		}
	}()
	says(t, ask(t, c, "ECHO", "x"), "degraded")
	if got := ask(t, c, "GET", "k"); got != "v" {
		t.Errorf("GET after the panic gives %v", got)
	}
	ask(t, c, "MULTI")
	ask(t, c, "ECHO", "x")
	ask(t, c, "GET", "k")
	if list, _ := ask(t, c, "EXEC").([]any); len(list) != 2 || list[1] != "v" {
		t.Errorf("EXEC with a panic inside gives %v", list)
	}
	says(t, ask(t, c, "EVAL", "return redis.call('ECHO', 'x')", "0"), "degraded")
	cache := &Cache{front: f}
	if err := cache.Health(); err == nil || !strings.Contains(err.Error(), "echo: boom") {
		t.Errorf("Health says %v", err)
	}
	if err := cache.freeze(t.Context(), nil); err == nil || !strings.Contains(fmt.Sprint(err), "degraded") {
		t.Errorf("freeze of a degraded cache gives %v", err)
	}
}
