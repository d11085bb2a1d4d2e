package config

import "strings"

// interpolation is a text whose references to variables were replaced.
type interpolation struct {
	text   string
	used   []string // variables, in order
	secret bool     // a variable that is called like a secret went in
	// secrets are the values of such variables.
	secrets []string
	faults  []fault
}

// fault is a reference that cannot be replaced.
type fault struct {
	text string // the reference as written, as far as it goes
	name string // of an unset variable; "" for wrong syntax
	why  string // for wrong syntax
}

// maxExpanded is the longest text, in bytes, that references may expand to.
// Without it a file within its own limit grows by the length of a variable
// for each reference, which is more memory than a machine has.
const maxExpanded = 1 << 20

// interpolate replaces ${NAME} and ${NAME:-fallback} by the values that
// lookup gives. The fallback counts when the variable is unset or empty; it
// is plain text and ends at the first "}". $${ stands for a literal ${. Any
// other dollar sign is an ordinary character. Values are not looked at again,
// so a variable cannot bring in another one.
func interpolate(text string, lookup func(string) (string, bool)) interpolation {
	var in interpolation
	var out strings.Builder
	for {
		i := strings.Index(text, "${")
		if i < 0 {
			break
		}
		if out.Len() > maxExpanded {
			in.faults = append(in.faults, fault{text: "${", why: "the references before it expand to more than 1 MiB"})
			break
		}
		if i > 0 && text[i-1] == '$' {
			out.WriteString(text[:i-1])
			out.WriteString("${")
			text = text[i+2:]
			continue
		}
		out.WriteString(text[:i])
		body := text[i+2:]
		end := strings.IndexByte(body, '}')
		if end < 0 {
			in.faults = append(in.faults, fault{text: text[i:], why: "the closing brace is missing"})
			out.WriteString(text[i:])
			text = ""
			break
		}
		written := text[i : i+2+end+1]
		name, fallback, hasFallback := strings.Cut(body[:end], ":-")
		text = body[end+1:]
		switch value, ok := lookup(name); {
		case !isName(name):
			in.faults = append(in.faults, fault{text: written, why: "a name consists of letters, digits and _, and does not begin with a digit"})
		case strings.Contains(fallback, "${"):
			in.faults = append(in.faults, fault{text: written, why: "a fallback cannot contain another reference"})
		case hasFallback && (!ok || value == ""):
			in.used = append(in.used, name)
			out.WriteString(fallback)
		case !ok:
			in.faults = append(in.faults, fault{text: written, name: name})
		default:
			in.used = append(in.used, name)
			if namesSecret(name) {
				in.secret = true
				in.secrets = append(in.secrets, value)
			}
			out.WriteString(value)
		}
	}
	out.WriteString(text)
	in.text = out.String()
	return in
}

func isName(s string) bool {
	for i := range len(s) {
		c := s[i]
		letter := c == '_' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z'
		if !letter && (i == 0 || c < '0' || c > '9') {
			return false
		}
	}
	return s != ""
}
