package report

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"unicode"

	"github.com/google/go-cmp/cmp"

	"github.com/compozy/docs/internal/diag"
)

type runnerCommand struct {
	name, data string
	properties map[string]string
}

// runner reads a log as the runner of GitHub does: a line that begins with
// "::" after blanks is a command, and so is what follows "##[" anywhere in a
// line. Lines end at CR too.
func runner(t testing.TB, log []byte) (found []runnerCommand) {
	t.Helper()
	unescape := func(s string, pairs ...string) string {
		return strings.NewReplacer(append(pairs, "%0D", "\r", "%0A", "\n", "%25", "%")...).Replace(s)
	}
	for line := range strings.FieldsFuncSeq(string(log), func(r rune) bool { return r == '\n' || r == '\r' }) {
		if strings.Contains(line, "##[") || strings.Contains(line, "##vso[") {
			t.Fatalf("the line %q is an old command", line)
		}
		rest, ok := strings.CutPrefix(strings.TrimLeftFunc(line, unicode.IsSpace), "::")
		if !ok {
			continue
		}
		head, data, ok := strings.Cut(rest, "::")
		if !ok {
			t.Fatalf("the line %q is half a command", line)
		}
		name, list, _ := strings.Cut(head, " ")
		c := runnerCommand{name: name, data: unescape(data), properties: map[string]string{}}
		for property := range strings.SplitSeq(list, ",") {
			if key, value, ok := strings.Cut(property, "="); ok {
				c.properties[key] = unescape(value, "%3A", ":", "%2C", ",")
			}
		}
		found = append(found, c)
	}
	return found
}

func checkGitHub(t testing.TB, in Input, out []byte) {
	t.Helper()
	found := runner(t, out)
	if len(found) != len(in.Report.Diagnostics) {
		t.Fatalf("the log holds %d commands for %d findings:\n%s", len(found), len(in.Report.Diagnostics), out)
	}
	for i, d := range in.Report.Diagnostics {
		c := found[i]
		if want := map[diag.Severity]string{diag.Error: "error", diag.Warning: "warning", diag.Info: "notice"}[d.Severity]; c.name != want {
			t.Fatalf("command %d is %q, want %q", i, c.name, want)
		}
		wantText := breakMarks(diag.Printable(d.Message))
		for _, a := range advice(d) {
			wantText += "\n" + breakMarks(diag.Printable(a))
		}
		if c.data != wantText {
			t.Fatalf("command %d says %q, want %q", i, c.data, wantText)
		}
		if want := breakMarks(diag.Printable(d.Span.Path())); c.properties["file"] != want {
			t.Fatalf("command %d is about %q, want %q", i, c.properties["file"], want)
		}
		for key := range c.properties {
			if !strings.Contains(" file line endLine col endColumn title ", " "+key+" ") {
				t.Fatalf("command %d has the property %q", i, key)
			}
		}
	}
}

func TestGitHub(t *testing.T) {
	t.Parallel()
	in := sample(t)
	out := write(t, "github", in)
	checkGitHub(t, in, out)
	want := `::error title=run/locked::another build runs
::error file=content/docs/a.mdx,line=4,endLine=4,col=7,endColumn=15,title=compozy/mode::mode is "standalne"%0Adid you mean "standalone"?
::warning file=content/docs/a.mdx,line=11,endLine=11,col=15,endColumn=24,title=link/missing-anchor::"b.mdx" has no "gone"
::notice file=content/docs/b.mdx,title=page/title::the page has no title
`
	if d := cmp.Diff(want, string(out[:min(len(want), len(out))])); d != "" {
		t.Error(d)
	}
}

func TestGitHubLines(t *testing.T) {
	t.Parallel()
	f := sample(t).Report.Diagnostics[1].Span.File
	fence := span(t, f, "```yaml\r\nmode: standalne\r\n```\r\n")
	got := command(diag.Diagnostic{Span: fence, Message: "m"}, "")
	if want := "::error file=content/docs/a.mdx,line=3,endLine=5::m"; got != want {
		t.Errorf("a place over lines gives %q, want %q", got, want)
	}
	line := span(t, f, "mode: standalne\r\n")
	got = command(diag.Diagnostic{Span: line, Message: "100%\r\n"}, "")
	if want := `::error file=content/docs/a.mdx,line=4,endLine=4,col=1,endColumn=1::100%25\r\n`; got != want {
		t.Errorf("a whole line gives %q, want %q", got, want)
	}
}

// TestGuard holds that no output of an example is a command, however it is
// cut into writes.
func TestGuard(t *testing.T) {
	t.Parallel()
	output := "a\n::add-mask::x\n \t\u00a0::error::y\r::z::\nb ##[group]c\n##vso[x]\n:\n:::\nlast ::ok::\n::end"
	for size := 1; size < len(output); size++ {
		var b bytes.Buffer
		g := NewGuard(&b)
		for at := 0; at < len(output); at += size {
			if _, err := g.Write([]byte(output[at:min(at+size, len(output))])); err != nil {
				t.Fatal(err)
			}
		}
		if err := g.Flush(); err != nil {
			t.Fatal(err)
		}
		if found := runner(t, b.Bytes()); len(found) > 0 {
			t.Fatalf("in writes of %d bytes, %v are commands", size, found)
		}
		want := "a\n| ::add-mask::x\n|  \t\u00a0::error::y\r| ::z::\nb ##\\[group]c\n##vso\\[x]\n:\n| :::\nlast ::ok::\n| ::end"
		if d := cmp.Diff(want, b.String()); d != "" {
			t.Fatalf("in writes of %d bytes:\n%s", size, d)
		}
	}
	if _, err := fmt.Fprintln(NewGuard(failing{fmt.Errorf("full")}), "x"); err == nil {
		t.Error("an error of the log is lost")
	}
}

// TestFolder: the code of a pull request has the paths of its repository, the
// site may be in a folder of it.
func TestFolder(t *testing.T) {
	t.Parallel()
	in := sample(t)
	in.Folder = "web docs/site"
	for format, c := range map[string]struct{ path, other string }{
		"github": {"file=web docs/site/content/docs/a.mdx,", "file=content/"},
		"sarif":  {`"uri": "web%20docs/site/content/docs/a.mdx"`, `"uri": "content/`},
	} {
		got := string(write(t, format, in))
		if !strings.Contains(got, c.path) || strings.Contains(got, c.other) {
			t.Errorf("%s: the path %s is not in, or %s is:\n%s", format, c.path, c.other, got)
		}
	}
	checkSARIF(t, in, write(t, "sarif", in))
}
