package shell

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strconv"
	"strings"
	"sync"

	"github.com/compozy/docs/compozy/cache"
)

// redisHost starts the Redis servers of a session. A real one is a child
// process in a folder of its own, in a process group of its own, on a Unix
// socket; the session's network leads to it.
type redisHost struct {
	s    *Session
	path string // of the program; "" when the embedded server stands in

	mu      sync.Mutex
	version string
	first   int // number of the first block that started a server; 0 for none
	count   int // of child processes
	servers map[*instance]struct{}
}

// instance is one running server.
type instance struct {
	port  int
	pid   int // of a child process
	dial  func(ctx context.Context, from net.Addr) (net.Conn, error)
	once  sync.Once
	end   func() // ends the server and waits for it
	ended chan struct{}
}

func newRedisHost(s *Session) *redisHost {
	return &redisHost{s: s, path: s.opts.Program(), servers: map[*instance]struct{}{}}
}

// Program is the redis-server that sessions with these options start; "" when
// the embedded server stands in for it.
func (o Options) Program() string {
	switch o.Redis {
	case StandIn:
		return ""
	case "":
		return executable("redis-server")
	}
	return o.Redis
}

// name is what stands behind redis-server.
func (h *redisHost) name() string {
	if h.path == "" {
		return "an embedded server stands in for redis-server"
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.version == "" {
		h.version = redisVersion(h.path)
	}
	return strings.TrimSpace("redis-server "+h.version) + " is a real one"
}

// firstBlock returns the number of the first block that started a server; 0
// when none did.
func (h *redisHost) firstBlock() int {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.first
}

var versionForm = regexp.MustCompile(`v=([0-9][0-9A-Za-z.-]*)`)

// redisVersions remembers the answer of each program, which does not change
// while it runs.
var redisVersions sync.Map

func redisVersion(path string) string {
	if v, ok := redisVersions.Load(path); ok {
		return v.(string)
	}
	cmd := exec.Command(path, "--version")
	cmd.Env = []string{}
	out, err := cmd.Output()
	if err != nil {
		return ""
	}
	version := ""
	if m := versionForm.FindSubmatch(out); m != nil {
		version = string(m[1])
	}
	redisVersions.Store(path, version)
	return version
}

// passed are the settings that a server gets as they stand. What else a
// configuration can say leads to files, modules and the network of the machine.
var passed = map[string]bool{
	"save": true, "appendonly": true, "maxmemory": true, "maxmemory-policy": true, "databases": true, "loglevel": true,
	"timeout": true, "maxclients": true, "appendfsync": true, "notify-keyspace-events": true, "protected-mode": true,
}

// ignored are the settings that the sandbox decides.
var ignored = map[string]bool{"bind": true, "daemonize": true, "port": true, "dir": true, "requirepass": true, "pidfile": true, "logfile": true}

// serverOptions are the arguments of redis-server.
type serverOptions struct {
	port     int
	password string
	daemon   bool
	args     []string // for a real server
}

func (c *call) serverOptions() (o serverOptions, ok bool) {
	o.port = 6379
	args := c.args[1:]
	for len(args) > 0 {
		name, isOption := strings.CutPrefix(args[0], "--")
		if !isOption {
			if args[0] == "-p" && len(args) > 1 {
				name = "port"
			} else {
				c.refuse("the configuration file %q; write options, --port 6380", args[0])
				return o, false
			}
		}
		args = args[1:]
		var values []string
		for len(args) > 0 && !strings.HasPrefix(args[0], "--") {
			values = append(values, args[0])
			args = args[1:]
		}
		value := strings.Join(values, " ")
		name = strings.ToLower(name)
		switch {
		case name == "port":
			n, err := strconv.Atoi(value)
			if err != nil || n < 1 || n > 65535 {
				c.errorf("the port %q is not a number from 1 to 65535", value)
				return o, false
			}
			o.port = n
		case name == "requirepass":
			o.password = value
		case name == "daemonize":
			o.daemon = value == "yes"
		case ignored[name]:
		case passed[name]:
			o.args = append(append(o.args, "--"+name), values...)
			if len(values) == 0 {
				o.args = append(o.args, "")
			}
		default:
			c.refuse("the setting --%s", name)
			return o, false
		}
	}
	return o, true
}

// redisServer starts a server and, unless it is a daemon, waits for its end.
func redisServer(c *call) int {
	if len(c.args) == 2 && (c.args[1] == "--version" || c.args[1] == "-v") {
		fmt.Fprintln(c.stdout, "Redis server v="+strings.TrimPrefix(c.s.redis.name(), "redis-server "))
		return 0
	}
	o, ok := c.serverOptions()
	if !ok {
		return 1
	}
	h := c.s.redis
	server, err := h.start(c, o)
	if err != nil {
		return c.errorf("%s", c.s.files.clean(err.Error()))
	}
	if err := c.s.net.claim(c.ctx, o.port, func(int) *port {
		return &port{owner: server, dial: server.dial, end: func() { h.stop(server) }}
	}); err != nil {
		h.stop(server)
		fmt.Fprintf(c.stdout, "# Warning: Could not create server TCP listening socket *:%d: bind: Address already in use\n", o.port)
		fmt.Fprintln(c.stdout, "# Failed listening on port "+strconv.Itoa(o.port)+" (tcp), aborting.")
		return 1
	}
	if o.daemon {
		c.s.jobs.settle(c.job)
		return 0
	}
	c.s.jobs.ready(c.job)
	signals, unsubscribe := c.s.jobs.subscribe(c.job)
	defer unsubscribe()
	select {
	case <-signals:
	case <-server.ended:
	case <-c.ctx.Done():
	}
	h.stop(server)
	return 0
}

// start brings a server up.
func (h *redisHost) start(c *call, o serverOptions) (*instance, error) {
	var server *instance
	var err error
	if h.path == "" {
		server, err = standIn(o)
		if err == nil && !o.daemon {
			fmt.Fprintln(c.stdout, "* Ready to accept connections (an embedded server stands in)")
		}
	} else {
		server, err = h.child(c, o)
	}
	if err != nil {
		return nil, err
	}
	server.port = o.port
	from := h.s.owner(c.job)
	h.mu.Lock()
	if from != nil && (h.first == 0 || from.number < h.first) {
		h.first = from.number
	}
	h.servers[server] = struct{}{}
	h.mu.Unlock()
	return server, nil
}

// stop ends a server and gives its port back.
func (h *redisHost) stop(server *instance) {
	server.once.Do(func() {
		h.s.net.release(server.port, server)
		server.end()
		h.mu.Lock()
		delete(h.servers, server)
		h.mu.Unlock()
	})
}

// close ends the servers that were daemons.
func (h *redisHost) close() {
	h.mu.Lock()
	var list []*instance
	for server := range h.servers {
		list = append(list, server)
	}
	h.mu.Unlock()
	for _, server := range list {
		h.stop(server)
	}
}

// standIn is an embedded server on connections in memory.
func standIn(o serverOptions) (*instance, error) {
	server, err := cache.NewServer(o.password)
	if err != nil {
		return nil, err
	}
	ended := make(chan struct{})
	return &instance{
		ended: ended,
		end: func() {
			server.Close()
			close(ended)
		},
		dial: func(context.Context, net.Addr) (net.Conn, error) {
			conn, err := server.Dial()
			if err != nil {
				return nil, err
			}
			return &plainConn{Conn: conn}, nil
		},
	}, nil
}

// plainConn is a connection to a server that speaks no TLS. Like a real Redis,
// which waits for the line to end, it says nothing to who greets it in TLS.
type plainConn struct {
	net.Conn
	began, mute bool
}

// handshake is the first byte of a TLS connection.
const handshake = 0x16

// Write drops what a client of TLS says.
func (c *plainConn) Write(p []byte) (int, error) {
	if !c.began && len(p) > 0 {
		c.began, c.mute = true, p[0] == handshake
	}
	if c.mute {
		return len(p), nil
	}
	return c.Conn.Write(p)
}

// child starts a real server and waits until it says that it is ready.
func (h *redisHost) child(c *call, o serverOptions) (*instance, error) {
	h.mu.Lock()
	h.count++
	dir := filepath.Join(h.s.files.path, "redis"+strconv.Itoa(h.count))
	h.mu.Unlock()
	if err := os.Mkdir(dir, 0o700); err != nil {
		return nil, err
	}
	args := append([]string{"--port", "0", "--unixsocket", socketName, "--dir", dir, "--daemonize", "no", "--loglevel", "notice"}, o.args...)
	if o.password != "" {
		args = append(args, "--requirepass", o.password)
	}
	cmd := exec.Command(h.path, args...)
	cmd.Dir = dir
	cmd.Env = []string{"PATH=", "LANG=C.UTF-8"}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	cmd.Stderr = cmd.Stdout
	group(cmd)
	log := c.stdout
	if o.daemon {
		log = io.Discard // it has left the terminal
	}

	started, ended := make(chan error, 1), make(chan struct{})
	ready, drained := make(chan bool, 1), make(chan struct{})
	go func() {
		// The kernel ends the child with the thread that began it.
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		defer close(ended)
		if err := cmd.Start(); err != nil {
			started <- err
			return
		}
		started <- nil
		<-drained
		_ = cmd.Wait() // it was told to end, or says why in its output
	}()
	if err := <-started; err != nil {
		return nil, fmt.Errorf("start redis-server: %w", err)
	}
	go func() {
		defer close(drained)
		h.follow(out, log, ready)
	}()
	server := &instance{
		pid: cmd.Process.Pid, ended: ended,
		end: func() {
			endGroup(cmd)
			<-ended
		},
		dial: func(ctx context.Context, _ net.Addr) (net.Conn, error) { return dialIn(ctx, dir) },
	}
	select {
	case up := <-ready:
		if up {
			return server, nil
		}
	case <-c.ctx.Done():
	}
	server.end()
	return nil, errors.New("redis-server does not start; its output says why")
}

// logStamp is what a line of the log begins with: process, role and time. Like
// warnings about the machine, it would make the log of one example another one
// each time.
var logStamp = regexp.MustCompile(`^\d+:[A-Z] \d+ \w+ \d{4} [\d:.]+ |\bpid=\d+, `)

// follow copies the output of a server, and tells when it is ready or will
// never be.
func (h *redisHost) follow(out io.Reader, to io.Writer, ready chan<- bool) {
	told := false
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		if line := logStamp.ReplaceAllString(lines.Text(), ""); !strings.Contains(line, "WARNING") {
			fmt.Fprintln(to, h.s.files.clean(line))
		}
		if !told && strings.Contains(lines.Text(), "eady to accept connections") {
			told = true
			ready <- true
		}
	}
	if !told {
		ready <- false
	}
	_, _ = io.Copy(io.Discard, out) // a line that is too long ends the scan
}
