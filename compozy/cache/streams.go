package cache

import (
	"strconv"
	"strings"
)

// doStream is XADD and XTRIM, whose options miniredis reads beyond the
// end of the arguments, and which leave an empty stream when they fail.
func doStream(c *call, args []string) {
	name := strings.ToUpper(args[0])
	rest, ok := trimOptions(c, name, args)
	if !ok {
		return
	}
	if name == "XADD" && (len(rest) < 3 || len(rest)%2 == 0) {
		c.fail("ERR wrong number of arguments for 'xadd' command")
		return
	}
	missing := c.typeOf(args[1]) == "none"
	key := dbKey{c.db, args[1]}
	if missing {
		delete(c.f.lastIDs, key)
	} else {
		c.learnLast(key)
	}
	if name == "XADD" && !c.afterLast(key, rest[0]) {
		c.fail("ERR The ID specified in XADD is equal or smaller than the target stream top item")
		return
	}
	begin := len(c.out)
	c.raw(args...)
	if missing && c.out[begin] == '-' {
		c.ask("DEL", args[1])
	}
	if id, _, err := parseReply(c.out[begin:], 0); err == nil && name == "XADD" {
		if text, ok := id.(string); ok {
			c.f.lastIDs[key], _ = parseID(text)
		}
	}
}

// learnLast asks for the last ID of a stream that was restored, renamed or
// moved: miniredis knows it, and does not hold XADD to it once the entry is
// deleted.
func (c *call) learnLast(key dbKey) {
	if _, known := c.f.lastIDs[key]; known {
		return
	}
	if last := c.lastOf(key.key); last != (streamID{}) {
		c.f.lastIDs[key] = last
	}
}

// lastOf is the last ID that a stream of this database has had.
func (c *call) lastOf(key string) streamID {
	last, _ := parseID(id(pairs(c.ask("XINFO", "STREAM", key))["last-generated-id"]))
	return last
}

// copyLast gives the copy of a stream the last ID of the original, which
// miniredis copies only as long as its entry is there.
func (c *call) copyLast(last streamID, to string, db int) {
	there := call{f: c.f, s: c.s, db: db}
	if have := there.lastOf(to); !last.after(have) {
		return
	}
	text := last.String()
	if _, bad := there.ask("XADD", to, text, "", "").(failure); !bad {
		there.ask("XDEL", to, text)
	}
}

func (a streamID) String() string {
	return strconv.FormatUint(a.ms, 10) + "-" + strconv.FormatUint(a.seq, 10)
}

// streamID is the two halves of an entry's name.
type streamID struct{ ms, seq uint64 }

func (a streamID) after(b streamID) bool { return a.ms > b.ms || a.ms == b.ms && a.seq > b.seq }

// parseID reads an ID; one without a second half begins its millisecond.
func parseID(s string) (id streamID, ok bool) {
	first, second, both := strings.Cut(s, "-")
	var err error
	if id.ms, err = strconv.ParseUint(first, 10, 64); err != nil {
		return id, false
	}
	if both {
		id.seq, err = strconv.ParseUint(second, 10, 64)
	}
	return id, err == nil
}

// afterLast refuses an ID that a stream has had. miniredis remembers the last
// entry only as long as it is there.
func (c *call) afterLast(key dbKey, text string) bool {
	last, known := c.f.lastIDs[key]
	if first, ok := strings.CutSuffix(text, "-*"); ok {
		n, err := strconv.ParseUint(first, 10, 64)
		return !known || err != nil || n >= last.ms
	}
	id, ok := parseID(text)
	return !known || !ok || id.after(last)
}

// doGroup is XGROUP; miniredis takes any text for the place to begin at.
func doGroup(c *call, args []string) {
	if len(args) >= 5 && strings.EqualFold(args[1], "CREATE") && args[4] != "$" {
		if _, ok := parseID(args[4]); !ok {
			c.fail(invalidID)
			return
		}
	}
	if len(args) >= 3 && c.typeOf(args[2]) == "none" {
		delete(c.f.lastIDs, dbKey{c.db, args[2]}) // of one that is gone
	}
	c.raw(args...)
}

