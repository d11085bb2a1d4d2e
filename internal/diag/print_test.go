package diag

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/compozy/docs/internal/source"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// at returns the span of the first occurrence of needle.
func at(t *testing.T, f *source.File, needle string) source.Span {
	t.Helper()
	i := bytes.Index(f.Text(), []byte(needle))
	if i < 0 {
		t.Fatalf("%s holds no %q", f.Path(), needle)
	}
	return f.Span(i, i+len(needle))
}

func find(rule, message string, s source.Span) Diagnostic {
	return Diagnostic{Severity: Error, Rule: rule, Span: s, Message: message}
}

// sample is one report with everything a reporter has to get right.
func sample(t *testing.T) Report {
	wide := source.NewFile("content/docs/wide.mdx", []byte("é: x\n日本語: bad\n🙂 smile: bad2\n\ttab:\tbad3\ncafe\u0301: bad4\n"))
	crlf := source.NewFile("content/docs/crlf.mdx", []byte("\ufeffmode: one\r\nmode: two\r\n\r\nlast"))
	page := source.NewFile("content/docs/page.mdx", []byte("# T\n\n> ```yaml\n> redis:\n>   mode: standalne\n> ```\n\n<Callout\n  type=\"x\"\n  bad\n>\n"+strings.Repeat("line\n", 9)+"end\n"))
	inner := source.NewInset(page, []byte("redis:\n  mode: standalne\n"), []source.Piece{
		{Inner: 0, Outer: 17, Len: 7}, {Inner: 7, Outer: 26, Len: 18},
	})
	long := source.NewFile("content/docs/long.mdx", []byte(strings.Repeat("a long line ", 30)+"NEEDLE "+strings.Repeat("and its end ", 30)+"\n"))
	hostile := source.NewFile("content/docs/\x1b]0;x\x07.mdx", []byte("a \x1b[31mred\u202e b\x00 \xff here\n"))

	fixed := find("test/mode", `redis.mode is "standalne"`, at(t, inner, "standalne")).
		WithAdvice("did you mean %q?", "standalone").
		WithNote(at(t, crlf, "two"), "the mode is declared again here")
	fixed = fixed.WithFix(at(t, inner, "standalne"), "standalone", "write standalone")

	ds := []Diagnostic{
		find("test/run", "nothing can be written", source.Span{}).WithAdvice("type docs build --out dist"),
		find("test/whole", "the page has no title", wide.Whole()),
		find("test/wide", "after wide runes", at(t, wide, "bad\n")),
		find("test/emoji", "after an emoji", at(t, wide, "bad2")),
		find("test/tab", "after tabs", at(t, wide, "bad3")),
		find("test/combining", "after a combining mark", at(t, wide, "bad4")),
		find("test/bom", "the first key", at(t, crlf, "mode")),
		find("test/crlf", "the second value", at(t, crlf, "two")),
		find("test/end", "something is missing at the end", crlf.Span(crlf.Len(), crlf.Len())),
		find("test/line-end", "something is missing at the line's end", crlf.Span(12, 12)),
		fixed,
		find("test/lines", "a tag over lines", at(t, page, "<Callout\n  type=\"x\"\n  bad\n>")),
		find("test/many-lines", "a long block", at(t, page, strings.Repeat("line\n", 9)+"end\n")),
		find("test/long", "far to the right", at(t, long, "NEEDLE")),
		find("test/hostile", "bytes \x1b[2Jthat\u202e a terminal obeys", at(t, hostile, "here")),
	}
	ds[3].Severity, ds[4].Severity = Warning, Info
	return Report{
		Summary:     Summary{Pages: 4, Links: 7, ExternalLinks: 1, Examples: Examples{Executed: 2, Parsed: 1, Display: 3}},
		Diagnostics: ds,
	}
}

func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("%s differs (-want +got):\n%s", name, diff)
	}
}

func TestWriteText(t *testing.T) {
	t.Parallel()
	var b bytes.Buffer
	if err := WriteText(&b, sample(t), TextOptions{Width: 80}); err != nil {
		t.Fatal(err)
	}
	golden(t, "report.txt", b.Bytes())
	for _, r := range b.String() {
		if r != '\n' && !isPrintable(r) {
			t.Errorf("the text report holds %U, which a terminal may obey", r)
		}
	}
	for line := range strings.Lines(b.String()) {
		if width := columns(strings.TrimRight(line, "\n")); strings.Contains(line, "|") && width > 80 {
			t.Errorf("a frame line has %d columns, want at most 80: %q", width, line)
		}
	}
}

