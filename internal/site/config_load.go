package site

import (
	"fmt"
	"strings"
	"sync"

	"github.com/compozy/docs/internal/diag"
	"github.com/compozy/docs/internal/schema"
	"github.com/compozy/docs/internal/source"
	"github.com/compozy/docs/internal/tree"
	"github.com/compozy/docs/schemas"
)

// configSchema is the published schema, compiled on first use.
var configSchema = sync.OnceValues(func() (*schema.Schema, error) {
	const name = "source.config.schema.json"
	text, err := schemas.Read(name)
	if err != nil {
		return nil, err
	}
	return schema.Compile(name, text)
})

// LoadConfig reads the configuration. All findings of the file are returned at
// once; values that are wrong are left at their defaults, so that the rest of
// the site can be checked in the same run. The Config is nil only when the text
// is no JSON object.
func LoadConfig(f *source.File) (*Config, []diag.Diagnostic) {
	root, problems := tree.JSON(f)
	var ds []diag.Diagnostic
	for _, p := range problems {
		ds = append(ds, syntaxFinding(p))
	}
	if root == nil {
		if len(problems) == 0 {
			ds = append(ds, diag.New("config/syntax", f.Whole(), "%s is empty", ConfigName).
				WithAdvice("the smallest configuration is {}; name the site with {\"site\": {\"title\": \"…\"}}"))
		}
		return nil, ds
	}
	if root.Kind != tree.Map {
		return nil, append(ds, diag.New("config/invalid-value", root.Span, "the configuration is %s", aKind(root.Kind)).
			WithAdvice("write one JSON object: {\"site\": {…}, \"navigation\": […]}"))
	}
	s, err := configSchema()
	if err != nil {
		// The schema is part of the program: that it cannot be read is a bug.
		panic(fmt.Sprintf("site: the configuration's own schema: %v", err))
	}
	for _, v := range s.Validate(root) {
		ds = append(ds, schemaFinding(v))
	}
	c := decodeConfig(f, root)
	ds = append(ds, c.check()...)
	return c, diag.Sort(ds)
}

func syntaxFinding(p tree.Problem) diag.Diagnostic {
	if p.Kind == tree.Duplicate {
		d := diag.New("config/duplicate-key", p.Span, "%s", p.Message)
		if p.Other.File != nil {
			d = d.WithNote(p.Other, "it is set here first")
		}
		return d.WithAdvice("%s", p.Advice)
	}
	return diag.New("config/syntax", p.Span, "%s", p.Message).WithAdvice("%s", p.Advice)
}

func schemaFinding(v schema.Violation) diag.Diagnostic {
	name := "the configuration"
	if len(v.Path) > 0 {
		name = fmt.Sprintf("%q", strings.Join(v.Path, "."))
	}
	switch {
	case v.Key:
		key := v.Value
		d := diag.New("config/unknown-key", v.Span, "unknown key %q", key)
		if near := diag.Nearest(key, v.Allowed); near != "" {
			return d.WithAdvice("did you mean %q?", near).
				WithFix(v.Span, requote(v.Span, near), fmt.Sprintf("rename the key to %q", near)).
				Among(key, v.Allowed)
		}
		return d.WithAdvice("the keys allowed here are %s", strings.Join(v.Allowed, ", "))
	case v.Keyword == "required":
		return diag.New("config/missing-key", v.Span, "%s: %s", name, v.Message).
			WithAdvice("add it: %q: …", v.Value)
	}
	d := diag.New("config/invalid-value", v.Span, "%s %s", name, v.Message)
	return d.WithAdvice("%s", schemaAdvice(v))
}

// typeAdvice says what to type for a value of the type a schema wants.
var typeAdvice = map[string]string{
	"object": "write an object: { … }", "array": "write a list: [ … ]", "string": "write text in double quotes",
	"boolean": "write true or false, without quotes", "integer": "write a whole number, without quotes", "number": "write a number, without quotes",
}

// schemaAdvice says what to type in place of a value that the schema refuses.
func schemaAdvice(v schema.Violation) string {
	switch v.Keyword {
	case "type":
		var ways []string
		for _, t := range v.Allowed {
			if way := typeAdvice[t]; way != "" {
				ways = append(ways, way)
			}
		}
		return strings.Join(ways, ", or ")
	case "minLength", "minItems", "minProperties":
		return "write a value, or remove the key or entry"
	}
	return diag.Suggest(v.Value, v.Allowed)
}

// unquote returns a span's text without the quotation marks of a JSON string.
func unquote(s source.Span) string { return strings.Trim(string(s.Text()), `"`) }

// requote writes text the way the span has it: with or without the marks.
func requote(s source.Span, text string) string {
	if strings.HasPrefix(string(s.Text()), `"`) {
		return `"` + text + `"`
	}
	return text
}

