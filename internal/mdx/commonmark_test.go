package mdx

import (
	"encoding/json"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/compozy/docs/internal/diag"
	"github.com/compozy/docs/internal/source"
)

// specExample is one example of the CommonMark 0.31.2 specification
// (spec.commonmark.org, CC BY-SA 4.0).
type specExample struct {
	N       int
	Section string
	MD      string
	HTML    string
}

func specExamples(t *testing.T) []specExample {
	t.Helper()
	data, err := os.ReadFile("testdata/commonmark-0.31.2.json")
	if err != nil {
		t.Fatal(err)
	}
	var examples []specExample
	if err := json.Unmarshal(data, &examples); err != nil {
		t.Fatal(err)
	}
	if len(examples) != 652 {
		t.Fatalf("the specification has 652 examples, the file has %d", len(examples))
	}
	return examples
}

var space = regexp.MustCompile(`\s+`)

// sameHTML compares without regard to white space, which the specification's
// renderer puts differently around blocks.
func sameHTML(a, b string) bool {
	a = strings.NewReplacer("&#39;", "'").Replace(a)
	return space.ReplaceAllString(a, "") == space.ReplaceAllString(b, "")
}

// gfmAutolinks are examples that show what is no link in CommonMark and is
// one in GFM.
var gfmAutolinks = []int{608, 611, 612}

// openFrontMatter are examples that begin with a rule or text which is the
// first line of front matter on a page.
var openFrontMatter = []int{44, 96, 98}

func TestMarkdownConformsToCommonMark(t *testing.T) {
	t.Parallel()
	passed, refused := 0, 0
	for _, ex := range specExamples(t) {
		if slices.Contains(gfmAutolinks, ex.N) || slices.Contains(openFrontMatter, ex.N) {
			continue
		}
		doc, diags := Parse(source.NewFile("page.md", []byte(ex.MD)), Options{})
		if diag.HasErrors(diags) {
			refused++
			switch diags[0].Rule {
			case "mdx/forbidden-element", "mdx/forbidden-attribute", "mdx/unsafe-url":
			default:
				t.Errorf("example %d (%s) is refused: %s", ex.N, ex.Section, diags[0].Message)
			}
			continue
		}
		if got := printHTML(doc); !sameHTML(got, ex.HTML) {
			t.Errorf("example %d (%s)\n%s\ngot  %s\nwant %s", ex.N, ex.Section, ex.MD, got, ex.HTML)
			continue
		}
		passed++
	}
	if passed+refused != 652-len(gfmAutolinks)-len(openFrontMatter) || refused > 12 {
		t.Errorf("%d of 652 examples pass and %d are refused for safety", passed, refused)
	}
}

// changedInMDX are the examples that MDX reads differently, by the construct
// that is turned off or new. All others must come out as CommonMark has them,
// and none of these may.
var changedInMDX = map[string][]int{
	"indented code is off and nothing limits indentation": {
		1, 2, 3, 5, 6, 7, 8, 18, 36, 48, 49, 69, 70, 85, 87, 100, 107, 111, 112, 114, 115, 116, 117, 118, 134, 137,
		211, 225, 231, 236, 238, 252, 253, 254, 257, 264, 270, 271, 272, 273, 274, 278, 286, 287, 288, 289, 290, 312, 313,
	},
	"links in angle brackets are errors": {
		20, 346, 480, 481, 526, 538, 594, 595, 596, 597, 598, 599, 600, 601, 603, 604, 605, 606, 609,
	},
	"HTML is JSX": {
		21, 31, 91, 110, 148, 149, 150, 151, 152, 153, 154, 155, 156, 157, 158, 159, 160, 161, 162, 163, 164, 165, 166, 168,
		169, 170, 171, 172, 173, 174, 175, 176, 178, 184, 185, 186, 187, 189, 190, 191, 195, 201, 344, 475, 476, 477, 491, 493,
		494, 524, 536, 602, 610, 613, 614, 615, 616, 617, 619, 620, 621, 622, 623, 624, 630, 631, 632, 642, 643,
	},
	"comments and declarations are errors":        {177, 179, 180, 181, 182, 183, 308, 309, 625, 626, 627, 628, 629},
	"a less-than sign begins a tag":               {607, 618},
	"bare URLs are links":                         gfmAutolinks,
	"a rule on the first line opens front matter": openFrontMatter,
}

func TestMDXKeepsCommonMark(t *testing.T) {
	t.Parallel()
	changed := map[int]string{}
	for why, numbers := range changedInMDX {
		for _, n := range numbers {
			changed[n] = why
		}
	}
	for _, ex := range specExamples(t) {
		doc, diags := Parse(source.NewFile("page.mdx", []byte(ex.MD)), Options{MDX: true, Vocabulary: anything{}})
		same := !diag.HasErrors(diags) && sameHTML(printHTML(doc), ex.HTML)
		why := changed[ex.N]
		switch {
		case !same && why == "":
			t.Errorf("example %d (%s) should stay as it is in CommonMark\n%s\ngot  %s%v\nwant %s", ex.N, ex.Section, ex.MD, printHTML(doc), diags, ex.HTML)
		case same && why != "":
			t.Errorf("example %d (%s) is listed as changed (%s) but is not", ex.N, ex.Section, why)
		}
	}
}

// anything is a vocabulary in which every component exists but Unknown.
type anything struct{}

func (anything) Component(name string) (Component, bool) {
	return Component{Name: name}, name != "Unknown"
}
func (anything) Names() []string { return []string{"Callout"} }
