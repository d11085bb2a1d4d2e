package component

import (
	"errors"
	"fmt"
	"html/template"
	"io/fs"
	"path"
	"regexp"
	"strconv"
	"strings"
	"sync"

	"github.com/compozy/docs/internal/diag"
	"github.com/compozy/docs/internal/mdx"
	"github.com/compozy/docs/internal/source"
)

// WithSite returns a library that also has the components a site defines:
// each file `Name.html` in dir is the template of `<Name>`. fsys is the site's
// root; Diagram reads its files from there. A file that is wrong gives
// findings and no component. A dir that does not exist is an empty one.
//
// A file begins with its declaration, in a template comment:
//
//	{{/*
//	summary: A price and what it buys.
//	props:
//	  title: {type: string, required: true}
//	  href: {url: link}
//	  plan: {enum: [free, team], default: free}
//	*/}}
//	<div class="price">{{.title}} {{.children}}</div>
//
// The template finds each declared prop under its name, and `children`, `id`
// and `className`. `icon "name"` draws an icon.
func (l *Library) WithSite(fsys fs.FS, dir string) (*Library, []diag.Diagnostic) {
	out := l.with()
	out.fsys, out.svgs = fsys, &sync.Map{}
	if dir == "" {
		return out, nil
	}
	dir = path.Clean(dir)
	entries, err := fs.ReadDir(fsys, dir)
	if errors.Is(err, fs.ErrNotExist) {
		return out, nil
	}
	if err != nil {
		return out, []diag.Diagnostic{diag.New("component-file/unreadable", source.NewFile(dir, nil).Whole(), "the components folder %q cannot be read", dir).
			WithAdvice("`components` in source.config.json names a folder of .html files")}
	}
	var found []diag.Diagnostic
	var defs []*definition
	for _, e := range entries {
		if e.IsDir() || !strings.HasSuffix(e.Name(), ".html") {
			continue
		}
		name := path.Join(dir, e.Name())
		content, err := fs.ReadFile(fsys, name)
		f := source.NewFile(name, content)
		if err != nil {
			found = append(found, diag.New("component-file/unreadable", f.Whole(), "the component file %q cannot be read", name))
			continue
		}
		r := fileReader{lib: l, file: f, name: strings.TrimSuffix(e.Name(), ".html")}
		if d := r.read(); d != nil {
			defs = append(defs, d)
		}
		found = append(found, r.found...)
	}
	return out.with(defs...), diag.Sort(found)
}

// fileReader reads one component file.
type fileReader struct {
	lib   *Library
	file  *source.File
	name  string
	decl  mdx.Component
	found []diag.Diagnostic
}

var componentName = regexp.MustCompile(`^[A-Z][A-Za-z0-9]*$`)

// declaration matches the comment at the top of a file.
var declaration = regexp.MustCompile(`(?s)^\x{FEFF}?\s*\{\{-?\s*/\*(.*?)\*/\s*-?\}\}`)

func (r *fileReader) fail(d diag.Diagnostic) { r.found = append(r.found, d) }

func (r *fileReader) read() *definition {
	content := string(r.file.Text())
	switch {
	case !componentName.MatchString(r.name):
		r.fail(diag.New("component-file/name", r.file.Whole(), "%q is not a component name", r.name).
			WithAdvice("name the file like the tag: an uppercase letter, then letters and digits, as in `PriceCard.html`"))
		return nil
	case r.lib.defs[r.name] != nil:
		r.fail(diag.New("component-file/name", r.file.Whole(), "%q is a built-in component", r.name).
			WithAdvice("rename the file; built-in components mean the same on every site"))
		return nil
	}
	r.decl.Name = r.name
	m := declaration.FindStringSubmatchIndex(content)
	if m == nil {
		r.fail(diag.New("component-file/declaration", r.file.Span(0, 0), "the file does not begin with a declaration of its props").
			WithAdvice("begin with `{{/* props: {} */}}` and declare inside it the props that pages can set"))
		return nil
	}
	r.declare(m[2], m[3])
	// What stands before the template is blanked, so that places stay right.
	body := blank(content[:m[1]]) + content[m[1]:]
	r.checkHTML(body, m[1])
	tmpl, err := template.New(r.name).Funcs(template.FuncMap{"icon": drawing}).Parse(body)
	if err != nil {
		r.templateError(err)
		return nil
	}
	r.checkFields(tmpl)
	if diag.HasErrors(r.found) {
		return nil
	}
	d := &definition{decl: r.decl, tmpl: tmpl, view: siteView(r.decl)}
	// html/template finds what it cannot escape when it runs first.
	if err := tmpl.Execute(discard{}, sampleData(r.decl)); err != nil {
		var bad *template.Error
		if errors.As(err, &bad) {
			r.templateError(err)
			return nil
		}
	}
	d.decl.Props = append(d.decl.Props, text("id", "an anchor for links"), text("className", "classes added to the outermost element"))
	return d
}

