package example

import (
	"encoding/json"
	"os"
	"strconv"
	"strings"

	"github.com/compozy/docs/compozy/usage"
	"github.com/compozy/docs/validate/example/shell"
	"github.com/compozy/docs/validate/example/yaml"
)

// Store keeps what was found out about an example, by a key that holds
// everything the answer depends on. A Store may forget and may fail; it never
// returns what was not put under the key.
type Store interface {
	Get(kind, key string) ([]byte, bool)
	Put(kind, key string, data []byte) error
}

// kinds of entries.
const (
	provenKind = "example" // key -> results of a unit without any finding
	placeKind  = "place"   // page and number of a unit -> the parts of its last key
)

// remembered is one result as it is stored. Only results without findings
// are: a mistake is looked at anew each time, with its exact place.
type remembered struct {
	Level    Level             `json:"level"`
	Reason   string            `json:"reason"`
	Redis    string            `json:"redis,omitempty"`
	Resolved []yaml.Resolution `json:"resolved,omitempty"`
	Refused  []Refusal         `json:"refused,omitempty"`
	Uses     []usage.Use       `json:"uses,omitempty"`
}

// parts are what a unit's outcome depends on, each as a digest or a name.
type parts struct {
	Example     string `json:"example"`     // info strings and code
	System      string `json:"system"`      // the program that judges
	Environment string `json:"environment"` // what of the machine takes part
}

func (p parts) key() string { return digest("unit", p.Example, p.System, p.Environment) }

// partsOf says what the outcome of a unit depends on.
func (c *Checker) partsOf(u *unit) parts {
	var text []string
	shell := false
	add := func(it item) {
		text = append(text, it.lang.name, it.fence.Info.Raw, string(it.fence.Code.Text()), strconv.FormatBool(it.fence.Indented), c.display[it.lang.name])
	}
	for _, it := range u.items {
		add(it)
		if it.expected != nil {
			add(*it.expected)
		}
		shell = shell || isCommands(it.lang.name)
	}
	p := parts{Example: digest(text...), System: c.options.System}
	if shell {
		p.Environment = c.environment()
	}
	return p
}

// recall fills in the results of a unit that is known to hold.
func (c *Checker) recall(u *unit, p parts, results []Result) bool {
	if c.options.Store == nil || u.broken {
		return false
	}
	data, ok := c.options.Store.Get(provenKind, p.key())
	if !ok {
		return false
	}
	var known []remembered
	if json.Unmarshal(data, &known) != nil {
		return false
	}
	indexes := u.indexes()
	if len(known) != len(indexes) {
		return false
	}
	for i, at := range indexes {
		k := known[i]
		results[at] = Result{Level: k.Level, Reason: k.Reason, Redis: k.Redis, Resolved: k.Resolved, Refused: k.Refused, Uses: k.Uses, Recalled: true}
	}
	return true
}

// remember stores the results of a unit in which nothing was found.
func (c *Checker) remember(page string, number int, u *unit, p parts, results []Result) {
	if c.options.Store == nil || u.broken {
		return
	}
	var known []remembered
	for _, at := range u.indexes() {
		r := results[at]
		if len(r.Diagnostics) > 0 {
			return
		}
		known = append(known, remembered{r.Level, r.Reason, r.Redis, r.Resolved, r.Refused, r.Uses})
	}
	// A store that cannot keep something costs time the next time, no more.
	if data, err := json.Marshal(known); err == nil {
		_ = c.options.Store.Put(provenKind, p.key(), data)
	}
	c.note(page, number, p)
}

// note keeps which parts the unit at a place had, so that a later miss can be
// explained.
func (c *Checker) note(page string, number int, p parts) {
	if data, err := json.Marshal(p); err == nil {
		_ = c.options.Store.Put(placeKind, place(page, number), data)
	}
}

func place(page string, number int) string { return page + "#" + strconv.Itoa(number) }

// indexes returns the blocks of a unit, by their number on the page.
func (u *unit) indexes() []int {
	var out []int
	for _, it := range u.items {
		out = append(out, it.index)
		if it.expected != nil {
			out = append(out, it.expected.index)
		}
	}
	return out
}

// why says why a unit was not taken from the store.
func (c *Checker) why(page string, number int, p parts) string {
	if c.options.Store == nil {
		return "cached results are turned off (--no-cache)"
	}
	data, ok := c.options.Store.Get(placeKind, place(page, number))
	var before parts
	if !ok || json.Unmarshal(data, &before) != nil {
		return "no result is cached for an example at this place"
	}
	var changed []string
	if before.Example != p.Example {
		changed = append(changed, "the example changed")
	}
	if before.System != p.System {
		changed = append(changed, "the system that it runs on changed")
	}
	if before.Environment != p.Environment {
		changed = append(changed, "the programs that it uses on this machine changed")
	}
	if len(changed) == 0 {
		return "it has not passed yet, or its cached result is missing or damaged"
	}
	return strings.Join(changed, ", and ")
}

// findRedis names the redis-server that sessions start by its path, size and
// time: another one may answer otherwise.
func findRedis(o shell.Options) string {
	path := o.Program()
	info, err := os.Stat(path)
	if err != nil {
		return "no redis-server"
	}
	return digest(path, strconv.FormatInt(info.Size(), 10), info.ModTime().UTC().String())
}
