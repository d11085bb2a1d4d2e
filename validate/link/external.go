package link

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/compozy/docs/internal/diag"
	"github.com/compozy/docs/internal/par"
	"github.com/compozy/docs/internal/site"
	"github.com/compozy/docs/internal/source"
)

// ExternalUse is one link to another host.
type ExternalUse struct {
	URL  string      // as the page links to it
	Span source.Span // where
}

// Options are how CheckExternal asks. The zero value is careful and polite.
type Options struct {
	// Client sends the requests; nil means NewClient(false, 0). Its redirect
	// policy is not used: redirects are followed here.
	Client      *http.Client
	Concurrency int           // requests at once; default 8
	PerHost     int           // requests at once to one host; default 2
	Attempts    int           // tries for an address that fails for a while; default 3
	MaxWait     time.Duration // longest pause between two tries, whatever Retry-After says; default 30s
	MaxAge      time.Duration // how long a good answer is believed; default 168h
	Ignore      []site.Ignore // addresses that are not asked
	// AllowPrivate also asks hosts of this machine and of private networks.
	AllowPrivate bool
	Store        Store // answers of earlier runs; nil keeps none
	Now          func() time.Time
	// Sleep pauses between tries; it returns early with ctx's error.
	Sleep func(ctx context.Context, d time.Duration) error
}

// External is what CheckExternal found out.
type External struct {
	Diagnostics []diag.Diagnostic
	Asked       int // addresses asked now
	Cached      int // addresses known good from an earlier run
	Ignored     int // addresses exempted, or not on a public host
}

func (o Options) withDefaults() Options {
	if o.Client == nil {
		o.Client = NewClient(o.AllowPrivate, 0)
	}
	o.Concurrency = cmp.Or(o.Concurrency, 8)
	o.PerHost = cmp.Or(o.PerHost, 2)
	o.Attempts = cmp.Or(o.Attempts, 3)
	o.MaxWait = cmp.Or(o.MaxWait, 30*time.Second)
	o.MaxAge = cmp.Or(o.MaxAge, 168*time.Hour)
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Sleep == nil {
		o.Sleep = sleep
	}
	return o
}

func sleep(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-t.C:
		return nil
	}
}

// address is one address with all its uses.
type address struct {
	url  string // without fragment
	host string
	uses []ExternalUse
}

// CheckExternal asks the other hosts whether the addresses that pages link to
// are there. Each address is asked once, however many pages use it. The error
// is ctx's, or says that the store could not be written.
func CheckExternal(ctx context.Context, uses []ExternalUse, options Options) (External, error) {
	o := options.withDefaults()
	var result External
	cache := loadCache(o.Store)
	now := o.Now()

	hosts := map[string][]*address{}
	for _, a := range addresses(uses) {
		switch {
		case ignored(a.url, o.Ignore), !o.AllowPrivate && !publicName(a.host):
			result.Ignored++
		case cache.good(a.url, now, o.MaxAge):
			result.Cached++
			result.Diagnostics = append(result.Diagnostics, a.judge(cache.answer(a.url))...)
		default:
			result.Asked++
			hosts[a.host] = append(hosts[a.host], a)
		}
	}
	asked, answers, err := askAll(ctx, hosts, o)
	if err != nil {
		return result, err
	}

	reached := result.Cached > 0
	for _, a := range answers {
		reached = reached || a.Status != 0 || a.Private
	}
	if !reached && len(answers) > 0 {
		result.Diagnostics = append(result.Diagnostics, unreachable(asked, answers[0]))
		return result, nil
	}
	for i, a := range asked {
		result.Diagnostics = append(result.Diagnostics, a.judge(answers[i])...)
		cache.put(a.url, answers[i], now)
	}
	result.Diagnostics = diag.Sort(result.Diagnostics)
	return result, cache.save(o.Store, now, o.MaxAge)
}

// addresses merges uses of one address and sorts by it. Only http and https
// can be asked.
func addresses(uses []ExternalUse) []*address {
	byURL := map[string]*address{}
	for _, u := range uses {
		parsed, err := url.Parse(strings.TrimSpace(u.URL))
		if err != nil || parsed.Host == "" {
			continue
		}
		if parsed.Scheme == "" {
			parsed.Scheme = "https"
		}
		if parsed.Scheme != "http" && parsed.Scheme != "https" {
			continue
		}
		parsed.Fragment, parsed.RawFragment = "", ""
		key := parsed.String()
		a := byURL[key]
		if a == nil {
			a = &address{url: key, host: strings.ToLower(parsed.Hostname())}
			byURL[key] = a
		}
		a.uses = append(a.uses, u)
	}
	var out []*address
	for _, a := range byURL {
		slices.SortStableFunc(a.uses, func(x, y ExternalUse) int {
			xs, ys := x.Span.Resolve(), y.Span.Resolve()
			return cmp.Or(cmp.Compare(xs.Path(), ys.Path()), cmp.Compare(xs.Start, ys.Start))
		})
		out = append(out, a)
	}
	slices.SortFunc(out, func(x, y *address) int { return cmp.Compare(x.url, y.url) })
	return out
}