// decodeConfig takes every value that has the right type and fills in the rest.
func decodeConfig(f *source.File, root *tree.Node) *Config {
	about, links := root.Get("site"), root.Get("links")
	external := links.Get("external")
	c := &Config{
		File: f,
		root: root,
		Site: Info{
			Title:       text(about, "title", "Documentation"),
			Description: text(about, "description", ""),
			URL:         strings.TrimRight(text(about, "url", ""), "/"),
			BasePath:    strings.TrimRight(text(about, "basePath", ""), "/"),
			Repository:  strings.TrimRight(text(about, "repository", ""), "/"),
			EditBranch:  text(about, "editBranch", "main"),
			Logo:        text(about, "logo", ""),
			Lang:        text(about, "lang", "en"),
		},
		Content:    folder(root, "content"),
		Public:     folder(root, "public"),
		Schemas:    folder(root, "schemas"),
		Out:        folder(root, "out"),
		Components: folder(root, "components"),
		Navigation: navEntries(root.Get("navigation")),
		Links:      Links{External: External{MaxAge: text(external, "maxAge", "168h")}},
		Examples:   Examples{Display: map[string]string{}},
	}
	for _, g := range items(links.Get("bidirectional")) {
		group := Group{Span: g.Span}
		for _, page := range items(g) {
			if page.Kind == tree.String {
				group.Pages = append(group.Pages, page.Text)
				group.Spans = append(group.Spans, page.Span)
			}
		}
		c.Links.Bidirectional = append(c.Links.Bidirectional, group)
	}
	for _, n := range items(external.Get("ignore")) {
		c.Links.External.Ignore = append(c.Links.External.Ignore,
			Ignore{URL: text(n, "url", ""), Reason: text(n, "reason", ""), Span: n.Span})
	}
	for _, n := range items(links.Get("orphans")) {
		if n.Kind == tree.String {
			c.Links.Orphans = append(c.Links.Orphans, n.Text)
			c.Links.OrphanSpans = append(c.Links.OrphanSpans, n.Span)
		}
	}
	for _, n := range items(root.Get("redirects")) {
		from, to := n.Get("from"), n.Get("to")
		if from == nil || to == nil || from.Kind != tree.String || to.Kind != tree.String || from.Text == "" || to.Text == "" {
			continue
		}
		c.Redirects = append(c.Redirects, Redirect{
			From: redirectFrom(from.Text), To: to.Text,
			Span: n.Span, FromSpan: from.Span, ToSpan: to.Span,
		})
	}
	if n := root.Path("examples", "record"); n != nil && n.Kind == tree.Bool {
		c.Examples.Record, c.Examples.RecordSpan = n.Bool, n.Span
	}
	for _, n := range items(root.Path("examples", "system")) {
		if n.Kind == tree.String && n.Text != "" {
			c.Examples.System = append(c.Examples.System, n.Text)
			c.Examples.SystemSpans = append(c.Examples.SystemSpans, n.Span)
		}
	}
	c.Search = searchOf(root.Get("search"))
	c.Examples.Coverage = coverageOf(root.Path("examples", "coverage"))
	if outline := root.Get("outline"); outline != nil && outline.Kind == tree.Map {
		for _, field := range outline.Fields {
			c.Outline = append(c.Outline, Outline{
				Page: field.Key, Span: field.KeySpan,
				Headings: outlineItems(field.Value.Get("headings")), Links: outlineItems(field.Value.Get("links")),
			})
		}
	}
	if display := root.Path("examples", "display"); display != nil && display.Kind == tree.Map {
		for _, field := range display.Fields {
			if field.Value.Kind == tree.String {
				c.Examples.Display[field.Key] = field.Value.Text
			}
		}
	}
	return c
}

func navEntries(list *tree.Node) []NavEntry {
	var out []NavEntry
	for _, n := range items(list) {
		e := NavEntry{Span: n.Span}
		switch n.Kind {
		case tree.String:
			e.Page = n.Text
		case tree.Map:
			e.Title = text(n, "title", "")
			e.Page = text(n, "page", "")
			e.Href = text(n, "href", "")
			e.Entries = navEntries(n.Get("pages"))
			for _, key := range []string{"page", "href", "title"} {
				if at := n.Get(key); at != nil {
					e.Span = at.Span
					break
				}
			}
		}
		if e.Page == "" && e.Href == "" && e.Entries == nil {
			continue // the schema has already said what is wrong with it
		}
		out = append(out, e)
	}
	return out
}

func outlineItems(list *tree.Node) []OutlineItem {
	var out []OutlineItem
	for _, n := range items(list) {
		if n.Kind == tree.String {
			out = append(out, OutlineItem{Text: n.Text, Span: n.Span})
		}
	}
	return out
}

func items(n *tree.Node) []*tree.Node {
	if n == nil || n.Kind != tree.List {
		return nil
	}
	return n.Items
}

func text(n *tree.Node, key, otherwise string) string {
	if v := n.Get(key); v != nil && v.Kind == tree.String {
		return v.Text
	}
	return otherwise
}

// folder returns a folder as the configuration names it, in its shortest form.
// A name that check refuses is replaced by the default.
func folder(root *tree.Node, key string) string {
	name := text(root, key, "")
	if name == "" || folderFault(name) != "" {
		return folderDefaults[key]
	}
	return cleanFolder(name)
}
