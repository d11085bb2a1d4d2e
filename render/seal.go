package render

import (
	"strconv"

	"github.com/compozy/docs/internal/mdx"
	"github.com/compozy/docs/render/highlight"
)

// Seal is the proof level of one fence: "executed", "validated", "parsed" or
// "display". Detail says what was done, or why nothing was.
type Seal struct {
	Level, Detail string
	// Href is the address of the example's row on the proof page, printed as it
	// is; without one the seal is no link.
	Href string
	// Resolved is what a configuration comes to, one entry for each component.
	Resolved []Resolution
	// Refused is what the system says to a configuration that the page shows
	// because it is refused; the block is then marked and followed by it.
	Refused []Refusal
}

// Resolution is the effective mode of one component, what decided it (a key, a
// flag, a variable, a default) and where that stands, such as "line 1".
type Resolution struct{ Component, Mode, DecidedBy, Source string }

// Refusal is one message of the system, with the line of the block it is
// about (0 for none) and what it advises.
type Refusal struct {
	Rule    string
	Line    int
	Message string
	Advice  []string
}

// label is the word on the seal. A reader of "display" would look for what is
// displayed; "shown" says that nothing more was done.
func (s Seal) label() string {
	switch {
	case len(s.Refused) > 0:
		return "refused"
	case s.Level == "display":
		return "shown"
	}
	return s.Level
}

// seal prints the mark in a block's header. What it means is text of the page,
// not a title attribute: keyboards and fingers reach it too.
func (w *writer) seal(s Seal) {
	tag := "span"
	if s.Href != "" && mdx.SafeURL(s.Href) {
		tag = "a"
	}
	w.str("<" + tag)
	w.attr("class", "seal seal-"+s.label())
	if tag == "a" {
		w.attr("href", encodeURL(s.Href))
	}
	w.str(">")
	w.escape(s.label())
	if s.Detail != "" {
		w.str(`<span class="tip">`)
		w.escape(s.Detail)
		w.str("</span>")
	}
	w.str("</" + tag + ">")
}

// resolutions prints the strip under a configuration: the modes, and on opening
// who decided each.
func (w *writer) resolutions(all []Resolution) {
	if len(all) == 0 {
		return
	}
	w.str(`<details class="resolves"><summary><span class="resolves-to">resolves to</span>`)
	for _, r := range all {
		w.str(` <span class="chip"><span class="chip-key">`)
		w.escape(r.Component)
		w.str("</span> ")
		w.escape(r.Mode)
		w.str("</span>")
	}
	w.str("</summary>\n<dl>\n")
	for _, r := range all {
		w.str("<div><dt>")
		w.escape(r.Component)
		w.str(`</dt><dd><span class="resolves-mode">`)
		w.escape(r.Mode)
		w.str("</span>")
		if r.DecidedBy != "" {
			w.str(" decided by <code>")
			w.escape(r.DecidedBy)
			w.str("</code>")
		}
		if r.Source != "" {
			w.str(` <span class="resolves-from">`)
			w.escape(r.Source)
			w.str("</span>")
		}
		w.str("</dd></div>\n")
	}
	w.str("</dl></details>")
}

// refusals prints what the system says to the configuration above.
func (w *writer) refusals(all []Refusal) {
	for _, r := range all {
		w.str(`<div class="refusal"><p>`)
		if r.Line > 0 {
			w.str(`<span class="refusal-line">line `)
			w.str(strconv.Itoa(r.Line))
			w.str(`</span> `)
		}
		w.escape(r.Message)
		w.str("</p>")
		for _, a := range r.Advice {
			w.str(`<p class="refusal-advice">`)
			w.escape(a)
			w.str("</p>")
		}
		w.str(`<p class="refusal-rule"><code>`)
		w.escape(r.Rule)
		w.str("</code></p></div>")
	}
}

// refusedLines are the lines of a block that messages are about.
func refusedLines(all []Refusal) highlight.Lines {
	var out highlight.Lines
	for _, r := range all {
		if r.Line > 0 {
			out = append(out, highlight.ParseLines(strconv.Itoa(r.Line))...)
		}
	}
	return out
}
