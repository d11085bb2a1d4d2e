package highlight

import (
	"bytes"
	"html"
	"regexp"
	"strings"
	"testing"
)

const sampleYAML = `# a configuration
name: demo
mode: standalone
redis:
  mode: "distributed" # why
  standalone: { persistence: { enabled: true, interval: 5m } }
  addr: redis://localhost:6379/0
  list: [1, 2.5, 'three', on]
script: |
  echo "x: y" # no comment
  done

text: "over
  two lines"
other: &anchor 1
again: *anchor
`

const sampleMDX = "---\ntitle: A page\n---\nimport X from './x'\n\n## A heading\n\n" +
	"- See [a link](./other.mdx) and `<code>`.\n\n<Callout type=\"note\" cols={2}\n  items={[\"a}\", true]}>\n\nText {/* not shown */} < 3 \\<b.\n\n</Callout>\n\n" +
	"```yaml title=\"a.yaml\"\nmode: standalone\n```\n"

var tag = regexp.MustCompile(`</?span[^>]*>`)

// textOf is what a browser copies: the HTML without tags, decoded.
func textOf(out string) string { return html.UnescapeString(tag.ReplaceAllString(out, "")) }

func write(h *Highlighter, lang, code string, o Options) string {
	var b bytes.Buffer
	h.Write(&b, lang, code, o)
	return b.String()
}

func TestWriteGivesTheCodeBack(t *testing.T) {
	t.Parallel()
	codes := map[string]string{
		"yaml":  sampleYAML,
		"yml":   "a: b",
		"bash":  "export A=\"$B\"\ncompozy start --mode standalone # go\n",
		"go":    "package main\n\nfunc main() { println(\"<&>\") }\n",
		"json":  "{\"a\": [1, true, null]}\n",
		"ts":    "const a: string = `x ${y}`;",
		"toml":  "[a]\nb = 1\n",
		"nope":  "<script>alert(1)</script>\n\n",
		"":      "plain & simple\n",
		"http":  "GET / HTTP/1.1\nHost: x\n\n{\"a\": 1}\n",
		"text":  "\n\n leading and trailing \n\n",
		"diff":  "-a\n+b\n",
		"html":  "<p class=\"a\">é日🙂</p>\n",
		"env":   "A=1\n# c\n",
		"redis": "SET a 1\n",
		"mdx":   sampleMDX,
	}
	h := New()
	options := map[string]Options{
		"coloured": {},
		"lines":    {Mark: ParseLines("1,3-5"), Ins: ParseLines("2"), Del: ParseLines("3"), Focus: ParseLines("1"), Start: 7},
		"plain":    {Plain: true},
	}
	for lang, code := range codes {
		for name, o := range options {
			if got := textOf(write(h, lang, code, o)); got != code {
				t.Errorf("%s, %s: text is %q, want the code %q", lang, name, got, code)
			}
		}
	}
}

