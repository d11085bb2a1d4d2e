package yaml

import (
	"cmp"
	"fmt"
	"net"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/compozy/docs/compozy/config"
	"github.com/compozy/docs/internal/diag"
)

// demand is what the server of a distributed configuration is like and asks
// of its clients.
type demand struct {
	address            string
	username, password string
	tls                bool
	db                 int
}

// Settings of the connection.
const (
	redisURL      = "redis.url"
	redisAddr     = "redis.addr"
	redisHost     = "redis.host"
	redisPort     = "redis.port"
	redisPassword = "redis.password"
	redisDB       = "redis.db"
	redisTLS      = "redis.tls_enabled"
)

// stated reads out of a configuration what it says about its server, in the
// order that the pages promise: url, then addr, then host and port. It is
// written apart from the client's own reading, so that a mistake there is
// noticed here.
func stated(cfg *config.Config) demand {
	d := demand{password: cfg.String(redisPassword), db: cfg.Int(redisDB), tls: cfg.Bool(redisTLS)}
	if u, ok := statedURL(cfg); ok {
		password, _ := u.User.Password()
		return demand{
			address: urlAddress(u), username: u.User.Username(), password: password,
			db: urlDatabase(u), tls: d.tls || u.Scheme == "rediss",
		}
	}
	d.address = cfg.String(redisAddr)
	if d.address == "" {
		d.address = net.JoinHostPort(strings.TrimSpace(cfg.String(redisHost)), cfg.String(redisPort))
	}
	return d
}

func statedURL(cfg *config.Config) (*url.URL, bool) {
	text := cfg.String(redisURL)
	if text == "" {
		return nil, false
	}
	u, err := url.Parse(text)
	return u, err == nil
}

func urlAddress(u *url.URL) string {
	return net.JoinHostPort(cmp.Or(u.Hostname(), "localhost"), cmp.Or(u.Port(), "6379"))
}

func urlDatabase(u *url.URL) int {
	text := cmp.Or(strings.Trim(u.Path, "/"), u.Query().Get("db"))
	n, _ := strconv.Atoi(text) // no number is no database
	return n
}

// serverKeys are the words of the attribute server.
var serverKeys = []string{"addr", "db", "password", "tls", "username"}

// ParseServer reads the attribute server, with which a page says what the
// server of an example demands: password=… username=… db=… addr=… and tls,
// separated by blanks. What it does not name is not demanded, except that the
// address is the one that the configuration names. The error is a sentence for
// the writer; it never quotes the password.
func ParseServer(text string) (map[string]string, error) {
	out := map[string]string{}
	for word := range strings.FieldsSeq(text) {
		key, value, given := strings.Cut(word, "=")
		_, twice := out[key]
		switch {
		case !slices.Contains(serverKeys, key):
			return nil, fmt.Errorf("%q is not something that a server can require; use %s", key, strings.Join(serverKeys, ", "))
		case twice:
			return nil, fmt.Errorf("%q appears twice", key)
		case key == "tls" && given:
			return nil, fmt.Errorf("%q takes no value", key)
		case key != "tls" && value == "":
			return nil, fmt.Errorf("%q needs a value: write %s=…", key, key)
		case key == "db":
			if n, err := strconv.Atoi(value); err != nil || n < 0 {
				return nil, fmt.Errorf("%q is not a database number", value)
			}
		case key == "addr":
			if _, _, err := net.SplitHostPort(value); err != nil {
				return nil, fmt.Errorf("%q is not an address: write host:port", value)
			}
		}
		out[key] = value
	}
	if _, named := out["username"]; named && out["password"] == "" {
		return nil, fmt.Errorf("a username needs a password: add password=…")
	}
	return out, nil
}

// demanded is what the example's server demands: what the page says where it
// says something, else what the configuration states.
func (ex Example) demanded(cfg *config.Config) demand {
	d := stated(cfg)
	if ex.Server == nil {
		return d
	}
	_, secure := ex.Server["tls"]
	said := demand{address: d.address, username: ex.Server["username"], password: ex.Server["password"], tls: secure, db: d.db}
	if addr := ex.Server["addr"]; addr != "" {
		said.address = addr
	}
	if db, err := strconv.Atoi(ex.Server["db"]); err == nil {
		said.db = db
	}
	return said
}

