package highlight

import (
	"bytes"
	"strconv"
	"strings"
)

// Lines is a set of line numbers, as `{1,3-5}` writes them.
type Lines []lineRange

type lineRange struct{ first, last int }

// ParseLines reads "1,3-5". Parts that are no numbers are left out: whoever
// judges the page has told the author.
func ParseLines(text string) Lines {
	var out Lines
	for part := range strings.SplitSeq(strings.Trim(strings.TrimSpace(text), "{}"), ",") {
		from, to, isRange := strings.Cut(strings.TrimSpace(part), "-")
		first, err := strconv.Atoi(strings.TrimSpace(from))
		if err != nil || first < 1 {
			continue
		}
		last := first
		if isRange {
			if last, err = strconv.Atoi(strings.TrimSpace(to)); err != nil {
				continue
			}
		}
		out = append(out, lineRange{first, last})
	}
	return out
}

// Has reports whether the set holds the line.
func (l Lines) Has(line int) bool {
	for _, r := range l {
		if line >= r.first && line <= r.last {
			return true
		}
	}
	return false
}

// Options say how a block is printed.
type Options struct {
	Mark, Ins, Del, Focus Lines
	Bad                   Lines // lines that a message below is about
	// Start numbers the lines from this number; 0 does not number them.
	Start int
	// Plain prints no colours.
	Plain bool
}

func (o Options) lineByLine() bool {
	return len(o.Mark)+len(o.Ins)+len(o.Del)+len(o.Focus)+len(o.Bad) > 0 || o.Start > 0
}

// Write prints code as HTML: runs of text, some in `<span class>`, and each
// line in a `<span class="line">` of its own when an option names lines.
func (h *Highlighter) Write(b *bytes.Buffer, lang, code string, o Options) {
	var tokens []token
	if o.Plain {
		tokens = []token{{text: code}}
	} else {
		tokens = h.tokens(lang, code)
	}
	if !o.lineByLine() {
		for _, t := range tokens {
			writeToken(b, t.class, t.text)
		}
		return
	}
	line, open := 1, false
	for _, t := range tokens {
		for text := t.text; text != ""; {
			if !open {
				o.openLine(b, line)
				open = true
			}
			part := text
			end := strings.IndexByte(text, '\n')
			if end >= 0 {
				part = text[:end]
			}
			writeToken(b, t.class, part)
			text = text[len(part):]
			if end >= 0 {
				b.WriteString("\n</span>")
				text = text[1:]
				line, open = line+1, false
			}
		}
	}
	if open {
		b.WriteString("</span>")
	}
}

func (o Options) openLine(b *bytes.Buffer, line int) {
	b.WriteString(`<span class="line`)
	for _, c := range [...]struct {
		name  string
		lines Lines
	}{{" mark", o.Mark}, {" ins", o.Ins}, {" del", o.Del}, {" bad", o.Bad}} {
		if c.lines.Has(line) {
			b.WriteString(c.name)
		}
	}
	if len(o.Focus) > 0 && !o.Focus.Has(line) {
		b.WriteString(" dim")
	}
	b.WriteByte('"')
	if o.Start > 0 {
		b.WriteString(` data-line="`)
		b.WriteString(strconv.Itoa(o.Start + line - 1))
		b.WriteByte('"')
	}
	b.WriteByte('>')
}

func writeToken(b *bytes.Buffer, class, text string) {
	if class == "" {
		Escape(b, text)
		return
	}
	b.WriteString(`<span class="`)
	b.WriteString(class)
	b.WriteString(`">`)
	Escape(b, text)
	b.WriteString(`</span>`)
}

// Escape writes text for an element's content or a quoted attribute. NUL,
// which HTML cannot hold, becomes the replacement character.
func Escape(b *bytes.Buffer, text string) {
	last := 0
	for i := 0; i < len(text); i++ {
		var out string
		switch text[i] {
		case '&':
			out = "&amp;"
		case '<':
			out = "&lt;"
		case '>':
			out = "&gt;"
		case '"':
			out = "&quot;"
		case 0:
			out = "\uFFFD"
		default:
			continue
		}
		b.WriteString(text[last:i])
		b.WriteString(out)
		last = i + 1
	}
	b.WriteString(text[last:])
}
