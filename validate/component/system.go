package component

import (
	"slices"
	"strings"

	"github.com/compozy/docs/internal/diag"
	"github.com/compozy/docs/internal/mdx"
	"github.com/compozy/docs/internal/mermaid"
	"github.com/compozy/docs/internal/source"
)

// referrer is a vocabulary whose components name things that exist elsewhere:
// commands, settings, measurements.
type referrer interface {
	References(*mdx.Element) []mdx.Reference
}

// checkReferences reports names of nothing.
func checkReferences(e *mdx.Element, c mdx.Component, v mdx.Vocabulary) []diag.Diagnostic {
	r, ok := v.(referrer)
	if !ok {
		return nil
	}
	var out []diag.Diagnostic
	for _, ref := range r.References(e) {
		if slices.Contains(ref.Names, ref.Value) {
			continue
		}
		at := place(ref.Attr.ValueSpan, ref.Attr.Span)
		d := diag.New("component/unknown-reference", at, "%s of %s names no %s: %q", ref.Attr.Name, c.Name, ref.Noun, ref.Value)
		if near := nearestValue(ref.Value, ref.Names); near != "" {
			d = withValueFix(d.WithAdvice("did you mean %q?", near), ref.Attr, near).Unsure(!strings.EqualFold(near, strings.TrimSpace(ref.Value)) && !diag.Sole(ref.Value, ref.Names))
		}
		switch {
		case len(ref.Names) == 0 && ref.Empty != "":
			d = d.WithAdvice("there are none yet: %s", ref.Empty)
		case len(ref.Names) <= maxListed && len(ref.Names) > 0:
			d = d.WithAdvice("use one of %s", quoted(ref.Names))
		}
		out = append(out, d)
	}
	return out
}

// maxListed is how many names a message lists; more of them are no help.
const maxListed = 24

// checkMermaid reports the mistakes of a chart in a prop. Those of a fence are
// the examples' concern.
func checkMermaid(e *mdx.Element) []diag.Diagnostic {
	a := e.Attr("chart")
	if e.Name != "Mermaid" || a == nil {
		return nil
	}
	chart, ok := a.Value.(string)
	if !ok {
		return nil
	}
	var out []diag.Diagnostic
	for _, problem := range mermaid.Check(chart) {
		d := diag.New("component/mermaid", chartPlace(a, chart, problem), "%s", problem.Message)
		if problem.Advice != "" {
			d = d.WithAdvice("%s", problem.Advice)
		}
		out = append(out, d)
	}
	if len(out) > 0 {
		return out
	}
	text := func(name string) string {
		if p := e.Attr(name); p != nil {
			s, _ := p.Value.(string)
			return s
		}
		return ""
	}
	// The renderer asks for the same drawing, which is then there already.
	if _, problem := mermaid.Drawn(chart, text("title"), text("alt")); problem != nil {
		out = append(out, diag.New("component/mermaid", chartPlace(a, chart, problem), "%s", problem.Message).WithAdvice("%s", problem.Advice))
	}
	return out
}

// chartPlace is where a problem of a chart stands on the page: the bytes
// themselves when the chart is written there as it is, else the prop.
func chartPlace(a *mdx.Attr, chart string, problem *mermaid.Error) source.Span {
	whole := place(a.ValueSpan, a.Span)
	at := strings.Index(string(a.ValueSpan.Text()), chart)
	if !a.ValueSpan.HasPlace() || at < 0 {
		return whole
	}
	lines := strings.SplitAfter(chart, "\n")
	if problem.Line < 1 || problem.Line > len(lines) {
		return whole
	}
	offset := a.ValueSpan.Start + at
	for _, line := range lines[:problem.Line-1] {
		offset += len(line)
	}
	line := lines[problem.Line-1]
	start, end := problem.Start, problem.End
	if start >= end || end > len(line) {
		start, end = len(line)-len(strings.TrimLeft(line, " \t")), len(strings.TrimRight(line, " \t\r\n"))
	}
	return a.ValueSpan.File.Span(offset+start, offset+end)
}
