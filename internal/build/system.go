package build

import (
	"context"
	"errors"
	"io/fs"
	"path"
	"slices"
	"strings"
	"sync"

	"github.com/compozy/docs/compozy/cache"
	"github.com/compozy/docs/compozy/cli"
	"github.com/compozy/docs/compozy/mode"
	"github.com/compozy/docs/compozy/usage"
	"github.com/compozy/docs/internal/diag"
	"github.com/compozy/docs/internal/measure/record"
	"github.com/compozy/docs/internal/site"
	"github.com/compozy/docs/internal/source"
	"github.com/compozy/docs/render/facts"
	"github.com/compozy/docs/render/schemadoc"
	"github.com/compozy/docs/schemas"
)

// maxSchema is the largest schema of a site that is read.
const maxSchema = 4 << 20

// system is what components print about the documented system: what the
// system says of itself, and the schemas and measurements of one site.
type system struct {
	facts func() *facts.System

	root             fs.FS // of the site; nil without one
	schemas, content string
	parsed           sync.Map // file name -> func() *facts.Schema
	recorded         func() (facts.Figures, []diag.Diagnostic)
}

// newSystem returns the system as a site shows it. Nothing is read before a
// page asks.
func newSystem(root fs.FS, schemasFolder, content string) *system {
	s := &system{root: root, schemas: schemasFolder, content: content}
	s.recorded = sync.OnceValues(s.readFigures)
	s.facts = sync.OnceValue(func() *facts.System {
		return &facts.System{
			Modes: modeRows(), Commands: commandFacts(), Rules: ruleFacts(),
			Schema: s.schema, Schemas: s.schemaNames, Redis: redisFacts, Figures: s.figures,
		}
	})
	return s
}

// of completes the facts with those of a run, which are known when its pages
// are rendered.
func (s *system) of(r *run) func() *facts.System {
	exercised := sync.OnceValue(r.coverage)
	return sync.OnceValue(func() *facts.System {
		all := *s.facts()
		all.Proof = func() (facts.Proof, bool) {
			sum := r.result.Report.Summary
			return facts.Proof{
				Pages: sum.Pages, Links: sum.Links, Executed: sum.Examples.Executed, Validated: sum.Examples.Validated,
				Parsed: sum.Examples.Parsed, Displayed: sum.Examples.Display,
			}, true
		}
		all.Exercised = func(name string) []facts.Example {
			var out []facts.Example
			for _, place := range exercised().Examples(usage.Field, name) {
				if e, ok := r.exampleAt(place.Page, place.Line); ok {
					out = append(out, e)
				}
			}
			return out
		}
		return &all
	})
}

// exampleAt leads to the part of a page that holds an example.
func (r *run) exampleAt(file string, line int) (facts.Example, bool) {
	i := slices.IndexFunc(r.site.Pages, func(p *site.Page) bool { return p.File.Path() == file })
	if i < 0 || r.site.Pages[i].Doc == nil {
		return facts.Example{}, false
	}
	p := r.site.Pages[i]
	e := facts.Example{Title: p.Title, Href: r.site.Href(p.Route)}
	for _, h := range p.Doc.Headings {
		if start, _ := h.Span.Bounds(); start.Line > line {
			break
		}
		if h.ID != "" && h.Level > 1 {
			e.Href = r.site.Href(p.Route) + "#" + h.ID
		}
	}
	return e, true
}

// modeRows are all combinations of words, judged by the resolver.
func modeRows() []facts.ModeRow {
	var out []facts.ModeRow
	for _, c := range mode.Components() {
		for _, global := range append([]string{""}, mode.Global.Words()...) {
			for _, own := range append([]string{""}, c.Words()...) {
				words := mode.Settings{Global: mode.Setting{Word: global}}
				set := mode.Setting{Word: own}
				switch c {
				case mode.Redis:
					words.Redis = set
				case mode.Temporal:
					words.Temporal = set
				case mode.MCPProxy:
					words.MCPProxy = set
				}
				d := mode.Resolve(words).Of(c)
				out = append(out, facts.ModeRow{Component: string(c), Global: global, Own: own, Effective: string(d.Effective), DecidedBy: d.DecidedBy()})
			}
		}
	}
	return out
}

func commandFacts() []facts.Command {
	var out []facts.Command
	for _, c := range cli.Reference() {
		command := facts.Command{Path: c.Path, Summary: c.Summary, Long: c.Long, Usage: c.Usage, Example: c.Example, Group: c.Group}
		for _, f := range c.Flags {
			command.Flags = append(command.Flags, facts.Flag{
				Name: f.Name, Shorthand: f.Shorthand, Value: f.Value, Default: f.Default, Usage: f.Usage, Env: f.Env,
				Setting: f.Setting, Shared: f.Shared,
			})
		}
		for _, e := range c.ExitNotes {
			command.Exits = append(command.Exits, facts.Exit(e))
		}
		out = append(out, command)
	}
	return out
}

