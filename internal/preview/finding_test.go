package preview

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/compozy/docs/internal/diag"
	"github.com/compozy/docs/internal/source"
)

// spanOf returns the first place of a text in a file.
func spanOf(t testing.TB, f *source.File, text string) source.Span {
	t.Helper()
	i := bytes.Index(f.Text(), []byte(text))
	if i < 0 {
		t.Fatalf("%q is not in %q", text, f.Text())
	}
	return f.Span(i, i+len(text))
}

// panelFor returns the panel of a page for a state.
func panelFor(t testing.TB, file string, s State) panel {
	t.Helper()
	p := New(newMemory(nil), Options{BasePath: "/base", Live: true})
	t.Cleanup(p.Close)
	p.Publish(s)
	return p.now().panelOf(file)
}

func addressOf(file string) string {
	name, ok := strings.CutPrefix(file, "content/")
	if !ok {
		return ""
	}
	return "/base/" + strings.ReplaceAll(strings.TrimSuffix(name, ".mdx"), " ", "%20") + "/"
}

func TestFinding(t *testing.T) {
	t.Parallel()
	page := source.NewFile("content/a b.mdx", []byte("# Title\n\nSee [it](onw.mdx) here.\n"))
	other := source.NewFile("content/b.mdx", []byte("text\n"))
	at := spanOf(t, page, "onw.mdx")
	got := panelFor(t, "a b/index.html", State{Page: addressOf, Busy: "running examples", Findings: []diag.Diagnostic{
		diag.New("link/missing-page", at, "there is no page at %q", "onw.mdx").
			WithNote(other.Span(0, 4), "it is meant here").WithAdvice("did you mean %q?", "own.mdx").WithFix(at, "own.mdx", "write own.mdx"),
	}})
	rule, _ := diag.Lookup("link/missing-page")
	want := panel{
		Busy: "running examples", Here: counts{Errors: 1},
		Findings: []finding{{
			Severity: "error", Rule: "link/missing-page", place: place{"content/a b.mdx", 3, 10, "/base/a%20b/"}, Here: true,
			Message: `there is no page at "onw.mdx"`,
			Notes:   []note{{"it is meant here", place{"content/b.mdx", 1, 1, "/base/b/"}}, {`did you mean "own.mdx"?`, place{}}},
			Frame:   []line{{3, "See [it](", "onw.mdx", ") here."}},
			Fix: &proposal{
				Message: "write own.mdx", Line: 3, Applies: true,
				Old: []line{{3, "See [it](o", "nw", ".mdx) here."}}, New: []line{{3, "See [it](o", "wn", ".mdx) here."}},
			},
		}},
		Rules: map[string]ruleText{rule.ID: {rule.Summary, rule.Cause, rule.Remedy}},
	}
	if d := cmp.Diff(want, got, cmp.AllowUnexported(finding{}, note{})); d != "" {
		t.Errorf("the panel differs (-want +got):\n%s", d)
	}
	text := string(mustJSON(got))
	for _, key := range []string{`"file":"content/a b.mdx"`, `"line":3`, `"column":10`, `"applies":true`, `"cause":`} {
		if !strings.Contains(text, key) {
			t.Errorf("the data lacks %s: %s", key, text)
		}
	}
}

