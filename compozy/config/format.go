package config

import (
	"cmp"
	"errors"
	"fmt"
	"net"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/compozy/docs/internal/diag"
	"github.com/compozy/docs/internal/tree"
)

// format checks the text of a value beyond its type; false when it is wrong.
// Addresses that only one mode reads are checked with the modes, see
// addresses.go.
func (d *decoder) format(f *Field, l leaf) bool {
	s := subject{f: f, l: l, n: l.node, at: l.key, span: d.spanOf(l, l.node)}
	if _, inexact := f.raw(l.node).(float64); inexact && f.is("integer") {
		d.add(s.at, diag.New("compozy/limit", s.span, "%s is %s%s, too large to be stored exactly", s.at, s.n.Text, s.from()))
		return false
	}
	switch f.Format {
	case Duration:
		return d.duration(s)
	case Port:
		return d.port(s)
	case URL, PostgresURL:
		if why := wrongURL(f.Format, l.node.Text); why != "" && l.node.Text != "" {
			d.add(s.at, diag.New("compozy/invalid-value", s.span, "%s is %s%s, which is not a usable URL", s.at, s.shown(), s.from()).
				WithAdvice("%s", why))
			return false
		}
	}
	return true
}

func (d *decoder) duration(s subject) bool {
	text := strings.TrimSpace(s.n.Text)
	v, err := time.ParseDuration(text)
	switch {
	case err == nil && text != s.n.Text:
		err = errors.New("spaces around the value")
	case err == nil && s.f.tooBrief(v):
		d.tooShort(s, below(v, *cmp.Or(s.f.MinDuration, s.f.AboveDuration)), s.f.boundText())
		return false
	}
	if err == nil {
		return true
	}
	if _, numeric := strconv.ParseFloat(text, 64); numeric == nil {
		d.noUnit(s)
		return false
	}
	dg := diag.New("compozy/invalid-duration", s.span, "%s is %s%s, which is not a duration", s.at, s.shown(), s.from()).
		WithAdvice("write a number with a unit: 500ms, 30s, 5m, 1h30m")
	if hours, ok := days(text); ok {
		dg = dg.WithAdvice("there is no unit for days or weeks; write %s", hours)
		if s.l.fixed {
			dg = dg.WithFix(s.span, hours, "write "+hours)
		}
	}
	d.add(s.at, dg)
	return false
}

// tooBrief reports whether a duration is below what the setting takes.
func (f *Field) tooBrief(v time.Duration) bool {
	return f.MinDuration != nil && v < *f.MinDuration || f.AboveDuration != nil && v <= *f.AboveDuration
}

// boundText words the bound of a setting that has one.
func (f *Field) boundText() string {
	if f.MinDuration != nil {
		return "the value must be at least " + short(*f.MinDuration)
	}
	return fmt.Sprintf("the value must be more than %s, for example the default %v", short(*f.AboveDuration), f.Default)
}

// below says how a duration falls short of a bound.
func below(v, bound time.Duration) string {
	switch {
	case v < 0:
		return "which is negative"
	case v == bound && bound == 0:
		return "which is not above zero"
	}
	return "less than " + short(bound)
}

func (d *decoder) tooShort(s subject, what, advice string) {
	rule := "compozy/limit"
	if own := ownRules[s.f.Path]; own != "" {
		rule = own
	}
	d.add(s.at, diag.New(rule, s.span, "%s is %s%s, %s", s.at, s.shown(), s.from(), what).WithAdvice("%s", advice))
}

// noUnit reports a bare number in the place of a duration. The unit is not
// guessed: old pages mean seconds in one place and milliseconds in another.
func (d *decoder) noUnit(s subject) {
	text := strings.TrimSpace(s.n.Text)
	dg := diag.New("compozy/duration-unit", s.span, "%s is %s%s, a number without a unit", s.at, quoted(text), s.from())
	seconds := text + "s"
	v, err := time.ParseDuration(seconds)
	switch {
	case err != nil:
		d.add(s.at, dg.WithAdvice("write a number with a unit: 500ms, 30s, 5m, 1h30m"))
		return
	case s.f.tooBrief(v): // seconds would be refused, too
		d.add(s.at, dg.WithAdvice("write a number with a unit; %s", s.f.boundText()))
		return
	case text == "0":
		d.add(s.at, withFixIf(s.l.fixed, dg.WithAdvice("write 0s"), s, "0s"))
		return
	}
	d.add(s.at, withFixIf(s.l.fixed, dg.WithAdvice("write %s for seconds, or %sms for milliseconds", seconds, text), s, seconds).Unsure(true))
}

func withFixIf(yes bool, dg diag.Diagnostic, s subject, text string) diag.Diagnostic {
	if !yes {
		return dg
	}
	return dg.WithFix(s.span, text, "write "+text)
}

// days converts "2d" and "1w" to hours.
func days(text string) (string, bool) {
	number := strings.TrimRight(text, "abcdefghijklmnopqrstuvwxyz")
	hours := map[string]int{"d": 24, "day": 24, "days": 24, "w": 168, "week": 168, "weeks": 168}[text[len(number):]]
	v, err := strconv.Atoi(strings.TrimSpace(number))
	if hours == 0 || err != nil || v <= 0 || v >= 100000 {
		return "", false
	}
	return strconv.Itoa(v*hours) + "h", true
}

