package shell

import (
	"regexp"
	"slices"
	"strings"
)

// redactions are the named wildcards, with the form of what they stand for.
var redactions = map[string]string{
	"PORT":     `\d{1,5}`,
	"PID":      `\d+`,
	"TIME":     `(?:` + timeForm + `)`,
	"DURATION": `(?:\d+(?:\.\d+)?(?:ns|µs|μs|us|ms|s|m|h|d))+`,
	"TMP":      `/tmp(?:/[^\s"'` + "`" + `,;:]*)?`,
	"SIZE":     `\d+(?:\.\d+)?\s?(?:bytes?|[kKMGT]i?B|B|[kKMGT])?`,
}

// timeForm is a date with a time, a date, or a time of day.
const timeForm = `\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d+)?(?: ?(?:Z|UTC|[+-]\d\d:?\d\d))?` +
	`|\d{1,2} [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d(?:\.\d+)?` +
	`|[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d [A-Z]{3}` +
	`|\d{4}-\d\d-\d\d|\d\d:\d\d:\d\d(?:\.\d+)?`

// within is the wildcard inside a line, anyLines the one for lines.
const (
	within   = "[..]"
	anyLines = "..."
)

// replacement stands for bytes that are no text, on a page and in output.
const replacement = "\uFFFD"

var wildcard = regexp.MustCompile(`\[(?:\.\.|[A-Z]+)\]`)

// pattern is one line of expected output.
type pattern struct {
	text string // as written, without trailing blanks
	re   *regexp.Regexp
}

// compile reads one expected line. A name in brackets that is no redaction
// means itself.
func compile(line string) pattern {
	p := pattern{text: strings.TrimRight(strings.ToValidUTF8(line, replacement), " \t\r")}
	places := wildcard.FindAllStringIndex(p.text, -1)
	var b strings.Builder
	at, wild := 0, false
	for _, place := range places {
		name := p.text[place[0]+1 : place[1]-1]
		form, known := redactions[name]
		if name == ".." {
			form, known = `.*`, true
		}
		if !known {
			continue
		}
		b.WriteString(regexp.QuoteMeta(p.text[at:place[0]]) + form)
		at, wild = place[1], true
	}
	if wild {
		// Everything in it is quoted or one of the forms above.
		p.re = regexp.MustCompile(`^` + b.String() + regexp.QuoteMeta(p.text[at:]) + `$`)
	}
	return p
}

func (p pattern) any() bool { return strings.TrimSpace(p.text) == anyLines }

func (p pattern) matches(line string) bool {
	return p.text == line || p.re != nil && p.re.MatchString(line)
}

// escapes are the sequences with which programs paint on terminals.
var escapes = regexp.MustCompile(`\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[@-Z\\-_])`)

// lines brings output into the form in which it is compared: no escape
// sequences, no carriage returns, no blanks at the ends of lines, no empty
// lines at the end.
func lines(text string) []string {
	text = strings.ToValidUTF8(text, replacement)
	text = strings.ReplaceAll(escapes.ReplaceAllString(text, ""), "\r\n", "\n")
	list := strings.Split(text, "\n")
	for i, l := range list {
		l = strings.TrimSuffix(l, "\r")
		// A line that was written over shows its last state.
		if cr := strings.LastIndexByte(l, '\r'); cr >= 0 {
			l = l[cr+1:]
		}
		list[i] = strings.TrimRight(l, " \t")
	}
	for len(list) > 0 && list[len(list)-1] == "" {
		list = list[:len(list)-1]
	}
	return list
}

// step is one pair of an alignment. An index of -1 means that there is no line
// on that side.
type step struct {
	want, got int
	same      bool // the line is as expected, or covered by a wildcard
}

// The costs of differences. A changed line is cheaper than a line too few, so
// that "..." does not swallow the new form of the line behind it.
const (
	costAdd    = 2
	costChange = 3
	costDrop   = 4
	// maxCells bounds the table; beyond it, what lies between the common
	// beginning and the common end counts as changed.
	maxCells = 4 << 20
)

