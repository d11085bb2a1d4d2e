package cache

import (
	"math"
	"strconv"
	"strings"
)

const (
	wrongType = "WRONGTYPE Operation against a key holding the wrong kind of value"
	// maxSample is how many members one command may draw with repetition; the
	// number is the caller's and not that of the members.
	maxSample = 1 << 20
)

// typeOf returns "none" for a missing key.
func (c *call) typeOf(key string) string {
	s, _ := c.ask("TYPE", key).(status)
	return string(s)
}

// is fails with the error of Redis unless a key is missing or of the type.
func (c *call) is(key, kind string) bool {
	if t := c.typeOf(key); t != kind && t != "none" {
		c.fail(wrongType)
		return false
	}
	return true
}

// doGet counts what exporters show as hits and misses.
func doGet(c *call, args []string) {
	begin := len(c.out)
	c.raw(args...)
	if string(c.out[begin:]) == replyNil {
		c.f.misses.Add(1)
	} else {
		c.f.hits.Add(1)
	}
}

func doKeys(c *call, args []string) {
	// A glob becomes a regular expression inside miniredis; ours is applied
	// to the whole list, so that both agree with Redis on every pattern.
	list, _ := c.ask("KEYS", "*").([]any)
	var names []string
	for _, item := range list {
		if key, ok := item.(string); ok && match(args[1], key) {
			names = append(names, key)
		}
	}
	c.out = appendBulks(c.out, names...)
}

func validDB(s string) bool {
	n, ok := strictInt(s)
	return ok && n >= 0 && n < databases
}

func (c *call) validDB(s string) bool {
	if _, ok := strictInt(s); !ok {
		c.fail(notInteger)
		return false
	}
	if !validDB(s) {
		c.fail("ERR DB index is out of range")
		return false
	}
	return true
}

// doMoving forgets which IDs streams have had: they belong to names.
func doMoving(c *call, args []string) {
	clear(c.f.lastIDs)
	c.raw(args...)
}

func doMoveKey(c *call, args []string) {
	if c.validDB(args[2]) {
		clear(c.f.lastIDs)
		c.raw(args...)
	}
}

func doCopyKey(c *call, args []string) {
	to := c.db
	for i := 3; i+1 < len(args); i++ {
		if strings.EqualFold(args[i], "DB") {
			if !c.validDB(args[i+1]) {
				return
			}
			n, _ := strictInt(args[i+1])
			to = int(n)
			i++
		}
	}
	clear(c.f.lastIDs)
	if c.typeOf(args[1]) == "hash" && c.hasFieldTimes(args[1]) {
		c.fail("ERR COPY of a hash whose fields expire is not supported by the embedded cache: the copy would lose the times")
		return
	}
	stream := c.typeOf(args[1]) == "stream"
	var last streamID
	if stream {
		last = c.lastOf(args[1])
	}
	begin := len(c.out)
	c.raw(args...)
	if copied, _, err := parseReply(c.out[begin:], 0); stream && err == nil && copied == 1 {
		c.copyLast(last, args[2], to)
	}
}

func (c *call) hasFieldTimes(key string) bool {
	names, _ := c.ask("HKEYS", key).([]any)
	args := []string{"HTTL", key, "FIELDS", itoa(len(names))}
	for _, n := range names {
		s, _ := n.(string)
		args = append(args, s)
	}
	times, _ := c.ask(args...).([]any)
	for _, t := range times {
		if n, ok := t.(int); ok && n >= 0 {
			return true
		}
	}
	return false
}

func doSetRange(c *call, args []string) {
	offset, ok := strictInt(args[2])
	switch {
	case !ok:
		c.fail(notInteger)
	case offset < 0:
		c.fail("ERR offset is out of range")
	case !c.is(args[1], "string"):
	case args[3] == "":
		c.raw("STRLEN", args[1])
	case offset > maxBulk-int64(len(args[3])):
		c.fail("ERR string exceeds maximum allowed size (64 MiB in the embedded cache)")
	default:
		c.raw(args...)
	}
}

func doBit(c *call, args []string) {
	if offset, ok := strictInt(args[2]); !ok || offset < 0 || offset >= maxBulk*8 {
		c.fail("ERR bit offset is not an integer or out of range")
		return
	}
	c.raw(args...)
}

func doAppendValue(c *call, args []string) {
	if !c.is(args[1], "string") {
		return
	}
	if c.asks("STRLEN", args[1])+len(args[2]) > maxBulk {
		c.fail("ERR string exceeds maximum allowed size (64 MiB in the embedded cache)")
		return
	}
	if args[2] == "" && c.typeOf(args[1]) == "none" {
		// miniredis would say that the key exists and have no value for it.
		c.ask("SET", args[1], "")
	}
	c.raw(args...)
}