func TestWriteTextColor(t *testing.T) {
	t.Parallel()
	var colored, plain bytes.Buffer
	if err := WriteText(&colored, sample(t), TextOptions{Color: true, Width: 80}); err != nil {
		t.Fatal(err)
	}
	if err := WriteText(&plain, sample(t), TextOptions{Width: 80}); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(colored.String(), "\x1b[1;31merror:\x1b[0m") {
		t.Error("the word error is not coloured")
	}
	if got := stripSGR(colored.String()); got != plain.String() {
		t.Errorf("colours change the text (-plain +coloured):\n%s", cmp.Diff(plain.String(), got))
	}
}

func stripSGR(s string) string {
	var b strings.Builder
	for {
		before, after, ok := strings.Cut(s, "\x1b[")
		b.WriteString(before)
		if !ok {
			return b.String()
		}
		_, s, _ = strings.Cut(after, "m")
	}
}

func TestWriteJSON(t *testing.T) {
	t.Parallel()
	var b bytes.Buffer
	if err := WriteJSON(&b, sample(t)); err != nil {
		t.Fatal(err)
	}
	golden(t, "report.json", b.Bytes())
	var back struct {
		Diagnostics []struct{ Message string }
	}
	if err := json.Unmarshal(b.Bytes(), &back); err != nil {
		t.Fatalf("the report is no JSON: %v", err)
	}
	last := back.Diagnostics[len(back.Diagnostics)-1]
	if want := "bytes \x1b[2Jthat\u202e a terminal obeys"; last.Message != want {
		t.Errorf("a message reads back as %q, want %q", last.Message, want)
	}
}

func TestWriteJSONEmpty(t *testing.T) {
	t.Parallel()
	var b bytes.Buffer
	if err := WriteJSON(&b, Report{}); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(b.String(), `"diagnostics": []`) {
		t.Errorf("no findings must be an empty list, got %s", b.String())
	}
}

func TestWriteCompact(t *testing.T) {
	t.Parallel()
	var b bytes.Buffer
	if err := WriteCompact(&b, sample(t).Diagnostics); err != nil {
		t.Fatal(err)
	}
	golden(t, "compact.txt", b.Bytes())
}

func TestWriteTextCap(t *testing.T) {
	t.Parallel()
	var ds []Diagnostic
	for range 12 {
		ds = append(ds, Diagnostic{Severity: Warning, Message: "a warning"})
	}
	ds = append(ds, Diagnostic{Severity: Error, Message: "the only error"})
	var b bytes.Buffer
	if err := WriteText(&b, Report{Diagnostics: ds}, TextOptions{Max: 3}); err != nil {
		t.Fatal(err)
	}
	got := b.String()
	if strings.Count(got, "warning: a warning") != 2 || !strings.Contains(got, "the only error") {
		t.Errorf("want the error and two warnings, got\n%s", got)
	}
	if !strings.HasSuffix(got, "… and 10 more: 10 warnings\n") {
		t.Errorf("the last line must count what is not shown, got\n%s", got)
	}
}

func FuzzFrame(f *testing.F) {
	f.Add([]byte("a\tb\n日本\r\n\xff\x1b"), 3, 9, 60)
	f.Add([]byte(""), 0, 0, 10)
	f.Add([]byte("\ufeffx\r\ry"), 1, 5, 80)
	f.Fuzz(func(t *testing.T, text []byte, start, end, width int) {
		file := source.NewFile("f", text)
		d := Diagnostic{Span: file.Span(max(start, 0), end), Message: "m", Fix: &Fix{Span: file.Span(max(start, 0), end), NewText: string(text)}}
		var b bytes.Buffer
		if err := WriteText(&b, Report{Diagnostics: []Diagnostic{d}}, TextOptions{Width: width % 500}); err != nil {
			t.Fatal(err)
		}
		for _, r := range b.String() {
			if r != '\n' && !isPrintable(r) {
				t.Fatalf("the report holds %U:\n%q", r, b.String())
			}
		}
	})
}
