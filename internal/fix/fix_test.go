package fix

import (
	"bytes"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/compozy/docs/internal/diag"
	"github.com/compozy/docs/internal/source"
)

// at returns a finding whose edit replaces the first old text of a file.
func at(t testing.TB, f *source.File, old, next string) diag.Diagnostic {
	t.Helper()
	i := bytes.Index(f.Text(), []byte(old))
	if i < 0 {
		t.Fatalf("%q is not in %q", old, f.Text())
	}
	span := f.Span(i, i+len(old))
	return diag.New("link/missing-page", span, "there is no page at %q", old).WithFix(span, next, "write "+next)
}

func file(text string) *source.File { return source.NewFile("content/a.mdx", []byte(text)) }

func TestMake(t *testing.T) {
	t.Parallel()
	guess := func(d diag.Diagnostic) diag.Diagnostic { return d.Unsure(true) }
	ruled := func(d diag.Diagnostic, rule string) diag.Diagnostic { d.Rule = rule; return d }
	tests := []struct {
		name, text, want  string
		found             func(*source.File) []diag.Diagnostic
		made, later, left int
	}{
		{"nothing", "a b", "", func(*source.File) []diag.Diagnostic { return nil }, 0, 0, 0},
		{"edits keep their places whatever their lengths", "aa bb cc", "a bbbb c", func(f *source.File) []diag.Diagnostic {
			return []diag.Diagnostic{at(t, f, "aa", "a"), at(t, f, "bb", "bbbb"), at(t, f, "cc", "c")}
		}, 3, 0, 0},
		{"order of findings does not matter", "aa bb", "1 2", func(f *source.File) []diag.Diagnostic {
			return []diag.Diagnostic{at(t, f, "bb", "2"), at(t, f, "aa", "1")}
		}, 2, 0, 0},
		{"one that overlaps waits", "aabb", "xbb", func(f *source.File) []diag.Diagnostic {
			return []diag.Diagnostic{at(t, f, "aa", "x"), at(t, f, "abb", "y")}
		}, 1, 1, 0},
		{"one that begins where another ends waits", "aabb", "xbb", func(f *source.File) []diag.Diagnostic {
			return []diag.Diagnostic{at(t, f, "aa", "x"), at(t, f, "bb", "y")}
		}, 1, 1, 0},
		{"the same edit twice is made once", "aa bb", "x bb", func(f *source.File) []diag.Diagnostic {
			return []diag.Diagnostic{at(t, f, "aa", "x"), at(t, f, "aa", "x")}
		}, 1, 0, 0},
		{"a guess is left", "aa", "", func(f *source.File) []diag.Diagnostic { return []diag.Diagnostic{guess(at(t, f, "aa", "x"))} }, 0, 0, 1},
		{"a claim is left", "aa", "", func(f *source.File) []diag.Diagnostic {
			return []diag.Diagnostic{ruled(at(t, f, "aa", "x"), "example/mode")}
		}, 0, 0, 1},
		{"an edit that changes nothing", "aa", "", func(f *source.File) []diag.Diagnostic { return []diag.Diagnostic{at(t, f, "aa", "aa")} }, 0, 0, 0},
		{"an edit without a place", "aa", "", func(f *source.File) []diag.Diagnostic {
			return []diag.Diagnostic{diag.New("link/missing-page", f.Whole(), "x").WithFix(f.Whole(), "x", "x")}
		}, 0, 0, 1},
		{"an edit past the end", "aa", "", func(f *source.File) []diag.Diagnostic {
			return []diag.Diagnostic{diag.New("link/missing-page", f.Whole(), "x").WithFix(f.Span(1, 9), "x", "x")}
		}, 0, 0, 1},
		{"lines end as the page's do", "a\r\nb\r\n", "a\r\nx\r\ny\r\n", func(f *source.File) []diag.Diagnostic {
			return []diag.Diagnostic{at(t, f, "b", "x\ny")}
		}, 1, 0, 0},
		{"in an example", "> aa\n> bb\n", "> aa\n> x\n", func(f *source.File) []diag.Diagnostic {
			inset := source.NewInset(f, []byte("aa\nbb\n"), []source.Piece{{Inner: 0, Outer: 2, Len: 3}, {Inner: 3, Outer: 7, Len: 3}})
			return []diag.Diagnostic{at(t, inset, "bb", "x")}
		}, 1, 0, 0},
		{"over lines of an example in a quote", "> aa\n> bb\n", "", func(f *source.File) []diag.Diagnostic {
			inset := source.NewInset(f, []byte("aa\nbb\n"), []source.Piece{{Inner: 0, Outer: 2, Len: 3}, {Inner: 3, Outer: 7, Len: 3}})
			return []diag.Diagnostic{at(t, inset, "aa\nbb", "x")}
		}, 0, 0, 1},
		{"new lines in an example in a quote", "> aa\n", "", func(f *source.File) []diag.Diagnostic {
			inset := source.NewInset(f, []byte("aa\n"), []source.Piece{{Inner: 0, Outer: 2, Len: 3}})
			return []diag.Diagnostic{at(t, inset, "aa", "x\ny")}
		}, 0, 0, 1},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			p := Make(tt.found(file(tt.text)), nil)
			got, made := "", 0
			for _, c := range p.Changes {
				got += string(c.Text)
				made += len(c.Made)
			}
			if got != tt.want {
				t.Errorf("the text is %q, want %q", got, tt.want)
			}
			if made != tt.made && len(p.Changes) > 0 || len(p.Later) != tt.later || len(p.Left) != tt.left {
				t.Errorf("%d made, %d later, %d left; want %d, %d and %d", made, len(p.Later), len(p.Left), tt.made, tt.later, tt.left)
			}
		})
	}
}

