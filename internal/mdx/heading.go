package mdx

import "regexp"

var explicitID = regexp.MustCompile(`(?:^|[ \t]+)(?:\[#([^\]\[\s]+)\]|\{#([^}{\s]+)\})[ \t]*$`)

// takeExplicitID removes `[#id]` or `{#id}` from the end of a heading.
func (p *blockParser) takeExplicitID(b *block) {
	last := &b.lines[len(b.lines)-1]
	content := p.text.bytes[last.start:last.stop]
	m := explicitID.FindSubmatchIndex(content)
	if m == nil {
		return
	}
	for _, g := range []int{2, 4} {
		if m[g] >= 0 {
			b.explicitID = string(content[m[g]:m[g+1]])
		}
	}
	last.stop = last.start + m[0]
}

var taskMark = regexp.MustCompile(`^\[([ \txX])\][ \t]+\S`)

// takeTask removes `[ ]` or `[x]` from the start of a list item's first
// paragraph.
func (p *blockParser) takeTask(b *block) {
	item := b.parent
	if item.kind != kindItem || item.kids[0] != b {
		return
	}
	first := &b.lines[0]
	m := taskMark.FindSubmatch(p.text.bytes[first.start:first.stop])
	if m == nil {
		return
	}
	done := m[1][0] == 'x' || m[1][0] == 'X'
	item.task = &done
	first.start += len(m[0]) - 1
	for first.start > 0 && p.text.bytes[first.start]&0xC0 == 0x80 {
		first.start--
	}
	first.raw = first.start
}
