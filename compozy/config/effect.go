package config

import (
	"cmp"
	"fmt"
	"math"
	"net"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/compozy/docs/compozy/mode"
	"github.com/compozy/docs/internal/diag"
	"github.com/compozy/docs/internal/source"
)

// checkEffect tells of settings that somebody gave and that nothing reads:
// another setting stands in for them, or the component runs in another mode.
// A value that is accepted and does nothing is looked for a long time.
func (d *decoder) checkEffect() {
	if d.effective(mode.Redis) == mode.Distributed {
		d.checkOverruled(stated(d.cfg, "redis.url"), "redis.addr", "redis.host", "redis.port", "redis.password", "redis.db", "redis.tls_enabled")
		if d.cfg.String("redis.url") == "" {
			d.checkOverruled(stated(d.cfg, "redis.addr"), "redis.host", "redis.port")
		}
	}
	d.checkOverruled(stated(d.cfg, "database.conn_string"),
		"database.host", "database.port", "database.user", "database.password", "database.name", "database.ssl_mode")
	if file := "database.path"; d.filled(file) && d.cfg.String(file) != d.defaultText(file) {
		d.add(file, d.idle([]string{file}, "no engine in this version uses a database file").
			WithAdvice("remove it; the database is PostgreSQL in every mode, set by database.host or database.conn_string"))
	}
	for _, c := range mode.Components() {
		d.checkOtherMode(c)
	}
}

// statement is a setting that says at once what others say one by one.
type statement struct {
	path string
	// says is its own value for each of the others; a setting that is missing
	// here is one that it leaves out and overrules all the same.
	says map[string]string
}

// stated reads what an address says; without a path when it is not set or
// cannot be read.
func stated(cfg *Config, path string) statement {
	text := cfg.String(path)
	if text == "" || cfg.bad[path] {
		return statement{}
	}
	if path == "redis.addr" {
		host, port, err := net.SplitHostPort(text)
		if err != nil {
			return statement{}
		}
		return statement{path: path, says: map[string]string{"redis.host": host, "redis.port": port}}
	}
	u, err := url.Parse(text)
	if err != nil {
		return statement{}
	}
	says := map[string]string{}
	password, _ := u.User.Password()
	switch path {
	case "redis.url":
		port, db := u.Port(), strings.Trim(u.Path, "/")
		if port == "" {
			port = "6379"
		}
		if named := u.Query().Get("db"); named != "" {
			db = named
		}
		if db == "" {
			db = "0"
		}
		says["redis.host"], says["redis.port"], says["redis.addr"] = u.Hostname(), port, net.JoinHostPort(u.Hostname(), port)
		says["redis.password"], says["redis.db"] = password, db
		// tls_enabled adds TLS to a redis:// URL and cannot take it from a
		// rediss:// one.
		says["redis.tls_enabled"] = strconv.FormatBool(cfg.Bool("redis.tls_enabled") || u.Scheme == "rediss")
	case "database.conn_string":
		says["database.host"], says["database.port"], says["database.name"] = u.Hostname(), u.Port(), strings.Trim(u.Path, "/")
		says["database.user"], says["database.password"] = u.User.Username(), password
		says["database.ssl_mode"] = u.Query().Get("sslmode")
	}
	return statement{path: path, says: says}
}

// checkOverruled reports the settings that one statement makes idle. Who says
// the same twice has lost nothing.
func (d *decoder) checkOverruled(by statement, paths ...string) {
	var lost []string
	for _, path := range paths {
		if by.path != "" && d.filled(path) && showRaw(d.cfg.must(path).Raw) != by.says[path] {
			lost = append(lost, path)
		}
	}
	if lost == nil {
		return
	}
	d.asWritten(lost)
	dg := d.idle(lost, by.path+" is set and wins")
	if span := d.cfg.place(by.path); span.HasPlace() {
		dg = dg.WithNote(span, "%s is set here", by.path)
	}
	d.add(lost[0], d.likewise(dg, lost[1:]).
		WithAdvice("set it in %s, or remove %s and use the separate settings", by.path, by.path))
}

// checkOtherMode remarks on settings that only another mode of the component
// reads. It is no mistake: one file may serve several modes. The default's own
// value is not missed.
func (d *decoder) checkOtherMode(c mode.Component) {
	effective := d.effective(c)
	if effective == "" {
		return
	}
	var lost []string
	other := ""
	for _, f := range d.reg.order {
		component, read, _ := strings.Cut(f.Mode, "=")
		if component != string(c) || read == string(effective) || strings.HasPrefix(f.Path, persistence) {
			continue // persistence has a rule of its own
		}
		if d.filled(f.Path) && showRaw(d.cfg.must(f.Path).Raw) != showRaw(f.Default) {
			lost, other = append(lost, f.Path), read
		}
	}
	if lost == nil {
		return
	}
	d.asWritten(lost)
	dg := diag.New("compozy/other-mode", d.cfg.place(lost[0]), "%s: %s runs in %s mode", d.withoutEffect(lost), c, effective)
	d.add(lost[0], d.likewise(d.because(dg, c), lost[1:]).
		WithAdvice("leave it for the other mode, or set %s: %s to use it now", c.Key(), other))
}

// filled reports whether somebody gave the setting a value that is in order
// and not empty.
func (d *decoder) filled(path string) bool {
	return d.sound(path) && d.cfg.IsSet(path) && !isEmpty(d.cfg.must(path).Raw)
}

// asWritten puts settings in the order of the file, those of other layers
// behind them.
func (d *decoder) asWritten(paths []string) {
	at := func(path string) int {
		if span := d.cfg.place(path); span.HasPlace() {
			return span.Start
		}
		return math.MaxInt
	}
	slices.SortStableFunc(paths, func(a, b string) int { return cmp.Compare(at(a), at(b)) })
}

func (d *decoder) idle(paths []string, why string) diag.Diagnostic {
	return diag.New("compozy/no-effect", d.cfg.place(paths[0]), "%s: %s", d.withoutEffect(paths), why)
}

// withoutEffect names the first setting and how many more there are: often the
// sentence is shown without its notes.
func (d *decoder) withoutEffect(paths []string) string {
	if more := len(paths) - 1; more > 0 {
		return fmt.Sprintf("%s%s and %s have no effect", paths[0], d.origin(paths[0]), diag.Plural(more, "other setting"))
	}
	return paths[0] + " has no effect" + d.origin(paths[0])
}

// likewise names the other settings that share the cause of a finding.
func (d *decoder) likewise(dg diag.Diagnostic, paths []string) diag.Diagnostic {
	var elsewhere []string
	for _, path := range paths {
		if span := d.cfg.place(path); d.cfg.Source(path).Kind == FromYAML && span.HasPlace() {
			dg = dg.WithNote(span, "%s has no effect either", path)
			continue
		}
		elsewhere = append(elsewhere, path+d.origin(path))
	}
	if elsewhere != nil {
		dg = dg.WithNote(source.Span{}, "the same is true of %s", strings.Join(elsewhere, ", "))
	}
	return dg
}