// doIncrement checks what miniredis reads leniently: 010 is no integer.
func doIncrement(c *call, args []string) {
	by := int64(1)
	name := strings.ToUpper(args[0])
	if len(args) == 3 {
		n, ok := strictInt(args[2])
		if !ok {
			c.fail(notInteger)
			return
		}
		by = n
	}
	if strings.HasPrefix(name, "DECR") {
		if by == math.MinInt64 {
			c.fail("ERR decrement would overflow")
			return
		}
		by = -by
	}
	if !c.is(args[1], "string") {
		return
	}
	current, _ := c.ask("GET", args[1]).(string)
	if c.canAdd(current, by, notInteger) {
		c.raw("INCRBY", args[1], itoa(by))
	}
}

// canAdd fails unless current is an integer, or nothing, and the sum is one.
func (c *call) canAdd(current string, by int64, problem string) bool {
	n := int64(0)
	if current != "" {
		var ok bool
		if n, ok = strictInt(current); !ok {
			c.fail("%s", problem)
			return false
		}
	}
	if by > 0 && n > math.MaxInt64-by || by < 0 && n < math.MinInt64-by {
		c.fail("ERR increment or decrement would overflow")
		return false
	}
	return true
}

func doHashIncrement(c *call, args []string) {
	by, ok := strictInt(args[3])
	if !ok {
		c.fail(notInteger)
		return
	}
	if !c.is(args[1], "hash") {
		return
	}
	current, _ := c.ask("HGET", args[1], args[2]).(string)
	if c.canAdd(current, by, "ERR hash value is not an integer") {
		c.raw(args...)
	}
}

// float reads a number as Redis does; NaN is none.
func float(s string) (float64, bool) {
	if s == "" || strings.ContainsAny(s, "_ \t\r\n") {
		return 0, false
	}
	f, err := strconv.ParseFloat(s, 64)
	return f, err == nil && !math.IsNaN(f)
}

func doFloatIncrement(c *call, args []string) {
	by, ok := float(args[len(args)-1])
	if !ok {
		c.fail(notFloat)
		return
	}
	kind, read, problem := "string", []string{"GET", args[1]}, notFloat
	if len(args) == 4 {
		kind, read, problem = "hash", []string{"HGET", args[1], args[2]}, "ERR hash value is not a float"
	}
	if !c.is(args[1], kind) {
		return
	}
	current := 0.0
	if s, found := c.ask(read...).(string); found {
		if current, ok = float(s); !ok {
			c.fail("%s", problem)
			return
		}
	}
	if math.IsInf(current+by, 0) || math.IsInf(by, 0) || math.IsInf(current, 0) {
		if kind == "hash" && math.IsInf(by, 0) {
			c.fail("ERR value is NaN or Infinity")
			return
		}
		c.fail("ERR increment would produce NaN or Infinity")
		return
	}
	c.raw(args...)
}

// doScan checks the cursor, which miniredis uses as an index.
func doScan(c *call, args []string) {
	at := 2
	if strings.EqualFold(args[0], "SCAN") {
		at = 1
	}
	n, err := strconv.ParseUint(args[at], 10, 64)
	if err != nil {
		c.fail("ERR invalid cursor")
		return
	}
	args = append([]string(nil), args...)
	// No collection is that long, and larger ones would turn negative.
	args[at] = itoa(int64(min(n, math.MaxInt32)))
	for i := at + 1; i+1 < len(args); i += 2 {
		if strings.EqualFold(args[i], "COUNT") {
			switch count, ok := strictInt(args[i+1]); {
			case !ok:
				c.fail(notInteger)
				return
			case count < 1:
				c.fail(syntax)
				return
			default:
				args[i+1] = itoa(min(count, math.MaxInt32))
			}
		}
	}
	c.raw(args...)
}

// doRandom bounds how many members may be drawn with repetition.
func doRandom(c *call, args []string) {
	if len(args) > 2 {
		n, ok := strictInt(args[2])
		if !ok {
			c.fail(notInteger)
			return
		}
		if n < -maxSample {
			c.fail("ERR value is out of range")
			return
		}
		args = append([]string(nil), args...)
		args[2] = itoa(min(n, math.MaxInt32))
	}
	c.raw(args...)
}

// doStore is a union, intersection or difference. miniredis keeps an empty
// result as a key, whose next member crashes it, and scores that are NaN.
func doStore(c *call, args []string) {
	name := strings.ToUpper(args[0])
	if name[0] == 'Z' {
		for i, a := range args {
			if !strings.EqualFold(a, "WEIGHTS") {
				continue
			}
			for _, w := range args[i+1:] {
				if f, err := strconv.ParseFloat(w, 64); err == nil && (math.IsNaN(f) || math.IsInf(f, 0)) {
					c.fail("ERR weight value is not a float")
					return
				}
			}
		}
		if !c.sources(name, args) {
			return
		}
	}
	begin := len(c.out)
	c.raw(args...)
	if !strings.HasSuffix(name, "STORE") {
		return
	}
	switch reply := string(c.out[begin:]); {
	case reply == ":0\r\n":
		c.ask("DEL", args[1])
	case name[0] == 'Z' && reply[0] == ':':
		// Infinity minus infinity: Redis says 0.
		for _, key := range c.nans(args[1]) {
			c.ask("ZREM", args[1], key)
			c.ask("ZADD", args[1], "0", key)
		}
	}
}

