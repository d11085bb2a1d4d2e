package example

import (
	"context"

	"github.com/compozy/docs/internal/diag"
	"github.com/compozy/docs/internal/mdx"
	"github.com/compozy/docs/internal/source"
	"github.com/compozy/docs/validate/example/document"
	"github.com/compozy/docs/validate/example/lang"
	"github.com/compozy/docs/validate/example/shell"
	"github.com/compozy/docs/validate/example/yaml"
)

// runner proves one code block. It returns within the context's deadline and
// leaves nothing running.
type runner func(context.Context, *mdx.CodeBlock, attributes) Result

// language is a language that blocks may have, with what proves them. Blocks
// of commands are proven by their session.
type language struct {
	name  string
	title string // for sentences
	run   runner
}

// languages is the whole table. A language that is not here and has no parser
// is an error, until source.config.json says why its blocks are only shown.
var languages = []language{
	{name: "yaml", title: "YAML", run: runYAML},
	{name: "bash", title: "bash", run: shownCommands},
	{name: "console", title: "console", run: shownCommands},
	{name: "text", title: "plain text", run: shownText},
	{name: "json", title: "JSON", run: runJSON},
	parsed("toml", "TOML"),
	parsed("ini", "INI"),
	parsed("dotenv", "dotenv"),
	parsed("go", "Go"),
	parsed("js", "JavaScript"),
	parsed("javascript", "JavaScript"),
	parsed("jsx", "JSX"),
	parsed("ts", "TypeScript"),
	parsed("typescript", "TypeScript"),
	parsed("tsx", "TSX"),
	parsed("dockerfile", "Dockerfile"),
	parsed("sql", "SQL"),
	parsed("http", "HTTP"),
	parsed("xml", "XML"),
	parsed("html", "HTML"),
	parsed("css", "CSS"),
	parsed("lua", "Lua"),
	parsed("diff", "unified diff"),
	parsed("mdx", "MDX"),
	parsed("markdown", "Markdown"),
	parsed("mermaid", "Mermaid"),
}

// aliases are names that writers know from elsewhere. They are refused, so
// that a language has one name, and lead to it.
var aliases = map[string]string{
	"yml": "yaml", "sh": "bash", "shell": "bash", "zsh": "bash", "terminal": "console", "shell-session": "console",
	"txt": "text", "plaintext": "text", "plain": "text", "golang": "go", "docker": "dockerfile", "env": "dotenv",
	"md": "markdown", "jsonc": "json", "json5": "json", "postgres": "sql", "postgresql": "sql", "properties": "ini",
}

func lookup(name string) (language, bool) {
	for _, l := range languages {
		if l.name == name {
			return l, true
		}
	}
	return language{}, false
}

// shown is a language that the configuration declares.
func shown(name, reason string) language {
	return language{name: name, title: name, run: func(context.Context, *mdx.CodeBlock, attributes) Result {
		return Result{Level: Display, Reason: reason}
	}}
}

// shownText is for text with a reason; text without one never gets here.
func shownText(_ context.Context, _ *mdx.CodeBlock, a attributes) Result {
	return Result{Level: Display, Reason: a.display}
}

// shownCommands is for commands that cannot run here: their grammar is held
// all the same.
func shownCommands(_ context.Context, f *mdx.CodeBlock, a attributes) Result {
	return Result{Level: Display, Reason: a.display, Diagnostics: shell.Syntax(f.Code, f.Info.Lang == "console")}
}

// runYAML executes a configuration. YAML of another kind is held against the
// schema of that kind, and what is only shown against the grammar.
func runYAML(ctx context.Context, f *mdx.CodeBlock, a attributes) Result {
	switch {
	case a.as != "":
		return runDocument(f, a)
	case a.display != "":
		problems, _ := lang.Parse("yaml", f.Code)
		return Result{Level: Display, Reason: a.display, Diagnostics: syntax("YAML", problems)}
	}
	out := yaml.Run(ctx, yaml.Example{
		Code: f.Code, Place: firstLine(f), Env: a.env, Flags: a.flags, Fragment: a.fragment,
		Expect: a.expect, Failure: a.failure, Server: a.server,
	})
	r := Result{Level: Executed, Reason: out.Ran, Diagnostics: out.Diagnostics, Resolved: out.Resolved, Uses: out.Uses}
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

// runJSON parses JSON, or holds it against the schema of its kind.
func runJSON(ctx context.Context, f *mdx.CodeBlock, a attributes) Result {
	if a.as != "" && a.display == "" {
		return runDocument(f, a)
	}
	return parsed("json", "JSON").run(ctx, f, a)
}

// runDocument holds a document against the schema of its kind.
func runDocument(f *mdx.CodeBlock, a attributes) Result {
	problems, what := document.Check(a.as, f.Code)
	r := Result{Level: Validated, Reason: what}
	for _, p := range problems {
		r.Diagnostics = append(r.Diagnostics, diag.New("example/schema", p.Span, "this is not a valid %s document: %s", a.as, p.Message).
			WithAdvice("%s", p.Advice))
	}
	return r
}

// parsed is a language whose blocks are read by a parser of it.
func parsed(name, title string) language {
	return language{name: name, title: title, run: func(_ context.Context, f *mdx.CodeBlock, _ attributes) Result {
		r := Result{Level: Parsed, Reason: "read by a parser of " + title}
		problems, _ := lang.Parse(name, f.Code)
		r.Diagnostics = syntax(title, problems)
		return r
	}}
}

func syntax(title string, problems []lang.Problem) (out []diag.Diagnostic) {
	for _, p := range problems {
		out = append(out, diag.New("example/syntax", p.Span, "this %s example cannot be parsed: %s", title, p.Message).
			WithAdvice("%s", p.Advice))
	}
	return out
}

// firstLine is the place of a block's opening fence.
func firstLine(f *mdx.CodeBlock) source.Span {
	line, _ := f.Span.Bounds()
	text, start := f.Span.File.Line(line.Line)
	return f.Span.File.Span(max(start, f.Span.Start), start+len(text))
}
