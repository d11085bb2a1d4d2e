package cli

import (
	"fmt"
	"strings"
)

// parseEnv reads a file of variables, one NAME=value on a line. Blank lines
// and lines that begin with "#" are skipped, "export " may stand in front, and
// a value may be quoted: in single quotes it is taken as it is, in double
// quotes \n, \t, \", \\ and \$ are known. An unquoted value ends before " #".
// References to other variables are not replaced: the configuration does that.
// An error names the line and never its content, which may be a secret.
func parseEnv(path, text string) ([]string, error) {
	var out []string
	n := 0
	for line := range strings.Lines(strings.TrimPrefix(text, "\ufeff")) {
		n++
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		name, value, ok := strings.Cut(strings.TrimPrefix(line, "export "), "=")
		name = strings.TrimSpace(name)
		switch {
		case !ok:
			return nil, wrongEnv(path, n, "it has no \"=\"")
		case !isVariable(name):
			return nil, wrongEnv(path, n, "the text before \"=\" is not a variable name")
		}
		value, why := envValue(strings.TrimSpace(value))
		if why != "" {
			return nil, wrongEnv(path, n, why)
		}
		out = append(out, name+"="+value)
	}
	return out, nil
}

func wrongEnv(path string, line int, why string) error {
	return misuse("%s:%d: this line does not set a variable: %s", path, line, why).help("write NAME=value")
}

func isVariable(name string) bool {
	for i, r := range name {
		letter := r == '_' || 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z'
		if !letter && (i == 0 || r < '0' || r > '9') {
			return false
		}
	}
	return name != ""
}

// envValue takes the quotes off a value; why is what is wrong with it.
func envValue(text string) (value, why string) {
	if text == "" {
		return "", ""
	}
	switch text[0] {
	case '\'':
		inner, after, closed := strings.Cut(text[1:], "'")
		if !closed || !isComment(after) {
			return "", "the value must end with its closing quote"
		}
		return inner, ""
	case '"':
		var b strings.Builder
		for i := 1; i < len(text); i++ {
			switch c := text[i]; {
			case c == '"' && isComment(text[i+1:]):
				return b.String(), ""
			case c == '"':
				return "", "the value must end with its closing quote"
			case c == '\\' && i+1 < len(text):
				i++
				known := map[byte]string{'n': "\n", 't': "\t", 'r': "\r", '"': "\"", '\\': "\\", '$': "$"}
				plain, ok := known[text[i]]
				if !ok {
					return "", fmt.Sprintf("\\%c is not a known escape", text[i])
				}
				b.WriteString(plain)
			default:
				b.WriteByte(c)
			}
		}
		return "", "the value must end with its closing quote"
	}
	if i := strings.Index(text, " #"); i >= 0 {
		text = strings.TrimSpace(text[:i])
	}
	return text, ""
}

func isComment(text string) bool {
	text = strings.TrimSpace(text)
	return text == "" || strings.HasPrefix(text, "#")
}
