package render

import (
	"strconv"
	"strings"

	"github.com/compozy/docs/internal/mdx"
	"github.com/compozy/docs/render/component"
	"github.com/compozy/docs/render/highlight"
)

func (w *writer) codeBlock(c *mdx.CodeBlock, untitled bool) {
	if _, hidden := c.Info.Get("hidden"); hidden {
		return
	}
	meta := func(key string) string {
		m, _ := c.Info.Get(key)
		return m.Value
	}
	title := meta("title")
	if untitled {
		title = ""
	}
	lang := c.Info.Lang
	if lang == "mermaid" && w.chart(c, title) {
		return
	}
	if w.bare {
		if title != "" {
			w.str(`<figure class="code"><figcaption>`)
			w.escape(title)
			w.str("</figcaption>")
		}
	} else {
		w.codeHead(c, lang, title)
	}
	w.str("<pre")
	if !w.bare {
		if wraps(c.Info) {
			w.str(` class="wrap"`)
		}
		w.str(` tabindex="0"`)
	}
	w.str("><code")
	if lang != "" {
		w.attr("class", "language-"+lang)
	}
	w.str(">")
	seal := w.seals[c]
	options := codeOptions(c.Info, w.bare)
	options.Bad = refusedLines(seal.Refused)
	w.r.code.Write(w.b, lang, string(c.Code.Text()), options)
	w.str("</code></pre>")
	if !w.bare {
		w.refusals(seal.Refused)
		w.resolutions(seal.Resolved)
	}
	if !w.bare || title != "" {
		w.str("</figure>")
	}
	w.str("\n")
}

// chart prints a fence of Mermaid as a drawing. One that is shown as text
// (`display`), and one with mistakes, stay code.
func (w *writer) chart(c *mdx.CodeBlock, title string) bool {
	if _, display := c.Info.Get("display"); display || w.bare {
		return false
	}
	svg, err := component.Chart(string(c.Code.Text()), title, "", func() string { return w.ID("chart") })
	if err != nil && w.err == nil {
		w.err = err
	}
	if svg == "" {
		return false
	}
	w.str(`<figure class="diagram"><div class="diagram-box">` + string(svg) + "</div>")
	if seal, sealed := w.seals[c]; sealed || title != "" {
		w.str("<figcaption>")
		w.escape(title)
		if sealed {
			w.str(" ")
			w.seal(seal)
		}
		w.str("</figcaption>")
	}
	w.str("</figure>\n")
	return true
}

func (w *writer) codeHead(c *mdx.CodeBlock, lang, title string) {
	w.str(`<figure class="code"`)
	if lang != "" {
		w.attr("data-lang", lang)
	}
	w.str(">")
	seal, sealed := w.seals[c]
	if title == "" && lang == "" && !sealed {
		return
	}
	w.str(`<figcaption>`)
	switch {
	case title != "":
		w.str(`<span class="code-title">`)
		for i, part := range strings.SplitAfter(title, "/") {
			if i > 0 {
				w.str("<wbr>") // a path breaks between its folders
			}
			w.escape(part)
		}
		w.str("</span>")
	default:
		w.str(`<span class="code-lang">`)
		w.escape(lang)
		w.str("</span>")
	}
	if sealed {
		w.seal(seal)
	}
	w.str("</figcaption>")
}

func wraps(info mdx.Info) bool {
	for _, key := range []string{"wrap", "wordWrap"} {
		if m, ok := info.Get(key); ok && m.Value != "false" {
			return true
		}
	}
	return false
}

func codeOptions(info mdx.Info, bare bool) highlight.Options {
	o := highlight.Options{Plain: bare}
	for _, m := range info.Meta {
		switch {
		case m.Key == "" && m.Form == mdx.MetaBraces || m.Key == "mark" && m.Form == mdx.MetaBraces:
			o.Mark = append(o.Mark, highlight.ParseLines(m.Value)...)
		case m.Key == "ins" && m.Form == mdx.MetaBraces:
			o.Ins = append(o.Ins, highlight.ParseLines(m.Value)...)
		case m.Key == "del" && m.Form == mdx.MetaBraces:
			o.Del = append(o.Del, highlight.ParseLines(m.Value)...)
		case m.Key == "focus" && m.Form == mdx.MetaBraces:
			o.Focus = append(o.Focus, highlight.ParseLines(m.Value)...)
		case m.Key == "lineNumbers" && m.Value != "false":
			o.Start = 1
			if n, err := strconv.Atoi(m.Value); err == nil && n > 0 {
				o.Start = n
			}
		}
	}
	return o
}
