package render

import (
	"strings"
	"testing"

	"github.com/compozy/docs/internal/mdx"
)

// sealed renders the sample page whose one fence has the seal.
func sealed(t *testing.T, seal Seal) string {
	t.Helper()
	s := sampleSite(t)
	p := pageOf(t, s, "docs/a")
	f, err := siteRenderer(t, s).Page(s, p, PageFacts{Seals: map[*mdx.CodeBlock]Seal{p.Doc.Fences[0]: seal}})
	if err != nil {
		t.Fatal(err)
	}
	return string(f.Data)
}

func TestSeal(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name string
		seal Seal
		want string
	}{
		{"a link to its row", Seal{Level: "executed", Detail: "ran <it>", Href: "/base/proof/#e 1"},
			`<a class="seal seal-executed" href="/base/proof/#e%201">executed<span class="tip">ran &lt;it&gt;</span></a>`},
		{"no link without a proof page", Seal{Level: "validated"}, `<span class="seal seal-validated">validated</span>`},
		{"display is called shown", Seal{Level: "display", Detail: "why"}, `<span class="seal seal-shown">shown<span class="tip">why</span></span>`},
		{"an address that acts is none", Seal{Level: "parsed", Href: "javascript:x"}, `<span class="seal seal-parsed">parsed</span>`},
		{"a refusal shows", Seal{Level: "executed", Refused: []Refusal{{}}}, `<span class="seal seal-refused">refused</span>`},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			if got := sealed(t, test.seal); !strings.Contains(got, test.want) {
				t.Errorf("the page does not hold %s:\n%s", test.want, got)
			}
		})
	}
}

func TestResolutions(t *testing.T) {
	t.Parallel()
	got := sealed(t, Seal{Level: "executed", Resolved: []Resolution{
		{"redis", "standalone", "mode", "line 1"}, {"temporal", "<remote>", "", ""},
	}})
	for _, want := range []string{
		`<details class="resolves"><summary><span class="resolves-to">resolves to</span> <span class="chip"><span class="chip-key">redis</span> standalone</span> <span class="chip"><span class="chip-key">temporal</span> &lt;remote&gt;</span></summary>`,
		`<div><dt>redis</dt><dd><span class="resolves-mode">standalone</span> decided by <code>mode</code> <span class="resolves-from">line 1</span></dd></div>`,
		`<div><dt>temporal</dt><dd><span class="resolves-mode">&lt;remote&gt;</span></dd></div>`,
	} {
		if !strings.Contains(got, want) {
			t.Errorf("the page does not hold %s:\n%s", want, got)
		}
	}
	if strings.Contains(sealed(t, Seal{Level: "executed"}), "resolves") {
		t.Error("an example that resolves to nothing has the strip all the same")
	}
}

// TestRefusedExample holds that a configuration which is shown because it is
// refused is marked as such, at its line, and followed by the system's own
// words.
func TestRefusedExample(t *testing.T) {
	t.Parallel()
	got := sealed(t, Seal{Level: "executed", Refused: []Refusal{
		{Rule: "compozy/mode", Line: 1, Message: `mode is "<x>"`, Advice: []string{"write standalone"}},
		{Rule: "compozy/whole", Message: "and no line"},
	}})
	for _, want := range []string{
		`<span class="line bad"><span class="hk">mode</span>`,
		`<p><span class="refusal-line">line 1</span> mode is &quot;&lt;x&gt;&quot;</p>`,
		`<p class="refusal-advice">write standalone</p>`,
		`<p class="refusal-rule"><code>compozy/mode</code></p>`,
		`<div class="refusal"><p>and no line</p>`,
	} {
		if !strings.Contains(got, want) {
			t.Errorf("the page does not hold %s:\n%s", want, got)
		}
	}
}
