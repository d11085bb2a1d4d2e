package twin

import (
	"bytes"
	"strconv"
	"strings"
	"sync"

	"github.com/compozy/docs/internal/mdx"
)

// buffers are reused from component to component.
var buffers = sync.Pool{New: func() any { return new(bytes.Buffer) }}

func newBuffer() *bytes.Buffer {
	b := buffers.Get().(*bytes.Buffer)
	b.Reset()
	return b
}

// kind is what a block is, as far as its neighbours care.
type kind uint8

const (
	other kind = iota
	paragraph
	fence
	list
	item // one entry of a list that is put together from several blocks
)

// block is one block of Markdown without the line endings around it.
type block struct {
	text string
	kind kind
	mark byte   // of a list: '-', '*', '.' or ')'
	code string // of a fence
	line string // of a paragraph: its text as one line
}

// join sets blocks below each other.
func join(blocks []block) string {
	var b strings.Builder
	for i, k := range blocks {
		if i > 0 {
			b.WriteByte('\n')
			if k.kind != item || blocks[i-1].kind != item {
				b.WriteByte('\n')
			}
		}
		b.WriteString(k.text)
	}
	return b.String()
}

// joinTight is join for an item of a tight list, as far as Markdown allows: a
// blank line would make the list a loose one.
func joinTight(blocks []block) string {
	var b strings.Builder
	for i, k := range blocks {
		if i > 0 {
			b.WriteByte('\n')
			interrupts := k.kind == fence || k.kind == list && (k.mark == '-' || k.mark == '*' || strings.HasPrefix(k.text, "1")) || k.kind == item
			if !interrupts || k.kind == list && k.mark == blocks[i-1].mark {
				b.WriteByte('\n')
			}
		}
		b.WriteString(k.text)
	}
	return b.String()
}

// flow gathers blocks, and inline content until a block ends it.
type flow struct {
	w      *writer
	blocks []block
	run    bytes.Buffer // inline content, with breakMark for hard breaks
	cell   bool         // of a table: no line may end, no bar may stand
	within string       // marks of emphasis that are open
	closed int          // length of run when emphasis was closed last
	coded  int          // length of run when inline code was written last
	next   rune         // first character after the node that is written; 0 at the end
}

func (w *writer) flow() *flow { return &flow{w: w} }

// sub returns a flow for content inside this one.
func (f *flow) sub() *flow { return &flow{w: f.w, cell: f.cell} }

// inside returns the blocks that do writes.
func (f *flow) inside(do func(*flow)) []block {
	in := f.sub()
	do(in)
	in.flush()
	return in.blocks
}

// line returns what do writes as one line of inline content.
func (f *flow) line(do func(*flow)) string {
	in := f.sub()
	in.within = f.within
	do(in)
	in.flush()
	return flat(in.blocks, " ")
}

// flat returns blocks as one line.
func flat(blocks []block, between string) string {
	var parts []string
	for _, b := range blocks {
		switch b.kind {
		case fence:
			parts = append(parts, codeSpan(strings.TrimSpace(b.code), true))
		case paragraph:
			parts = append(parts, b.line)
		default:
			for l := range strings.SplitSeq(b.text, "\n") {
				if l = strings.TrimSpace(l); l != "" {
					parts = append(parts, l)
				}
			}
		}
	}
	return strings.Join(parts, between)
}

// breakMark stands for a hard break until it is known whether the text will be
// one line. Text holds no such character: Markdown has none.
const breakMark = "\x00"

func (f *flow) add(b block) {
	f.flush()
	if b.text != "" {
		f.blocks = append(f.blocks, b)
	}
}

