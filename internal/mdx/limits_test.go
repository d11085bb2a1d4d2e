package mdx

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/compozy/docs/internal/source"
)

// hostile are inputs made to be slow or deep. They are also fuzz seeds.
func hostile(n int) map[string]string {
	return map[string]string{
		"open braces":            strings.Repeat("{", n),
		"open braces by line":    strings.Repeat("{\n", n),
		"braces by paragraph":    strings.Repeat("{ a\n\n", n),
		"text then braces":       "a " + strings.Repeat("{ ", n),
		"open brackets":          strings.Repeat("[", n),
		"brackets":               strings.Repeat("[", n) + strings.Repeat("]", n),
		"unclosed links":         strings.Repeat("[a](", n),
		"links":                  strings.Repeat("[a](b) ", n),
		"open elements":          strings.Repeat("<b>", n),
		"nested elements":        strings.Repeat("<b>", n) + "x" + strings.Repeat("</b>", n),
		"nested blocks":          strings.Repeat("<div>\n", n) + "x\n" + strings.Repeat("</div>\n", n),
		"open tags":              strings.Repeat("<b ", n),
		"open tags by line":      strings.Repeat("<b \n", n),
		"open quotes in tags":    strings.Repeat("<b a=\"\n", n),
		"tags then text by line": strings.Repeat("<b/> x\n", n),
		"closing tags":           strings.Repeat("</b>", n),
		"less-than":              strings.Repeat("a < b ", n),
		"nested quotes":          strings.Repeat(">", n),
		"nested lists":           nestedLists(min(n, 600)),
		"long list":              strings.Repeat("- a\n", n),
		"stars":                  strings.Repeat("*a **b ", n),
		"star run":               strings.Repeat("*", n),
		"underscores":            strings.Repeat("_a ", n),
		"words_with_marks":       strings.Repeat("a_b_ ", 3*n),
		"backticks":              strings.Repeat("`a ``b ", n),
		"fences":                 strings.Repeat("```\n", n),
		"definitions":            strings.Repeat("[a]: b\n", n),
		"references":             "[a]: b\n\n" + strings.Repeat("[a] ", n),
		"footnotes":              strings.Repeat("[^a]: b\n\n", n) + strings.Repeat("[^a] ", n),
		"wide table":             "|" + strings.Repeat("a|", n) + "\n|" + strings.Repeat("-|", n) + "\n" + strings.Repeat("x\n", n),
		"headings":               strings.Repeat("# a\n", n),
		"autolinks":              strings.Repeat("https://a.b/) ", n),
		"mail":                   strings.Repeat("a@", n),
		"entities":               strings.Repeat("&amp", n),
		"backslashes":            strings.Repeat("\\", n),
		"deep array":             "{" + strings.Repeat("[", n) + strings.Repeat("]", n) + "}",
		"deep object":            "{" + strings.Repeat("{a:", n) + "1" + strings.Repeat("}", n) + "}",
		"deep template":          "{" + strings.Repeat("`${", n) + strings.Repeat("}`", n) + "}",
		"deep markup":            "<A b={" + strings.Repeat("<b>", n) + strings.Repeat("</b>", n) + "} />",
		"attributes":             "<b " + strings.Repeat("a=\"x\" ", n) + "/>",
		"esm":                    "export const a = " + strings.Repeat("(", n),
		"esm strings":            strings.Repeat("import '\n", n),
		"tabs":                   strings.Repeat("\t", n) + "a",
		"long line":              strings.Repeat("word ", n),
		"carriage returns":       strings.Repeat("a\r", n),
		"nul":                    strings.Repeat("\x00", n),
		"front matter":           "---\n" + strings.Repeat("a: b\n", n),
	}
}

func nestedLists(n int) string {
	var b strings.Builder
	for i := range n {
		b.WriteString(strings.Repeat(" ", i*2) + "- a\n")
	}
	return b.String()
}

// TestHostilePages proves that no page stops the parser. The deadline only
// ends a run that would not end: a page that is read in quadratic time takes
// minutes, one that is read in linear time milliseconds.
func TestHostilePages(t *testing.T) {
	for name, text := range hostile(10_000) {
		t.Run(name, func(t *testing.T) {
			done := make(chan struct{})
			go func() {
				defer close(done)
				for _, mdx := range []bool{true, false} {
					Parse(source.NewFile("page.mdx", []byte(text)), Options{MDX: mdx, Vocabulary: anything{}})
				}
			}()
			select {
			case <-done:
			case <-time.After(60 * time.Second):
				t.Fatalf("the parser is still busy after a minute with %d bytes", len(text))
			}
		})
	}
}

func TestDeepNestingWorks(t *testing.T) {
	t.Parallel()
	for name, text := range map[string]string{
		"quotes":   strings.Repeat("> ", 100) + "x",
		"lists":    nestedLists(100),
		"elements": strings.Repeat("<b>", 100) + "x" + strings.Repeat("</b>", 100),
		"blocks":   strings.Repeat("<div>\n", 100) + "x\n" + strings.Repeat("</div>\n", 100),
		"values":   "<A b={" + strings.Repeat("[", 100) + strings.Repeat("]", 100) + "} />",
		"emphasis": strings.Repeat("*a **b ", 50) + strings.Repeat("c** d*", 50),
	} {
		doc, diags := Parse(source.NewFile("page.mdx", []byte(text)), Options{MDX: true, Vocabulary: anything{}})
		if len(diags) > 0 {
			t.Errorf("100 levels of %s are refused: %s", name, diags[0].Message)
		}
		if !strings.Contains(fmt.Sprint(printHTML(doc)), "x") && name != "lists" && name != "values" && name != "emphasis" {
			t.Errorf("100 levels of %s lose their text", name)
		}
	}
}
