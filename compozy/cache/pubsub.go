package cache

import "strings"

// inSubscription are the commands of a client that has subscriptions.
var inSubscription = map[string]bool{
	"SUBSCRIBE": true, "UNSUBSCRIBE": true, "PSUBSCRIBE": true, "PUNSUBSCRIBE": true, "PING": true, "QUIT": true,
}

// doSubscribe adds or removes subscriptions. Those of miniredis write to their
// client while everybody waits, and messages of one publisher may overtake
// each other; ours are put into the client's buffer.
func doSubscribe(c *call, args []string) {
	kind := strings.ToLower(args[0])
	own, all := &c.s.channels, c.f.channels
	if strings.HasPrefix(kind, "p") {
		own, all = &c.s.patterns, c.f.patterns
	}
	names := args[1:]
	remove := strings.Contains(kind, "unsub")
	if remove && len(names) == 0 {
		for name := range *own {
			names = append(names, name)
		}
	}
	if len(names) == 0 {
		c.out = append(appendBulk(appendLen(c.out, '*', 3), kind), replyNil...)
		c.out = appendInt(c.out, len(c.s.channels)+len(c.s.patterns))
	}
	if *own == nil {
		*own = map[string]struct{}{}
	}
	for _, name := range names {
		if remove {
			delete(*own, name)
			drop(all, name, c.s)
		} else {
			(*own)[name] = struct{}{}
			if all[name] == nil {
				all[name] = map[*session]struct{}{}
			}
			all[name][c.s] = struct{}{}
		}
		c.out = appendBulk(appendBulk(appendLen(c.out, '*', 3), kind), name)
		c.out = appendInt(c.out, len(c.s.channels)+len(c.s.patterns))
	}
}

func drop(all map[string]map[*session]struct{}, name string, s *session) {
	delete(all[name], s)
	if len(all[name]) == 0 {
		delete(all, name)
	}
}

func (s *session) unsubscribeAll() {
	for name := range s.channels {
		drop(s.f.channels, name, s)
	}
	for name := range s.patterns {
		drop(s.f.patterns, name, s)
	}
	s.channels, s.patterns = nil, nil
}

// doPublish puts a message into the buffers of its subscribers. A client that
// leaves too much unread is cut off, as Redis does.
func doPublish(c *call, args []string) {
	channel, text := args[1], args[2]
	n := 0
	deliver := func(s *session, parts ...string) {
		n++
		message := appendBulks(nil, parts...)
		if s == c.s {
			c.out = append(c.out, message...)
			return
		}
		if _, err := s.conn.Write(message); err != nil || s.conn.out.unread() > subscribeLimit {
			_ = s.conn.Close() // an end of a pipe in memory
		}
	}
	for s := range c.f.channels[channel] {
		deliver(s, "message", channel, text)
	}
	for pattern, sessions := range c.f.patterns {
		if match(pattern, channel) {
			for s := range sessions {
				deliver(s, "pmessage", pattern, channel, text)
			}
		}
	}
	c.out = appendInt(c.out, n)
}

func doPubsub(c *call, args []string) {
	switch sub := strings.ToUpper(args[1]); {
	case sub == "CHANNELS" && len(args) <= 3:
		var names []string
		for name := range c.f.channels {
			if len(args) == 2 || match(args[2], name) {
				names = append(names, name)
			}
		}
		c.out = appendBulks(c.out, names...)
	case sub == "NUMSUB":
		c.out = appendLen(c.out, '*', 2*len(args[2:]))
		for _, name := range args[2:] {
			c.out = appendInt(appendBulk(c.out, name), len(c.f.channels[name]))
		}
	case sub == "NUMPAT" && len(args) == 2:
		c.out = appendInt(c.out, len(c.f.patterns))
	case sub == "CHANNELS", sub == "NUMPAT":
		c.fail("ERR wrong number of arguments for 'pubsub|%s' command", strings.ToLower(sub))
	default:
		c.fail("ERR unknown subcommand '%.128s'. Try PUBSUB HELP.", args[1])
	}
}

// match is the glob of Redis: *, ?, [a-z], [^a] and \. It is iterative, so
// that many stars cost no more than the product of the lengths.
func match(pattern, text string) bool {
	p, t, star, mark := 0, 0, -1, 0
	for t < len(text) {
		if p < len(pattern) && pattern[p] == '*' {
			star, mark = p, t
			p++
			continue
		}
		if n, ok := matchOne(pattern[p:], text[t]); ok {
			p += n
			t++
			continue
		}
		if star < 0 {
			return false
		}
		mark++
		p, t = star+1, mark
	}
	return strings.Trim(pattern[p:], "*") == ""
}

// matchOne matches one byte against the first item of a pattern and returns
// the length of the item.
func matchOne(pattern string, b byte) (int, bool) {
	if pattern == "" {
		return 0, false
	}
	switch pattern[0] {
	case '?':
		return 1, true
	case '\\':
		if len(pattern) > 1 {
			return 2, pattern[1] == b
		}
	case '[':
		return matchClass(pattern, b)
	}
	return 1, pattern[0] == b
}

func matchClass(pattern string, b byte) (int, bool) {
	i, not, found := 1, false, false
	if i < len(pattern) && pattern[i] == '^' {
		i, not = i+1, true
	}
	for i < len(pattern) && pattern[i] != ']' {
		switch {
		case pattern[i] == '\\' && i+1 < len(pattern):
			found = found || pattern[i+1] == b
			i += 2
		case i+2 < len(pattern) && pattern[i+1] == '-':
			low, high := min(pattern[i], pattern[i+2]), max(pattern[i], pattern[i+2])
			found = found || low <= b && b <= high
			i += 3
		default:
			found = found || pattern[i] == b
			i++
		}
	}
	return min(i+1, len(pattern)), found != not
}
