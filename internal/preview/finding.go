package preview

import (
	"strings"

	"github.com/compozy/docs/internal/diag"
	"github.com/compozy/docs/internal/fix"
	"github.com/compozy/docs/internal/source"
)

// maxFindings is how many findings a page is shown; the rest is counted.
const maxFindings = 50

// panel is the data of the event "findings": what the panel over a page shows.
// All text in it is text, whatever it looks like.
type panel struct {
	Busy      string              `json:"busy"`
	Here      counts              `json:"here"`      // of the page that is open
	Elsewhere counts              `json:"elsewhere"` // of other pages, and of no page
	Left      int                 `json:"left"`      // findings that are counted and not listed
	Findings  []finding           `json:"findings"`  // those of the page first, errors before warnings
	Rules     map[string]ruleText `json:"rules"`     // of the rules of the listed findings
}

type counts struct {
	Errors   int `json:"errors"`
	Warnings int `json:"warnings"`
	Infos    int `json:"infos"`
}

func (c *counts) add(s diag.Severity) {
	switch s {
	case diag.Error:
		c.Errors++
	case diag.Warning:
		c.Warnings++
	default:
		c.Infos++
	}
}

type finding struct {
	Severity string `json:"severity"`
	Rule     string `json:"rule"`
	place
	Here    bool      `json:"here"` // it is of the page that is open
	Message string    `json:"message"`
	Notes   []note    `json:"notes"`
	Frame   []line    `json:"frame"`
	Fix     *proposal `json:"fix"`
}

// place is a place in a source file, with the address of the page that is made
// from it. Lines and columns count from 1; 0 is the file as a whole.
type place struct {
	File   string `json:"file"`
	Line   int    `json:"line"`
	Column int    `json:"column"`
	Page   string `json:"page"`
}

type note struct {
	Message string `json:"message"`
	place
}

// proposal is what an edit would change.
type proposal struct {
	Message string `json:"message"`
	Line    int    `json:"line"` // of the first line of Old, 0 when it is not known
	Old     []line `json:"old"`
	New     []line `json:"new"`
	Applies bool   `json:"applies"` // docs check --fix makes it without asking
}

// ruleText is what `docs explain` says of a rule.
type ruleText struct {
	Summary string `json:"summary"`
	Cause   string `json:"cause"`
	Remedy  string `json:"remedy"`
}

// panelOf returns what a page's panel shows of the moment.
func (m *moment) panelOf(file string) panel {
	out := panel{Busy: diag.Printable(m.state.Busy), Findings: []finding{}, Rules: map[string]ruleText{}}
	found, files := m.state.Findings, m.files()
	var order [2][diag.Info + 1][]int // here or elsewhere, by severity
	for i, d := range found {
		here, group := file != "" && files[i] == file, 1
		if here {
			group = 0
			out.Here.add(d.Severity)
		} else {
			out.Elsewhere.add(d.Severity)
		}
		s := min(d.Severity, diag.Info)
		if len(order[group][s]) < maxFindings {
			order[group][s] = append(order[group][s], i)
		}
	}
	for group, severities := range order {
		for _, indexes := range severities {
			for _, i := range indexes[:min(len(indexes), maxFindings-len(out.Findings))] {
				f := m.findingOf(found[i])
				f.Here = group == 0
				out.Findings = append(out.Findings, f)
				if r, ok := diag.Lookup(found[i].Rule); ok {
					out.Rules[r.ID] = ruleText{r.Summary, r.Cause, r.Remedy}
				}
			}
		}
	}
	out.Left = len(found) - len(out.Findings)
	return out
}

func (m *moment) findingOf(d diag.Diagnostic) finding {
	f := finding{
		Severity: d.Severity.String(), Rule: d.Rule, place: m.placeOf(d.Span),
		Message: diag.Printable(d.Message), Notes: []note{}, Frame: frameOf(d.Span), Fix: proposalOf(d),
	}
	for _, n := range d.Notes {
		f.Notes = append(f.Notes, note{Message: diag.Printable(n.Message), place: m.placeOf(n.Span)})
	}
	return f
}

func (m *moment) placeOf(s source.Span) place {
	if s.IsZero() {
		return place{}
	}
	start, _ := s.Bounds()
	return place{File: diag.Printable(s.Path()), Line: start.Line, Column: start.Column, Page: m.address(s.Path())}
}

// address returns the address of a source file's page. Only an address of this
// site becomes a link.
func (m *moment) address(path string) string {
	if m.state.Page == nil || path == "" {
		return ""
	}
	address := m.state.Page(path)
	if !strings.HasPrefix(address, "/") || strings.HasPrefix(address, "//") || strings.Contains(address, `\`) {
		return ""
	}
	return address
}

// proposalOf returns what the edit of a finding changes, nil without one.
func proposalOf(d diag.Diagnostic) *proposal {
	if d.Fix == nil {
		return nil
	}
	out := &proposal{Message: diag.Printable(d.Fix.Message), Old: []line{}, New: []line{}}
	span, text := d.Fix.Span, d.Fix.NewText
	if !span.HasPlace() || span.Start > span.End || span.End > span.File.Len() {
		return out
	}
	out.Applies = len(fix.Make([]diag.Diagnostic{d}, nil).Changes) > 0
	// An edit inside an example is shown as it will stand on the page, unless
	// the text there is another one: of what was unescaped on its way in.
	if outer := span.Resolve(); outer.HasPlace() && string(outer.Text()) == string(span.Text()) {
		span = outer
	}
	out.Line, out.Old, out.New = changeOf(span, text)
	if span.File.Outer() != nil {
		out.Line = 0 // a line of the example is none of the page
	}
	return out
}
