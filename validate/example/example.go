// Package example proves the code blocks of pages: it decides for each one how
// far it can be proven, and proves it so far.
//
// There is no silent level. A block is executed against the real system,
// validated, parsed by its language's own parser, or displayed for a written
// reason; a block that is none of these is a finding. What runs a language is
// a [runner] in a table; the package itself only reads info strings.
package example

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/compozy/docs/internal/diag"
	"github.com/compozy/docs/internal/mdx"
	"github.com/compozy/docs/internal/site"
	"github.com/compozy/docs/validate/example/yaml"
)

// Level is how far an example is proven.
type Level string

// The levels, strongest first.
const (
	Executed  Level = "executed"
	Validated Level = "validated"
	Parsed    Level = "parsed"
	Display   Level = "display"
)

// deadline is what one example may take.
const deadline = 10 * time.Second

// Result is the outcome for one code block.
type Result struct {
	Fence       *mdx.CodeBlock
	Level       Level
	Reason      string // what ran, or why nothing did: a phrase for readers
	Diagnostics []diag.Diagnostic
	Resolved    []yaml.Resolution // of an executed configuration, by component
	Refused     []Refusal         // of a configuration that is refused as the page says
}

// Refusal is one finding of the system on a configuration that the page shows
// because it is refused.
type Refusal struct {
	Rule    string
	Line    int // in the code block, from 1; 0 when it is about no line
	Message string
	Advice  []string
}

// Checker proves examples. It is frozen and safe for concurrent use.
type Checker struct {
	display map[string]string // languages that are shown, with the reason
	langs   []string          // all names an info string may begin with, sorted
}

// New returns a Checker. The configuration's languages need a reason each.
func New(cfg site.Examples) (*Checker, error) {
	c := &Checker{display: cfg.Display}
	for _, l := range languages {
		c.langs = append(c.langs, l.name)
	}
	for name, reason := range cfg.Display {
		if strings.TrimSpace(reason) == "" {
			return nil, fmt.Errorf("examples.display: language %q has no reason", name)
		}
		c.langs = append(c.langs, name)
	}
	slices.Sort(c.langs)
	return c, nil
}

// Page proves the code blocks of a page, in order.
func (c *Checker) Page(ctx context.Context, doc *mdx.Doc) []Result {
	results := make([]Result, 0, len(doc.Fences))
	for _, f := range doc.Fences {
		r := c.prove(ctx, f)
		r.Fence = f
		results = append(results, r)
	}
	return results
}

// prove classifies one block and runs what runs it.
func (c *Checker) prove(ctx context.Context, f *mdx.CodeBlock) Result {
	lang, found := c.language(f)
	if found != nil {
		return Result{Level: Display, Reason: "not classified", Diagnostics: []diag.Diagnostic{*found}}
	}
	attrs, diags := readAttributes(f)
	if len(diags) > 0 {
		return Result{Level: Display, Reason: "not classified", Diagnostics: diags}
	}
	if attrs.display != "" {
		return Result{Level: Display, Reason: attrs.display}
	}
	if reason := c.display[lang.name]; reason != "" {
		return Result{Level: Display, Reason: reason}
	}
	if lang.run == nil {
		return Result{Level: Display, Reason: lang.reason}
	}
	ctx, cancel := context.WithTimeout(ctx, deadline)
	defer cancel()
	return lang.run(ctx, f, attrs)
}

// language finds the block's language, or says why it has none.
func (c *Checker) language(f *mdx.CodeBlock) (language, *diag.Diagnostic) {
	name := f.Info.Lang
	if name == "" {
		at := f.Info.Span
		if at.Start == at.End {
			at = firstLine(f)
		}
		d := diag.New("example/unclassified", at, "this code block names no language, so nothing can prove it")
		if f.Indented {
			d = d.WithAdvice("write it as a fence: ``` and a language before, ``` after")
		} else {
			d = d.WithAdvice("write a language behind the fence; for plain text: ```text display=\"why it is only shown\"")
		}
		return language{}, &d
	}
	if l, ok := lookup(name); ok {
		return l, nil
	}
	if _, ok := c.display[name]; ok {
		return language{name: name}, nil
	}
	if base, rest := cutGlued(name); rest != "" && slices.Contains(c.langs, base) {
		d := diag.New("example/glued-attribute", f.Info.LangSpan, "%q stands without a blank behind the language %q", rest, base).
			WithAdvice("put a blank between them: ```%s %s", base, strings.TrimLeft(rest, ",:")).
			WithFix(f.Info.LangSpan, base+" "+strings.TrimLeft(rest, ",:"), "separate the attribute from the language")
		return language{}, &d
	}
	d := diag.New("example/unknown-language", f.Info.LangSpan, "language %q of this code block is not known", name)
	near := aliases[strings.ToLower(name)]
	if near == "" {
		near = diag.Nearest(name, c.langs)
	}
	if near == "" && slices.Contains(c.langs, strings.ToLower(name)) {
		near = strings.ToLower(name)
	}
	if near != "" {
		d = d.WithAdvice("did you mean %q?", near).WithFix(f.Info.LangSpan, near, "use "+near)
	} else {
		d = d.WithAdvice("declare it under examples.display in source.config.json with the reason why it is only shown")
	}
	return language{}, &d
}

// cutGlued cuts a language from what is glued to it.
func cutGlued(name string) (base, rest string) {
	end := strings.IndexFunc(name, func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < '0' || r > '9') && r != '-' && r != '+'
	})
	if end <= 0 {
		return name, ""
	}
	return name[:end], name[end:]
}
