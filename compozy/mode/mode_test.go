package mode_test

import (
	"strings"
	"testing"

	"github.com/compozy/docs/compozy/mode"
)

// words are all that a mode key can hold, as far as the resolver can tell
// them apart.
var words = []string{"", "standalone", "distributed", "remote", "cluster"}

// table is written by hand: for each global word the row of effective modes
// that a component gets for its own word, in the order of words.
var table = map[mode.Component]map[string][]mode.Mode{
	mode.Redis: {
		//              ""                standalone       distributed       remote           cluster
		"":            {mode.Distributed, mode.Standalone, mode.Distributed, mode.Unresolved, mode.Unresolved},
		"standalone":  {mode.Standalone, mode.Standalone, mode.Distributed, mode.Unresolved, mode.Unresolved},
		"distributed": {mode.Distributed, mode.Standalone, mode.Distributed, mode.Unresolved, mode.Unresolved},
		"remote":      {mode.Unresolved, mode.Standalone, mode.Distributed, mode.Unresolved, mode.Unresolved},
		"cluster":     {mode.Unresolved, mode.Standalone, mode.Distributed, mode.Unresolved, mode.Unresolved},
	},
	mode.Temporal: {
		"":            {mode.Remote, mode.Standalone, mode.Remote, mode.Remote, mode.Unresolved},
		"standalone":  {mode.Standalone, mode.Standalone, mode.Remote, mode.Remote, mode.Unresolved},
		"distributed": {mode.Remote, mode.Standalone, mode.Remote, mode.Remote, mode.Unresolved},
		"remote":      {mode.Unresolved, mode.Standalone, mode.Remote, mode.Remote, mode.Unresolved},
		"cluster":     {mode.Unresolved, mode.Standalone, mode.Remote, mode.Remote, mode.Unresolved},
	},
	mode.MCPProxy: {
		"":            {mode.Distributed, mode.Standalone, mode.Distributed, mode.Unresolved, mode.Unresolved},
		"standalone":  {mode.Standalone, mode.Standalone, mode.Distributed, mode.Unresolved, mode.Unresolved},
		"distributed": {mode.Distributed, mode.Standalone, mode.Distributed, mode.Unresolved, mode.Unresolved},
		"remote":      {mode.Unresolved, mode.Standalone, mode.Distributed, mode.Unresolved, mode.Unresolved},
		"cluster":     {mode.Unresolved, mode.Standalone, mode.Distributed, mode.Unresolved, mode.Unresolved},
	},
}

func TestEveryCombination(t *testing.T) {
	t.Parallel()
	combinations := 0
	for _, global := range words {
		for ri, redis := range words {
			for ti, temporal := range words {
				for mi, proxy := range words {
					combinations++
					r := mode.Resolve(mode.Settings{
						Global:   mode.Setting{Word: global, Source: "g"},
						Redis:    mode.Setting{Word: redis, Source: "r"},
						Temporal: mode.Setting{Word: temporal, Source: "t"},
						MCPProxy: mode.Setting{Word: proxy, Source: "m"},
					})
					check(t, r, mode.Redis, global, redis, "r", table[mode.Redis][global][ri])
					check(t, r, mode.Temporal, global, temporal, "t", table[mode.Temporal][global][ti])
					check(t, r, mode.MCPProxy, global, proxy, "m", table[mode.MCPProxy][global][mi])
				}
			}
		}
	}
	if combinations != 625 {
		t.Errorf("%d combinations were tried, want 625", combinations)
	}
}

func check(t *testing.T, r mode.Resolution, c mode.Component, global, own, source string, want mode.Mode) {
	t.Helper()
	d := r.Of(c)
	if d.Component != c {
		t.Fatalf("Of(%s) gives the decision on %s", c, d.Component)
	}
	if d.Effective != want {
		t.Errorf("global %q, %s %q: effective %q, want %q", global, c, own, d.Effective, want)
	}
	wantBy, wantSource, wantDecisive := mode.ByDefault, "", ""
	switch {
	case own != "":
		wantBy, wantSource, wantDecisive = mode.ByComponent, source, own
	case global != "":
		wantBy, wantSource, wantDecisive = mode.ByGlobal, "g", global
	}
	if d.By != wantBy || d.Source != wantSource || d.Decisive != wantDecisive || d.Configured != own {
		t.Errorf("global %q, %s %q: decided by %d from %q with %q (own %q), want %d from %q with %q",
			global, c, own, d.By, d.Source, d.Decisive, d.Configured, wantBy, wantSource, wantDecisive)
	}
}

