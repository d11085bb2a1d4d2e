package yaml

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"time"

	"github.com/redis/go-redis/v9"
)

// longLife is the time to live of what the script lets expire: so long that no
// slow machine sees the end of it.
const longLife = int64(time.Hour / time.Millisecond)

// step is one command of the script and the answer it must get: a string, an
// int64, a list of answers, nil, or an interval.
type step struct {
	args []any
	want any
}

// interval is the answer that lies in it, ends included.
type interval struct{ low, high int64 }

// part is a group of steps that Ran names together.
type part struct {
	name  string // for readers, after a count when counted
	count bool
	steps []step
}

func do(want any, args ...any) step { return step{args: args, want: want} }

// Names that a client must carry through unharmed: zero bytes, no UTF-8, and
// the line ends of the protocol itself.
const (
	binaryKey   = "docs:\x00\xff\r\n$3\r\n"
	binaryValue = "\x00\x01\xfe\xff\r\n*1\r\n"
)

const (
	// bothTypes writes a list and a hash under one lock, as one script does
	// for an agent's memory and its metadata.
	bothTypes = `redis.call('RPUSH', KEYS[1], ARGV[1], ARGV[2])
redis.call('HSET', KEYS[2], 'length', redis.call('LLEN', KEYS[1]))
return {redis.call('LRANGE', KEYS[1], 0, -1), redis.call('HGET', KEYS[2], 'length')}`
	// release deletes a lock if it is still its owner's.
	release = `if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end return 0`
)

// script is what each embedded cache is put through, in the database home and
// one other. It begins with an empty server, so that a client which repeats it
// after a lost answer gets the same answers.
func script(home int) []part {
	other := (home + 1) % databases
	list := func(items ...any) []any { return items }
	return []part{
		{name: "typed commands", count: true, steps: []step{
			do("OK", "FLUSHALL"),
			do("OK", "SET", "docs:string", "kept for an hour", "PX", longLife),
			do("kept for an hour", "GET", "docs:string"),
			do(interval{longLife / 2, longLife}, "PTTL", "docs:string"),
			do("OK", "SET", binaryKey, binaryValue),
			do(binaryValue, "GET", binaryKey),
			do(int64(2), "HSET", "docs:hash", "one", "1", "two", "2"),
			do(list("1", "2", nil), "HMGET", "docs:hash", "one", "two", "three"),
			do(int64(3), "RPUSH", "docs:list", "a", "b", "a"),
			do(list("a", "b", "a"), "LRANGE", "docs:list", 0, -1),
			do(int64(2), "SADD", "docs:set", "a", "b", "a"),
			do(int64(1), "SISMEMBER", "docs:set", "b"),
			do(int64(2), "ZADD", "docs:zset", "2.5", "late", "-1", "early"),
			do(list("early", "-1", "late", "2.5"), "ZRANGE", "docs:zset", 0, -1, "WITHSCORES"),
			do("1-1", "XADD", "docs:stream", "1-1", "step", "first"),
			do("2-1", "XADD", "docs:stream", "2-1", "step", "second"),
			do("OK", "XGROUP", "CREATE", "docs:stream", "workers", "0"),
			do(list(list("docs:stream", list(list("1-1", list("step", "first"))))),
				"XREADGROUP", "GROUP", "workers", "one", "COUNT", 1, "STREAMS", "docs:stream", ">"),
			do(list(int64(1), "1-1", "1-1", list(list("one", "1"))), "XPENDING", "docs:stream", "workers"),
			do("OK", "SELECT", other),
			do(nil, "GET", "docs:string"),
			do("OK", "SET", "docs:elsewhere", "in another database"),
			do("OK", "SELECT", home),
			do(int64(0), "EXISTS", "docs:elsewhere"),
		}},
		{name: "a script", steps: []step{
			do(list(list("x", "y"), "2"), "EVAL", bothTypes, 2, "docs:memory", "docs:memory:meta", "x", "y"),
			do("list", "TYPE", "docs:memory"),
			do("hash", "TYPE", "docs:memory:meta"),
		}},
		{name: "a lock", steps: []step{
			do("OK", "SET", "docs:lock", "mine", "NX", "PX", longLife),
			do(nil, "SET", "docs:lock", "yours", "NX", "PX", longLife),
			do(int64(0), "EVAL", release, 1, "docs:lock", "yours"),
			do(int64(1), "EVAL", release, 1, "docs:lock", "mine"),
			do(int64(0), "EXISTS", "docs:lock"),
		}},
		{name: "a transaction", steps: []step{
			do("OK", "MULTI"),
			do("QUEUED", "INCRBY", "docs:counter", 41),
			do("QUEUED", "INCR", "docs:counter"),
			do(list(int64(41), int64(42)), "EXEC"),
			do("OK", "WATCH", "docs:counter"),
			do(int64(43), "INCR", "docs:counter"),
			do("OK", "MULTI"),
			do("QUEUED", "SET", "docs:counter", "0"),
			do(nil, "EXEC"), // the watched key has changed
			do("43", "GET", "docs:counter"),
		}},
	}
}