func TestColours(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ lang, code, want string }{
		{"yaml", "mode: standalone\n", `<span class="hk">mode</span>: <span class="hs">standalone</span>`},
		{"yaml", "port: 6379 # x\n", `<span class="hn">6379 </span><span class="hc"># x`},
		{"yaml", "a: 'it''s' # c\n", `<span class="hs">'it''s' </span><span class="hc"># c`},
		{"yaml", "- url: redis://h:1/0\n", `- <span class="hk">url</span>: <span class="hs">redis://h:1/0</span>`},
		{"yaml", "a: |\n  b: c\n", `<span class="hs">  b: c` + "\n" + `</span>`},
		{"yaml", "a: {b: true}\n", `{<span class="hk">b</span>: <span class="hn">true</span>}`},
		{"json", "{\"a\": 1}", `<span class="hn">1</span>`},
		{"console", "$ compozy start\nready\n", `<span class="hw">compozy</span> start`},
		{"console", "$ two \\\n> --three\nout\n> not a command\n", `<span class="hc">&gt; </span>--three` + "\nout\n&gt; not a command"},
		{"console", "$ one |\n> two -x\n", `<span class="hc">&gt; </span><span class="hw">two</span> -x`},
		{"mdx", sampleMDX, `<span class="hc">---` + "\n" + `</span><span class="hk">title</span>: <span class="hs">A page</span>`},
		{"console", "$ A=1 B=x/y compozy start\n", `<span class="hk">A=1 B=x/y </span><span class="hw">compozy</span> start`},
		{"mdx", sampleMDX, `<span class="hf">## A heading</span>`},
		{"mdx", sampleMDX, `&lt;<span class="hf">Callout </span><span class="hk">type</span>=<span class="hs">&quot;note&quot; </span>`},
		{"mdx", sampleMDX, `<span class="hk">cols</span>={<span class="hn">2</span>}`},
		{"mdx", sampleMDX, `{[<span class="hs">&quot;a}&quot;</span>, <span class="hn">true</span>]}`},
		{"mdx", sampleMDX, `&lt;/<span class="hf">Callout</span>&gt;`},
		{"mdx", sampleMDX, `<span class="hc">{/* not shown */} </span>`},
		{"mdx", sampleMDX, `[a link](<span class="hs">./other.mdx</span>)`},
		{"mdx", sampleMDX, `<span class="hk">mode</span>: <span class="hs">standalone</span>`},
		{"mdx", sampleMDX, `<span class="hw">import </span>`},
		{"mdx", "a < b and {unclosed\nmore", `a &lt; b and {unclosed`},
		{"bash", "compozy cache export --file x\ncompozy help export\n", "compozy cache export --file x\ncompozy help export\n"},
		{"bash", "export A=1\n", `<span class="hf">export </span>`},
		{"bash", "a && B=2 exec c \\\n  export | if test -f x; then echo y; fi\n", `<span class="hf">exec </span>c <span class="hs">\` + "\n  </span>" + `export | <span class="hw">if </span><span class="hf">test </span>-f x; <span class="hw">then </span><span class="hf">echo </span>y; <span class="hw">fi`},
		{"unheard-of", "<b>", `&lt;b&gt;`},
	} {
		if got := write(New(), test.lang, test.code, Options{}); !strings.Contains(got, test.want) {
			t.Errorf("%s %q prints\n%s\nwant in it\n%s", test.lang, test.code, got, test.want)
		}
	}
}

func TestLines(t *testing.T) {
	t.Parallel()
	got := write(New(), "text", "a\nb\nc", Options{Mark: ParseLines("{2-3}"), Del: ParseLines("3"), Focus: ParseLines("1"), Start: 9})
	want := `<span class="line" data-line="9">a` + "\n</span>" +
		`<span class="line mark dim" data-line="10">b` + "\n</span>" +
		`<span class="line mark del dim" data-line="11">c</span>`
	if got != want {
		t.Errorf("lines print\n%s\nwant\n%s", got, want)
	}
	want = "<span class=\"line\">a\n</span><span class=\"line bad\">b</span>"
	if got := write(New(), "text", "a\nb", Options{Bad: ParseLines("2")}); got != want {
		t.Errorf("a line that a message is about prints\n%s\nwant\n%s", got, want)
	}
	if l := ParseLines("x, 2-, -1, 4"); len(l) != 1 || !l.Has(4) {
		t.Errorf("ParseLines keeps %v of a broken set, want only line 4", l)
	}
}

func TestLongCodeIsPlain(t *testing.T) {
	t.Parallel()
	code := "a: " + strings.Repeat("b ", maxLine) + "\n"
	if got := write(New(), "yaml", code, Options{}); got != code {
		t.Errorf("a line of %d bytes is coloured, want plain text", len(code))
	}
}

func FuzzWrite(f *testing.F) {
	f.Add("yaml", sampleYAML, "1-3")
	f.Add("yaml", "'a\nb: \"\n", "2")
	f.Add("bash", "$(x", "")
	f.Add("console", "$ a\nb\n", "1")
	f.Add("mdx", sampleMDX, "1")
	f.Add("mdx", "<a b='c\n```x\n{ `", "")
	h := New()
	f.Fuzz(func(t *testing.T, lang, code, lines string) {
		if strings.ContainsAny(code, "\x00\r") {
			return
		}
		for _, o := range []Options{{}, {Mark: ParseLines(lines), Start: 1}} {
			if got := textOf(write(h, lang, code, o)); got != code {
				t.Fatalf("text is %q, want %q", got, code)
			}
		}
	})
}

func BenchmarkYAML(b *testing.B) {
	b.SetBytes(int64(len(sampleYAML)))
	for b.Loop() {
		tokenise("yaml", sampleYAML)
	}
}

func BenchmarkBash(b *testing.B) {
	code := "export A=\"$B\"\ncompozy start --mode standalone # go\n"
	b.SetBytes(int64(len(code)))
	for b.Loop() {
		tokenise("bash", code)
	}
}