func ruleFacts() []facts.Rule {
	var out []facts.Rule
	for _, r := range diag.Rules() {
		out = append(out, facts.Rule{ID: r.ID, Severity: r.Severity.String(), Summary: r.Summary, Cause: r.Cause, Example: r.Example, Remedy: r.Remedy})
	}
	return out
}

// redisFacts says of each command what its list says, corrected by what a
// server answers: a table of commands must not be right only on paper. It is
// asked once in a process.
var redisFacts = sync.OnceValues(func() ([]facts.RedisGroup, error) {
	there, err := cache.Probe(context.Background())
	if err != nil {
		return nil, err
	}
	var out []facts.RedisGroup
	for _, c := range cache.Commands() {
		command := facts.RedisCommand{Name: c.Name, State: string(c.Support), Note: c.Reason}
		_, does := slices.BinarySearch(there, c.Name)
		switch said := c.Support == cache.Supported || c.Support == cache.Differs; {
		case said && !does:
			command.State = string(cache.Missing)
		case does && !said:
			command.State, command.Note = string(cache.Supported), ""
		}
		for _, d := range c.Differences {
			command.Differences = append(command.Differences, facts.Difference(d))
		}
		if n := len(out); n == 0 || out[n-1].Name != c.Group {
			out = append(out, facts.RedisGroup{Name: c.Group})
		}
		last := &out[len(out)-1]
		last.Commands = append(last.Commands, command)
	}
	return out, nil
})

// schemaNames are the schemas of this program and those in the site's folder.
func (s *system) schemaNames() []string {
	names := schemas.Names()
	if s.root != nil && s.schemas != "" {
		found, _ := fs.Glob(s.root, path.Join(s.schemas, "*.json")) // the pattern is well formed, and no folder is no schema
		for _, name := range found {
			names = append(names, path.Base(name))
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// schema reads a schema: the ones that this program judges by are the ones
// that it shows; others come from the site's folder.
func (s *system) schema(name string) (*facts.Schema, bool) {
	if !slices.Contains(s.schemaNames(), name) {
		return nil, false
	}
	load, _ := s.parsed.LoadOrStore(name, sync.OnceValue(func() *facts.Schema {
		text, err := schemas.Read(name)
		if err != nil {
			text, err = readSmall(s.root, path.Join(s.schemas, name), maxSchema)
		}
		if err != nil {
			return nil
		}
		parsed, err := schemadoc.Parse(name, text)
		if err != nil {
			return nil // schemas are checked as files, see config
		}
		return parsed
	}))
	parsed := load.(func() *facts.Schema)()
	return parsed, parsed != nil
}

var errTooLarge = errors.New("the file is too large")

// readSmall reads a file of a bounded size.
func readSmall(root fs.FS, name string, limit int64) ([]byte, error) {
	if root == nil {
		return nil, fs.ErrNotExist
	}
	info, err := fs.Stat(root, name)
	switch {
	case err != nil:
		return nil, err
	case !info.Mode().IsRegular() || info.Size() > limit:
		return nil, errTooLarge
	}
	return fs.ReadFile(root, name)
}

// figures returns the recorded measurements.
func (s *system) figures() facts.Figures {
	all, _ := s.recorded()
	return all
}

func (s *system) readFigures() (facts.Figures, []diag.Diagnostic) {
	name := path.Join(s.content, record.Name)
	text, err := readSmall(s.root, name, maxSchema)
	if errors.Is(err, fs.ErrNotExist) {
		return facts.Figures{}, nil
	}
	var r record.Record
	if err == nil {
		r, err = record.Parse(text)
	}
	if err != nil {
		reason := strings.TrimPrefix(err.Error(), "read measurements: ")
		d := diag.New("component/measurements", source.NewFile(name, text).Whole(), "the measurements cannot be read").
			WithAdvice("%s", reason).WithAdvice("regenerate them: make measure")
		return facts.Figures{Broken: true}, []diag.Diagnostic{d}
	}
	all := facts.Figures{Machine: r.Machine.String(), Date: r.Date}
	for _, name := range r.Names() {
		f := r.Figures[name]
		all.All = append(all.All, facts.Figure{Name: name, Value: f.Text(), Unit: f.Unit, Label: f.Label, Note: f.Note})
	}
	return all, nil
}

// check reports measurements that cannot be shown.
func (s *system) check() []diag.Diagnostic {
	_, found := s.recorded()
	return found
}
