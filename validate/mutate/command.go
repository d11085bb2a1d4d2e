package mutate

import (
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/compozy/docs/compozy/config"
	"github.com/compozy/docs/internal/source"
)

// simple is a command of the documented system, alone on its line or with its
// output sent into a file or a pipe: a wrong command line is noticed there too.
var simple = regexp.MustCompile(`^compozy ([a-z][a-z-]+)((?: [A-Za-z0-9_./:=,@%+-]+)*)(?: (?:2>&1|>|\|) ?[^&;]*)?$`)

var (
	longFlag = regexp.MustCompile(`(?:^| )--([a-z][a-z-]+)`)
	exitMark = regexp.MustCompile(`^\[exit (\d{1,3})\]\s*$`)
	wildcard = regexp.MustCompile(`\[(?:\.\.|[A-Z]+)\]`)
	// compound are words after which a failure need not end a script.
	compound = regexp.MustCompile(`(?m)^\s*(?:if|while|until|for|case|function|trap|!|\{|\()|\|\||&&|<<|\\$|set \+|\(\)`)
)

// textLine is a line of a block.
type textLine struct {
	text  string
	start int
}

func allLines(f *source.File) []textLine {
	var out []textLine
	for n := 1; n <= f.Lines(); n++ {
		text, start := f.Line(n)
		out = append(out, textLine{string(text), start})
	}
	return out
}

// script plans the changes of commands that run as a script, which the first
// failure ends.
func (p *planner) script() {
	code := p.fence.Code
	if _, pinned := p.fence.Info.Get("exit"); pinned || compound.Match(code.Text()) {
		return
	}
	for _, l := range allLines(code) {
		p.command(l.text, l.start)
	}
}

// transcript plans the changes of commands that are shown with their output.
func (p *planner) transcript() {
	all := allLines(p.fence.Code)
	for i := 0; i < len(all); {
		command, prompt := strings.CutPrefix(all[i].text, "$ ")
		begin := i
		i++
		if !prompt {
			continue
		}
		for i < len(all) && !strings.HasPrefix(all[i].text, "$") {
			i++
		}
		out := all[begin+1 : i]
		// A command over several lines has no line of output that is known to
		// be one.
		if strings.Contains(command, "<<") || strings.HasSuffix(command, `\`) || strings.Count(command, "'")%2 != 0 || strings.Count(command, `"`)%2 != 0 ||
			compound.MatchString(command) || len(out) > 0 && strings.HasPrefix(out[0].text, ">") {
			continue
		}
		for len(out) > 0 && strings.TrimSpace(out[len(out)-1].text) == "" {
			out = out[:len(out)-1]
		}
		if n := len(out); n > 0 && exitMark.MatchString(out[n-1].text) {
			p.exit(out[n-1])
			p.output(out[:n-1])
			continue // a command that fails anyway may fail in the same way
		}
		p.command(command, all[begin].start+len("$ "))
		p.output(out)
	}
}

// command misspells the subcommand and each flag of a command.
func (p *planner) command(line string, start int) {
	m := simple.FindStringSubmatchIndex(line)
	if m == nil {
		return
	}
	code := p.fence.Code
	word := line[m[2]:m[3]]
	text := p.misspelt(word, start, func(s string) bool { return slices.Contains(commands, s) })
	p.add("misspell-command", code.Span(start+m[2], start+m[3]), text, "compozy %s becomes compozy %s", word, text)
	if word == "help" {
		return
	}
	for _, f := range longFlag.FindAllStringSubmatchIndex(line[m[3]:m[5]], -1) {
		from, to := m[3]+f[2], m[3]+f[3]
		flag := line[from:to]
		text := p.misspelt(flag, start+from, func(s string) bool { _, ok := config.FieldOfFlag(s); return ok })
		p.add("misspell-flag", code.Span(start+from, start+to), text, "--%s becomes --%s", flag, text)
	}
}

// commands are the words that a misspelling must not hit.
var commands = []string{"cache", "completion", "config", "flags", "help", "start", "version"}

// exit changes the status that a command is said to end with.
func (p *planner) exit(l textLine) {
	m := exitMark.FindStringSubmatchIndex(l.text)
	status, _ := strconv.Atoi(l.text[m[2]:m[3]]) // at most three digits
	text := strconv.Itoa(status%255 + 1)
	p.add("change-exit", p.fence.Code.Span(l.start+m[2], l.start+m[3]), text, "the status is %s instead of %d", text, status)
}

// output changes one letter or digit of each expected line. Lines with a
// wildcard for any text are left alone: it might stand for the change.
func (p *planner) output(lines []textLine) {
	for _, l := range lines {
		if strings.Contains(l.text, "[..]") || strings.TrimSpace(l.text) == "..." {
			continue
		}
		wild := wildcard.FindAllStringIndex(l.text, -1)
		for i := range len(l.text) {
			if slices.ContainsFunc(wild, func(w []int) bool { return w[0] <= i && i < w[1] }) {
				continue
			}
			if next, ok := successor(l.text[i]); ok {
				at := p.fence.Code.Span(l.start+i, l.start+i+1)
				p.add("change-output", at, string(next), "the expected output %q has %q for %q", l.text, next, l.text[i])
				break
			}
		}
	}
}

// successor returns the next letter or digit.
func successor(c byte) (byte, bool) {
	switch {
	case c == 'z':
		return 'a', true
	case c == 'Z':
		return 'A', true
	case c == '9':
		return '0', true
	case c >= 'a' && c < 'z' || c >= 'A' && c < 'Z' || c >= '0' && c < '9':
		return c + 1, true
	}
	return 0, false
}