type discard struct{}

func (discard) Write(p []byte) (int, error) { return len(p), nil }

func blank(s string) string {
	return strings.Map(func(r rune) rune {
		if r == '\n' || r == '\r' {
			return r
		}
		return ' '
	}, s)
}

var errorPlace = regexp.MustCompile(`(?s)^(?:html/)?template: ?[^:]*:(\d+)(?::(\d+))?:(?: executing "[^"]*" at [^:]*:)? ?(.*)$`)

// templateError reports what the template parser said at the place it said it
// of.
func (r *fileReader) templateError(err error) {
	message, span := err.Error(), r.file.Span(0, 0)
	if m := errorPlace.FindStringSubmatch(message); m != nil {
		line, _ := strconv.Atoi(m[1])
		content, start := r.file.Line(line)
		span = r.file.Span(start, start+len(content))
		message = m[3]
	}
	if strings.Contains(message, "ends in a non-text context") {
		message = "a tag or attribute is not closed before the end"
	}
	r.fail(diag.New("component-file/template", span, "the template of %q is wrong: %s", r.name, strings.TrimSuffix(message, ".")).
		WithAdvice("the file is a Go html/template; quote every attribute, and close every {{if}}, {{with}} and {{range}} with {{end}}"))
}

func siteView(decl mdx.Component) func(*call) any {
	return func(c *call) any {
		data := map[string]any{"children": c.kids(), "id": c.id(), "className": c.text("className")}
		for _, p := range decl.Props {
			data[p.Name] = c.declared(p)
		}
		return data
	}
}

// declared returns a prop as a site's template finds it.
func (c *call) declared(p mdx.Prop) any {
	v := c.prop(p.Name)
	if v == nil && p.Default != "" {
		v = p.Default
	}
	switch {
	case p.URL != mdx.NotURL:
		if s := plain(v); s != "" {
			return template.URL(c.page.URL(c.el, p.Name, s, p.URL == mdx.URLLoad))
		}
		return template.URL("")
	case p.Type == mdx.PropBool:
		b, isBool := v.(bool)
		return isBool && b || !isBool && plain(v) != "" && plain(v) != "false"
	case p.Type == mdx.PropString:
		return plain(v)
	case p.Type == mdx.PropNode:
		return c.value(v)
	}
	return c.native(v)
}

// native returns a value in types that templates work with.
func (c *call) native(v mdx.Value) any {
	switch v := v.(type) {
	case float64:
		if v == float64(int(v)) {
			return int(v)
		}
		return v
	case []mdx.Value:
		out := make([]any, len(v))
		for i, item := range v {
			out[i] = c.native(item)
		}
		return out
	case *mdx.Object:
		out := make(map[string]any, len(v.Keys))
		for _, k := range v.Keys {
			out[k] = c.native(v.Values[k])
		}
		return out
	case []mdx.Node:
		return c.page.Nodes(v)
	}
	return v
}

func sampleData(decl mdx.Component) map[string]any {
	data := map[string]any{"children": template.HTML("x"), "id": "x", "className": "x"}
	for _, p := range decl.Props {
		switch p.Type {
		case mdx.PropNumber:
			data[p.Name] = 1
		case mdx.PropBool:
			data[p.Name] = true
		case mdx.PropList:
			data[p.Name] = []any{}
		case mdx.PropObject:
			data[p.Name] = map[string]any{}
		default:
			data[p.Name] = fmt.Sprint(p.Default)
		}
	}
	return data
}
