package cache

import (
	"context"
	"crypto/sha1"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	lua "github.com/yuin/gopher-lua"
	"github.com/yuin/gopher-lua/parse"
)

const (
	// scriptDeadline is how long a script may run. All other clients wait for
	// it, so it is shorter than the time a client waits for a reply.
	scriptDeadline = 2 * time.Second
	// scriptGrace is how long a script that is past its deadline may take to
	// notice; inside one call of the string library it does not.
	scriptGrace = 250 * time.Millisecond
	// maxScript bounds the text of a script and with it the depth to which
	// its compiler recurses.
	maxScript = 128 << 10
	// maxScripts bounds those that are kept for EVALSHA. Redis keeps all.
	maxScripts = 10_000
)

// script is a compiled script.
type script struct {
	sha   string
	proto *lua.FunctionProto
}

func sha1Hex(s string) string {
	sum := sha1.Sum([]byte(s)) // the name that EVALSHA has for a script, not a protection
	return hex.EncodeToString(sum[:])
}

func compile(text string) (s *script, err error) {
	defer func() {
		if r := recover(); r != nil {
			s, err = nil, fmt.Errorf("%v", r)
		}
	}()
	if len(text) > maxScript {
		return nil, fmt.Errorf("the script has %d bytes, and the embedded cache takes at most %d", len(text), maxScript)
	}
	chunk, err := parse.Parse(strings.NewReader(text), "user_script")
	if err != nil {
		return nil, err
	}
	rewriteConcat(chunk)
	proto, err := lua.Compile(chunk, "user_script")
	if err != nil {
		return nil, err
	}
	return &script{sha1Hex(text), proto}, nil
}

// load compiles a script and keeps it. Call with the gate held.
func (f *front) load(text string) (*script, error) {
	sha := sha1Hex(text)
	if s := f.scripts[sha]; s != nil {
		return s, nil
	}
	s, err := compile(text)
	if err != nil {
		return nil, err
	}
	if len(f.scripts) >= maxScripts {
		clear(f.scripts)
	}
	f.scripts[sha] = s
	return s, nil
}

func doScript(c *call, args []string) {
	switch sub := strings.ToUpper(args[1]); {
	case sub == "LOAD" && len(args) == 3:
		s, err := c.f.load(args[2])
		if err != nil {
			c.fail("ERR Error compiling script (new function): %v", err)
			return
		}
		c.out = appendBulk(c.out, s.sha)
	case sub == "EXISTS" && len(args) > 2:
		c.out = appendLen(c.out, '*', len(args)-2)
		for _, sha := range args[2:] {
			n := 0
			if c.f.scripts[strings.ToLower(sha)] != nil {
				n = 1
			}
			c.out = appendInt(c.out, n)
		}
	case sub == "FLUSH" && len(args) == 3 && !strings.EqualFold(args[2], "SYNC") && !strings.EqualFold(args[2], "ASYNC"):
		c.fail("ERR SCRIPT FLUSH only support SYNC|ASYNC option")
	case sub == "FLUSH" && len(args) <= 3:
		clear(c.f.scripts)
		c.out = append(c.out, replyOK...)
	case sub == "KILL" && len(args) == 2:
		// Nobody is served while a script runs, and its deadline ends it.
		c.fail("NOTBUSY No scripts in execution right now.")
	case sub == "LOAD", sub == "EXISTS", sub == "FLUSH", sub == "KILL":
		c.fail("ERR wrong number of arguments for 'script|%s' command", strings.ToLower(sub))
	default:
		c.fail("ERR unknown subcommand '%.128s'. Try SCRIPT HELP.", args[1])
	}
}

