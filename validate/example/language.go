package example

import (
	"context"

	"github.com/compozy/docs/internal/diag"
	"github.com/compozy/docs/internal/mdx"
	"github.com/compozy/docs/internal/source"
	"github.com/compozy/docs/internal/tree"
	"github.com/compozy/docs/validate/example/yaml"
)

// runner proves one code block. It returns within the context's deadline and
// leaves nothing running.
type runner func(context.Context, *mdx.CodeBlock, attributes) Result

// language is a language that blocks may have: a runner, or the reason why
// its blocks are shown without one.
type language struct {
	name   string
	run    runner
	reason string
}

// languages is the whole table.
var languages = []language{
	{name: "yaml", run: runYAML},
	{name: "json", run: parseWith("JSON", tree.JSON)},
	{name: "toml", run: parseWith("TOML", tree.TOML)},
	{name: "bash", reason: "commands are shown: this version has no runner for them"},
	{name: "console", reason: "commands are shown: this version has no runner for them"},
	{name: "text", reason: "plain text has no grammar to hold it against"},
	{name: "mermaid", reason: noParser},
	{name: "go", reason: noParser},
	{name: "ts", reason: noParser},
	{name: "tsx", reason: noParser},
	{name: "typescript", reason: noParser},
	{name: "js", reason: noParser},
	{name: "jsx", reason: noParser},
	{name: "javascript", reason: noParser},
	{name: "dockerfile", reason: noParser},
	{name: "dotenv", reason: noParser},
	{name: "ini", reason: noParser},
	{name: "http", reason: noParser},
	{name: "sql", reason: noParser},
	{name: "xml", reason: noParser},
	{name: "html", reason: noParser},
	{name: "css", reason: noParser},
	{name: "lua", reason: noParser},
	{name: "diff", reason: noParser},
	{name: "mdx", reason: noParser},
	{name: "markdown", reason: noParser},
}

const noParser = "shown as it is: this version has no parser for the language"

// aliases are names that writers know from elsewhere. They are refused, so
// that a language has one name, and lead to it.
var aliases = map[string]string{
	"yml": "yaml", "sh": "bash", "shell": "bash", "zsh": "bash", "terminal": "console", "shell-session": "console",
	"txt": "text", "plaintext": "text", "plain": "text", "golang": "go", "docker": "dockerfile", "env": "dotenv",
	"md": "markdown", "jsonc": "json", "json5": "json",
}

func lookup(name string) (language, bool) {
	for _, l := range languages {
		if l.name == name {
			return l, true
		}
	}
	return language{}, false
}

// runYAML executes a configuration; YAML of another kind is parsed.
func runYAML(ctx context.Context, f *mdx.CodeBlock, a attributes) Result {
	if a.as != "" {
		r := parseWith("YAML", tree.YAML)(ctx, f, a)
		r.Reason = "parsed as YAML (" + a.as + "); no schema of that kind in this version"
		return r
	}
	out := yaml.Run(ctx, yaml.Example{
		Code: f.Code, Place: firstLine(f), Env: a.env, Flags: a.flags, Fragment: a.fragment,
		Expect: a.expect, Failure: a.failure,
	})
	r := Result{Level: Executed, Reason: out.Ran, Diagnostics: out.Diagnostics, Resolved: out.Resolved}
	for _, d := range out.Refused {
		refusal := Refusal{Rule: d.Rule, Message: d.Message}
		if at := d.Span.In(f.Code); at.HasPlace() {
			refusal.Line = f.Code.Position(at.Start).Line
		}
		for _, n := range d.Notes {
			if n.Span.IsZero() {
				refusal.Advice = append(refusal.Advice, n.Message)
			}
		}
		r.Refused = append(r.Refused, refusal)
	}
	return r
}

// parseWith reads a block with the parser of its language.
func parseWith(name string, parse func(*source.File) (*tree.Node, []tree.Problem)) runner {
	return func(_ context.Context, f *mdx.CodeBlock, _ attributes) Result {
		r := Result{Level: Parsed, Reason: "read by a parser of " + name}
		_, problems := parse(f.Code)
		for _, p := range problems {
			d := diag.New("example/syntax", p.Span, "this %s example cannot be read: %s", name, p.Message)
			if p.Other.HasPlace() {
				d = d.WithNote(p.Other, "it stands here too")
			}
			r.Diagnostics = append(r.Diagnostics, d.WithAdvice("%s", p.Advice))
		}
		return r
	}
}

// firstLine is the place of a block's opening fence.
func firstLine(f *mdx.CodeBlock) source.Span {
	line, _ := f.Span.Bounds()
	text, start := f.Span.File.Line(line.Line)
	return f.Span.File.Span(max(start, f.Span.Start), start+len(text))
}
