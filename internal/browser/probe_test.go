package browser

import (
	_ "embed"
	"fmt"
	"os"
	"testing"
)

//go:embed testdata/probe.js
var probeScript string

// ask asks the page a question of testdata/probe.js. The answer is a list of
// faults.
func (p *tab) ask(question string) []string {
	p.t.Helper()
	value[bool](p, probeScript+"; true")
	return value[[]string](p, "probe."+question)
}

// none fails the test with what a question finds.
func (p *tab) none(question, where string) {
	p.t.Helper()
	for _, fault := range p.ask(question) {
		p.t.Errorf("%s, %s: %s: %s", p.path(), where, question, fault)
	}
}

// axe has axe-core look at the page as it stands. how is "" for all of it, or
// the arguments of the probe: a list of rules, and a selector.
//
// The browser evaluates it beside the page's own scripts: the page's policy
// stays what it is.
func (p *tab) axe(script, how, where string) {
	p.t.Helper()
	value[bool](p, "(typeof axe === 'object') || ("+script+", true)")
	p.none(fmt.Sprintf("axe(%s)", how), where)
}

// axeCore returns the source of axe-core, as an expression.
func axeCore(t testing.TB) string {
	t.Helper()
	text, err := os.ReadFile(tool(t, "axe-core/axe.min.js"))
	if err != nil {
		t.Fatal(err)
	}
	return "(() => {" + string(text) + "\n})()"
}
