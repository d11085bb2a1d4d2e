package twin

import (
	"strconv"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"github.com/compozy/docs/internal/mdx"
)

// row is one row of a table: cells as one line of Markdown each.
type row struct {
	cells []string
	head  bool
}

func (f *flow) mdxTable(t *mdx.Table) {
	var rows []row
	var aligns []string
	for _, n := range t.Kids {
		r, ok := n.(*mdx.TableRow)
		if !ok {
			continue
		}
		out := row{head: r.Header}
		for _, c := range r.Kids {
			if cell, ok := c.(*mdx.TableCell); ok && len(rows) == 0 {
				aligns = append(aligns, cell.Align)
			}
			out.cells = append(out.cells, f.tableCell(func(in *flow) { in.nodes(c.Children()) }))
		}
		rows = append(rows, out)
	}
	f.table(rows, aligns)
}

// tableCell returns the content of a cell. What is several blocks becomes
// several lines of one.
func (f *flow) tableCell(do func(*flow)) string {
	in := f.sub()
	in.cell = true
	do(in)
	in.flush()
	return flat(in.blocks, "<br>")
}

// table adds a table. The first row heads it when it is a heading; Markdown
// has no table without a head, so that of one without is empty.
func (f *flow) table(rows []row, aligns []string) {
	columns := 0
	for _, r := range rows {
		columns = max(columns, len(r.cells))
	}
	if columns == 0 {
		return
	}
	head := row{}
	if rows[0].head {
		head, rows = rows[0], rows[1:]
	}
	var b strings.Builder
	line := func(cells []string) {
		for i := range columns {
			text := ""
			if i < len(cells) {
				text = cells[i]
			}
			b.WriteString(strings.TrimRight("| "+text, " ") + " ")
		}
		b.WriteString("|\n")
	}
	line(head.cells)
	for i := range columns {
		align := ""
		if i < len(aligns) {
			align = aligns[i]
		}
		b.WriteString("| " + map[string]string{"": "---", "left": ":---", "center": ":---:", "right": "---:"}[align] + " ")
	}
	b.WriteString("|\n")
	for _, r := range rows {
		line(r.cells)
	}
	f.add(block{text: strings.TrimSuffix(b.String(), "\n")})
}

// htmlTable writes a table that a component or an author put together.
func (f *flow) htmlTable(t *html.Node) {
	var rows []row
	var captions []*html.Node
	var visit func(n *html.Node, head bool)
	visit = func(n *html.Node, head bool) {
		for k := range n.ChildNodes() {
			switch k.DataAtom {
			case atom.Thead, atom.Tbody, atom.Tfoot:
				visit(k, k.DataAtom == atom.Thead)
			case atom.Caption:
				captions = append(captions, k)
			case atom.Tr:
				if r := f.htmlRow(k); len(r.cells) > 0 {
					r.head = len(rows) == 0 && (head || r.head)
					rows = append(rows, r)
				}
			}
		}
	}
	visit(t, false)
	for _, c := range captions {
		f.flush()
		f.htmlKids(c)
		f.flush()
	}
	f.table(rows, nil)
}

func (f *flow) htmlRow(tr *html.Node) row {
	r := row{head: true}
	for k := range tr.ChildNodes() {
		if k.DataAtom != atom.Td && k.DataAtom != atom.Th {
			continue
		}
		r.head = r.head && k.DataAtom == atom.Th
		r.cells = append(r.cells, f.tableCell(func(in *flow) { in.htmlKids(k) }))
		if span, err := strconv.Atoi(attr(k, "colspan")); err == nil {
			for range min(span, 100) - 1 {
				r.cells = append(r.cells, "")
			}
		}
	}
	return r
}
