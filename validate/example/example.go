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
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/compozy/docs/compozy/usage"
	"github.com/compozy/docs/internal/diag"
	"github.com/compozy/docs/internal/mdx"
	"github.com/compozy/docs/internal/site"
	"github.com/compozy/docs/internal/source"
	"github.com/compozy/docs/validate/example/shell"
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
	Reason      string // what ran, or why nothing did: a phrase for readers, the same on every machine
	Redis       string // what stood behind redis-server on this machine; "" when no server was started
	Diagnostics []diag.Diagnostic
	Resolved    []yaml.Resolution // of an executed configuration, by component
	Refused     []Refusal         // of a configuration that is refused as the page says
	Uses        []usage.Use       // what of the system the run used
	Rewrites    []shell.Rewrite   // what the expected output would have to be
	Recalled    bool              // taken from the store: nothing ran this time
	Why         string            // of a block that ran although there is a store: why
}

// Refusal is one finding of the system on a configuration that the page shows
// because it is refused.
type Refusal struct {
	Rule    string   `json:"rule"`
	Line    int      `json:"line,omitempty"` // in the code block, from 1; 0 when it is about no line
	Message string   `json:"message"`
	Advice  []string `json:"advice,omitempty"`
}

// Options are what a Checker depends on beside the configuration.
type Options struct {
	// Store keeps what is known to hold; nil proves everything anew.
	Store Store
	// System names the program that judges: an answer that another one gave
	// is not believed.
	System string
	// Redis is the redis-server that sessions start; "" for the one in PATH,
	// "-" for none.
	Redis string
}

// Checker proves examples. It is frozen and safe for concurrent use.
type Checker struct {
	options     Options
	display     map[string]string // languages that are shown, with the reason
	langs       []string          // all names an info string may begin with, sorted
	environment func() string
	deadline    time.Duration // of one example
}

// New returns a Checker. The configuration's languages need a reason each.
func New(cfg site.Examples, o Options) (*Checker, error) {
	c := &Checker{options: o, display: cfg.Display, deadline: deadline}
	c.environment = sync.OnceValue(func() string { return findRedis(c.shellOptions()) })
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

// Page proves the code blocks of a page, in order, and returns one result for
// each.
func (c *Checker) Page(ctx context.Context, doc *mdx.Doc) []Result {
	results := make([]Result, len(doc.Fences))
	for number, u := range c.plan(doc, results) {
		p := c.partsOf(u)
		if c.recall(u, p, results) {
			continue
		}
		why := c.why(doc.File.Path(), number, p)
		c.run(ctx, u, results)
		for _, at := range u.indexes() {
			results[at].Why = why
		}
		if ctx.Err() == nil { // what was not run to its end proves nothing
			c.remember(doc.File.Path(), number, u, p, results)
		}
	}
	for i, f := range doc.Fences {
		results[i].Fence = f
	}
	return results
}

// language finds the block's language, or says why it has none.
func (c *Checker) language(f *mdx.CodeBlock) (language, *diag.Diagnostic) {
	name := f.Info.Lang
	if name == "" {
		if d := c.gluedFirst(f); d != nil {
			return language{}, d
		}
		at := f.Info.Span
		if at.Start == at.End {
			at = firstLine(f)
		}
		d := diag.New("example/unclassified", at, "this code block has no language, so nothing can prove it")
		if f.Indented {
			d = d.WithAdvice("write it as a fence: ``` and a language before it, ``` after it")
		} else {
			d = d.WithAdvice("write the language after the fence, as in ```yaml or ```bash; for plain text: ```text display=\"why it is only shown\"")
		}
		return language{}, &d
	}
	if l, ok := lookup(name); ok {
		return l, nil
	}
	// The configuration names languages that nothing here can parse.
	if reason, ok := c.display[name]; ok && !disguised(name) {
		return shown(name, reason), nil
	}
	if d := c.glued(f.Info.LangSpan); d != nil {
		return language{}, d
	}
	d := diag.New("example/unknown-language", f.Info.LangSpan, "unknown language %q", name)
	near := aliases[strings.ToLower(name)]
	if near == "" {
		near = diag.Nearest(name, c.langs)
	}
	if near == "" && slices.Contains(c.langs, strings.ToLower(name)) {
		near = strings.ToLower(name)
	}
	if near != "" {
		d = d.WithAdvice("did you mean %q?", near).WithFix(f.Info.LangSpan, near, "use "+near).
			Unsure(aliases[strings.ToLower(name)] == "" && !strings.EqualFold(near, name) && !diag.Sole(name, c.langs))
	} else {
		d = d.WithAdvice("if it should only be shown, say why in source.config.json: \"examples\": {\"display\": {%q: \"the reason\"}}", name).
			WithAdvice("for plain text: ```text display=\"why it is only shown\"")
	}
	return language{}, &d
}

// disguised reports whether a name is another spelling of a language that is
// proven. Declaring it would switch its proof off.
func disguised(name string) bool {
	_, known := lookup(strings.ToLower(name))
	return known || aliases[strings.ToLower(name)] != ""
}

// glued is the finding for a word that begins with a language and goes on
// without a blank; nil for other words.
func (c *Checker) glued(word source.Span) *diag.Diagnostic {
	base, rest := cutGlued(string(word.Text()))
	if rest == "" || !slices.Contains(c.langs, base) {
		return nil
	}
	d := diag.New("example/glued-attribute", word, "%q follows the language %q without a space", rest, base).
		WithAdvice("add a space: ```%s %s", base, strings.TrimLeft(rest, ",:")).
		WithFix(word, base+" "+strings.TrimLeft(rest, ",:"), "separate the attribute from the language")
	return &d
}

// gluedFirst looks at the first word of a block without a language: with an
// attribute glued to it, a language reads like the attribute's name.
func (c *Checker) gluedFirst(f *mdx.CodeBlock) *diag.Diagnostic {
	raw := string(f.Info.Span.Text())
	word, _, _ := strings.Cut(strings.TrimLeft(raw, " \t"), " ")
	start := f.Info.Span.Start + strings.Index(raw, word)
	return c.glued(f.Info.Span.File.Span(start, start+len(word)))
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

// digest is the SHA-256 of texts, each with its length in front, so that no two
// lists of texts share one.
func digest(texts ...string) string {
	h := sha256.New()
	var size [8]byte
	for _, t := range texts {
		binary.BigEndian.PutUint64(size[:], uint64(len(t)))
		h.Write(size[:])
		h.Write([]byte(t))
	}
	return hex.EncodeToString(h.Sum(nil))
}