// conflict is a setting that says something else than the one that counts.
type conflict struct {
	loser, winner string
	message       string
}

// contradictions reports settings of a distributed configuration that name a
// second server, password or database beside the one that counts. The client
// follows one of them silently, so a reader who copies the example and changes
// the other one changes nothing.
func (t *trial) contradictions() []diag.Diagnostic {
	if t.Server != nil {
		return nil // the page says which one counts, and the server holds it to that
	}
	var out []diag.Diagnostic
	for _, c := range conflicts(t.cfg) {
		d := diag.New("example/contradiction", t.spanOf(c.loser), "%s", c.message)
		if at := t.cfg.Source(c.winner).Span; at.HasPlace() && !t.unseen(at) {
			d = d.WithNote(at, "%s wins, and is set here", c.winner)
		} else {
			d = d.WithAdvice("%s wins (%s)", c.winner, t.cfg.Source(c.winner))
		}
		out = append(out, d.WithAdvice("remove %s, or make the two agree", c.loser).
			WithAdvice("if the page shows which one wins, state what the server requires: server=\"…\""))
	}
	return out
}

func conflicts(cfg *config.Config) []conflict {
	u, ok := statedURL(cfg)
	if !ok {
		return addressConflicts(cfg)
	}
	var out []conflict
	add := func(loser, format string, args ...any) {
		out = append(out, conflict{loser, redisURL, fmt.Sprintf(format, args...)})
	}
	d := stated(cfg)
	host, port, _ := net.SplitHostPort(d.address) // it was joined
	if addr := cfg.String(redisAddr); addr != "" && addr != d.address {
		add(redisAddr, "%s is %q, and %s leads to %q", redisAddr, cfg.Show(redisAddr), redisURL, d.address)
	}
	if cfg.IsSet(redisHost) && cfg.String(redisHost) != host {
		add(redisHost, "%s is %q, and %s leads to %q", redisHost, cfg.Show(redisHost), redisURL, host)
	}
	if cfg.IsSet(redisPort) && cfg.String(redisPort) != port {
		add(redisPort, "%s is %q, and %s leads to the port %q", redisPort, cfg.Show(redisPort), redisURL, port)
	}
	switch password := cfg.String(redisPassword); {
	case password == "" || password == d.password:
	case d.password == "":
		add(redisPassword, "%s is set but never sent, because %s has no password", redisPassword, redisURL)
	default:
		add(redisPassword, "%s is not the password in %s", redisPassword, redisURL)
	}
	if cfg.IsSet(redisDB) && cfg.Int(redisDB) != d.db {
		add(redisDB, "%s is %d, and %s names the database %d", redisDB, cfg.Int(redisDB), redisURL, d.db)
	}
	if secure := u.Scheme == "rediss"; cfg.IsSet(redisTLS) && cfg.Bool(redisTLS) != secure {
		if secure {
			add(redisTLS, "%s is false, and %s begins with rediss://, which turns TLS on", redisTLS, redisURL)
		} else {
			out = append(out, conflict{redisURL, redisTLS, redisURL + " begins with redis://, which means no TLS, but " + redisTLS + " is true"})
		}
	}
	return out
}

func addressConflicts(cfg *config.Config) []conflict {
	address := cfg.String(redisAddr)
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return nil
	}
	var out []conflict
	for _, c := range []struct{ path, counts string }{{redisHost, host}, {redisPort, port}} {
		if cfg.IsSet(c.path) && cfg.String(c.path) != c.counts {
			out = append(out, conflict{c.path, redisAddr, fmt.Sprintf("%s is %q, and %s is %q", c.path, cfg.Show(c.path), redisAddr, cfg.Show(redisAddr))})
		}
	}
	return out
}