// doReadGroup is XREADGROUP, where $ has no meaning.
func doReadGroup(c *call, args []string) {
	for i, a := range args {
		if !strings.EqualFold(a, "STREAMS") {
			continue
		}
		ids := args[i+1:]
		for _, id := range ids[len(ids)/2:] {
			if id == "$" {
				c.fail("ERR The $ ID is meaningless in the context of XREADGROUP: you want to read the history of this consumer by specifying a proper ID, or use the > ID to get new messages. The $ ID would just return an empty result set.")
				return
			}
		}
		break
	}
	c.out = append(c.out, c.f.attempt(c.db, args)...)
}

const invalidID = "ERR Invalid stream ID specified as stream command argument"

func doAutoClaim(c *call, args []string) {
	for i := 6; i < len(args); i++ {
		switch strings.ToUpper(args[i]) {
		case "JUSTID":
		case "COUNT":
			if i++; i >= len(args) {
				c.fail(syntax)
				return
			}
			if n, ok := strictInt(args[i]); !ok || n < 1 || n > maxSample {
				c.fail("ERR COUNT must be > 0")
				return
			}
		default:
			c.fail(syntax)
			return
		}
	}
	c.raw(args...)
}

// doStreamRange answers a count of 0 with nothing; miniredis gives everything.
func doStreamRange(c *call, args []string) {
	if len(args) == 6 && strings.EqualFold(args[4], "COUNT") {
		if n, ok := strictInt(args[5]); ok && n <= 0 && c.is(args[1], "stream") {
			c.out = append(c.out, replyNilArray...)
			return
		} else if ok && n <= 0 {
			return
		}
	}
	c.raw(args...)
}

// doClaim checks the options of XCLAIM, which miniredis reads beyond the end.
func doClaim(c *call, args []string) {
	ids := true // which come before the options
	for i := 5; i < len(args); i++ {
		option := strings.ToUpper(args[i])
		switch option {
		case "LASTID":
			c.fail("ERR XCLAIM with LASTID is not supported by the embedded cache")
			return
		case "IDLE", "TIME", "RETRYCOUNT":
			if i++; i >= len(args) {
				c.fail("ERR Unrecognized XCLAIM option '%s'", args[i-1])
				return
			}
			ids = false
			n, ok := strictInt(args[i])
			if !ok || n < 0 {
				c.fail("ERR Invalid %s option argument for XCLAIM", option)
				return
			}
		case "FORCE", "JUSTID":
			ids = false
		default:
			if _, ok := parseID(args[i]); !ok || !ids {
				c.fail("ERR Unrecognized XCLAIM option '%s'", args[i])
				return
			}
		}
	}
	c.raw(args...)
}

// trimOptions checks MAXLEN and MINID and returns what follows the options.
func trimOptions(c *call, name string, args []string) ([]string, bool) {
	i := 2
	for i < len(args) {
		option := strings.ToUpper(args[i])
		switch option {
		case "NOMKSTREAM":
			i++
			continue
		case "MAXLEN", "MINID":
			i++
			if i < len(args) && (args[i] == "=" || args[i] == "~") {
				i++
			}
		case "LIMIT":
			i++
		default:
			return args[i:], true
		}
		if i >= len(args) {
			if option == "MAXLEN" {
				c.fail(notInteger)
			} else {
				c.fail(syntax)
			}
			return nil, false
		}
		if option == "MINID" {
			if _, ok := parseID(args[i]); !ok {
				c.fail(invalidID)
				return nil, false
			}
		} else {
			n, ok := strictInt(args[i])
			switch {
			case !ok:
				c.fail(notInteger)
				return nil, false
			case n < 0:
				c.fail("ERR The %s argument must be >= 0.", option)
				return nil, false
			}
		}
		i++
	}
	if name == "XADD" {
		c.fail("ERR wrong number of arguments for 'xadd' command")
		return nil, false
	}
	return nil, true
}