// flush ends the paragraph that inline content has been gathered for.
func (f *flow) flush() {
	text := strings.Trim(f.run.String(), " \t\n"+breakMark)
	f.run.Reset()
	f.closed, f.coded = 0, 0
	if text == "" {
		return
	}
	lines := strings.Split(text, "\n")
	for i, l := range lines {
		lines[i] = lineStart(strings.Trim(l, " \t"))
	}
	text = strings.Join(lines, "\n")
	line := strings.ReplaceAll(strings.ReplaceAll(text, breakMark+"\n", "<br>"), "\n", " ")
	f.blocks = append(f.blocks, block{text: strings.ReplaceAll(text, breakMark, `\`), kind: paragraph, line: line})
}

func (f *flow) heading(level int, do func(*flow)) {
	f.flush()
	if level == 1 {
		if f.w.titled {
			level = 2 // a page has one first heading
		}
		f.w.titled = true
	}
	text := f.line(do)
	if strings.HasSuffix(text, "#") {
		text = text[:len(text)-1] + `\#` // else it would close the heading
	}
	// "{#id}" at the end of a heading names it.
	if i := strings.LastIndex(text, "{#"); i >= 0 && strings.HasSuffix(text, "}") {
		text = text[:i] + `\` + text[i:]
	}
	f.add(block{text: strings.TrimRight(strings.Repeat("#", min(max(level, 1), 6))+" "+text, " ")})
}

// quote puts blocks into a quotation.
func (f *flow) quote(blocks []block) {
	text := join(blocks)
	if text == "" {
		return
	}
	lines := strings.Split(text, "\n")
	for i, l := range lines {
		lines[i] = strings.TrimRight("> "+l, " ")
	}
	// Two quotations in a row would be one.
	if n := len(f.blocks); f.run.Len() == 0 && n > 0 && strings.HasPrefix(f.blocks[n-1].text, ">") {
		f.add(block{text: "<!-- -->"})
	}
	f.add(block{text: strings.Join(lines, "\n")})
}

// entries adds a list. Each entry is the text of an item.
func (f *flow) entries(ordered bool, start int, tight bool, entries []string) {
	f.flush()
	mark := byte('-')
	if ordered {
		mark = '.'
	}
	if n := len(f.blocks); n > 0 && (f.blocks[n-1].kind == list && f.blocks[n-1].mark == mark || f.blocks[n-1].kind == item && !ordered) {
		mark = map[byte]byte{'-': '*', '.': ')'}[mark] // else the two lists were one
	}
	var out []string
	for i, text := range entries {
		lead := string(mark) + " "
		if ordered {
			lead = strconv.Itoa(min(start+i, 999_999_999)) + string(mark) + " "
		}
		out = append(out, strings.TrimRight(lead+indent(text, len(lead)), " "))
	}
	between := "\n\n"
	if tight {
		between = "\n"
	}
	f.add(block{text: strings.Join(out, between), kind: list, mark: mark})
}

// indent moves all lines but the first to the right.
func indent(text string, by int) string {
	lines := strings.Split(text, "\n")
	for i := 1; i < len(lines); i++ {
		if lines[i] != "" {
			lines[i] = strings.Repeat(" ", by) + lines[i]
		}
	}
	return strings.Join(lines, "\n")
}

// entry adds one entry of a list whose entries come one by one.
func (f *flow) entry(text string) {
	if text != "" {
		f.add(block{text: "- " + indent(text, 2), kind: item})
	}
}

// code adds a fence.
func (f *flow) code(lang, title, text string) {
	text = strings.TrimSuffix(text, "\n")
	info := strings.Map(func(r rune) rune {
		if r <= ' ' || r == 0x7f {
			return -1
		}
		return r
	}, lang)
	if title = strings.Join(strings.Fields(title), " "); title != "" {
		if info == "" {
			info = "text"
		}
		quote := `"`
		if strings.Contains(title, quote) {
			quote = "'"
		}
		if !strings.Contains(title, quote) {
			info += " title=" + quote + escapeInfo(title) + quote
		}
	}
	mark := byte('`')
	if strings.ContainsRune(info, '`') {
		mark = '~' // an info string behind backticks may hold none
	}
	marks := strings.Repeat(string(mark), max(3, longest(text, mark)+1))
	body := marks + info + "\n"
	if text != "" {
		body += text + "\n"
	}
	f.add(block{text: body + marks, kind: fence, code: text})
}

// longest returns the length of the longest run of a byte.
func longest(text string, c byte) (most int) {
	n := 0
	for i := range len(text) {
		if text[i] != c {
			n = 0
			continue
		}
		n++
		most = max(most, n)
	}
	return most
}

// fence writes a code block of the page, with what is printed below it.
func (f *flow) fence(c *mdx.CodeBlock, untitled bool) {
	if _, hidden := c.Info.Get("hidden"); hidden || c.Code == nil {
		return
	}
	title, _ := c.Info.Get("title")
	if untitled {
		title.Value = ""
	}
	f.code(c.Info.Lang, title.Value, string(c.Code.Text()))
	if f.w.Below == nil {
		return
	}
	if below := f.w.Below(c); below != "" {
		f.html(read(string(below)))
		f.flush()
	}
}

func (f *flow) footnote(n *mdx.Footnote) {
	lead := "[^" + strconv.Itoa(n.Number) + "]: "
	f.add(block{text: strings.TrimRight(lead+indent(join(f.inside(func(in *flow) { in.nodes(n.Kids) })), 4), " ")})
}