// doEval is EVAL, EVALSHA and their read-only forms.
func doEval(c *call, args []string) {
	n, ok := strictInt(args[2])
	switch {
	case !ok:
		c.fail(notInteger)
		return
	case n < 0:
		c.fail("ERR Number of keys can't be negative")
		return
	case n > int64(len(args)-3):
		c.fail("ERR Number of keys can't be greater than number of args")
		return
	}
	name := strings.ToUpper(args[0])
	var s *script
	if strings.HasPrefix(name, "EVALSHA") {
		if s = c.f.scripts[strings.ToLower(args[1])]; s == nil {
			c.fail("NOSCRIPT No matching script. Please use EVAL.")
			return
		}
	} else {
		var err error
		if s, err = c.f.load(args[1]); err != nil {
			c.fail("ERR Error compiling script (new function): %v", err)
			return
		}
	}
	r := &run{f: c.f, s: c.s, db: c.db, sha: s.sha, readOnly: strings.HasSuffix(name, "_RO")}
	c.out = append(c.out, r.script(s, args[3:3+n], args[3+n:])...)
}

// run is a script in execution. Its commands run under the gate that its
// caller holds.
type run struct {
	f        *front
	s        *session
	db       int
	sha      string
	readOnly bool
	line     string // where the last failed redis.call was

	mu        sync.Mutex // held during each command
	abandoned bool       // past the deadline; no command may run any more
}

var errTime = errors.New("the deadline is past")

// script runs a script in a goroutine of its own, and looks at its memory
// meanwhile. The interpreter looks at the deadline after each instruction. A single call into the string library can
// take longer than that; such a script is left behind: its commands are
// refused from then on, so that the gate can be given to others, and it ends
// when that call returns. What it has written before stays, as with any error
// in a script.
//
// The end of the server does not end it: the last snapshot would keep half of
// what it writes, and its deadline is near.
func (r *run) script(s *script, keys, argv []string) []byte {
	timed, cancel := context.WithTimeout(context.Background(), r.f.script)
	defer cancel()
	ctx, stop := context.WithCancelCause(timed)
	defer stop(nil)
	memory := watchMemory(r.f.memory)
	poll := time.NewTicker(memoryPoll)
	defer poll.Stop()
	type result struct {
		reply []byte
		panic any
	}
	done := make(chan result, 1)
	r.f.scriptsRunning.Add(1)
	go func() {
		var res result
		defer func() {
			res.panic = recover()
			r.f.scriptsRunning.Add(-1)
			done <- res
		}()
		res.reply = r.interpret(ctx, s, keys, argv)
	}()
	var late <-chan time.Time
	expired := ctx.Done()
	for {
		select {
		case res := <-done:
			if res.panic != nil {
				panic(res.panic) // in the goroutine that holds the gate
			}
			if ctx.Err() != nil {
				return r.stopped(ctx)
			}
			return res.reply
		case <-poll.C:
			if ctx.Err() == nil && memory.exceeded() {
				stop(errMemory)
			}
		case <-expired:
			timer := time.NewTimer(scriptGrace)
			defer timer.Stop()
			late, expired = timer.C, nil
		case <-late:
			r.mu.Lock()
			r.abandoned = true
			r.mu.Unlock()
			return r.stopped(ctx)
		}
	}
}

// stopped is the reply for a script that did not come to its end.
func (r *run) stopped(ctx context.Context) []byte {
	if errors.Is(context.Cause(ctx), errMemory) {
		return appendError(nil, "ERR the script was stopped because it takes more than %d MB of memory; what it wrote before stays script: %s", r.f.memory>>20, r.sha)
	}
	return appendError(nil, "ERR the script was stopped after %s; what it wrote before stays script: %s", r.f.script, r.sha)
}

// command is redis.call and redis.pcall.
func (r *run) command(args []string) (any, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.abandoned {
		return nil, errTime
	}
	cmd, problem := check(args)
	switch {
	case problem != "" && cmd == nil && strings.HasPrefix(problem, "ERR unknown command"):
		return failure("ERR Unknown Redis command called from script"), nil
	case strings.HasPrefix(problem, "ERR wrong number"):
		return failure("ERR Wrong number of args calling Redis command from script"), nil
	case problem != "":
		return failure(problem), nil
	case controls[strings.ToUpper(args[0])] != nil:
		return failure("ERR This Redis command is not allowed from script"), nil
	case r.readOnly && cmd.write:
		return failure("ERR Write commands are not allowed from read-only scripts."), nil
	}
	c := call{f: r.f, s: r.s, db: r.db, script: r}
	c.do(cmd, args)
	r.db = c.db
	reply, _, err := parseReply(c.out, 0)
	return reply, err
}
