package twin

import (
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// tones are the words that a callout's colour stands for.
var tones = map[string]string{
	"tone-note": "Note", "tone-success": "Tip", "tone-caution": "Warning", "tone-danger": "Danger", "tone-neutral": "Note",
}

// callout writes a box as a quotation that begins with what it is.
func (f *flow) callout(n *html.Node) {
	label := attr(n, "aria-label")
	for class := range strings.FieldsSeq(attr(n, "class")) {
		if word := tones[class]; word != "" && label == "" {
			label = word
		}
	}
	var title *html.Node
	for k := range n.Descendants() {
		if hasClass(k, "callout-title") {
			title = k
			break
		}
	}
	f.quote(f.inside(func(in *flow) {
		in.wrap("**", "strong", func(in *flow) {
			if title == nil {
				in.text(label)
				return
			}
			if words := f.w.textOf(title); !strings.HasPrefix(strings.ToLower(words), strings.ToLower(label)) {
				in.text(label + ": ")
			}
			in.htmlKids(title)
		})
		in.flush()
		if title != nil {
			title.Parent.RemoveChild(title)
		}
		in.htmlKids(n)
	}))
}

// card writes a card as an entry of a list.
func (f *flow) card(n *html.Node) {
	blocks := f.inside(func(in *flow) { in.htmlKids(n) })
	if len(blocks) == 0 {
		return
	}
	if len(blocks) == 2 && blocks[0].kind == paragraph && blocks[1].kind == paragraph {
		f.entry(blocks[0].line + ": " + blocks[1].line)
		return
	}
	f.entry(join(blocks))
}

// terms writes a list of terms, each with what it means.
func (f *flow) terms(n *html.Node) {
	if hasClass(n, "resolved") {
		f.resolves(n)
		return
	}
	for _, pair := range f.pairs(n) {
		switch {
		case pair.term == "":
			f.entry(join(pair.blocks))
		case len(pair.blocks) == 1 && pair.blocks[0].kind == paragraph:
			f.entry("**" + pair.term + "**: " + pair.blocks[0].line)
		default:
			f.entry(join(append([]block{{text: "**" + pair.term + "**", kind: paragraph}}, pair.blocks...)))
		}
	}
}

type pair struct {
	term   string
	blocks []block
}

// pairs returns the terms of a list of terms with their meanings.
func (f *flow) pairs(n *html.Node) []pair {
	var out []pair
	for k := range n.Descendants() {
		if k.DataAtom != atom.Dt && k.DataAtom != atom.Dd || enclosing(k, atom.Dl) != n {
			continue // also of a list inside a meaning, which is written with it
		}
		switch k.DataAtom {
		case atom.Dt:
			out = append(out, pair{term: f.line(func(in *flow) { in.htmlKids(k) })})
		case atom.Dd:
			if len(out) == 0 {
				out = append(out, pair{})
			}
			last := &out[len(out)-1]
			last.blocks = append(last.blocks, f.inside(func(in *flow) { in.htmlKids(k) })...)
		}
	}
	return out
}

func enclosing(n *html.Node, a atom.Atom) *html.Node {
	for p := n.Parent; p != nil; p = p.Parent {
		if p.DataAtom == a {
			return p
		}
	}
	return nil
}

// resolves writes what a configuration comes to as one line: each component
// with its mode, and in brackets who decided.
func (f *flow) resolves(n *html.Node) {
	var parts []string
	var term string
	for k := range n.Descendants() {
		switch k.DataAtom {
		case atom.Dt:
			term = f.line(func(in *flow) { in.htmlKids(k) })
		case atom.Dd:
			parts = append(parts, term+" "+f.resolution(k))
		}
	}
	if len(parts) > 0 {
		f.run.WriteString("Resolves to: " + strings.Join(parts, ", ") + ".")
	}
}

func (f *flow) resolution(dd *html.Node) string {
	mode := ""
	var reason []string
	for k := range dd.ChildNodes() {
		text := f.line(func(in *flow) { in.htmlNode(k) })
		switch {
		case k.Type != html.ElementNode || text == "":
		case hasClass(k, "resolves-mode", "chip"):
			mode = "**" + text + "**"
		default:
			reason = append(reason, text)
		}
	}
	if len(reason) > 0 {
		mode += " (" + strings.Join(reason, ", ") + ")"
	}
	return mode
}

// refusal writes what the system says to an example that it refuses.
func (f *flow) refusal(n *html.Node) {
	blocks := f.inside(func(in *flow) { in.htmlKids(n) })
	if len(blocks) > 0 {
		blocks[0].text = "**Refused:** " + blocks[0].text
	}
	f.quote(blocks)
}