// sources checks the number of keys.
func (c *call) sources(name string, args []string) bool {
	at := 1
	if strings.HasSuffix(name, "STORE") {
		at = 2
	}
	n, ok := strictInt(args[at])
	switch {
	case !ok:
		c.fail(notInteger)
	case n < 1:
		c.fail("ERR at least 1 input key is needed for '%s' command", strings.ToLower(name))
	case n > int64(len(args)-at-1):
		c.fail(syntax)
	default:
		return true
	}
	return false
}

func (c *call) nans(key string) (members []string) {
	list, _ := c.ask("ZRANGE", key, "0", "-1", "WITHSCORES").([]any)
	for i := 0; i+1 < len(list); i += 2 {
		if score, ok := list[i+1].(string); ok && strings.Contains(strings.ToLower(score), "nan") {
			member, _ := list[i].(string)
			members = append(members, member)
		}
	}
	return members
}

// doZpop answers a count of 0 with nothing; miniredis would pop one.
func doZpop(c *call, args []string) {
	if len(args) == 3 {
		n, ok := strictInt(args[2])
		if !ok || n < 0 {
			c.fail("ERR value is out of range, must be positive")
			return
		}
		if !c.is(args[1], "zset") {
			return
		}
		if n == 0 {
			c.out = append(c.out, "*0\r\n"...)
			return
		}
	}
	c.raw(args...)
}

// doZadd is ZADD and ZINCRBY: no score may be NaN, nor become it.
func doZadd(c *call, args []string) {
	increments := strings.EqualFold(args[0], "ZINCRBY")
	at := 2
options:
	for ; !increments && at < len(args); at++ {
		switch strings.ToUpper(args[at]) {
		case "NX", "XX", "GT", "LT", "CH":
		case "INCR":
			increments = true
		default:
			break options
		}
	}
	if (len(args)-at)%2 != 0 || at == len(args) {
		c.fail(syntax)
		return
	}
	for i := at; i+1 < len(args); i += 2 {
		by, ok := float(args[i])
		if !ok {
			c.fail(notFloat)
			return
		}
		if increments && math.IsInf(by, 0) {
			score, _ := c.ask("ZSCORE", args[1], args[i+1]).(string)
			if current, ok := float(score); ok && math.IsNaN(current+by) {
				c.fail("ERR resulting score is not a number (NaN)")
				return
			}
		}
	}
	c.raw(args...)
}

// doPairs is MSET and MSETNX, whose text miniredis has from an old Redis.
func doPairs(c *call, args []string) {
	if len(args)%2 == 0 {
		c.fail("ERR wrong number of arguments for '%s' command", strings.ToLower(args[0]))
		return
	}
	c.raw(args...)
}

// doCount is LPOP, RPOP and SPOP with a count.
func doCount(c *call, args []string) {
	if len(args) == 3 {
		if n, ok := strictInt(args[2]); !ok || n < 0 {
			c.fail("ERR value is out of range, must be positive")
			return
		}
	}
	c.raw(args...)
}

// doDirections is LMOVE; miniredis looks at the list first.
func doDirections(c *call, args []string) {
	for _, side := range args[3:5] {
		if !strings.EqualFold(side, "LEFT") && !strings.EqualFold(side, "RIGHT") {
			c.fail(syntax)
			return
		}
	}
	c.raw(args...)
}

// doScores are the ranges by score, whose borders may not be NaN.
func doScores(c *call, args []string) {
	byScore := !strings.EqualFold(args[0], "ZRANGE")
	for _, a := range args[4:] {
		byScore = byScore || strings.EqualFold(a, "BYSCORE")
	}
	if byScore {
		for _, border := range args[2:4] {
			if _, ok := float(strings.TrimPrefix(border, "(")); !ok {
				c.fail("ERR min or max is not a float")
				return
			}
		}
	}
	c.raw(args...)
}

// doBitPosition refuses bits that are neither 0 nor 1.
func doBitPosition(c *call, args []string) {
	switch n, ok := strictInt(args[2]); {
	case !ok:
		c.fail(notInteger)
	case n != 0 && n != 1:
		c.fail("ERR The bit argument must be 1 or 0.")
	default:
		c.raw(args...)
	}
}