func TestMakeSkips(t *testing.T) {
	t.Parallel()
	f := file("aa bb")
	p := Make([]diag.Diagnostic{at(t, f, "aa", "x"), at(t, f, "bb", "y")}, func(d diag.Diagnostic) bool { return d.Fix.NewText == "x" })
	if len(p.Changes) != 1 || string(p.Changes[0].Text) != "aa y" || len(p.Left) != 1 {
		t.Errorf("the plan is %+v, want the second edit only", p)
	}
}

func TestTwoReadingsOfOneFile(t *testing.T) {
	t.Parallel()
	old, now := file("aa bb"), file("aaa bb")
	p := Make([]diag.Diagnostic{at(t, old, "aa", "x"), at(t, now, "bb", "y"), at(t, file("aa bb"), "bb", "z")}, nil)
	if len(p.Changes) != 1 || string(p.Changes[0].Text) != "x z" || len(p.Later) != 1 {
		t.Errorf("the plan is %+v, want the edits of the first reading", p)
	}
}

func TestDiff(t *testing.T) {
	t.Parallel()
	f := file("one\ntwo\nthree\n")
	p := Make([]diag.Diagnostic{at(t, f, "two", "2")}, nil)
	want := "--- a/content/a.mdx\n+++ b/content/a.mdx\n@@ -1,3 +1,3 @@\n one\n-two\n+2\n three\n"
	if d := cmp.Diff(want, p.Changes[0].Diff()); d != "" {
		t.Errorf("the diff differs (-want +got):\n%s", d)
	}
	bare := Make([]diag.Diagnostic{at(t, file("two"), "two", "2")}, nil)
	if got := bare.Changes[0].Diff(); !strings.HasSuffix(got, "\n") || !strings.Contains(got, `\ No newline at end of file`) {
		t.Errorf("a file without a last line ending gives %q", got)
	}
}

// FuzzMake holds that what no edit covers stays as it is, whatever edits come.
func FuzzMake(f *testing.F) {
	f.Add("one two three", 0, 3, "1", 4, 7, "2")
	f.Add("a", 1, 1, "b", 1, 1, "c")
	f.Add("a\r\nb", 3, 4, "x\ny", 0, 0, "")
	f.Fuzz(func(t *testing.T, text string, a, b int, x string, c, d int, y string) {
		file := file(text)
		var found []diag.Diagnostic
		for _, e := range []struct {
			from, to int
			text     string
		}{{a, b, x}, {c, d, y}} {
			if e.from < 0 || e.to < e.from {
				return
			}
			found = append(found, diag.New("link/missing-page", file.Whole(), "x").WithFix(file.Span(e.from, e.to), e.text, "x"))
		}
		p := Make(found, nil)
		for _, change := range p.Changes {
			size := len(text)
			for _, d := range change.Made {
				size -= d.Fix.Span.End - d.Fix.Span.Start
			}
			if len(change.Text) < size {
				t.Fatalf("%q became %q: text that no edit covers is gone", text, change.Text)
			}
			first := change.Made[0].Fix.Span.Start
			if !bytes.HasPrefix(change.Text, []byte(text[:first])) {
				t.Fatalf("%q became %q: the text before the first edit at %d changed", text, change.Text, first)
			}
		}
	})
}
