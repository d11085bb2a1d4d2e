package highlight

import (
	"regexp"
	"strings"
)

// assignments are the variables that a command is given.
var assignments = regexp.MustCompile(`^ *(?:[A-Za-z_]\w*=[^ "'\n]* +)*`)

// consoleTokens colours a transcript: lines that begin with `$ ` or `# ` are
// commands, those with `> ` right below one go on with it, and the rest is
// output.
func consoleTokens(code string) []token {
	var out []token
	command, fresh := false, false // inside a command; its next word is a program
	for line := range strings.Lines(code) {
		switch {
		case strings.HasPrefix(line, "$ "), strings.HasPrefix(line, "# "):
			command, fresh = true, true
		case !command || !strings.HasPrefix(line, "> "):
			command = false
			out = append(out, token{"", line})
			continue
		}
		out = append(out, token{classComment, line[:2]})
		text := line[2:]
		if fresh {
			given := assignments.FindString(text)
			name := wordLen(text[len(given):])
			out = append(out, token{classKey, given}, token{classWord, text[len(given):][:name]})
			text = text[len(given)+name:]
		}
		out = append(out, token{"", text})
		fresh = joins(line)
	}
	return out
}

// joins tells whether another command follows on the next line: a backslash
// goes on with the same one.
func joins(line string) bool {
	line = strings.TrimRight(line, " \n\r")
	line = strings.TrimRight(strings.TrimSuffix(line, "\\"), " ")
	return strings.HasSuffix(line, "|") || strings.HasSuffix(line, "&&") || strings.HasSuffix(line, ";")
}
