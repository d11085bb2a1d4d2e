package report

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/compozy/docs/internal/diag"
)

// element says what an element of a JUnit file may hold: the rules that the
// readers of Jenkins, GitLab and GitHub have in common. None of them publishes
// a schema that all fulfil.
type element struct {
	attributes []string // those that must be there
	optional   []string
	children   []string
	text       bool
}

var junitGrammar = map[string]element{
	"":           {children: []string{"testsuites"}},
	"testsuites": {attributes: []string{"name", "tests", "failures", "errors", "skipped"}, children: []string{"testsuite"}},
	"testsuite":  {attributes: []string{"name", "tests", "failures", "errors", "skipped"}, children: []string{"testcase"}},
	"testcase":   {attributes: []string{"classname", "name"}, optional: []string{"file", "line"}, children: []string{"skipped", "failure", "system-out"}},
	"skipped":    {attributes: []string{"message"}},
	"failure":    {attributes: []string{"message", "type"}, text: true},
	"system-out": {text: true},
}

func checkJUnit(t testing.TB, in Input, out []byte) junitSuites {
	t.Helper()
	if !bytes.HasPrefix(out, []byte(xml.Header)) {
		t.Fatalf("the file begins with %q", out[:min(40, len(out))])
	}
	d := xml.NewDecoder(bytes.NewReader(out))
	d.Strict = true
	stack := []string{""}
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatalf("the file is no XML: %v\n%s", err, out)
		}
		inside := junitGrammar[stack[len(stack)-1]]
		switch token := token.(type) {
		case xml.StartElement:
			name := token.Name.Local
			if !slices.Contains(inside.children, name) {
				t.Fatalf("<%s> must not stand in <%s>", name, stack[len(stack)-1])
			}
			stack = append(stack, name)
			var have []string
			for _, a := range token.Attr {
				have = append(have, a.Name.Local)
				if !slices.Contains(junitGrammar[name].attributes, a.Name.Local) && !slices.Contains(junitGrammar[name].optional, a.Name.Local) {
					t.Fatalf("<%s> must not have %s", name, a.Name.Local)
				}
			}
			for _, must := range junitGrammar[name].attributes {
				if !slices.Contains(have, must) {
					t.Fatalf("<%s> has no %s", name, must)
				}
			}
		case xml.EndElement:
			stack = stack[:len(stack)-1]
		case xml.CharData:
			if !inside.text && len(bytes.TrimSpace(token)) > 0 {
				t.Fatalf("<%s> must not hold the text %q", stack[len(stack)-1], token)
			}
		case xml.Comment, xml.Directive:
			t.Fatalf("the file holds %v", token)
		}
	}
	var all junitSuites
	if err := xml.Unmarshal(out, &all); err != nil {
		t.Fatal(err)
	}
	var tests, failures, skipped int
	for _, s := range all.Suites {
		var f, k int
		for _, c := range s.Cases {
			if c.Failure != nil {
				f++
			}
			if c.Skipped != nil {
				k++
			}
			if c.Failure != nil && c.Skipped != nil {
				t.Fatalf("%s both failed and was skipped", c.Name)
			}
		}
		if s.Tests != len(s.Cases) || s.Failures != f || s.Skipped != k {
			t.Fatalf("the counts of %s are %d, %d, %d, want %d, %d, %d", s.Name, s.Tests, s.Failures, s.Skipped, len(s.Cases), f, k)
		}
		tests, failures, skipped = tests+s.Tests, failures+f, skipped+k
	}
	if all.Tests != tests || all.Failures != failures || all.Skipped != skipped {
		t.Fatalf("the counts of the file are %d, %d, %d, want %d, %d, %d", all.Tests, all.Failures, all.Skipped, tests, failures, skipped)
	}
	if (failures > 0) != (diag.HasErrors(in.Report.Diagnostics) || slices.ContainsFunc(in.Examples, func(e Example) bool { return e.Status == Failed })) {
		t.Fatalf("the file has %d failures", failures)
	}
	return all
}

func TestJUnit(t *testing.T) {
	t.Parallel()
	in := sample(t)
	all := checkJUnit(t, in, write(t, "junit", in))
	var got []string
	for _, s := range all.Suites {
		for _, c := range s.Cases {
			line := s.Name + " | " + c.Name + " | " + c.File + ":" + strconv.Itoa(c.Line)
			switch {
			case c.Failure != nil:
				line += " | failure " + c.Failure.Type + ": " + c.Failure.Message
			case c.Skipped != nil:
				line += " | skipped: " + c.Skipped.Message
			default:
				line += " | passed"
			}
			if c.Out != "" {
				line += " | " + strings.TrimSpace(strings.Split(strings.TrimSpace(c.Out), "\n")[0])
			}
			got = append(got, line)
		}
	}
	want := []string{
		`(run) | findings | :0 | failure run/locked: another build runs`,
		`content/docs/a.mdx | yaml in line 3 | content/docs/a.mdx:3 | failure compozy/mode: mode is "standalne"`,
		`content/docs/a.mdx | text in line 7 | content/docs/a.mdx:7 | skipped: plain text`,
		`content/docs/a.mdx | links and structure | content/docs/a.mdx:0 | passed | content/docs/a.mdx:11:15: warning: "b.mdx" has no "gone" [link/missing-anchor]`,
		`content/docs/b.mdx | links and structure | content/docs/b.mdx:0 | passed | content/docs/b.mdx: info: the page has no title [page/title]`,
		`content/docs/c.mdx | links and structure | content/docs/c.mdx:0 | passed`,
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
	if text := all.Suites[1].Cases[0].Failure.Text; !strings.Contains(text, "^^^^^^^^^") || !strings.Contains(text, "mode: standalne") {
		t.Errorf("the failure shows no code:\n%s", text)
	}
}

// TestJUnitOwners holds which example a finding is of when ends are unknown.
func TestJUnitOwners(t *testing.T) {
	t.Parallel()
	in := sample(t)
	for i := range in.Examples {
		in.Examples[i].EndLine = 0
	}
	page := suites(in)[1]
	if len(page.found[0]) != 1 || len(page.found[1]) != 0 || len(page.rest) != 1 {
		t.Errorf("findings of the examples are %v, of the page %v", page.found, page.rest)
	}
	in.Report.Diagnostics = nil
	all := checkJUnit(t, in, write(t, "junit", in))
	if f := all.Suites[0].Cases[0].Failure; f == nil || f.Message != "loaded" {
		t.Errorf("an example that failed without a finding has the failure %v", f)
	}
}
