package cache

import (
	"flag"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"
)

var long = flag.Bool("long", false, "run the long variants: more random commands, more rounds")

// randomWords are what random commands are made of: keys of every type, numbers at
// the borders, options, and what is none of these.
var randomWords = strings.Fields(`k1 k2 k3 k4 str list hash set zset stream nosuch a b c m g c1
	0 1 2 -1 -5 3 5 10 100 1.5 -0.5 010 +1 1e3 nan inf -inf (1 [a (b + - * $ > = ~ 0-0 1-1 1-* 5-5 99999-1 -1-1
	9223372036854775807 -9223372036854775808 18446744073709551615 4294967296 1000000000000 2147483648 99999999999999999999
	NX XX GT LT CH INCR EX PX EXAT PXAT KEEPTTL PERSIST GET COUNT MATCH TYPE LIMIT WITHSCORES WITHVALUES REV BYSCORE BYLEX
	WEIGHTS AGGREGATE SUM MIN MAX LEFT RIGHT BEFORE AFTER STREAMS BLOCK GROUP NOACK JUSTID IDLE TIME RETRYCOUNT FORCE LASTID
	MAXLEN MINID NOMKSTREAM MKSTREAM CREATE DESTROY DELCONSUMER CREATECONSUMER GROUPS CONSUMERS STREAM FULL FIELDS REPLACE DB
	AND OR XOR NOT BYTE BIT RANK FROMLONLAT FROMMEMBER BYRADIUS BYBOX km m ft ASC DESC WITHDIST WITHCOORD ANY
	LOAD EXISTS FLUSH USAGE ID LIST SETNAME CHANNELS NUMSUB ENCODING IDLETIME SYNC ASYNC text STORE STOREDIST FNX FXX`)

var scriptWords = []string{"return 1", "return KEYS", "return {ARGV, {}}", "return redis.call(ARGV[1], ARGV[2])", "return redis.pcall(unpack(ARGV))",
	"error('x')", "return function() end", "syntax(", "return cjson.encode(ARGV)", "return cjson.decode(ARGV[1] or '')", "local t = {} t[1] = t return t"}

// fuzzSession is a connection that is not connected.
func fuzzSession(f *front) *session {
	_, server := pipe()
	return &session{f: f, conn: server}
}

// TestRandomCommands runs random commands of every kind. None may panic, in
// miniredis or here, none may hang, and each gives exactly one reply.
func TestRandomCommands(t *testing.T) {
	t.Parallel()
	n := 100_000
	if *long {
		n = 10_000_000
	}
	var names []string
	for name, cmd := range commands() {
		if !cmd.absent && !inSubscription[name] && controls[name] == nil {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	r := rand.New(rand.NewPCG(seed, 0))
	f := testFront(t, time.Now)
	s := fuzzSession(f)
	// A bound that only catches what hangs.
	watch := time.NewTimer(time.Minute)
	defer watch.Stop()
	done := make(chan struct{})
	current := make(chan []string, 1)
	go func() {
		defer close(done)
		for i := range n {
			if i%2000 == 0 {
				seedKeys(s)
			}
			args := randomCommand(r, names)
			if i%500 == 0 {
				watch.Reset(time.Minute)
			}
			select {
			case <-current:
			default:
			}
			current <- args
			cmd, problem := check(args)
			if problem != "" {
				continue
			}
			f.gate.lock()
			out := s.run(nil, cmd, args)
			f.gate.unlock()
			if skipReply(out, 0) != len(out) {
				t.Errorf("%q gives %q, which is not one reply", args, out)
				return
			}
			if err := f.failure(); err != nil {
				t.Errorf("%q: %v", args, err)
				return
			}
		}
	}()
	select {
	case <-done:
	case <-watch.C:
		t.Fatalf("hangs at one of the 500 commands around %q", <-current)
	}
}

func seedKeys(s *session) {
	for _, line := range []string{"FLUSHALL", "SET str 10", "RPUSH list a b c", "HSET hash a 1 b x", "SADD set a b c", "ZADD zset 1 a 2 b 3 c",
		"XADD stream 1-1 a 1", "XADD stream 2-1 b 2", "XGROUP CREATE stream g 0", "XREADGROUP GROUP g c1 COUNT 1 STREAMS stream >"} {
		args := strings.Fields(line)
		cmd, _ := check(args)
		s.f.gate.lock()
		s.run(nil, cmd, args)
		s.f.gate.unlock()
	}
}

func randomCommand(r *rand.Rand, names []string) []string {
	name := names[r.IntN(len(names))]
	cmd := commands()[name]
	n := max(cmd.arity, -cmd.arity)
	if cmd.arity < 0 {
		n += r.IntN(6)
	}
	args := []string{name}
	for len(args) < n {
		args = append(args, randomWords[r.IntN(len(randomWords))])
	}
	if strings.HasPrefix(name, "EVAL") && len(args) > 2 {
		args[1] = scriptWords[r.IntN(len(scriptWords))]
		args[2] = []string{"0", "1", "2", "-1", "x"}[r.IntN(5)]
	} else if len(args) > 1 && r.IntN(2) == 0 && cmd.first == 1 {
		args[1] = []string{"str", "list", "hash", "set", "zset", "stream", "nosuch"}[r.IntN(7)]
	}
	return args
}