// databases is the number of databases of the embedded cache.
const databases = 16

// answerError is a command that answered something else than it must.
type answerError struct {
	command string
	got     any
	want    any
}

func (e *answerError) Error() string {
	return fmt.Sprintf("%s answered %s, not %s", e.command, show(e.got), show(e.want))
}

// play sends all steps in one pipeline, which stays on one connection, and
// holds each answer against the one it must be.
func play(ctx context.Context, client *redis.Client, parts []part) error {
	pipeline := client.Pipeline()
	var sent []*redis.Cmd
	for _, p := range parts {
		for _, s := range p.steps {
			sent = append(sent, pipeline.Do(ctx, s.args...))
		}
	}
	_, _ = pipeline.Exec(ctx) // each command holds its own error
	i := 0
	for _, p := range parts {
		for _, s := range p.steps {
			got, err := sent[i].Result()
			i++
			if err != nil && !errors.Is(err, redis.Nil) {
				return fmt.Errorf("%s: %w", s.name(), err)
			}
			if !answers(got, s.want) {
				return &answerError{command: s.name(), got: got, want: s.want}
			}
		}
	}
	return nil
}

// name is the command as it is called in messages: without the text of
// scripts and without values.
func (s step) name() string {
	name := fmt.Sprint(s.args[0])
	switch {
	case name == "EVAL":
		return fmt.Sprintf("EVAL with %q", s.args[3])
	case len(s.args) > 1:
		return fmt.Sprintf("%s %q", name, fmt.Sprint(s.args[1]))
	}
	return name
}

func answers(got, want any) bool {
	if want, ok := want.(interval); ok {
		n, ok := got.(int64)
		return ok && want.low <= n && n <= want.high
	}
	return reflect.DeepEqual(got, want)
}

func show(v any) string {
	switch v := v.(type) {
	case nil:
		return "nothing"
	case interval:
		return fmt.Sprintf("a number from %d to %d", v.low, v.high)
	case []any:
		return fmt.Sprintf("%q", v)
	case string:
		return fmt.Sprintf("%q", v)
	}
	return fmt.Sprint(v)
}

// The words of the subscription.
const (
	channel = "docs:news:today"
	pattern = "docs:news:*"
	message = "published while somebody listens"
)

// listen subscribes to a pattern, publishes, and receives.
func listen(ctx context.Context, client *redis.Client) error {
	subscription := client.PSubscribe(ctx, pattern)
	defer func() { _ = subscription.Close() }() // the outcome is decided before
	// Receiving knows deadlines and no cancelling; closing ends it.
	defer context.AfterFunc(ctx, func() { _ = subscription.Close() })()
	first, err := subscription.ReceiveTimeout(ctx, deadlineOf(ctx))
	if err != nil {
		return fmt.Errorf("PSUBSCRIBE %q: %w", pattern, err)
	}
	if got, ok := first.(*redis.Subscription); !ok || got.Kind != "psubscribe" || got.Channel != pattern || got.Count != 1 {
		return &answerError{command: fmt.Sprintf("PSUBSCRIBE %q", pattern), got: first, want: "psubscribe"}
	}
	heard, err := client.Publish(ctx, channel, message).Result()
	if err != nil {
		return fmt.Errorf("PUBLISH %q: %w", channel, err)
	}
	if heard != 1 {
		return &answerError{command: fmt.Sprintf("PUBLISH %q", channel), got: heard, want: int64(1)}
	}
	second, err := subscription.ReceiveTimeout(ctx, deadlineOf(ctx))
	if err != nil {
		return fmt.Errorf("the subscription to %q: %w", pattern, err)
	}
	if got, ok := second.(*redis.Message); !ok || got.Channel != channel || got.Pattern != pattern || got.Payload != message {
		return &answerError{command: fmt.Sprintf("the subscription to %q", pattern), got: fmt.Sprint(second), want: message}
	}
	return nil
}

// answerTime is how long a subscription may stay silent where the context has
// no deadline.
const answerTime = 10 * time.Second

func deadlineOf(ctx context.Context) time.Duration {
	if at, ok := ctx.Deadline(); ok {
		return max(time.Until(at), time.Millisecond)
	}
	return answerTime
}