// short writes a duration without the zero units that time.Duration adds.
func short(v time.Duration) string {
	text := v.String()
	if strings.HasSuffix(text, "m0s") {
		text = strings.TrimSuffix(text, "0s")
	}
	if strings.HasSuffix(text, "h0m") {
		text = strings.TrimSuffix(text, "0m")
	}
	return text
}

func (d *decoder) port(s subject) bool {
	if s.n.Kind == tree.String && s.n.Text == "" {
		return true
	}
	n, err := strconv.Atoi(s.n.Text)
	switch {
	case err != nil && !errors.Is(err, strconv.ErrRange):
		dg := diag.New("compozy/invalid-value", s.span, "%s is %s%s, which is not a port number", s.at, s.shown(), s.from())
		d.add(s.at, s.injected(dg).WithAdvice("a port is a number between 1 and 65535"))
	case err != nil || n < 1 || n > 65535:
		d.add(s.at, diag.New("compozy/limit", s.span, "%s is %s%s, not a port between 1 and 65535", s.at, s.n.Text, s.from()).
			WithAdvice("a port is a number between 1 and 65535"))
	default:
		return true
	}
	return false
}

// injected adds where a variable such as REDIS_PORT=tcp://10.96.0.12:6379 comes
// from: Kubernetes sets one for each service of the namespace.
func (s subject) injected(dg diag.Diagnostic) diag.Diagnostic {
	name := s.l.source.Name
	service, isPort := strings.CutSuffix(name, "_PORT")
	if s.l.source.Kind != FromEnv || !isPort || !strings.HasPrefix(s.n.Text, "tcp://") && !strings.HasPrefix(s.n.Text, "udp://") {
		return dg
	}
	return dg.WithAdvice("Kubernetes sets %s for a service named %s; to prevent this, set enableServiceLinks: false in the pod",
		name, strings.ReplaceAll(strings.ToLower(service), "_", "-"))
}

// wrongURL says what a URL lacks, "" for nothing. It never quotes the URL,
// which may hold a password.
func wrongURL(format Format, text string) string {
	schemes := map[Format][]string{
		URL: {"http", "https"}, RedisURL: {"redis", "rediss"}, PostgresURL: {"postgres", "postgresql"},
	}[format]
	u, err := url.Parse(text)
	switch {
	case err != nil:
		return "write it as " + schemes[0] + "://host:port, with special characters in the password as %XX"
	case !slices.Contains(schemes, u.Scheme):
		return "it begins with " + strings.Join(schemes, ":// or ") + "://"
	case u.Hostname() == "":
		return "the host is missing: write " + schemes[0] + "://host:port"
	}
	if port := u.Port(); port != "" {
		if n, err := strconv.Atoi(port); err != nil || n < 1 || n > 65535 {
			return "the port must be between 1 and 65535"
		}
	}
	if format != RedisURL {
		return ""
	}
	path, named := strings.Trim(u.Path, "/"), u.Query().Get("db")
	for _, db := range []string{path, named} {
		if n, err := strconv.Atoi(db); db != "" && (err != nil || n < 0) {
			return "the part after the host must be a database number: redis://host:port/0"
		}
	}
	if path != "" && named != "" && path != named {
		return "it names two databases: keep the one after the host, redis://host:port/" + path
	}
	if u.Query().Has("sslmode") {
		return "sslmode is a PostgreSQL parameter; for TLS, write rediss://"
	}
	return ""
}

// strayParameter says what to do about a parameter of a Redis URL that nothing
// reads, "" when there is none. A name that no setting has is not repeated: it
// may be a piece of a password.
func (r *registry) strayParameter(text string) string {
	u, err := url.Parse(text)
	if err != nil {
		return ""
	}
	for _, name := range sortedKeys(u.Query()) {
		switch {
		case name == "db":
		case name == "skip_verify":
			return "remove skip_verify: certificates are always verified"
		case r.fields["redis."+name] != nil:
			return name + " is a separate setting: redis." + name
		default:
			return "remove everything after the question mark; write a ? in a password as %3F"
		}
	}
	return ""
}

// wrongAddress says what an address lacks to be host:port, "" for nothing.
func wrongAddress(text string) string {
	if strings.Contains(text, "://") {
		return "write host:port without a scheme"
	}
	host, port, err := net.SplitHostPort(text)
	switch n, numeric := strconv.Atoi(port); {
	case err != nil && !strings.Contains(text, ":"):
		return "the port is missing: write host:port"
	case err != nil:
		return "write host:port; put an IPv6 address in brackets: [::1]:6379"
	case host == "":
		return "the host is missing: write host:port"
	case strings.ContainsAny(host, " \t/@"):
		return "the host contains a character that host names cannot have"
	case numeric != nil || n < 1 || n > 65535:
		return "the port must be between 1 and 65535"
	}
	return ""
}