// align pairs expected lines with actual ones at the lowest cost. The result
// is in order; cost 0 means that the output is as expected.
func align(want []pattern, got []string) []step {
	n, m := len(want), len(got)
	if (n+1)*(m+1) > maxCells {
		return alignEnds(want, got)
	}
	cost := make([]int32, (n+1)*(m+1))
	at := func(i, j int) *int32 { return &cost[i*(m+1)+j] }
	same := func(i, j int) bool { return want[i].matches(got[j]) }
	for i := n; i >= 0; i-- {
		for j := m; j >= 0; j-- {
			switch {
			case i == n:
				*at(i, j) = int32(m-j) * costAdd
			case want[i].any():
				*at(i, j) = *at(i+1, j)
				if j < m {
					*at(i, j) = min(*at(i, j), *at(i, j+1))
				}
			case j == m:
				*at(i, j) = *at(i+1, j) + costDrop
			default:
				best := min(*at(i+1, j)+costDrop, *at(i, j+1)+costAdd, *at(i+1, j+1)+costChange)
				if *at(i+1, j+1) < best && same(i, j) {
					best = *at(i+1, j+1)
				}
				*at(i, j) = best
			}
		}
	}
	var out []step
	for i, j := 0, 0; i < n || j < m; {
		here := *at(i, j)
		switch {
		case i < n && want[i].any():
			if here == *at(i+1, j) {
				out = append(out, step{i, -1, true})
				i++
			} else {
				out = append(out, step{-1, j, true})
				j++
			}
		case i < n && j < m && here == *at(i+1, j+1) && same(i, j):
			out = append(out, step{i, j, true})
			i, j = i+1, j+1
		case i < n && j < m && here == *at(i+1, j+1)+costChange:
			out = append(out, step{i, j, false})
			i, j = i+1, j+1
		case i < n && here == *at(i+1, j)+costDrop:
			out = append(out, step{i, -1, false})
			i++
		default:
			out = append(out, step{-1, j, false})
			j++
		}
	}
	return out
}

// alignEnds is align for outputs that are too long for a table.
func alignEnds(want []pattern, got []string) []step {
	var head, tail []step
	i, j := 0, 0
	for i < len(want) && j < len(got) && !want[i].any() && want[i].matches(got[j]) {
		head = append(head, step{i, j, true})
		i, j = i+1, j+1
	}
	n, m := len(want), len(got)
	for n > i && m > j && !want[n-1].any() && want[n-1].matches(got[m-1]) {
		n, m = n-1, m-1
		tail = append(tail, step{n, m, true})
	}
	covered := n == i+1 && want[i].any()
	for ; i < n; i++ {
		head = append(head, step{i, -1, covered})
	}
	for ; j < m; j++ {
		head = append(head, step{-1, j, covered})
	}
	slices.Reverse(tail)
	return append(head, tail...)
}

// agrees reports whether an alignment found no difference.
func agrees(steps []step) bool {
	return !slices.ContainsFunc(steps, func(s step) bool { return !s.same })
}

// rewritten is the expected output as it would have to be: what matches stays
// as its author wrote it, what does not becomes what was printed.
func rewritten(want []pattern, got []string, steps []step) []string {
	var out []string
	for _, s := range steps {
		switch {
		case s.same && s.want >= 0:
			out = append(out, want[s.want].text)
		case !s.same && s.got >= 0:
			out = append(out, redact(got[s.got]))
		}
	}
	return out
}

// volatile are the parts of output that differ from run to run. A duration in
// whole seconds is more often a setting than a measurement, and a low port is
// one that somebody chose; both are kept.
var volatile = []struct {
	re   *regexp.Regexp
	name string
}{
	{regexp.MustCompile(timeForm), "[TIME]"},
	{regexp.MustCompile(`\b(?:\d+m)?\d+\.\d+(?:µs|μs|us|ms|s)\b|\b\d+(?:ns|µs|μs|us|ms)\b`), "[DURATION]"},
}

var temporary = regexp.MustCompile(`/tmp/[^\s"'` + "`" + `,;:]+`)

var highPort = regexp.MustCompile(`(localhost|127\.0\.0\.1|\[::1\]):(4\d{4})\b`)

// redact replaces what differs from run to run by named wildcards.
func redact(line string) string {
	return highPort.ReplaceAllString(temporary.ReplaceAllString(timeless(line), "[TMP]"), "$1:[PORT]")
}

// timeless replaces times and measured durations only, for lines that people
// read to find a mistake.
func timeless(line string) string {
	for _, v := range volatile {
		line = v.re.ReplaceAllString(line, v.name)
	}
	return line
}
