package report

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/compozy/docs/internal/diag"
	"github.com/compozy/docs/internal/source"
)

// hostile are texts that break a format which does not escape.
var hostile = map[string]string{
	"escape":         "\x1b]0;title\x07\x1b[2J",
	"bidi":           "a\u202eb\u2066c",
	"cdata":          "]]> <![CDATA[ -->--",
	"xml":            `<b a="x" b='y'>&amp;&#1;</b>`,
	"new lines":      "a\r\nb\nc\rd\u2028e\u0085f",
	"command":        "::error file=x::pwned\n::set-env name=A::B",
	"old command":    "x ##[error]pwned ##vso[task.complete]",
	"property":       "a,b:c=d%0A::e::",
	"table":          "| a | b |\n|---|---|",
	"backticks":      "`a` ``` ````` <script>",
	"markdown":       "# h\n- [a](javascript:b) ![i](x) **b** <img src=x onerror=y> @all",
	"sarif message":  "[a](0) {0} {1} \\[",
	"not UTF-8":      "a\xff\xc3(\xf0\x9f",
	"NUL and DEL":    "a\x00b\x7fc\x0bd\x0ce",
	"no characters":  "\ufffe\uffff\ufdd0\U0001fffe",
	"beyond the BMP": "🙂 日本語 é e\u0301",
	"colon first":    "C:x/y z#q?r%",
}

func span(t testing.TB, f *source.File, needle string) source.Span {
	t.Helper()
	i := bytes.Index(f.Text(), []byte(needle))
	if i < 0 {
		t.Fatalf("%s holds no %q", f.Path(), needle)
	}
	return f.Span(i, i+len(needle))
}

// sample is a report with a page without findings, a failing example, a
// skipped one, a warning outside of examples, a finding about the run, one
// about a file as a whole, other places and a fix.
func sample(t testing.TB) Input {
	page := source.NewFile("content/docs/a.mdx", []byte("\ufeff# Ä🙂 title\r\n\r\n```yaml\r\nmode: standalne\r\n```\r\n\r\n```text\r\nx\r\n```\r\n\r\nsee [🙂 there](b.mdx#gone) now\r\n"))
	other := source.NewFile("content/docs/b.mdx", []byte("# B\n\n## There\n"))
	ds := []diag.Diagnostic{
		{Severity: diag.Error, Rule: "run/locked", Message: "another build runs"},
		{Severity: diag.Error, Rule: "compozy/mode", Span: span(t, page, "standalne"), Message: `mode is "standalne"`,
			Notes: []diag.Note{{Message: `did you mean "standalone"?`}},
			Fix:   &diag.Fix{Span: span(t, page, "standalne"), NewText: "standalone", Message: "use standalone"}},
		{Severity: diag.Warning, Rule: "link/missing-anchor", Span: span(t, page, "b.mdx#gone"), Message: `"b.mdx" has no "gone"`,
			Notes: []diag.Note{{Span: span(t, other, "## There"), Message: "the nearest one is here"}}},
		{Severity: diag.Info, Rule: "page/title", Span: other.Whole(), Message: "the page has no title"},
	}
	return Input{
		Report: diag.Report{
			Summary:     diag.Summary{Pages: 3, Links: 7, ExternalLinks: 1, Examples: diag.Examples{Executed: 1, Display: 1}},
			Diagnostics: diag.Sort(ds),
		},
		Examples: []Example{
			{Page: page.Path(), Line: 3, EndLine: 5, Language: "yaml", Level: "executed", Reason: "loaded", Status: Failed},
			{Page: page.Path(), Line: 7, EndLine: 9, Language: "text", Level: "display", Reason: "plain text", Status: Skipped},
		},
		Pages: []string{page.Path(), other.Path(), "content/docs/c.mdx"},
		Tool:  "docs", Version: "1.2.3",
	}
}

// poisoned puts a text everywhere a report can hold one.
func poisoned(text string) Input {
	f := source.NewFile("content/"+text+".mdx", []byte("first\n"+text+"\nlast\n"))
	at := f.Span(6, 6+len(text))
	d := diag.Diagnostic{Severity: diag.Error, Rule: "test/" + text, Span: at, Message: text,
		Notes: []diag.Note{{Message: text}, {Span: at, Message: text}},
		Fix:   &diag.Fix{Span: at, NewText: text, Message: text}}
	warning := d
	warning.Severity, warning.Span = diag.Warning, f.Span(0, 3)
	warning.Notes = nil
	run := diag.Diagnostic{Severity: diag.Error, Rule: text, Message: text}
	return Input{
		Report: diag.Report{Summary: diag.Summary{Pages: 1}, Diagnostics: []diag.Diagnostic{run, warning, d}},
		Examples: []Example{
			{Page: f.Path(), Line: 2, EndLine: 2, Language: text, Level: text, Reason: text, Status: Failed},
			{Page: f.Path(), Line: 3, Language: text, Level: text, Reason: text, Status: Skipped},
			{Page: f.Path(), Line: 4, Language: text, Level: text, Reason: text, Status: Passed},
		},
		Pages: []string{f.Path()}, Tool: text, Version: text,
	}
}

