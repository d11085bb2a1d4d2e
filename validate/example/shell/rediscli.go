package shell

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"net/url"
	"strconv"
	"strings"
	"syscall"
)

// redisCLI sends one command, or those that stand on its standard input, to a
// server of the session, and prints the answer as redis-cli does. The protocol
// is spoken here: a client library does not tell a status from a string, and
// redis-cli does.
func redisCLI(c *call) int {
	o, words, ok := c.redisOptions()
	if !ok {
		return 2
	}
	conn, err := c.s.net.Dial(c.ctx, "tcp", net.JoinHostPort(o.host, o.port))
	if err != nil {
		why := "Connection refused"
		var lookup *net.DNSError
		switch {
		case errors.As(err, &lookup):
			why = "Name or service not known"
		case !errors.Is(err, syscall.ECONNREFUSED):
			why = "Network is unreachable"
		}
		fmt.Fprintf(c.stdout, "Could not connect to Redis at %s:%s: %s\n", o.host, o.port, why)
		return 1
	}
	defer conn.Close()
	stop := make(chan struct{})
	defer close(stop)
	go func() {
		select {
		case <-c.ctx.Done():
			_ = conn.Close() // what waits for the answer ends
		case <-stop:
		}
	}()
	client := &redisClient{w: conn, r: bufio.NewReader(conn)}
	if o.password != "" {
		if !o.quiet {
			fmt.Fprintln(c.stderr, "Warning: Using a password with '-a' or '-u' option on the command line interface may not be safe.")
		}
		auth := []string{"AUTH", o.password}
		if o.user != "" {
			auth = []string{"AUTH", o.user, o.password}
		}
		if v, err := client.do(auth); err != nil {
			return c.errorf("%v", err)
		} else if v.kind == '-' {
			fmt.Fprintf(c.stderr, "AUTH failed: %s\n", v.text)
		}
	}
	if o.db != "" && o.db != "0" {
		if v, err := client.do([]string{"SELECT", o.db}); err != nil {
			return c.errorf("%v", err)
		} else if v.kind == '-' {
			fmt.Fprintf(c.stderr, "SELECT %s failed: %s\n", o.db, v.text)
		}
	}
	if o.stdin {
		last, err := io.ReadAll(io.LimitReader(c.stdin, maxArgs))
		if err != nil {
			return c.errorf("%s", reason(err))
		}
		words = append(words, string(last))
	}
	if len(words) > 0 {
		return c.redisDo(client, words)
	}
	status := 0
	err = eachLine(c.stdin, func(line string) error {
		words, ok := redisWords(line)
		switch {
		case !ok:
			fmt.Fprintln(c.stdout, "Invalid argument(s)")
		case len(words) > 0:
			status = c.redisDo(client, words)
		}
		return c.ctx.Err()
	})
	if err != nil && c.ctx.Err() == nil {
		return c.errorf("%s", reason(err))
	}
	return status
}

// redisOptions are those of redis-cli.
type redisOptions struct {
	host, port, user, password, db string
	quiet, stdin                   bool
}

func (c *call) redisOptions() (o redisOptions, words []string, ok bool) {
	o = redisOptions{host: "127.0.0.1", port: "6379"}
	o.password = c.env.Get("REDISCLI_AUTH").String()
	o.quiet = true // the variable is the safe way
	args := c.args[1:]
	for len(args) > 0 && strings.HasPrefix(args[0], "-") {
		name := args[0]
		args = args[1:]
		switch name {
		case "--no-auth-warning":
			o.quiet = true
			c.noWarning = true
			continue
		case "--raw", "--no-raw":
			raw := name == "--raw"
			c.raw = &raw
			continue
		case "-x":
			o.stdin = true
			continue
		case "-h", "-p", "-a", "--pass", "--user", "-n", "-u":
		default:
			c.refuse("the option %q", name)
			return o, nil, false
		}
		if len(args) == 0 {
			c.refuse("the option %s without a value", name)
			return o, nil, false
		}
		value := args[0]
		args = args[1:]
		switch name {
		case "-h":
			o.host = value
		case "-p":
			o.port = value
		case "-n":
			o.db = value
		case "--user":
			o.user = value
		case "-a", "--pass":
			o.password, o.quiet = value, c.noWarning
		case "-u":
			u, err := url.Parse(value)
			if err != nil || u.Scheme != "redis" || u.Host == "" {
				c.refuse("the URL %q", value)
				return o, nil, false
			}
			o.host = u.Hostname()
			if p := u.Port(); p != "" {
				o.port = p
			}
			o.db = strings.Trim(u.Path, "/")
			if password, has := u.User.Password(); has {
				o.user, o.password, o.quiet = u.User.Username(), password, c.noWarning
			}
		}
	}
	o.quiet = o.quiet || c.noWarning
	return o, args, true
}

// redisDo sends a command and prints the answer.
func (c *call) redisDo(client *redisClient, words []string) int {
	if len(words) == 1 && (strings.EqualFold(words[0], "quit") || strings.EqualFold(words[0], "exit")) {
		return 0
	}
	for _, name := range []string{"subscribe", "psubscribe", "ssubscribe", "monitor"} {
		if strings.EqualFold(words[0], name) {
			return c.refuse("%s, which never ends", strings.ToUpper(name))
		}
	}
	v, err := client.do(words)
	if err != nil {
		if c.ctx.Err() == nil {
			fmt.Fprintln(c.stderr, "Error: Server closed the connection")
		}
		return 1
	}
	raw := !c.terminal()
	if c.raw != nil {
		raw = *c.raw
	}
	var b strings.Builder
	if raw {
		v.plain(&b)
	} else {
		v.print(&b, "")
	}
	io.WriteString(c.stdout, strings.TrimSuffix(b.String(), "\n")+"\n")
	if v.kind == '-' && raw {
		return 1
	}
	return 0
}

