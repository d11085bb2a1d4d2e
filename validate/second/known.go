package second

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"regexp"
	"sync"

	"github.com/compozy/docs/internal/source"
)

// knownJSON lists the differences of the two parsers that are no fault of a
// page. Each entry has pages of its own in testdata/known, and a test fails
// for an entry that they no longer need.
//
//go:embed known.json
var knownJSON []byte

// known is one entry of the list.
type known struct {
	ID     string `json:"id"`
	Kind   string `json:"kind"`   // link, heading or fence
	SeenBy string `json:"seenBy"` // first, second, both or any
	Text   string `json:"text"`   // a regular expression for what was seen; empty for anything
	Line   string `json:"line"`   // one for the line of the page where it stands; empty for any
	Reason string `json:"reason"`

	text, line *regexp.Regexp
}

// knownDifferences is the list, ready for use. A mistake in it is a mistake in
// this package.
var knownDifferences = sync.OnceValue(func() []known {
	var list []known
	if err := json.Unmarshal(knownJSON, &list); err != nil {
		panic("second: known.json: " + err.Error())
	}
	for i := range list {
		list[i].text = regexp.MustCompile(list[i].Text)
		list[i].line = regexp.MustCompile(list[i].Line)
	}
	return list
})

// knownAs returns the id of the entry that explains a difference, or "".
func knownAs(d difference) string {
	seenBy, text := "both", ""
	switch {
	case d.second == nil:
		seenBy, text = "first", d.first.text
	case d.first == nil:
		seenBy, text = "second", d.second.text
	default:
		text = d.first.text
	}
	line := lineOf(d.span)
	for _, k := range knownDifferences() {
		if k.Kind == d.kind().String() && (k.SeenBy == seenBy || k.SeenBy == "any") && k.text.MatchString(text) && k.line.MatchString(line) {
			return k.ID
		}
	}
	return ""
}

// maxLine bounds how much of a long line the patterns look at, to both sides.
const maxLine = 1000

// lineOf returns the line of the page on which a span begins; a span without a
// place has none.
func lineOf(s source.Span) string {
	s = s.Resolve()
	if !s.HasPlace() || s.Start > s.File.Len() {
		return ""
	}
	before, after := s.File.Text()[:s.Start], s.File.Text()[s.Start:]
	before = before[max(0, len(before)-maxLine):]
	after = after[:min(len(after), maxLine)]
	if n := bytes.LastIndexAny(before, "\r\n"); n >= 0 {
		before = before[n+1:]
	}
	if n := bytes.IndexAny(after, "\r\n"); n >= 0 {
		after = after[:n]
	}
	return string(before) + string(after)
}