func write(t testing.TB, format string, in Input) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := Write(&b, format, in); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// check holds a report against its format. It is the parser of each format.
func check(t testing.TB, format string, in Input, out []byte) {
	t.Helper()
	for _, r := range string(out) {
		if r != '\n' && r != '\t' && diag.Printable(string(r)) != string(r) {
			t.Fatalf("the %s report holds %U, which a terminal may obey", format, r)
		}
	}
	switch format {
	case "json":
		checkJSON(t, in, out)
	case "sarif":
		checkSARIF(t, in, out)
	case "github":
		checkGitHub(t, in, out)
	case "junit":
		checkJUnit(t, in, out)
	case "markdown":
		checkMarkdown(t, out)
	}
}

func TestHostileText(t *testing.T) {
	t.Parallel()
	for name, text := range hostile {
		for _, format := range Formats() {
			t.Run(name+" in "+format, func(t *testing.T) {
				t.Parallel()
				in := poisoned(text)
				check(t, format, in, write(t, format, in))
			})
		}
	}
}

func TestEmptyReport(t *testing.T) {
	t.Parallel()
	for _, format := range Formats() {
		out := write(t, format, Input{})
		if len(out) == 0 {
			t.Errorf("%s writes nothing about a run without findings", format)
		}
		check(t, format, Input{}, out)
	}
}

func TestSameBytes(t *testing.T) {
	t.Parallel()
	for _, format := range Formats() {
		first := write(t, format, sample(t))
		for range 5 {
			if d := cmp.Diff(string(first), string(write(t, format, sample(t)))); d != "" {
				t.Fatalf("%s differs between two runs:\n%s", format, d)
			}
		}
	}
}

func FuzzWrite(f *testing.F) {
	for _, text := range hostile {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		in := poisoned(text)
		for _, format := range Formats() {
			check(t, format, in, write(t, format, in))
		}
	})
}

func TestText(t *testing.T) {
	t.Parallel()
	got := string(write(t, "text", sample(t)))
	if want := "\n2 errors, 1 warning, 1 info in 3 pages, 7 links, 2 examples (1 executed, 0 validated, 0 parsed, 1 shown)\n"; !strings.HasSuffix(got, want) {
		t.Errorf("the report ends with %q, want %q", got[max(0, len(got)-len(want)):], want)
	}
}

func TestParseTarget(t *testing.T) {
	t.Parallel()
	for target, want := range map[string]string{
		"sarif=out.sarif":    "sarif|out.sarif|",
		"junit=a=b/c.xml":    "junit|a=b/c.xml|",
		"sarif":              `||"sarif" does not name a file: write sarif=PATH`,
		"json=":              `||"json=" does not name a file: write json=PATH`,
		"sarfi=x":            `||"sarfi" is not a report format: did you mean "sarif"?`,
		"html=x":             `||"html" is not a report format: use one of text, json, sarif, github, junit, markdown`,
		"=x":                 `||"" is not a report format: use one of text, json, sarif, github, junit, markdown`,
		"markdown=/dev/null": "markdown|/dev/null|",
	} {
		format, path, err := ParseTarget(target)
		got := format + "|" + path + "|"
		if err != nil {
			got += err.Error()
		}
		if got != want {
			t.Errorf("ParseTarget(%q) is %q, want %q", target, got, want)
		}
	}
}

func TestWriteFails(t *testing.T) {
	t.Parallel()
	if err := Write(&bytes.Buffer{}, "sarfi", Input{}); err == nil || !strings.Contains(err.Error(), `"sarif"`) {
		t.Errorf("a misspelt format gives %v", err)
	}
	full := errors.New("disk full")
	for _, format := range Formats() {
		if err := Write(failing{full}, format, sample(t)); !errors.Is(err, full) {
			t.Errorf("%s on a full disk gives %v", format, err)
		}
	}
}

type failing struct{ err error }

func (f failing) Write([]byte) (int, error) { return 0, f.err }