// terminal reports whether a reader would see the output, rather than a file
// or another command.
func (c *call) terminal() bool {
	out := c.stdout
	if h, ok := out.(heldWriter); ok {
		out = h.to
	}
	_, ok := out.(*screen)
	return ok
}

// redisWords splits a line as redis-cli does.
func redisWords(line string) (words []string, ok bool) {
	var word strings.Builder
	in, open := false, byte(0)
	for i := 0; i < len(line); i++ {
		ch := line[i]
		switch {
		case open == '"' && ch == '\\' && i+1 < len(line):
			i++
			if e := strings.IndexByte("nrtab", line[i]); e >= 0 {
				word.WriteByte("\n\r\t\a\b"[e])
			} else {
				word.WriteByte(line[i])
			}
		case open != 0 && ch == open:
			open = 0
		case open != 0:
			word.WriteByte(ch)
		case ch == '"' || ch == '\'':
			in, open = true, ch
		case ch == ' ' || ch == '\t':
			if in {
				words = append(words, word.String())
				word.Reset()
				in = false
			}
		default:
			in = true
			word.WriteByte(ch)
		}
	}
	if in {
		words = append(words, word.String())
	}
	return words, open == 0
}

// redisClient speaks the protocol.
type redisClient struct {
	w io.Writer
	r *bufio.Reader
}

func (c *redisClient) do(words []string) (value, error) {
	var b strings.Builder
	fmt.Fprintf(&b, "*%d\r\n", len(words))
	for _, w := range words {
		fmt.Fprintf(&b, "$%d\r\n%s\r\n", len(w), w)
	}
	if _, err := io.WriteString(c.w, b.String()); err != nil {
		return value{}, err
	}
	return readValue(c.r, 0)
}

// value is an answer. Its kind is the mark that it has in the protocol.
type value struct {
	kind byte // + - : $ * and 0 for nil
	text string
	list []value
}

const (
	maxReply = 64 << 20
	maxDepth = 32
)

var errReply = errors.New("the server's answer cannot be read")

func readValue(r *bufio.Reader, depth int) (value, error) {
	line, err := r.ReadString('\n')
	if err != nil {
		return value{}, err
	}
	line = strings.TrimRight(line, "\r\n")
	if line == "" || depth > maxDepth {
		return value{}, errReply
	}
	v := value{kind: line[0], text: line[1:]}
	switch v.kind {
	case '+', '-', ':':
		return v, nil
	case '$', '*':
	default:
		return value{}, errReply
	}
	n, err := strconv.Atoi(v.text)
	if err != nil || n > maxReply {
		return value{}, errReply
	}
	v.text = ""
	switch {
	case n < 0:
		return value{}, nil
	case v.kind == '$':
		data := make([]byte, n+2)
		if _, err := io.ReadFull(r, data); err != nil {
			return value{}, err
		}
		v.text = string(data[:n])
		return v, nil
	}
	for range n {
		e, err := readValue(r, depth+1)
		if err != nil {
			return value{}, err
		}
		v.list = append(v.list, e)
	}
	return v, nil
}

// print writes an answer as for a terminal.
func (v value) print(b *strings.Builder, indent string) {
	switch v.kind {
	case '+':
		b.WriteString(v.text)
	case '-':
		b.WriteString("(error) " + v.text)
	case ':':
		b.WriteString("(integer) " + v.text)
	case '$':
		b.WriteString(redisQuote(v.text))
	case '*':
		if len(v.list) == 0 {
			b.WriteString("(empty array)")
		}
		width := len(strconv.Itoa(len(v.list)))
		for i, e := range v.list {
			mark := fmt.Sprintf("%*d) ", width, i+1)
			if i > 0 {
				b.WriteString(indent)
			}
			b.WriteString(mark)
			e.print(b, indent+strings.Repeat(" ", len(mark)))
			if !strings.HasSuffix(b.String(), "\n") {
				b.WriteByte('\n')
			}
		}
	default:
		b.WriteString("(nil)")
	}
}

// redisQuote quotes a string as redis-cli does: bytes that are not printable
// ASCII are escaped.
func redisQuote(s string) string {
	var b strings.Builder
	b.WriteByte('"')
	for i := 0; i < len(s); i++ {
		ch := s[i]
		switch {
		case ch == '"' || ch == '\\':
			b.WriteByte('\\')
			b.WriteByte(ch)
		case strings.IndexByte("\n\r\t\a\b", ch) >= 0:
			b.WriteByte('\\')
			b.WriteByte("nrtab"[strings.IndexByte("\n\r\t\a\b", ch)])
		case ch < 0x20 || ch > 0x7e:
			fmt.Fprintf(&b, `\x%02x`, ch)
		default:
			b.WriteByte(ch)
		}
	}
	b.WriteByte('"')
	return b.String()
}

// plain writes an answer as for a file or another command.
func (v value) plain(b *strings.Builder) {
	if v.kind != '*' {
		b.WriteString(v.text + "\n")
		return
	}
	for _, e := range v.list {
		e.plain(b)
	}
}
