package cache

import (
	"fmt"
	"runtime"
	"runtime/metrics"
	"slices"
	"strings"
	"time"
)

func doPing(c *call, args []string) {
	switch {
	case len(args) > 2:
		c.fail("ERR wrong number of arguments for 'ping' command")
	case c.script == nil && len(c.s.channels)+len(c.s.patterns) > 0:
		c.out = appendBulks(c.out, "pong", strings.Join(args[1:], ""))
	case len(args) == 2:
		c.out = appendBulk(c.out, args[1])
	default:
		c.out = appendLine(c.out, '+', "PONG")
	}
}

func doSelectDB(c *call, args []string) {
	n, ok := strictInt(args[1])
	switch {
	case !ok:
		c.fail(notInteger)
	case n < 0 || n >= databases:
		c.fail("ERR DB index is out of range")
	default:
		c.db = int(n)
		c.out = append(c.out, replyOK...)
	}
}

func doSwapDB(c *call, args []string) {
	for i, name := range []string{"first", "second"} {
		if _, ok := strictInt(args[i+1]); !ok {
			c.fail("ERR invalid %s DB index", name)
			return
		}
	}
	if !validDB(args[1]) || !validDB(args[2]) {
		c.fail("ERR DB index is out of range")
		return
	}
	clear(c.f.lastIDs)
	if args[1] != args[2] {
		for _, db := range args[1:] {
			n, _ := strictInt(db)
			c.f.flushing(int(n), int(n))
		}
	}
	c.raw(args...)
}

func doFlush(c *call, args []string) {
	if len(args) > 2 || len(args) == 2 && !strings.EqualFold(args[1], "SYNC") && !strings.EqualFold(args[1], "ASYNC") {
		c.fail(syntax)
		return
	}
	first, last := c.db, c.db
	if strings.EqualFold(args[0], "FLUSHALL") {
		first, last = 0, databases-1
	}
	c.f.flushing(first, last)
	c.raw(args[0])
}

func doUnwatch(c *call, _ []string) {
	c.s.unwatch()
	c.out = append(c.out, replyOK...)
}

// doAuth answers as a Redis without a password: nobody else can connect.
func doAuth(c *call, args []string) {
	if len(args) == 2 {
		c.fail("ERR AUTH <password> called without any password configured for the default user. Are you sure your configuration is correct?")
		return
	}
	c.fail("WRONGPASS invalid username-password pair or user is disabled.")
}

func doHello(c *call, args []string) {
	if len(args) > 1 && args[1] != "2" {
		c.fail("NOPROTO unsupported protocol version")
		return
	}
	c.out = appendLen(c.out, '*', 14)
	for _, pair := range [][2]string{{"server", "redis"}, {"version", emulated}} {
		c.out = appendBulk(appendBulk(c.out, pair[0]), pair[1])
	}
	c.out = appendInt(appendBulk(c.out, "proto"), 2)
	c.out = appendInt(appendBulk(c.out, "id"), int(c.s.id))
	for _, pair := range [][2]string{{"mode", "standalone"}, {"role", "master"}} {
		c.out = appendBulk(appendBulk(c.out, pair[0]), pair[1])
	}
	c.out = append(appendBulk(c.out, "modules"), "*0\r\n"...)
}

// emulated is the version of Redis that the embedded server is compared with.
const emulated = "7.0.15"

func (s *session) describe(now time.Time) string {
	return fmt.Sprintf("id=%d addr=embedded name=%s age=%d db=%d sub=%d psub=%d",
		s.id, s.name, int(now.Sub(s.since).Seconds()), s.db, len(s.channels), len(s.patterns))
}

func doClient(c *call, args []string) {
	sub := strings.ToUpper(args[1])
	switch {
	case sub == "ID" && len(args) == 2:
		c.out = appendInt(c.out, int(c.s.id))
	case sub == "GETNAME" && len(args) == 2:
		if c.s.name == "" {
			c.out = append(c.out, replyNil...)
			return
		}
		c.out = appendBulk(c.out, c.s.name)
	case sub == "SETNAME" && len(args) == 3:
		if strings.ContainsFunc(args[2], func(r rune) bool { return r <= ' ' || r > '~' }) {
			c.fail("ERR Client names cannot contain spaces, newlines or special characters.")
			return
		}
		c.s.name = args[2]
		c.out = append(c.out, replyOK...)
	case sub == "INFO" && len(args) == 2:
		c.out = appendBulk(c.out, c.s.describe(c.f.now())+"\n")
	case sub == "LIST" && len(args) == 2:
		list := c.f.clients()
		slices.SortFunc(list, func(a, b *session) int { return int(a.id - b.id) })
		var b strings.Builder
		for _, s := range list {
			b.WriteString(s.describe(c.f.now()) + "\n")
		}
		c.out = appendBulk(c.out, b.String())
	case sub == "ID", sub == "GETNAME", sub == "SETNAME", sub == "INFO", sub == "LIST":
		c.fail("ERR wrong number of arguments for 'client|%s' command", strings.ToLower(sub))
	default:
		c.fail("ERR unknown subcommand '%.128s'. Try CLIENT HELP.", args[1])
	}
}