func TestReason(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name      string
		settings  mode.Settings
		component mode.Component
		decidedBy string
		reason    string
	}{
		{
			"own word", mode.Settings{Redis: mode.Setting{Word: "standalone"}}, mode.Redis,
			"redis.mode", "redis.mode is standalone",
		},
		{
			"inherited", mode.Settings{Global: mode.Setting{Word: "standalone"}}, mode.MCPProxy,
			"mode (global)", "mcpproxy.mode is not set and the global mode is standalone",
		},
		{
			"default", mode.Settings{}, mode.Redis,
			"built-in default", "neither redis.mode nor the global mode is set; the built-in default is distributed",
		},
		{
			"default of temporal", mode.Settings{}, mode.Temporal,
			"built-in default", "neither temporal.mode nor the global mode is set; the built-in default is distributed, shown as remote",
		},
		{
			"alias", mode.Settings{Temporal: mode.Setting{Word: "distributed"}}, mode.Temporal,
			"temporal.mode", "temporal.mode is distributed, shown as remote",
		},
		{
			"remote needs no translation", mode.Settings{Temporal: mode.Setting{Word: "remote"}}, mode.Temporal,
			"temporal.mode", "temporal.mode is remote",
		},
		{
			"unknown word", mode.Settings{Redis: mode.Setting{Word: "remote"}}, mode.Redis,
			"redis.mode", "redis.mode is remote, which is not a mode of redis",
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			d := mode.Resolve(test.settings).Of(test.component)
			if d.DecidedBy() != test.decidedBy {
				t.Errorf("decided by %q, want %q", d.DecidedBy(), test.decidedBy)
			}
			if d.Reason() != test.reason {
				t.Errorf("reason %q, want %q", d.Reason(), test.reason)
			}
		})
	}
}

func TestBlanksSayNothingAndCaseCounts(t *testing.T) {
	t.Parallel()
	r := mode.Resolve(mode.Settings{
		Global:   mode.Setting{Word: " standalone\t"},
		Redis:    mode.Setting{Word: "  "},
		Temporal: mode.Setting{Word: "Standalone"},
	})
	if r.Redis.Effective != mode.Standalone || r.Redis.By != mode.ByGlobal {
		t.Errorf("a blank redis.mode must inherit: got %+v", r.Redis)
	}
	if r.Temporal.Effective != mode.Unresolved {
		t.Errorf("%q must not count as a mode: got %+v", "Standalone", r.Temporal)
	}
}

func TestWordsAndOrder(t *testing.T) {
	t.Parallel()
	var order []string
	for _, d := range (mode.Resolve(mode.Settings{})).Decisions() {
		order = append(order, string(d.Component))
	}
	var want []string
	for _, c := range mode.Components() {
		want = append(want, string(c))
		for _, word := range c.Words() {
			s := mode.Settings{}
			switch c {
			case mode.Redis:
				s.Redis.Word = word
			case mode.Temporal:
				s.Temporal.Word = word
			case mode.MCPProxy:
				s.MCPProxy.Word = word
			}
			if s.Of(c).Word != word {
				t.Errorf("Of(%s) does not give back %q", c, word)
			}
			if mode.Resolve(s).Of(c).Effective == mode.Unresolved {
				t.Errorf("%s lists %q as a word and does not resolve it", c.Key(), word)
			}
		}
	}
	if strings.Join(order, " ") != strings.Join(want, " ") {
		t.Errorf("order of decisions %v, of components %v", order, want)
	}
	if mode.Global.Key() != "mode" || mode.Redis.Key() != "redis.mode" {
		t.Errorf("keys %q and %q", mode.Global.Key(), mode.Redis.Key())
	}
	if (mode.Resolution{}).Of(mode.Global) != (mode.Decision{}) {
		t.Error("the global word has a decision of its own")
	}
}

// TestModesAreReached resolves every pair of words: the modes that come out
// are those that Modes lists, no more and no fewer.
func TestModesAreReached(t *testing.T) {
	t.Parallel()
	reached := map[mode.Component]map[mode.Mode]bool{}
	for _, c := range mode.Components() {
		reached[c] = map[mode.Mode]bool{}
		for _, word := range append(c.Words(), "") {
			s := mode.Settings{Redis: mode.Setting{Word: word}, Temporal: mode.Setting{Word: word}, MCPProxy: mode.Setting{Word: word}}
			reached[c][mode.Resolve(s).Of(c).Effective] = true
		}
		for _, m := range c.Modes() {
			if !reached[c][m] {
				t.Errorf("%s lists the mode %s, to which none of its words leads", c, m)
			}
			delete(reached[c], m)
		}
		for m := range reached[c] {
			t.Errorf("%s runs in mode %q, which it does not list", c, m)
		}
	}
	if got := mode.Global.Modes(); got != nil {
		t.Errorf("the global word has the modes %q, want none: it has no decision", got)
	}
}
