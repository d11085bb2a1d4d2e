package report

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/renderer/html"
	xhtml "golang.org/x/net/html"

	"github.com/compozy/docs/internal/diag"
)

// checkMarkdown renders a summary with raw HTML allowed and holds that nothing
// but what this package writes is markup in it.
func checkMarkdown(t testing.TB, out []byte) {
	t.Helper()
	if len(out) > maxMarkdown {
		t.Fatalf("the summary has %d bytes", len(out))
	}
	var page bytes.Buffer
	md := goldmark.New(goldmark.WithExtensions(extension.GFM), goldmark.WithRendererOptions(html.WithUnsafe()))
	if err := md.Convert(out, &page); err != nil {
		t.Fatal(err)
	}
	allowed := map[string]bool{"h2": true, "h3": true, "p": true, "table": true, "thead": true, "tbody": true, "tr": true, "th": true, "td": true, "pre": true, "code": true}
	headings, tables := 0, 0
	z := xhtml.NewTokenizer(&page)
	for {
		kind := z.Next()
		if kind == xhtml.ErrorToken {
			break
		}
		token := z.Token()
		switch kind {
		case xhtml.StartTagToken, xhtml.SelfClosingTagToken:
			if !allowed[token.Data] {
				t.Fatalf("the summary holds %s:\n%s", token, out)
			}
			switch token.Data {
			case "h2", "h3":
				headings++
			case "table":
				tables++
			}
		case xhtml.CommentToken, xhtml.DoctypeToken:
			t.Fatalf("the summary holds %s", token)
		}
	}
	if headings > 2 || tables != 1 {
		t.Fatalf("the summary has %d headings and %d tables:\n%s", headings, tables, out)
	}
}

func TestMarkdown(t *testing.T) {
	t.Parallel()
	in := sample(t)
	in.Shard = "1/2"
	out := string(write(t, "markdown", in))
	checkMarkdown(t, []byte(out))
	for _, want := range []string{
		"## docs: 2 errors\n", "Shard ` 1/2 ` only.\n", "| Errors | 2 |\n", "| Warnings | 1 |\n", "| Pages | 3 |\n", "| Examples executed | 1 |\n", "| External links, not asked | 1 |\n",
		// The page's own ``` is in the frame, so the fence around it is longer.
		"````text\ncontent/docs/a.mdx:4:7: error: mode is \"standalne\" [compozy/mode]\n",
	} {
		if !strings.Contains(out, want) {
			t.Errorf("the summary does not hold %q:\n%s", want, out)
		}
	}
	if strings.Contains(out, "more. The whole list") {
		t.Error("the summary of four findings speaks of more")
	}
}

// TestMarkdownBound holds that a summary which is too long keeps its errors,
// counts the rest, and never exceeds what a job page takes.
func TestMarkdownBound(t *testing.T) {
	t.Parallel()
	in := Input{}
	long := strings.Repeat("x", 200)
	for i := range 9000 {
		in.Report.Diagnostics = append(in.Report.Diagnostics, diag.Diagnostic{Severity: diag.Warning, Message: fmt.Sprint(i, long)})
	}
	in.Report.Diagnostics = append(in.Report.Diagnostics, diag.Diagnostic{Severity: diag.Error, Message: "the only error"})
	out := write(t, "markdown", in)
	checkMarkdown(t, out)
	shown := strings.Count(string(out), "warning: ")
	if !strings.Contains(string(out), "the only error") || !strings.HasSuffix(string(out), fmt.Sprintf("… and %d findings more. The whole list is in the other reports of this run.\n", 9000-shown)) {
		t.Errorf("%d warnings are shown; the summary ends with %q", shown, out[len(out)-200:])
	}
}