func doCommand(c *call, args []string) {
	var names []string
	for name, cmd := range commands() {
		if !cmd.absent {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	sub := ""
	if len(args) > 1 {
		sub = strings.ToUpper(args[1])
	}
	switch {
	case sub == "" || sub == "INFO":
		if len(args) > 2 {
			names = args[2:]
		}
		c.out = appendLen(c.out, '*', len(names))
		for _, name := range names {
			if cmd := commands()[strings.ToUpper(name)]; cmd != nil && !cmd.absent {
				c.out = cmd.describe(c.out)
			} else {
				c.out = append(c.out, replyNilArray...)
			}
		}
	case sub == "COUNT" && len(args) == 2:
		c.out = appendInt(c.out, len(names))
	case sub == "LIST" && len(args) == 2:
		for i, name := range names {
			names[i] = strings.ToLower(name)
		}
		c.out = appendBulks(c.out, names...)
	case sub == "GETKEYS" && len(args) > 2:
		cmd, problem := check(args[2:])
		switch {
		case problem != "":
			c.fail("ERR Invalid command specified")
		case cmd.movable || cmd.first == 0:
			c.fail("ERR The command has no key arguments")
		default:
			c.out = appendBulks(c.out, cmd.keys(args[2:])...)
		}
	default:
		c.fail("ERR unknown subcommand '%.128s'. Try COMMAND HELP.", args[1])
	}
}

func doTime(c *call, _ []string) {
	now := c.f.now()
	c.out = appendBulks(c.out, itoa(now.Unix()), itoa(int64(now.Nanosecond()/1000)))
}

// doInfo answers INFO with the fields that exporters read. What the embedded
// server does not have (memory limits, replicas, persistence of its own) is
// given as Redis gives it when it is off.
func doInfo(c *call, args []string) {
	wanted := map[string]bool{}
	for _, a := range args[1:] {
		wanted[strings.ToLower(a)] = true
	}
	all := len(wanted) == 0 || wanted["all"] || wanted["default"] || wanted["everything"]
	var b strings.Builder
	section := func(name string, lines func(put func(key string, value any))) {
		if !all && !wanted[strings.ToLower(name)] {
			return
		}
		if b.Len() > 0 {
			b.WriteString("\r\n")
		}
		b.WriteString("# " + name + "\r\n")
		lines(func(key string, value any) { fmt.Fprintf(&b, "%s:%v\r\n", key, value) })
	}
	f := c.f
	up := int64(f.now().Sub(f.start) / time.Second)
	section("Server", func(put func(string, any)) {
		put("redis_version", emulated)
		put("redis_mode", "standalone")
		put("server_name", "compozy-embedded")
		put("os", runtime.GOOS+" "+runtime.GOARCH)
		put("arch_bits", 32<<(^uint(0)>>63))
		put("tcp_port", 0)
		put("uptime_in_seconds", up)
		put("uptime_in_days", up/86400)
	})
	section("Clients", func(put func(string, any)) {
		put("connected_clients", len(f.clients()))
		put("blocked_clients", len(f.waiters))
		put("maxclients", 0)
	})
	section("Memory", func(put func(string, any)) {
		used := heap()
		put("used_memory", used)
		put("used_memory_human", fmt.Sprintf("%.2fM", float64(used)/(1<<20)))
		put("used_memory_scope", "process")
		put("maxmemory", 0)
		put("maxmemory_policy", "noeviction")
	})
	section("Persistence", func(put func(string, any)) {
		put("loading", 0)
		put("rdb_changes_since_last_save", 0)
		put("aof_enabled", 0)
	})
	section("Stats", func(put func(string, any)) {
		put("total_connections_received", f.accepted.Load())
		put("total_commands_processed", f.executed.Load())
		put("keyspace_hits", f.hits.Load())
		put("keyspace_misses", f.misses.Load())
		put("evicted_keys", 0)
		put("pubsub_channels", len(f.channels))
		put("pubsub_patterns", len(f.patterns))
	})
	section("Replication", func(put func(string, any)) {
		put("role", "master")
		put("connected_slaves", 0)
	})
	section("Keyspace", func(put func(string, any)) {
		for db := range databases {
			if n, ends := f.keyCount(db); n > 0 {
				put(fmt.Sprintf("db%d", db), fmt.Sprintf("keys=%d,expires=%d,avg_ttl=0", n, ends))
			}
		}
	})
	c.out = appendBulk(c.out, b.String())
}

// keyCount also counts the keys that have an end, by asking each.
func (f *front) keyCount(db int) (keys, ends int) {
	data := f.m.DB(db)
	names := data.Keys()
	for _, name := range names {
		if data.TTL(name) > 0 {
			ends++
		}
	}
	return len(names), ends
}

// heap is the memory in use by the whole process: the keys share it with the
// rest, and nobody counts them apart. Reading it does not stop the world.
func heap() uint64 {
	sample := []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}}
	metrics.Read(sample)
	return sample[0].Value.Uint64()
}
