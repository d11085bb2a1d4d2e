package render

import (
	"strings"
	"unicode/utf8"

	"github.com/compozy/docs/internal/mdx"
	"github.com/compozy/docs/render/component"
)

// tableEnd follows a table. The theme draws a table when this is there and not
// before: the widths of its columns depend on its last row.
const tableEnd = "<wbr></div>"

// A table's rows stack in a narrow window when it has four columns, or three
// with a row of more text than two lines of a phone hold: the columns would be
// a word wide.
const (
	stackColumns = 4
	stackText    = 64 // characters
)

func (w *writer) table(t *mdx.Table) {
	labels := w.labels(t)
	if !w.bare {
		w.str("<div class=\"table-box\" role=\"group\" aria-label=\"Table\" tabindex=\"0\">")
	}
	w.str("<table")
	if labels != nil {
		w.str(` class="stack" role="table"`)
	}
	w.str(">\n")
	begin := func(part string) {
		w.str("<" + part)
		w.role(labels, "rowgroup")
		w.str(">\n")
	}
	body := false
	for i, n := range t.Kids {
		row, ok := n.(*mdx.TableRow)
		if !ok {
			continue
		}
		if i == 0 && row.Header {
			begin("thead")
			w.row(row, labels)
			w.str("</thead>\n")
			continue
		}
		if !body {
			begin("tbody")
			body = true
		}
		w.row(row, labels)
	}
	if body {
		w.str("</tbody>\n")
	}
	w.str("</table>")
	if !w.bare {
		w.str(tableEnd)
	}
	w.str("\n")
}

// labels returns the words of a table's header when its rows stack in a narrow
// window, where each cell says itself what it is about. It returns nil for
// another table.
func (w *writer) labels(t *mdx.Table) []string {
	if w.bare || len(t.Kids) == 0 {
		return nil
	}
	row, ok := t.Kids[0].(*mdx.TableRow)
	if !ok || !row.Header || len(row.Kids) < stackColumns && (len(row.Kids) < stackColumns-1 || longestRow(t) <= stackText) {
		return nil
	}
	labels := make([]string, len(row.Kids))
	for i, cell := range row.Kids {
		labels[i] = strings.TrimSpace(mdx.PlainText(cell.Children()))
	}
	return labels
}

// longestRow returns how many characters the longest row has.
func longestRow(t *mdx.Table) int {
	longest := 0
	for _, row := range t.Kids {
		longest = max(longest, utf8.RuneCountInString(mdx.PlainText(row.Children())))
	}
	return longest
}

// role names what an element is in a table that stacks: some browsers forget
// that with its layout.
func (w *writer) role(labels []string, name string) {
	if labels != nil {
		w.attr("role", name)
	}
}

func (w *writer) row(row *mdx.TableRow, labels []string) {
	w.str("<tr")
	w.role(labels, "row")
	w.str(">\n")
	for i, n := range row.Kids {
		cell, ok := n.(*mdx.TableCell)
		if !ok {
			w.node(n)
			continue
		}
		// A header cell without text names nothing.
		if row.Header && (w.bare || len(cell.Kids) > 0) {
			w.cell(cell, "th", cellLook{stacks: labels != nil})
			continue
		}
		look := cellLook{stacks: labels != nil}
		if key, ok := keyOf(cell); ok && i == 0 && !w.bare && !row.Header {
			look.class = "key"
			if !strings.ContainsAny(key, " -") { // flags have their own way to break
				look.name = key
			}
		}
		if i > 0 && i < len(labels) && !row.Header {
			look.label = labels[i]
		}
		w.cell(cell, "td", look)
	}
	w.str("</tr>\n")
}

// keyOf returns what a cell holds that holds a name of the documented system
// and nothing else; what follows it in the row is about that name.
func keyOf(cell *mdx.TableCell) (string, bool) {
	if len(cell.Kids) != 1 {
		return "", false
	}
	span, ok := cell.Kids[0].(*mdx.CodeSpan)
	if !ok {
		return "", false
	}
	return span.Value, true
}

// cellLook is what a cell has besides its text.
type cellLook struct {
	class  string
	name   string // of the documented system, which is all that the cell holds
	label  string // of its column, for when the header is out of sight
	stacks bool   // it stands in a table that stacks
}

func (w *writer) cell(cell *mdx.TableCell, tag string, look cellLook) {
	w.str("<" + tag)
	align := cell.Align
	if align != "left" && align != "center" && align != "right" {
		align = ""
	}
	switch {
	case w.bare && align != "":
		w.attr("align", align) // without the style sheet the old attribute is all there is
	case !w.bare:
		if tag == "th" {
			w.attr("scope", "col")
		}
		if look.stacks {
			w.attr("role", map[string]string{"th": "columnheader", "td": "cell"}[tag])
		}
		if align != "" {
			look.class = strings.TrimSpace(look.class + " align-" + align)
		}
		if look.class != "" {
			w.attr("class", look.class)
		}
		if look.label != "" {
			w.attr("data-label", look.label)
		}
	}
	w.str(">")
	if look.name != "" {
		w.str("<code>" + string(component.Breakable(look.name)) + "</code>")
	} else {
		w.nodes(cell.Kids)
	}
	w.str("</" + tag + ">\n")
}
