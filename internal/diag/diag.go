// Package diag is what the project says when something is wrong.
//
// A [Diagnostic] is data: a rule, a place, one sentence, notes and, where one
// exists, an exact edit that mends it. The table of rules is here ([Rules]),
// and so are the total order ([Compare]), the nearest-spelling search
// ([Nearest]) and the reporters for terminals and machines. Nothing else in
// the project prints a finding.
package diag

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/compozy/docs/internal/source"
)

// Severity orders findings by weight. Errors fail a run; warnings and
// information do not.
type Severity uint8

// The severities, heaviest first.
const (
	Error Severity = iota
	Warning
	Info
)

// String returns "error", "warning" or "info".
func (s Severity) String() string {
	switch s {
	case Error:
		return "error"
	case Warning:
		return "warning"
	}
	return "info"
}

// Diagnostic is one finding.
type Diagnostic struct {
	Severity Severity
	Rule     string // id of a rule in Rules
	Span     source.Span
	Message  string // one sentence with the actual value quoted; no file name, no newline
	Notes    []Note
	Fix      *Fix
}

// Note adds to a finding: another place, or (with a zero Span) advice.
type Note struct {
	Span    source.Span
	Message string
}

// Fix is an edit that mends the finding: replace Span by NewText.
type Fix struct {
	Span    source.Span
	NewText string
	Message string // what the edit does, in the imperative
	// Guess says that something else is nearly as likely to be meant: the edit
	// is shown, and made by a person only.
	Guess bool
}

// New returns a diagnostic of a rule, with the severity the rule table gives
// it. An id that is not in the table is a bug in the caller and panics.
func New(rule string, span source.Span, format string, args ...any) Diagnostic {
	r, ok := Lookup(rule)
	if !ok {
		panic("diag: no rule " + rule)
	}
	message := format
	if len(args) > 0 {
		message = fmt.Sprintf(format, clipped(args)...)
	}
	return Diagnostic{Severity: r.Severity, Rule: rule, Span: span, Message: oneLine(message)}
}

// WithAdvice returns the diagnostic with one more note that has no place. An
// empty text adds nothing.
func (d Diagnostic) WithAdvice(format string, args ...any) Diagnostic {
	return d.WithNote(source.Span{}, format, args...)
}

// WithNote returns the diagnostic with one more note at a place.
func (d Diagnostic) WithNote(span source.Span, format string, args ...any) Diagnostic {
	message := format
	if len(args) > 0 {
		message = fmt.Sprintf(format, clipped(args)...)
	}
	if message == "" {
		return d
	}
	d.Notes = append(slices.Clip(d.Notes), Note{Span: span, Message: oneLine(message)})
	return d
}

// WithFix returns the diagnostic with an edit.
func (d Diagnostic) WithFix(span source.Span, newText, message string) Diagnostic {
	d.Fix = &Fix{Span: span, NewText: newText, Message: message}
	return d
}

// Among says which candidates the edit of WithFix chose from, for a name that
// was written wrongly. Unless one of them stands out, the edit is a guess.
func (d Diagnostic) Among(name string, candidates []string) Diagnostic {
	return d.Unsure(!Sole(name, candidates))
}

// Unsure makes the edit of WithFix a guess, when it is one.
func (d Diagnostic) Unsure(guess bool) Diagnostic {
	if d.Fix != nil && guess {
		fix := *d.Fix
		fix.Guess = true
		d.Fix = &fix
	}
	return d
}

const (
	maxQuoted  = 600 // bytes up to which a value stands in a message whole
	keptQuoted = 160 // runes that are kept of a longer one
)

// clipped shortens values that a page blew up: a message is a sentence, and a
// value of a megabyte in it would be printed whole, in each format.
func clipped(args []any) []any {
	for i, a := range args {
		s, ok := a.(string)
		if !ok || len(s) <= maxQuoted {
			continue
		}
		n := 0
		for at := range s {
			if n++; n > keptQuoted {
				args = slices.Clone(args)
				args[i] = s[:at] + "…"
				break
			}
		}
	}
	return args
}

// oneLine keeps a message on one line, whatever a value inside it holds.
func oneLine(s string) string {
	if !strings.ContainsAny(s, "\r\n") {
		return s
	}
	return strings.Join(strings.FieldsFunc(s, func(r rune) bool { return r == '\n' || r == '\r' }), " ")
}

// Compare is the one order of findings: path, start, end, severity, rule,
// message. Findings about the run as a whole come first, then, in each file,
// those about the file as a whole.
func Compare(a, b Diagnostic) int {
	as, bs := a.Span.Resolve(), b.Span.Resolve()
	return cmp.Or(
		cmp.Compare(as.Path(), bs.Path()),
		cmp.Compare(as.Start, bs.Start),
		cmp.Compare(as.End, bs.End),
		cmp.Compare(a.Severity, b.Severity),
		cmp.Compare(a.Rule, b.Rule),
		cmp.Compare(a.Message, b.Message),
	)
}

// Sort returns the findings in order, without exact duplicates. The argument
// is not modified.
func Sort(ds []Diagnostic) []Diagnostic {
	out := slices.Clone(ds)
	slices.SortStableFunc(out, Compare)
	return slices.CompactFunc(out, func(a, b Diagnostic) bool { return Compare(a, b) == 0 })
}

// Count returns how many findings have the severity.
func Count(ds []Diagnostic, s Severity) int {
	n := 0
	for _, d := range ds {
		if d.Severity == s {
			n++
		}
	}
	return n
}

// HasErrors reports whether a finding is an error.
func HasErrors(ds []Diagnostic) bool { return Count(ds, Error) > 0 }
