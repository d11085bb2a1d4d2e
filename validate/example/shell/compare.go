package shell

import (
	"strings"

	"github.com/aymanbagabas/go-udiff"

	"github.com/compozy/docs/internal/diag"
	"github.com/compozy/docs/internal/source"
)

// shownDiff is how much of a difference a finding shows.
const shownDiff = 40

// compare holds what was printed against what the page says. code is the fence
// that the expectation stands in; behind is the command that it stands behind,
// where a missing one can be put, or "" when it has a fence of its own.
func (r *run) compare(x expectation, code *source.File, printed, behind string) {
	x.trim()
	got := lines(printed)
	steps := align(x.lines, got)
	if agrees(steps) {
		if len(x.lines) > 0 && len(got) > 0 && !x.claims() {
			r.outcome.Diagnostics = append(r.outcome.Diagnostics, r.unclaimed(x, got))
		}
		return
	}
	at, message := difference(x, got, steps)
	d := diag.New("example/output", at, "%s", message)
	if behind != "" {
		d = d.WithAdvice("the command is %s", clip(behind))
	}
	for _, line := range unified(x, got, steps) {
		d = d.WithAdvice("%s", line)
	}
	if near := misspelt(x); near != "" {
		d = d.WithAdvice("%s", near)
	}
	d = d.WithAdvice("docs examples update writes the actual output and keeps the wildcards")
	r.outcome.Diagnostics = append(r.outcome.Diagnostics, r.withOutput(d, ""))
	r.outcome.Rewrites = append(r.outcome.Rewrites, rewrite(x, code, rewritten(x.lines, got, steps), behind != ""))
}

// unclaimed is the finding for an expectation that any output would meet.
func (r *run) unclaimed(x expectation, got []string) diag.Diagnostic {
	return diag.New("example/output-unclaimed", x.at[0], "any output would match: the page has only wildcards").
		WithAdvice("keep a word that matters in one of the lines; the actual output begins with %s", diagQuote(redact(got[0])))
}

// difference finds the first line that is not as expected.
func difference(x expectation, got []string, steps []step) (source.Span, string) {
	next := x.end // the place of the expected line that comes next
	if len(x.at) > 0 {
		next = x.at[0]
	}
	for _, s := range steps {
		if s.want >= 0 {
			next = x.at[s.want]
		}
		switch {
		case s.same:
			if s.want >= 0 && s.want+1 < len(x.at) {
				next = x.at[s.want+1]
			}
			continue
		case s.want >= 0 && s.got >= 0:
			return next, "the page says " + diagQuote(x.lines[s.want].text) + ", but the command prints " + diagQuote(got[s.got])
		case s.want >= 0:
			return next, "the page says " + diagQuote(x.lines[s.want].text) + ", but that is not printed"
		}
		return next, "the command prints this, but it is not on the page: " + diagQuote(got[s.got])
	}
	return x.end, "the output is not what the page says"
}

// diagQuote quotes a line for a message, cut where it would fill a screen.
func diagQuote(s string) string {
	return quote(clip(s))
}

// unified is the difference as lines. What a wildcard covers shows no
// difference.
func unified(x expectation, got []string, steps []step) []string {
	var want, have strings.Builder
	for _, s := range steps {
		switch {
		case s.same && s.want >= 0:
			want.WriteString(x.lines[s.want].text + "\n")
			have.WriteString(x.lines[s.want].text + "\n")
		case s.same:
		default:
			if s.want >= 0 {
				want.WriteString(x.lines[s.want].text + "\n")
			}
			if s.got >= 0 {
				have.WriteString(got[s.got] + "\n")
			}
		}
	}
	text := udiff.Unified("expected", "actual", want.String(), have.String())
	list := strings.Split(strings.TrimRight(text, "\n"), "\n")
	if len(list) > shownDiff {
		list = append(list[:shownDiff], "… "+diag.Plural(len(list)-shownDiff, "line")+" more")
	}
	return list
}

// misspelt finds a name in brackets that looks like a redaction.
func misspelt(x expectation) string {
	var names []string
	for name := range redactions {
		names = append(names, name)
	}
	names = sorted(names)
	for _, l := range x.lines {
		for _, word := range wildcard.FindAllString(l.text, -1) {
			name := word[1 : len(word)-1]
			if _, ok := redactions[name]; ok || name == ".." {
				continue
			}
			if near := diag.Nearest(name, names); near != "" {
				return word + " is literal text; did you mean [" + near + "]?"
			}
		}
	}
	return ""
}

// rewrite is the edit that makes a page say what is printed. It is in the
// page's own terms: each line carries what the page has in front of the
// fence's lines, an indent or a quote mark.
func rewrite(x expectation, code *source.File, text []string, behind bool) Rewrite {
	prefix := linePrefix(code)
	joined := strings.Join(text, "\n"+prefix)
	if n := len(x.at); n > 0 {
		at := code.Span(x.at[0].Start, x.at[n-1].End)
		if len(text) > 0 || code.Outer() == nil {
			return Rewrite{Span: at.Resolve(), Text: joined}
		}
		// The line goes with its text.
		span := at.Resolve()
		line, start := lineOf(span.File, span.Start)
		if end := span.End; start > 0 && strings.TrimSpace(string(line)) != "" {
			return Rewrite{Span: span.File.Span(start-1, end), Text: ""}
		}
		return Rewrite{Span: span, Text: ""}
	}
	if behind {
		return Rewrite{Span: x.end.Resolve(), Text: "\n" + prefix + joined}
	}
	end := x.end.Resolve() // the opening fence of an empty block
	return Rewrite{Span: end.File.Span(end.End, end.End), Text: "\n" + prefix + joined}
}

// lineOf returns the line that holds an offset, and where it starts.
func lineOf(f *source.File, offset int) ([]byte, int) { return f.Line(f.Position(offset).Line) }

// linePrefix is what stands in front of the lines of a fence on its page.
func linePrefix(code *source.File) string {
	if code.Outer() == nil || code.Len() == 0 {
		return ""
	}
	at := code.Span(0, 0).Resolve()
	_, start := lineOf(at.File, at.Start)
	prefix := string(at.File.Span(start, at.Start).Text())
	if strings.Trim(prefix, " \t>") != "" {
		return ""
	}
	return prefix
}
