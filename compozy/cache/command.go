package cache

import (
	_ "embed"
	"fmt"
	"strconv"
	"strings"
	"sync"
)

// command is what is known about a command before it runs.
type command struct {
	name              string // lower case
	arity             int    // with the name; negative means at least
	first, last, step int    // positions of the keys, as in COMMAND
	flags             []string

	write, absent, noscript, movable, blocking bool
}

//go:embed commands.txt
var commandList string

// commands is the table by upper-case name.
var commands = sync.OnceValue(func() map[string]*command {
	table := map[string]*command{}
	for line := range strings.Lines(commandList) {
		f := strings.Fields(line)
		if len(f) < 5 || strings.HasPrefix(line, "#") {
			continue
		}
		c := &command{name: f[0], flags: f[5:]}
		for i, to := range []*int{&c.arity, &c.first, &c.last, &c.step} {
			n, err := strconv.Atoi(f[i+1])
			if err != nil {
				panic(fmt.Sprintf("commands.txt: %q: %v", line, err))
			}
			*to = n
		}
		for _, flag := range c.flags {
			switch flag {
			case "write":
				c.write = true
			case "absent":
				c.absent = true
			case "noscript":
				c.noscript = true
			case "movablekeys":
				c.movable = true
			case "blocking":
				c.blocking = true
			}
		}
		table[strings.ToUpper(c.name)] = c
	}
	return table
})

// keys returns the arguments that are keys. Of a command whose keys move, it
// returns all arguments.
func (c *command) keys(args []string) []string {
	if c.movable {
		return args[1:]
	}
	if c.first <= 0 || c.first >= len(args) {
		return nil
	}
	last := c.last
	if last < 0 {
		last += len(args)
	}
	last = min(last, len(args)-1)
	if c.step <= 1 {
		return args[c.first:max(last+1, c.first)]
	}
	var keys []string
	for i := c.first; i <= last; i += c.step {
		keys = append(keys, args[i])
	}
	return keys
}

// check says why a command cannot run, or "".
func check(args []string) (*command, string) {
	c := commands()[strings.ToUpper(args[0])]
	switch {
	case c == nil:
		return nil, unknownCommand(args)
	case c.absent:
		why := refused[strings.ToUpper(c.name)]
		if why == "" {
			why = "it has no such command"
		}
		return nil, fmt.Sprintf("ERR %s is not supported by the embedded cache: %s", strings.ToUpper(c.name), why)
	case c.arity > 0 && len(args) != c.arity, len(args) < -c.arity:
		return nil, fmt.Sprintf("ERR wrong number of arguments for '%s' command", c.name)
	}
	return c, ""
}

// unknownCommand has the text of Redis, which quotes the beginning only.
func unknownCommand(args []string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "ERR unknown command '%.128s', with args beginning with: ", args[0])
	for _, a := range args[1:] {
		room := 128 - (b.Len() - len(args[0]) - 46)
		if room <= 0 {
			break
		}
		fmt.Fprintf(&b, "'%.*s' ", room, a)
	}
	return b.String()
}

// describe appends one command as COMMAND lists it.
func (c *command) describe(b []byte) []byte {
	b = appendLen(b, '*', 6)
	b = appendBulk(b, c.name)
	b = appendInt(b, c.arity)
	b = appendLen(b, '*', len(c.flags))
	for _, f := range c.flags {
		b = appendLine(b, '+', f)
	}
	return appendInt(appendInt(appendInt(b, c.first), c.last), c.step)
}