// TestFindingsOrder holds which findings a page is shown when there are many:
// its own before others', errors before the rest; and that all are counted.
func TestFindingsOrder(t *testing.T) {
	t.Parallel()
	var found []diag.Diagnostic
	add := func(file string, s diag.Severity, n int) {
		f := source.NewFile(file, []byte("text\n"))
		for i := range n {
			d := diag.New("link/missing-page", f.Span(0, 4), fmt.Sprint(i))
			d.Severity = s
			found = append(found, d)
		}
	}
	add("content/a.mdx", diag.Warning, 30)
	add("content/a.mdx", diag.Error, 30)
	add("content/z.mdx", diag.Info, 3)
	add("content/z.mdx", diag.Warning, 10)
	add("content/z.mdx", diag.Error, 2)
	add("source.config.json", diag.Error, 1)
	found = append(found, diag.New("link/missing-page", source.Span{}, "of the run"))
	tests := []struct {
		file            string
		here, elsewhere counts
		groups          string
	}{
		{"z/index.html", counts{2, 10, 3}, counts{32, 30, 0}, "2 error here, 10 warning here, 3 info here, 32 error, 3 warning"},
		{"a/index.html", counts{30, 30, 0}, counts{4, 10, 3}, "30 error here, 20 warning here"},
		{"b/index.html", counts{}, counts{34, 40, 3}, "34 error, 16 warning"},
		{"", counts{}, counts{34, 40, 3}, "34 error, 16 warning"},
	}
	for _, tt := range tests {
		got := panelFor(t, tt.file, State{Findings: found, Page: addressOf})
		var groups []string
		n := 0
		for i, f := range got.Findings {
			n++
			if i+1 == len(got.Findings) || got.Findings[i+1].Severity != f.Severity || got.Findings[i+1].Here != f.Here {
				groups = append(groups, strings.TrimSpace(fmt.Sprintf("%d %s %s", n, f.Severity, map[bool]string{true: "here"}[f.Here])))
				n = 0
			}
		}
		if got.Here != tt.here || got.Elsewhere != tt.elsewhere || strings.Join(groups, ", ") != tt.groups || got.Left != len(found)-len(got.Findings) {
			t.Errorf("%q shows %q, counts %v and %v, and leaves %d; want %q, %v and %v", tt.file, groups, got.Here, got.Elsewhere, got.Left, tt.groups, tt.here, tt.elsewhere)
		}
	}
	// Without addresses nothing is any page's.
	if got := panelFor(t, "z/index.html", State{Findings: found}); got.Here != (counts{}) {
		t.Errorf("without addresses the page has findings: %v", got.Here)
	}
}

// TestFindingLinks holds that no address of another site becomes a link.
func TestFindingLinks(t *testing.T) {
	t.Parallel()
	f := source.NewFile("x", []byte("text\n"))
	for address, want := range map[string]string{
		"/a/": "/a/", "javascript:alert(1)": "", "//evil.example/": "", `/\evil.example/`: "", "https://evil.example/": "", "": "",
	} {
		got := panelFor(t, "", State{Findings: []diag.Diagnostic{diag.New("link/missing-page", f.Span(0, 4), "x")}, Page: func(string) string { return address }})
		if got.Findings[0].Page != want {
			t.Errorf("the address %q gives the link %q, want %q", address, got.Findings[0].Page, want)
		}
	}
}

func TestFrame(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("abc ", 400) + "HERE" + strings.Repeat(" xyz", 400)
	tests := []struct{ name, text, mark, want string }{
		{"one line", "a\nbad\nc\n", "bad", "1:a\n2:[bad]"},
		{"an empty line before", "a\n\nbad\n", "bad", "3:[bad]"},
		{"two lines", "one two\nthree four\n", "two\nthree", "1:one [two]\n2:[three] four"},
		{"what ends a block is no part of it", "a\nb \n\n", "b \n\n", "1:a\n2:[b] "},
		{"many lines", "1\n2\n3\n4\n5\n6\n7\n8\n9\n10\n", "2\n3\n4\n5\n6\n7\n8\n9\n10", "1:1\n2:[2]\n3:[3]\n4:[4]\n5:[5]\n6:[6]\n7:[7]\n0:\n10:[10]"},
		{"a byte order mark", "\ufeffbad\n", "bad", "1:[bad]"},
		{"a tab stays", "\tbad\n", "bad", "1:\t[bad]"},
		{"what hides is shown", "a\x1b[31m\u202ebad\u200b\xff\n", "bad", `1:a\x1b[31m\u202e[bad]\u200b\xff`},
		{"other line ends", "a\r\nbad\rc", "bad", "1:a\n2:[bad]"},
		{"a long line", long, "HERE", "1:…" + strings.Repeat("abc ", 30) + "[HERE]" + strings.Repeat(" xyz", 89) + "…"},
		{"a place longer than the line may be", "x" + strings.Repeat("ab", 400) + "y", strings.Repeat("ab", 400), "1:x[" + strings.Repeat("ab", 239) + "a]…"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			f := source.NewFile("x.mdx", []byte(tt.text))
			if d := cmp.Diff(tt.want, drawn(frameOf(spanOf(t, f, tt.mark)))); d != "" {
				t.Errorf("the frame differs (-want +got):\n%s", d)
			}
		})
	}
	f := source.NewFile("x.mdx", []byte("text\n"))
	for _, s := range []source.Span{{}, f.Whole(), f.Span(5, 5), f.Span(3, 99), f.Span(9, 3)} {
		for _, l := range frameOf(s) {
			if !strings.Contains("text", l.Before+l.Mark+l.After) {
				t.Errorf("the place %v is shown as %+v", s, l)
			}
		}
	}
}

