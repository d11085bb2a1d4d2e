package yaml

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"
)

// place is where a key stands.
type place struct {
	db  int
	key string
}

func (p place) String() string { return fmt.Sprintf("%q in database %d", p.key, p.db) }

func comparePlaces(a, b place) int { return cmp.Or(cmp.Compare(a.db, b.db), cmp.Compare(a.key, b.key)) }

// content is what a client sees of a key.
type content struct {
	kind  string
	value string // in one normal form for each type
	// expires is the moment in milliseconds since the Unix epoch; -1 for never.
	expires int64
}

// expirySlack is how far two readings of the moment at which a key ends may
// lie apart: a restore turns it into a duration and back.
const expirySlack = int64(5 * time.Second / time.Millisecond)

// readers give the value of a key of each type; the answer is brought into a
// normal form where its order means nothing.
var readers = map[string]struct {
	commands func(key string) [][]any
	normal   func([]any) []any
}{
	"string": {commands: func(key string) [][]any { return [][]any{{"GET", key}} }},
	"hash":   {commands: func(key string) [][]any { return [][]any{{"HGETALL", key}} }, normal: sortPairs},
	"list":   {commands: func(key string) [][]any { return [][]any{{"LRANGE", key, 0, -1}} }},
	"set":    {commands: func(key string) [][]any { return [][]any{{"SMEMBERS", key}} }, normal: sortAnswers},
	"zset":   {commands: func(key string) [][]any { return [][]any{{"ZRANGE", key, 0, -1, "WITHSCORES"}} }},
	"stream": {commands: func(key string) [][]any {
		return [][]any{{"XRANGE", key, "-", "+"}, {"XINFO", "GROUPS", key}, {"XPENDING", key, "workers"}}
	}},
}

// readState reads every key of every database through the client and leaves
// the connection in the database home.
func readState(ctx context.Context, client *redis.Client, home int) (map[place]content, error) {
	var selects [][]any
	for db := range databases {
		selects = append(selects, []any{"SELECT", db}, []any{"KEYS", "*"})
	}
	listed, err := ask(ctx, client, append(selects, []any{"SELECT", home}))
	if err != nil {
		return nil, err
	}
	var places []place
	for db := range databases {
		keys, ok := listed[2*db+1].([]any)
		if !ok {
			return nil, fmt.Errorf("KEYS answered %s in database %d", show(listed[2*db+1]), db)
		}
		for _, key := range keys {
			places = append(places, place{db, fmt.Sprint(key)})
		}
	}
	slices.SortFunc(places, comparePlaces)
	return readKeys(ctx, client, home, places)
}

// readKeys reads the types and ends of keys, then their values.
func readKeys(ctx context.Context, client *redis.Client, home int, places []place) (map[place]content, error) {
	var about [][]any
	for _, p := range places {
		about = append(about, []any{"SELECT", p.db}, []any{"TYPE", p.key}, []any{"PEXPIRETIME", p.key})
	}
	answers, err := ask(ctx, client, append(about, []any{"SELECT", home}))
	if err != nil {
		return nil, err
	}
	state := make(map[place]content, len(places))
	var values [][]any
	ends := make([]int, len(places)) // of each key's answers
	for i, p := range places {
		kind := fmt.Sprint(answers[3*i+1])
		expires, _ := answers[3*i+2].(int64)
		state[p] = content{kind: kind, expires: expires}
		values = append(values, []any{"SELECT", p.db})
		if r, ok := readers[kind]; ok {
			values = append(values, r.commands(p.key)...)
		}
		ends[i] = len(values)
	}
	if answers, err = ask(ctx, client, append(values, []any{"SELECT", home})); err != nil {
		return nil, err
	}
	at := 0
	for i, p := range places {
		c := state[p]
		got := answers[at+1 : ends[i]]
		at = ends[i]
		if normal := readers[c.kind].normal; normal != nil && len(got) == 1 {
			if list, ok := got[0].([]any); ok {
				got = normal(list)
			}
		}
		c.value = fmt.Sprintf("%q", got)
		state[p] = c
	}
	return state, nil
}

// ask sends commands in one pipeline and returns their answers.
func ask(ctx context.Context, client *redis.Client, commands [][]any) ([]any, error) {
	pipeline := client.Pipeline()
	sent := make([]*redis.Cmd, len(commands))
	for i, args := range commands {
		sent[i] = pipeline.Do(ctx, args...)
	}
	_, _ = pipeline.Exec(ctx) // each command holds its own error
	out := make([]any, len(commands))
	for i, c := range sent {
		v, err := c.Result()
		if err != nil && !errors.Is(err, redis.Nil) {
			return nil, fmt.Errorf("%s: %w", step{args: commands[i]}.name(), err)
		}
		out[i] = v
	}
	return out, nil
}

func sortAnswers(list []any) []any {
	slices.SortFunc(list, func(a, b any) int { return strings.Compare(fmt.Sprint(a), fmt.Sprint(b)) })
	return list
}

// sortPairs orders name, value, name, value, … by name.
func sortPairs(list []any) []any {
	pairs := make([]any, 0, len(list)/2)
	for i := 0; i+1 < len(list); i += 2 {
		pairs = append(pairs, fmt.Sprintf("%q=%q", list[i], list[i+1]))
	}
	return sortAnswers(pairs)
}

// compareStates returns the first difference, in the order of database and
// key, or nil.
func compareStates(before, after map[place]content) error {
	places := slices.Collect(maps.Keys(before))
	for p := range after {
		if _, ok := before[p]; !ok {
			places = append(places, p)
		}
	}
	slices.SortFunc(places, comparePlaces)
	for _, p := range places {
		was, had := before[p]
		is, has := after[p]
		switch {
		case !has:
			return fmt.Errorf("the %s %s is lost", was.kind, p)
		case !had:
			return fmt.Errorf("there is a %s %s that no snapshot should contain", is.kind, p)
		case was.kind != is.kind:
			return fmt.Errorf("%s is a %s and was a %s", p, is.kind, was.kind)
		case was.value != is.value:
			return fmt.Errorf("the %s %s holds %s and held %s", is.kind, p, is.value, was.value)
		case was.expires != is.expires && (was.expires < 0 || is.expires < 0):
			return fmt.Errorf("the %s %s %s, and before it %s", is.kind, p, ending(is.expires), ending(was.expires))
		case max(was.expires, is.expires)-min(was.expires, is.expires) > expirySlack:
			return fmt.Errorf("the %s %s ends %d ms away from where it ended", is.kind, p, is.expires-was.expires)
		}
	}
	return nil
}

func ending(expires int64) string {
	if expires < 0 {
		return "never expires"
	}
	return "expires"
}
