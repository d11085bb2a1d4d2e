package preview

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/compozy/docs/internal/diag"
	"github.com/compozy/docs/internal/source"
)

// lines returns the lines of a file of attacks.
func lines(t testing.TB, name string) []string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return append(strings.Split(strings.TrimSuffix(string(text), "\n"), "\n"), extra[name]...)
}

// extra are attacks that a text file would not keep as they are.
var extra = map[string][]string{
	"payloads.txt":  {"alert(1)\u2028\u2029", "alert(1)\u202e\u2066", "<img src=x\u00a0onerror=alert(1)>", "alert(1)\x00<script>"},
	"addresses.txt": {"java\tscript:alert(1)", "\x01javascript:alert(1)", "javascript\x00:alert(1)", "\u00a0javascript:alert(1)", "java\u200bscript:alert(1)", "ｊavascript:alert(1)"},
}

// asText writes a text so that Markdown takes it as that text.
func asText(text string) string {
	var b strings.Builder
	for _, r := range text {
		if r < 0x80 && r > ' ' && !('0' <= r && r <= '9' || 'a' <= r|0x20 && r|0x20 <= 'z') {
			b.WriteByte('\\')
		}
		b.WriteRune(r)
	}
	return b.String()
}

// quoted writes a text as YAML, JSON and JSX write strings.
func quoted(text string) string {
	out, err := json.Marshal(strings.ToValidUTF8(text, ""))
	if err != nil {
		panic(err)
	}
	return string(out)
}

// places are where a text can stand on a page that takes it as text. Each has
// one page with all payloads.
var places = map[string]func(text string) string{
	"paragraph":     func(s string) string { return asText(s) },
	"heading":       func(s string) string { return "## H " + asText(s) },
	"emphasis":      func(s string) string { return "*a" + asText(s) + "a*" },
	"inline-code":   func(s string) string { return "``` " + s + " ```" },
	"fence":         func(s string) string { return "````text display=\"x\"\n" + s + "\n````" },
	"indented-code": func(s string) string { return "- a\n\n  ````text display=\"x\"\n  " + s + "\n  ````" },
	"fence-title":   func(s string) string { return "```text display=\"x\" title=" + quoted(s) + "\na\n```" },
	"fence-reason":  func(s string) string { return "```text display=" + quoted(s) + "\na\n```" },
	"link-text":     func(s string) string { return "[a" + asText(s) + "](/other)" },
	"link-title":    func(s string) string { return "[a](/other '" + asText(s) + "')" },
	"image-text":    func(s string) string { return "![a" + asText(s) + "](/dot.svg)" },
	"image-title":   func(s string) string { return "![a](/dot.svg '" + asText(s) + "')" },
	"list":          func(s string) string { return "- " + asText(s) + "\n- [ ] " + asText(s) },
	"quote":         func(s string) string { return "> " + asText(s) },
	"table":         func(s string) string { return "| a" + asText(s) + " |\n|---|\n| " + asText(s) + " |" },
	"value":         func(s string) string { return "a {" + quoted(s) + "}" },
	"callout":       func(s string) string { return "<Callout title={" + quoted(s) + "}>{" + quoted(s) + "}</Callout>" },
	"card": func(s string) string {
		return "<Card title={" + quoted(s) + "} href=\"/other\">{" + quoted(s) + "}</Card>"
	},
	"details":          func(s string) string { return "<Details title={" + quoted(s) + "}>a</Details>" },
	"step":             func(s string) string { return "<Steps><Step title={" + quoted(s) + "}>a</Step></Steps>" },
	"badge":            func(s string) string { return "a <Badge>{" + quoted(s) + "}</Badge> <Kbd>{" + quoted(s) + "}</Kbd>" },
	"html-title":       func(s string) string { return "<p title={" + quoted(s) + "}>a</p>" },
	"html-data":        func(s string) string { return "<p data-x={" + quoted(s) + "} lang={" + quoted(s) + "}>a</p>" },
	"html-image":       func(s string) string { return "<img src=\"/dot.svg\" alt={" + quoted(s) + "} />" },
	"comment-of-mdx":   func(s string) string { return "{/* " + strings.ReplaceAll(s, "*/", "") + " */} alert(1)" },
	"footnote":         func(s string) string { return "a[^" + fmt.Sprint(len(s), s[:1] == "<") + "]" },
	"title-and-others": nil, // in the front matter
}