// askAll asks each host over PerHost lanes, and Concurrency lanes at once.
func askAll(ctx context.Context, hosts map[string][]*address, o Options) ([]*address, []answer, error) {
	var names []string
	for name := range hosts {
		names = append(names, name)
	}
	slices.Sort(names)
	var lanes [][]*address
	for _, name := range names {
		split := make([][]*address, min(o.PerHost, len(hosts[name])))
		for i, a := range hosts[name] {
			split[i%len(split)] = append(split[i%len(split)], a)
		}
		lanes = append(lanes, split...)
	}
	laneAnswers, err := par.Map(ctx, o.Concurrency, lanes, nil, func(ctx context.Context, lane []*address) ([]answer, error) {
		out := make([]answer, len(lane))
		for i, a := range lane {
			out[i] = ask(ctx, a.url, o)
			if err := ctx.Err(); err != nil {
				return nil, err
			}
		}
		return out, nil
	})
	if err != nil {
		return nil, nil, fmt.Errorf("ask other hosts: %w", err)
	}
	return slices.Concat(lanes...), slices.Concat(laneAnswers...), nil
}

// judge turns an answer into findings: one for an address, at its first use.
func (a *address) judge(got answer) []diag.Diagnostic {
	first := a.uses[0]
	var d diag.Diagnostic
	switch {
	case got.Private:
		d = diag.New("link/external-refused", first.Span, "%q is on a private network and was not checked", a.url)
	case got.Status == 0:
		d = diag.New("link/external-dead", first.Span, "%q cannot be reached: %s", a.url, got.Problem)
	case got.Status == http.StatusUnauthorized, got.Status == http.StatusForbidden, got.Status == http.StatusTooManyRequests,
		got.Status == http.StatusPaymentRequired, got.Status == http.StatusProxyAuthRequired,
		got.Status == http.StatusUnavailableForLegalReasons:
		d = diag.New("link/external-refused", first.Span, "%q cannot be checked: %s", a.url, statusText(got.Status)).
			WithAdvice("open it in a browser, then exempt it in links.external.ignore with a reason")
	case got.Status >= 400 || got.Problem != "":
		problem := got.Problem
		if problem == "" {
			problem = statusText(got.Status)
		}
		d = diag.New("link/external-dead", first.Span, "%q is dead: %s", a.url, problem)
	case got.Moved != "":
		d = diag.New("link/external-moved", first.Span, "%q has moved permanently", a.url).WithAdvice("link to %s", got.Moved)
		if string(first.Span.Text()) == first.URL {
			_, fragment, has := strings.Cut(first.URL, "#")
			to := got.Moved
			if has && !strings.Contains(to, "#") {
				to += "#" + fragment
			}
			d = d.WithFix(first.Span, to, "link to the new address")
		}
	default:
		return nil
	}
	const shown = 4
	for i, u := range a.uses[1:] {
		if i == shown {
			d = d.WithAdvice("and %d more", len(a.uses)-1-shown)
			break
		}
		d = d.WithNote(u.Span, "it is also linked here")
	}
	return []diag.Diagnostic{d}
}

func statusText(status int) string {
	return strings.TrimSpace(fmt.Sprintf("%d %s", status, http.StatusText(status)))
}

func unreachable(asked []*address, got answer) diag.Diagnostic {
	hosts := map[string]bool{}
	for _, a := range asked {
		hosts[a.host] = true
	}
	return diag.New("link/external-unreachable", source.Span{}, "none of %d external hosts answered, so %d external links were not checked",
		len(hosts), len(asked)).
		WithAdvice("for %s: %s", asked[0].url, got.Problem).
		WithAdvice("check the network, or leave out --external")
}

// ignored reports whether an entry exempts the address.
func ignored(address string, entries []site.Ignore) bool {
	return slices.ContainsFunc(entries, func(e site.Ignore) bool { return matches(e, address) })
}

func matches(e site.Ignore, address string) bool {
	if prefix, ok := strings.CutSuffix(e.URL, "*"); ok {
		return strings.HasPrefix(address, prefix)
	}
	entry, _, _ := strings.Cut(e.URL, "#")
	address, _, _ = strings.Cut(address, "#")
	return strings.TrimSuffix(entry, "/") == strings.TrimSuffix(address, "/")
}