func drawn(lines []line) string {
	var out []string
	for _, l := range lines {
		mark := l.Mark
		if mark != "" {
			mark = "[" + mark + "]"
		}
		out = append(out, fmt.Sprintf("%d:%s%s%s", l.Number, l.Before, mark, l.After))
	}
	return strings.Join(out, "\n")
}

func TestProposal(t *testing.T) {
	t.Parallel()
	outer := source.NewFile("x.mdx", []byte("> keyy: 1\n> b: 2\n"))
	inset := source.NewInset(outer, []byte("keyy: 1\nb: 2\n"), []source.Piece{{Inner: 0, Outer: 2, Len: 8}, {Inner: 8, Outer: 12, Len: 5}})
	page := source.NewFile("x.mdx", []byte("one\ntwo\nthree\n"))
	tests := []struct {
		name     string
		span     source.Span
		text     string
		guess    bool
		first    int
		old, new string
		applies  bool
	}{
		{"a word", spanOf(t, page, "two"), "2", false, 2, "2:[two]", "2:[2]", true},
		{"nothing in its place", spanOf(t, page, "wo"), "", false, 2, "2:t[wo]", "2:t", true},
		{"a line less", spanOf(t, page, "two\n"), "", false, 2, "2:[two]", "", true},
		{"a line more", page.Span(4, 4), "x\n", false, 2, "", "2:[x]", true},
		{"two for one", spanOf(t, page, "two"), "a\nb", false, 2, "2:[two]", "2:[a]\n3:[b]", true},
		{"a guess", spanOf(t, page, "two"), "2", true, 2, "2:[two]", "2:[2]", false},
		{"in an example", spanOf(t, inset, "keyy"), "key", false, 1, "1:> key[y]: 1", "1:> key: 1", true},
		{"over lines of an example in a quote", spanOf(t, inset, "1\nb"), "x", false, 0, "1:[keyy: 1]\n2:[b: 2]", "1:[keyy: x: 2]", false},
		{"no place", page.Whole(), "x", false, 0, "", "", false},
		{"past the end", page.Span(3, 99), "x", false, 0, "", "", false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			d := diag.New("link/missing-page", page.Span(0, 1), "x").WithFix(tt.span, tt.text, "do it").Unsure(tt.guess)
			got := proposalOf(d)
			if d := cmp.Diff([]any{tt.first, tt.old, tt.new, tt.applies}, []any{got.Line, drawn(got.Old), drawn(got.New), got.Applies}); d != "" {
				t.Errorf("the proposal differs (-want +got):\n%s", d)
			}
		})
	}
	if proposalOf(diag.New("link/missing-page", page.Span(0, 1), "x")) != nil {
		t.Error("a finding without an edit proposes one")
	}
}

// FuzzFinding holds that whatever a page says, and wherever a finding and its
// edit are, what is sent is one line of JSON that hides nothing.
func FuzzFinding(f *testing.F) {
	f.Add("one\ntwo\n", 0, 3, 4, 7, "new\nlines")
	f.Add("é日\u202e\x1b\xff\r\n\ta\r", 1, 4, 2, 2, "\r")
	f.Add("\ufeff"+strings.Repeat("日", 300), 100, 400, 3, 900, "</script><!--\u2028")
	f.Fuzz(func(t *testing.T, text string, a, b, from, to int, next string) {
		file := source.NewFile("content/a.mdx", []byte(text))
		if a < 0 || b < a || b > len(text) {
			return
		}
		d := diag.New("link/missing-page", file.Span(a, b), text).WithFix(file.Span(from, to), next, next).WithAdvice("%s", next)
		out := mustJSON(panelFor(t, "a/index.html", State{Findings: []diag.Diagnostic{d}, Page: addressOf, Busy: next}))
		if bytes.ContainsAny(out, "\r\n<") || !utf8.Valid(out) {
			t.Fatalf("what is sent is %q", out)
		}
		var back panel
		if err := json.Unmarshal(out, &back); err != nil {
			t.Fatal(err)
		}
		for _, l := range back.Findings[0].Frame {
			if strings.ContainsFunc(l.Before+l.Mark+l.After, func(r rune) bool { return r < ' ' && r != '\t' || r == 0x202e }) {
				t.Fatalf("the frame has %+v", l)
			}
		}
	})
}
