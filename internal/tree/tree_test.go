package tree_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/compozy/docs/internal/source"
	"github.com/compozy/docs/internal/tree"
)

// outline prints a node with the text of each span, one line a value.
func outline(n *tree.Node) string {
	var b strings.Builder
	var walk func(n *tree.Node, depth int)
	walk = func(n *tree.Node, depth int) {
		fmt.Fprintf(&b, "%s %q", n.Kind, n.Span.Text())
		switch n.Kind {
		case tree.Int:
			fmt.Fprintf(&b, " = %d", n.Int)
		case tree.Float:
			fmt.Fprintf(&b, " = %g", n.Float)
		case tree.Bool:
			fmt.Fprintf(&b, " = %t", n.Bool)
		case tree.String:
			if n.Text != string(n.Span.Text()) {
				fmt.Fprintf(&b, " = %q", n.Text)
			}
		}
		b.WriteByte('\n')
		for _, item := range n.Items {
			b.WriteString(strings.Repeat("  ", depth+1) + "- ")
			walk(item, depth+1)
		}
		for _, f := range n.Fields {
			fmt.Fprintf(&b, "%s%q %q: ", strings.Repeat("  ", depth+1), f.Key, f.KeySpan.Text())
			walk(f.Value, depth+1)
		}
	}
	if n == nil {
		return "nil\n"
	}
	walk(n, 0)
	return b.String()
}

// place prints a problem's place and text.
func place(p tree.Problem) string {
	start, end := p.Span.Bounds()
	return fmt.Sprintf("%d:%d-%d:%d", start.Line, start.Column, end.Line, end.Column)
}

func lines(s ...string) string { return strings.Join(s, "\n") + "\n" }

func file(text string) *source.File { return source.NewFile("page.yaml", []byte(text)) }

func checkOutline(t *testing.T, decode func(*source.File) (*tree.Node, []tree.Problem), text, want string) {
	t.Helper()
	n, problems := decode(file(text))
	if len(problems) > 0 {
		t.Fatalf("decoding %q gave problems: %+v", text, problems)
	}
	if diff := cmp.Diff(want, outline(n)); diff != "" {
		t.Errorf("decoding %q (-want +got):\n%s", text, diff)
	}
}