// raw are ways to write a text that make it markup. Each payload has a page of
// its own: most of them are refused, and a page that is refused is not shown.
var raw = map[string]struct {
	suffix string
	write  func(text string) string
}{
	"mdx":         {".mdx", func(s string) string { return s }},
	"md":          {".md", func(s string) string { return s }},
	"md-inline":   {".md", func(s string) string { return "a " + s + " b" }},
	"destination": {".mdx", func(s string) string { return "[a](<" + s + ">)" }},
	"fence-info":  {".mdx", func(s string) string { return "```" + s + "\na\n```" }},
	"attribute":   {".mdx", func(s string) string { return "<p title='" + s + "'>a</p>" }},
}

// addressed are ways to write an address.
var addressed = map[string]struct {
	suffix string
	write  func(address string) string
}{
	"link":         {".mdx", func(s string) string { return "[a](" + s + ")" }},
	"angle":        {".mdx", func(s string) string { return "[a](<" + s + ">)" }},
	"reference":    {".mdx", func(s string) string { return "[a][x]\n\n[x]: <" + s + ">" }},
	"autolink":     {".md", func(s string) string { return "<" + s + ">" }},
	"image":        {".mdx", func(s string) string { return "![a](<" + s + ">)" }},
	"element":      {".mdx", func(s string) string { return "<a href=\"" + s + "\">a</a>" }},
	"element-md":   {".md", func(s string) string { return "a <a href=\"" + s + "\">a</a>" }},
	"picture":      {".mdx", func(s string) string { return "<img src=\"" + s + "\" alt=\"a\" />" }},
	"sources":      {".md", func(s string) string { return "<img src=\"/dot.svg\" srcset=\"" + s + " 2x\" alt=\"a\">" }},
	"value":        {".mdx", func(s string) string { return "<a href={" + quoted(s) + "}>a</a>" }},
	"card":         {".mdx", func(s string) string { return "<Card title=\"a\" href={" + quoted(s) + "} />" }},
	"button":       {".mdx", func(s string) string { return "<LinkButton href=\"" + s + "\">a</LinkButton>" }},
	"block-md":     {".md", func(s string) string { return "<div>\n<a href='" + s + "'>a</a>\n</div>" }},
	"unquoted-md":  {".md", func(s string) string { return "a <a href=" + s + ">a</a>" }},
	"quoted-other": {".md", func(s string) string { return "a <a\nhref\n=\n'" + s + "'>a</a>" }},
}

// evilState is a state with a text wherever one can be.
func evilState(text string) State {
	f := source.NewFile("content/"+text+".mdx", []byte("# A\n\n"+text+"\n"))
	span := f.Span(5, 5+len(text))
	d := diag.New("example/schema", span, "%s", text).WithNote(span, "%s", text).WithAdvice("%s", text).WithFix(span, text, text)
	d.Rule = text
	return State{Busy: text, Findings: []diag.Diagnostic{d}, Page: func(string) string { return "/" }}
}

// TestHardeningNotices holds that the suite sees what acts: it would pass a site
// full of it otherwise.
func TestHardeningNotices(t *testing.T) {
	t.Parallel()
	seen := 0
	for _, each := range append(lines(t, "payloads.txt")[:50], "<a href=' java\nscript:x'>", "<svg><a xlink:href='javascript:x'>", "<img srcset='a 1x, javascript:x 2x'>") {
		if len(acting(t, "<!doctype html><title>a</title><body>"+each)) > 0 {
			seen++
		} else {
			t.Logf("%q does nothing by itself", each)
		}
	}
	if seen < 48 {
		t.Errorf("%d payloads are noticed on a page, want 48", seen)
	}
	if got := acting(t, `<p title="a">b<a href="/a:b">c</a><img src="data:image/png;base64,AA"><a href="mailto:a@b">d</a>`); len(got) > 0 {
		t.Errorf("a plain page has %q", got)
	}
	for _, each := range []string{"e.innerHTML = x", "new RegExp(q)", "eval(x)"} {
		if !markupOf.MatchString(each) {
			t.Errorf("%q is not noticed in a program", each)
		}
	}
	for address, want := range map[string]string{
		"javascript:x": "javascript", " \x01JAVA\tSCRIPT\n:x": "javascript", "/a:b": "", "?a:b": "", "a:b": "a", "": "", "#a:b": "", "mailto:a": "mailto",
	} {
		if got := schemeOf(address); got != want {
			t.Errorf("the scheme of %q is read as %q, want %q", address, got, want)
		}
	}
	if payloads, addresses := lines(t, "payloads.txt"), lines(t, "addresses.txt"); len(payloads) < 50 || len(addresses) < 30 || len(places) < 20 {
		t.Errorf("%d payloads in %d places and %d addresses are tried", len(payloads), len(places), len(addresses))
	}
}
