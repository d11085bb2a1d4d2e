package link

import (
	"strings"
	"testing"

	"github.com/compozy/docs/internal/mdx"
	"github.com/compozy/docs/internal/source"
)

func TestRelatedItem(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, page, want, marker string }{
		{"a list of links", "## Related\n\n- [A](a.mdx)\n- [B](b.mdx): more\n\nText.\n", "[B](b.mdx): more", "-"},
		{"another mark, another name", "### See Also\n\n* [A](a.mdx)\n", "[A](a.mdx)", "*"},
		{"no list", "## Related\n\nText.\n", "", ""},
		{"text before the list", "## Related\n\nText.\n\n- [A](a.mdx)\n", "", ""},
		{"another heading", "## Steps\n\n- [A](a.mdx)\n", "", ""},
		{"an item without a link", "## Related\n\n- [A](a.mdx)\n- text\n", "", ""},
		{"an item that begins with text", "## Related\n\n- See [A](a.mdx)\n", "", ""},
		{"an item of two lines", "## Related\n\n- [A](a.mdx)\n  and more\n", "", ""},
		{"steps", "## Next steps\n\n1. [A](a.mdx)\n", "", ""},
		{"tasks", "## Next steps\n\n- [ ] [A](a.mdx)\n", "", ""},
		{"in a quote", "> ## Related\n>\n> - [A](a.mdx)\n", "", ""},
		{"an image", "## Related\n\n- ![A](a.png)\n", "", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			doc, found := mdx.Parse(source.NewFile("content/p.mdx", []byte(tt.page)), mdx.Options{MDX: true})
			if len(found) > 0 {
				t.Fatalf("the page is no test: %v", found)
			}
			item, marker := relatedItem(doc)
			got := ""
			if item != nil {
				got = strings.TrimSpace(strings.TrimLeft(strings.TrimSpace(string(item.Span.Text())), marker))
			}
			if got != tt.want || marker != tt.marker {
				t.Errorf("the last item is %q with mark %q, want %q with %q", got, marker, tt.want, tt.marker)
			}
		})
	}
}
