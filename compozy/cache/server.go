package cache

import (
	"crypto/subtle"
	"net"
	"strings"
	"time"
)

// Server is the server of the embedded cache by itself, without a
// configuration and without snapshots, on connections in memory. It stands in
// where a Redis is asked for and none is there. It is safe for concurrent use.
type Server struct {
	front  *front
	expiry *expiry
}

// NewServer starts a server, which its user closes. With a password it answers
// nobody who does not give it.
func NewServer(password string) (*Server, error) {
	f, err := newFront(time.Now, scriptDeadline)
	if err != nil {
		return nil, err
	}
	f.password, f.standsIn = password, true
	return &Server{front: f, expiry: startExpiry(f.walk, time.After)}, nil
}

// Dial opens a connection.
func (s *Server) Dial() (net.Conn, error) { return s.front.dial() }

// Close ends the server with its connections. It is called once.
func (s *Server) Close() {
	s.expiry.stop()
	s.front.close()
}

// locked answers the commands of a connection that has to give a password and
// has not, and AUTH on one that has; it reports whether it did.
func (s *session) locked(args []string) bool {
	if s.f.password == "" {
		return false
	}
	auth := func(user, password string) bool {
		return user == "default" && subtle.ConstantTimeCompare([]byte(password), []byte(s.f.password)) == 1
	}
	switch name := strings.ToUpper(args[0]); {
	case name == "AUTH" && s.queue == nil && (len(args) == 2 || len(args) == 3):
		user := "default"
		if len(args) == 3 {
			user = args[1]
		}
		if !auth(user, args[len(args)-1]) {
			s.out = appendError(s.out, "WRONGPASS invalid username-password pair or user is disabled.")
			return true
		}
		s.trusted = true
		s.out = append(s.out, replyOK...)
		return true
	case s.trusted || name == "QUIT":
		return false
	}
	s.out = appendError(s.out, "NOAUTH Authentication required.")
	return true
}

// setID is a command that only a Server has, as the form FULL of XINFO STREAM
// is: who moves a stream to a Redis ends with the one, and looks at it with the
// other.
const setID = "XSETID"

// check says why a command cannot run on a connection, or "".
func (s *session) check(args []string) (*command, string) {
	if s.f.standsIn && len(args) >= 3 && strings.EqualFold(args[0], setID) {
		return commands()[setID], ""
	}
	return check(args)
}

// doSetID is XSETID, whose counts nobody keeps here.
func doSetID(c *call, args []string) {
	id, ok := parseID(args[2])
	key := dbKey{c.db, args[1]}
	switch kind := c.typeOf(key.key); {
	case kind == "none":
		c.fail("ERR no such key")
		return
	case kind != "stream":
		c.fail("WRONGTYPE Operation against a key holding the wrong kind of value")
		return
	case !ok:
		c.fail("ERR Invalid stream ID specified as stream command argument")
		return
	}
	if top := c.topOf(key.key); top.after(id) {
		c.fail("ERR The ID specified in XSETID is smaller than the target stream top item")
		return
	}
	c.copyLast(id, key.key, c.db)
	c.f.lastIDs[key] = id
	c.out = append(c.out, replyOK...)
}

// topOf is the ID of the last entry that a stream holds, or the zero ID.
func (c *call) topOf(key string) streamID {
	rows, _ := c.ask("XREVRANGE", key, "+", "-", "COUNT", "1").([]any)
	if len(rows) == 0 {
		return streamID{}
	}
	entry, _ := rows[0].([]any)
	if len(entry) == 0 {
		return streamID{}
	}
	text, _ := entry[0].(string)
	top, _ := parseID(text)
	return top
}

func asksFull(name string, args []string) bool {
	return name == "XINFO" && len(args) > 3 && strings.EqualFold(args[1], "STREAM") && strings.EqualFold(args[3], "FULL")
}

// doFull is XINFO STREAM key FULL, without the counts that nobody keeps here
// and without a limit of entries.
func doFull(c *call, args []string) {
	key := args[2]
	switch c.typeOf(key) {
	case "stream":
	case "none":
		c.fail("ERR no such key")
		return
	default:
		c.fail("WRONGTYPE Operation against a key holding the wrong kind of value")
		return
	}
	s, err := newDirect(c.f.m, c.db).stream(c.f.m.DB(c.db), key, c.f.now())
	if err != nil {
		c.fail("ERR %s", err)
		return
	}
	if last, known := c.f.lastIDs[dbKey{c.db, key}]; known {
		s.LastID = last.String()
	}
	out := appendInt(appendBulk(appendLen(c.out, '*', 8), "length"), len(s.Entries))
	out = appendBulk(appendBulk(out, "last-generated-id"), s.LastID)
	out = appendLen(appendBulk(out, "entries"), '*', len(s.Entries))
	for _, e := range s.Entries {
		out = appendLen(appendBulk(appendLen(out, '*', 2), e.ID), '*', len(e.Fields))
		for _, f := range e.Fields {
			out = appendBulk(out, string(f))
		}
	}
	out = appendLen(appendBulk(out, "groups"), '*', len(s.Groups))
	for _, g := range s.Groups {
		out = appendBulk(appendBulk(appendLen(out, '*', 8), "name"), g.Name)
		out = appendBulk(appendBulk(out, "last-delivered-id"), g.LastDelivered)
		out = appendLen(appendBulk(out, "pending"), '*', len(g.Pending))
		for _, p := range g.Pending {
			out = appendBulk(appendBulk(appendLen(out, '*', 4), p.ID), p.Consumer)
			out = appendInt(appendInt(out, int(p.DeliveredAt)), int(p.Deliveries))
		}
		out = appendLen(appendBulk(out, "consumers"), '*', len(g.Consumers))
		for _, name := range g.Consumers {
			out = appendBulk(appendBulk(appendLen(out, '*', 2), "name"), name)
		}
	}
	c.out = out
}
