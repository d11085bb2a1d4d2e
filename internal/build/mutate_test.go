package build

import (
	"encoding/json"
	"testing"

	"github.com/compozy/docs/validate/example"
	"github.com/compozy/docs/validate/mutate"
)

// believesAnything is a store that says of every example that it is known to
// hold: the gate without its judge.
type believesAnything struct{}

var _ example.Store = believesAnything{}

func (believesAnything) Get(kind, _ string) ([]byte, bool) {
	if kind != "example" {
		return nil, false
	}
	data, err := json.Marshal([]map[string]string{{"level": "executed", "reason": "believed"}})
	return data, err == nil
}

func (believesAnything) Put(string, string, []byte) error { return nil }

// TestMutationsNeedTheJudge holds that the score is the judge's: with the real
// system every change of a small site is noticed, and with one that accepts
// everything hardly any is.
func TestMutationsNeedTheJudge(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	write(t, root, siteConfig, "{}")
	write(t, root, startPage, "---\ntitle: Start\n---\n\n"+
		"```yaml expect=\"redis=standalone temporal=standalone mcpproxy=standalone\"\nmode: standalone\n```\n\n"+
		"```yaml expect=\"redis=standalone temporal=remote mcpproxy=distributed\"\nredis:\n  mode: standalone\n```\n\n"+
		"```yaml expect-error=\"compozy/mode at mode\"\nmode: cluster\n```\n")
	o := Options{Root: root, NoCache: true}
	r, real, err := Mutate(t.Context(), o, mutate.Options{Seed: 1})
	if err != nil || len(r.Report.Diagnostics) > 0 {
		t.Fatal(err, lines(r.Report.Diagnostics))
	}
	if real.Total < 15 || real.Percent() < 98 {
		t.Errorf("%d of %d changes are noticed, want at least 98 %% of 15 or more: %v", real.Killed, real.Total, real.Survivors)
	}
	_, blind, err := mutateWith(t.Context(), o, mutate.Options{Seed: 1}, believesAnything{})
	if err != nil {
		t.Fatal(err)
	}
	if blind.Total != real.Total || blind.Percent() > 40 {
		t.Errorf("a judge that accepts every example still notices %d of %d changes", blind.Killed, blind.Total)
	}
	for _, s := range blind.ByKind {
		t.Log(s.Kind, s.Killed, "of", s.Total)
	}
}
