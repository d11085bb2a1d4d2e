package report

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"slices"
	"strings"

	"github.com/compozy/docs/internal/diag"
)

// runSuite is the name of the test suite of what concerns no page.
const runSuite = "(run)"

type junitSuites struct {
	XMLName  xml.Name     `xml:"testsuites"`
	Name     string       `xml:"name,attr"`
	Tests    int          `xml:"tests,attr"`
	Failures int          `xml:"failures,attr"`
	Errors   int          `xml:"errors,attr"`
	Skipped  int          `xml:"skipped,attr"`
	Suites   []junitSuite `xml:"testsuite"`
}

type junitSuite struct {
	Name     string      `xml:"name,attr"`
	Tests    int         `xml:"tests,attr"`
	Failures int         `xml:"failures,attr"`
	Errors   int         `xml:"errors,attr"`
	Skipped  int         `xml:"skipped,attr"`
	Cases    []junitCase `xml:"testcase"`
}

type junitCase struct {
	Class   string        `xml:"classname,attr"`
	Name    string        `xml:"name,attr"`
	File    string        `xml:"file,attr,omitempty"`
	Line    int           `xml:"line,attr,omitempty"`
	Skipped *junitSkipped `xml:"skipped"`
	Failure *junitFailure `xml:"failure"`
	Out     string        `xml:"system-out,omitempty"`
}

type junitSkipped struct {
	Message string `xml:"message,attr"`
}

type junitFailure struct {
	Message string `xml:"message,attr"`
	Type    string `xml:"type,attr"`
	Text    string `xml:",chardata"`
}

// writeJUnit writes a test suite for each page: a case for each example, and
// one for what else was judged on the page. An error is a failure; warnings
// and remarks are the case's output.
func writeJUnit(b *bytes.Buffer, in Input) error {
	out := junitSuites{Name: safe(in.tool())}
	for _, s := range suites(in) {
		suite := junitSuite{Name: safe(s.name)}
		for i, e := range s.examples {
			suite.Cases = append(suite.Cases, exampleCase(s, e, s.found[i]))
		}
		suite.Cases = append(suite.Cases, restCase(s))
		suite.Tests = len(suite.Cases)
		for _, c := range suite.Cases {
			if c.Failure != nil {
				suite.Failures++
			}
			if c.Skipped != nil {
				suite.Skipped++
			}
		}
		out.Tests += suite.Tests
		out.Failures += suite.Failures
		out.Skipped += suite.Skipped
		out.Suites = append(out.Suites, suite)
	}
	b.WriteString(xml.Header)
	e := xml.NewEncoder(b)
	e.Indent("", "  ")
	if err := e.Encode(out); err != nil {
		return err
	}
	b.WriteByte('\n')
	return nil
}

// suite is what is known about one file.
type suite struct {
	name     string
	page     bool
	examples []Example
	found    [][]diag.Diagnostic // of each example
	rest     []diag.Diagnostic   // what concerns no example
}

// suites divides a report by file, sorted by name, the run's own first.
func suites(in Input) []suite {
	byName := map[string]*suite{}
	get := func(name string) *suite {
		if byName[name] == nil {
			byName[name] = &suite{name: name}
		}
		return byName[name]
	}
	for _, p := range in.Pages {
		get(p).page = true
	}
	for _, e := range in.Examples {
		s := get(e.Page)
		s.page = true
		s.examples = append(s.examples, e)
	}
	for _, s := range byName {
		slices.SortStableFunc(s.examples, func(a, b Example) int { return a.Line - b.Line })
		s.found = make([][]diag.Diagnostic, len(s.examples))
	}
	for _, d := range in.Report.Diagnostics {
		s := get(d.Span.Path())
		if i := s.example(d); i >= 0 {
			s.found[i] = append(s.found[i], d)
		} else {
			s.rest = append(s.rest, d)
		}
	}
	out := make([]suite, 0, len(byName))
	for _, s := range byName {
		out = append(out, *s)
	}
	slices.SortFunc(out, func(a, b suite) int { return strings.Compare(a.name, b.name) })
	for i := range out {
		if out[i].name == "" {
			out[i].name = runSuite
		}
	}
	return out
}

// example returns the index of the example that a finding stands in, or -1.
// When an example's end is not known it ends where the next one begins, for
// findings that are about examples.
func (s *suite) example(d diag.Diagnostic) int {
	start, _ := d.Span.Bounds()
	if start.Line == 0 {
		return -1
	}
	for i, e := range slices.Backward(s.examples) {
		if e.Line > start.Line {
			continue
		}
		area, _, _ := strings.Cut(d.Rule, "/")
		if e.EndLine >= start.Line || e.EndLine == 0 && (area == "example" || area == "compozy") {
			return i
		}
		return -1
	}
	return -1
}

func exampleCase(s suite, e Example, found []diag.Diagnostic) junitCase {
	language := e.Language
	if language == "" {
		language = "example"
	}
	c := junitCase{
		Class: safe(s.name), File: safe(s.name), Line: e.Line,
		Name: safe(fmt.Sprintf("%s in line %d", language, e.Line)),
	}
	c.judge(found)
	switch {
	case c.Failure != nil:
	case e.Status == Failed:
		c.Failure = &junitFailure{Message: safe(e.Reason), Type: safe(e.Level), Text: safe(e.Reason)}
	case e.Status == Skipped:
		c.Skipped = &junitSkipped{Message: safe(e.Reason)}
	case e.Reason != "":
		c.Out = safe(e.Level+": "+e.Reason) + c.Out
	}
	return c
}

func restCase(s suite) junitCase {
	c := junitCase{Class: safe(s.name), Name: "findings"}
	if s.page {
		c.Name = "links and structure"
	}
	if s.name != runSuite {
		c.File = safe(s.name)
	}
	c.judge(s.rest)
	return c
}

// judge makes errors the case's failure and everything else its output.
func (c *junitCase) judge(found []diag.Diagnostic) {
	var failures, remarks []diag.Diagnostic
	for _, d := range found {
		if d.Severity == diag.Error {
			failures = append(failures, d)
		} else {
			remarks = append(remarks, d)
		}
	}
	if len(failures) > 0 {
		message := safe(failures[0].Message)
		if more := len(failures) - 1; more > 0 {
			message += fmt.Sprintf(" (and %d more)", more)
		}
		c.Failure = &junitFailure{Message: message, Type: safe(failures[0].Rule), Text: "\n" + framed(failures...)}
	}
	if len(remarks) > 0 {
		c.Out = "\n" + framed(remarks...)
	}
}

// safe returns text that XML 1.0 can hold: it has no way to write control
// characters, not even as references. Everything else is escaped by the
// encoder.
func safe(s string) string { return diag.Printable(s) }
