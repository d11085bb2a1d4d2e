package example

import (
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/compozy/docs/internal/diag"
	"github.com/compozy/docs/internal/mdx"
	"github.com/compozy/docs/internal/source"
	"github.com/compozy/docs/validate/example/yaml"
)

// attributes are what a block's info string says about its proof.
type attributes struct {
	display  string
	as       string
	fragment string
	file     string
	session  string
	output   bool // the block is what the commands above it print
	exit     int  // the status that a script must end with
	env      []string
	flags    map[string]string
	server   map[string]string
	expect   []yaml.Expectation
	failure  *yaml.Failure
}

// attribute describes one attribute that an info string may hold.
type attribute struct {
	name string
	// onlyConfig says that it has a meaning for configurations only.
	onlyConfig bool
	// only is the one language that it has a meaning for; "" for all.
	only string
	// read judges the value and keeps it; nil for attributes of presentation
	// and those that later runners use.
	read func(*attributes, mdx.Meta) *diag.Diagnostic
	form string // what to write, for messages
}

var attributeTable = []attribute{
	{name: "title", form: `title="compozy.yaml"`},
	{name: "ins", form: "ins={2-3}"},
	{name: "del", form: "del={2-3}"},
	{name: "focus", form: "focus={2-3}"},
	{name: "lineNumbers", form: "lineNumbers or lineNumbers=10"},
	{name: "wrap", form: "wrap"},
	{name: "wordWrap", form: "wordWrap"},
	{name: "hidden", form: "hidden"},
	{name: "file", form: `file="compozy.yaml"`, read: readFile},
	{name: "session", form: `session="NAME"`, read: readSession},
	{name: "output", only: "text", form: "output", read: readOutput},
	{name: "exit", only: "bash", form: `exit="1"`, read: readExit},
	{name: "server", onlyConfig: true, form: `server="password=secret db=2 tls"`, read: readServer},
	{name: "display", form: `display="the reason why it is only shown"`, read: readDisplay},
	{name: "as", form: `as="docker-compose"`},
	{name: "expect", onlyConfig: true, form: `expect="redis=standalone temporal=remote"`, read: readExpect},
	{name: "expect-error", onlyConfig: true, form: `expect-error="compozy/mode at redis.mode"`, read: readFailure},
	{name: "fragment", onlyConfig: true, form: `fragment="redis.standalone"`, read: readFragment},
	{name: "env", form: `env="NAME=value"`, read: readEnv},
	{name: "flags", onlyConfig: true, form: `flags="--mode standalone"`, read: readFlags},
}

// kinds are the values of as, with the language of the blocks that take them.
var kinds = map[string][]string{
	"yaml": {"docker-compose", "github-workflow", "kubernetes", "workflow"},
	"json": {"site-config"},
}

func attributeNames() []string {
	names := make([]string, len(attributeTable))
	for i, a := range attributeTable {
		names[i] = a.name
	}
	return names
}

// readAttributes judges the words behind the language. All mistakes are
// returned.
func readAttributes(f *mdx.CodeBlock) (attributes, []diag.Diagnostic) {
	var out attributes
	var diags []diag.Diagnostic
	given := map[string]mdx.Meta{}
	for _, m := range f.Info.Meta {
		if m.Key == "" {
			if m.Form != mdx.MetaBraces || !lineRanges.MatchString(m.Value) {
				diags = append(diags, diag.New("example/unknown-attribute", m.Span, "%q after the fence means nothing", m.Span.Text()).
					WithAdvice("highlighted lines are numbers in braces, {1,3-5}; everything else is name=\"value\""))
			}
			continue
		}
		i := slices.IndexFunc(attributeTable, func(a attribute) bool { return a.name == m.Key })
		if i < 0 {
			diags = append(diags, unknownAttribute(m))
			continue
		}
		a := attributeTable[i]
		if before, again := given[m.Key]; again {
			diags = append(diags, diag.New("example/attribute-value", m.Span, "attribute %q appears twice", m.Key).WithNote(before.Span, "it is also here"))
			continue
		}
		given[m.Key] = m
		if d := judge(&out, a, m, f); d != nil {
			diags = append(diags, *d)
		}
	}
	if len(diags) == 0 {
		diags = beyond(f)
	}
	diags = append(diags, together(out, given, f)...)
	return out, diags
}

// together judges attributes that are right alone and wrong beside others.
func together(out attributes, given map[string]mdx.Meta, f *mdx.CodeBlock) (diags []diag.Diagnostic) {
	if out.file != "" && out.session == "" {
		diags = append(diags, *wrong(given["file"].Span, "there is no session to write the file to").
			with(`add session="NAME", the name that the commands which use the file have too`))
	}
	if out.session != "" && out.file == "" && !isCommands(f.Info.Lang) {
		diags = append(diags, *wrong(given["session"].Span, "nothing in this block would reach the session").
			with(`add file="NAME" to write the block into the session's folder, or remove it`))
	}
	if out.display != "" && out.session != "" {
		diags = append(diags, *wrong(given["session"].Span, "display=… says that this block does not run").with("remove one of the two"))
	}
	if len(out.expect) > 0 && out.failure != nil {
		diags = append(diags, diag.New("example/attribute-value", given["expect-error"].Span, "a configuration cannot both resolve (expect) and be refused (expect-error)").
			WithAdvice("keep one of the two"))
	}
	return diags
}

// beyond finds numbers of marked lines that the block does not have: a reader
// is shown nothing where the page means to show something.
func beyond(f *mdx.CodeBlock) (diags []diag.Diagnostic) {
	lines := strings.Count(strings.TrimRight(string(f.Code.Text()), "\n"), "\n") + 1
	for _, m := range f.Info.Meta {
		if m.Form != mdx.MetaBraces {
			continue
		}
		for part := range strings.FieldsFuncSeq(m.Value, func(r rune) bool { return r == ',' || r == ' ' || r == '\t' }) {
			from, to, isRange := strings.Cut(part, "-")
			first, _ := strconv.Atoi(from)
			last := first
			if isRange {
				last, _ = strconv.Atoi(to)
			}
			if first >= 1 && first <= last && last <= lines {
				continue
			}
			diags = append(diags, diag.New("example/attribute-value", m.Span, "the highlighted lines %q are not in this block, which has %s", part, diag.Plural(lines, "line")).
				WithAdvice("count from 1, the first line after the fence"))
		}
	}
	return diags
}

// isCommands reports whether blocks of a language are commands.
func isCommands(lang string) bool { return lang == "bash" || lang == "console" }

var lineRanges = regexp.MustCompile(`^\s*\d+(-\d+)?(\s*,\s*\d+(-\d+)?)*\s*$`)

func unknownAttribute(m mdx.Meta) diag.Diagnostic {
	place := m.Span.File.Span(m.Span.Start, m.Span.Start+len(m.Key))
	d := diag.New("example/unknown-attribute", place, "unknown attribute %q", m.Key)
	if near := diag.Nearest(m.Key, attributeNames()); near != "" {
		return d.WithAdvice("did you mean %q?", near).WithFix(place, near, "use "+near).Among(m.Key, attributeNames())
	}
	return d.WithAdvice("the attributes are %s, and highlighted lines are written {1,3-5}", strings.Join(attributeNames(), ", "))
}

func judge(out *attributes, a attribute, m mdx.Meta, f *mdx.CodeBlock) *diag.Diagnostic {
	if a.onlyConfig {
		_, as := f.Info.Get("as")
		_, shown := f.Info.Get("display")
		switch {
		case f.Info.Lang != "yaml":
			return wrong(m.Span, "it is for configurations, but this block is %s", f.Info.Lang).with("remove it")
		case as:
			return wrong(m.Span, "it is for configurations, but as=… says that this is not one").with("remove one of the two")
		case shown:
			return wrong(m.Span, "it is for blocks that run, but display=… says that this one does not").with("remove one of the two")
		}
	}
	if a.only != "" && f.Info.Lang != a.only {
		return wrong(m.Span, "it is for %s blocks, but this block is %s", a.only, f.Info.Lang).with("remove it")
	}
	switch a.name {
	case "ins", "del", "focus":
		if m.Form != mdx.MetaBraces || !lineRanges.MatchString(m.Value) {
			return wrong(m.Span, "it takes line numbers in braces").with("write " + a.form)
		}
	case "lineNumbers":
		if m.Form != mdx.MetaFlag && strings.Trim(m.Value, "0123456789") != "" {
			return wrong(m.Span, "it takes no value or the first line's number").with("write " + a.form)
		}
	case "wrap", "wordWrap", "hidden", "output":
		if m.Form != mdx.MetaFlag {
			return wrong(m.Span, "it takes no value").with("write " + a.form)
		}
	default:
		if m.Form != mdx.MetaString && m.Form != mdx.MetaWord || strings.TrimSpace(m.Value) == "" {
			return wrong(m.Span, "it needs a value in quotes").with("write " + a.form)
		}
	}
	if a.name == "as" {
		return readAs(out, m, f.Info.Lang)
	}
	if a.read == nil {
		return nil
	}
	return a.read(out, m)
}

// mistake is a diagnostic on its way to its advice.
type mistake struct{ diag.Diagnostic }

func wrong(at source.Span, format string, args ...any) mistake {
	name, _, _ := strings.Cut(string(at.Text()), "=")
	return wrongIn(name, at, format, args...)
}

// wrongIn is about a part of an attribute's value.
func wrongIn(name string, at source.Span, format string, args ...any) mistake {
	d := diag.New("example/attribute-value", at, "attribute %q cannot be used like this: "+format, append([]any{name}, args...)...)
	return mistake{d}
}

func (m mistake) with(advice string) *diag.Diagnostic {
	d := m.WithAdvice("%s", advice)
	return &d
}

func readDisplay(a *attributes, m mdx.Meta) *diag.Diagnostic {
	a.display = strings.TrimSpace(m.Value)
	return nil
}

// readAs takes the kind of a document, which must be one of its language.
func readAs(a *attributes, m mdx.Meta, lang string) *diag.Diagnostic {
	a.as = m.Value
	known := kinds[lang]
	if slices.Contains(known, m.Value) {
		return nil
	}
	if known == nil {
		return wrong(m.Span, "%s blocks have no kinds", lang).with("remove it; yaml and json have kinds")
	}
	d := wrong(m.Span, "%q is not a kind of %s document", m.Value, lang).WithAdvice("%s", diag.Suggest(m.Value, known)).
		WithAdvice("the kinds are %s", strings.Join(known, ", "))
	return &d
}

func readExpect(a *attributes, m mdx.Meta) *diag.Diagnostic {
	components := yaml.Components()
	for word, at := range words(m) {
		name, want, ok := strings.Cut(word, "=")
		if !ok {
			return wrongIn(m.Key, at, "%q is not component=mode", word).with(`write expect="redis=standalone"`)
		}
		modes := yaml.Modes(name)
		if modes == nil {
			d := wrongIn(m.Key, at, "%q is not a component", name).WithAdvice("%s", diag.Suggest(name, components)).
				WithAdvice("the components are %s", strings.Join(components, ", "))
			return &d
		}
		if !slices.Contains(modes, want) {
			d := wrongIn(m.Key, at, "%q is not an effective mode of %s", want, name).WithAdvice("%s", diag.Suggest(want, modes)).
				WithAdvice("use one of %s", strings.Join(modes, ", "))
			return &d
		}
		a.expect = append(a.expect, yaml.Expectation{Component: name, Mode: want, Span: at})
	}
	return nil
}

// words yields the blank-separated words of a value with their places.
func words(m mdx.Meta) func(func(string, source.Span) bool) {
	return func(yield func(string, source.Span) bool) {
		raw := string(m.ValueSpan.Text())
		at := 0
		for word := range strings.FieldsSeq(raw) {
			at += strings.Index(raw[at:], word)
			if !yield(word, m.ValueSpan.File.Span(m.ValueSpan.Start+at, m.ValueSpan.Start+at+len(word))) {
				return
			}
			at += len(word)
		}
	}
}

func readFailure(a *attributes, m mdx.Meta) *diag.Diagnostic {
	rule, path, _ := strings.Cut(strings.TrimSpace(m.Value), " at ")
	rule, path = strings.TrimSpace(rule), strings.TrimSpace(path)
	if _, ok := diag.Lookup(rule); !ok {
		d := wrong(m.Span, "there is no rule %q", rule).WithAdvice("%s", diag.Suggest(rule, diag.RuleIDs())).
			WithAdvice(`write expect-error="RULE at PATH" with a rule that docs explain lists`)
		return &d
	}
	a.failure = &yaml.Failure{Rule: rule, Path: path, Span: m.ValueSpan}
	return nil
}

func readFragment(a *attributes, m mdx.Meta) *diag.Diagnostic {
	a.fragment = m.Value
	if !yaml.IsSection(m.Value) {
		d := wrong(m.Span, "%q is not a section of the configuration", m.Value).WithAdvice("%s", diag.Suggest(m.Value, yaml.Sections()))
		return &d
	}
	return nil
}

var variable = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*=`)

func readEnv(a *attributes, m mdx.Meta) *diag.Diagnostic {
	for word := range strings.FieldsSeq(m.Value) {
		if !variable.MatchString(word) {
			return wrong(m.Span, "%q is not NAME=value", word).with(`write env="NAME=value OTHER=value"`)
		}
		a.env = append(a.env, word)
	}
	return nil
}

// readFlags reads command-line flags: --name value, --name=value, --name.
func readFlags(a *attributes, m mdx.Meta) *diag.Diagnostic {
	a.flags = map[string]string{}
	fields := strings.Fields(m.Value)
	for i := 0; i < len(fields); i++ {
		name, value, hasValue := strings.Cut(strings.TrimPrefix(fields[i], "--"), "=")
		if !strings.HasPrefix(fields[i], "--") || name == "" {
			return wrong(m.Span, "%q is not a flag", fields[i]).with(`write flags="--mode standalone"`)
		}
		switch {
		case hasValue:
		case yaml.IsSwitch(name) || i+1 == len(fields) || strings.HasPrefix(fields[i+1], "--"):
			value = "true"
		default:
			i++
			value = fields[i]
		}
		a.flags[name] = value
	}
	return nil
}

// readFile takes the name of a file in the session's folder.
func readFile(a *attributes, m mdx.Meta) *diag.Diagnostic {
	a.file = m.Value
	if !filepath.IsLocal(m.Value) || strings.ContainsAny(m.Value, `\:`) || path.Clean(m.Value) != m.Value {
		return wrong(m.Span, "%q is not a path inside the session's folder", m.Value).with("write a path such as compozy.yaml or config/compozy.yaml")
	}
	return nil
}

var sessionName = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)

func readSession(a *attributes, m mdx.Meta) *diag.Diagnostic {
	a.session = m.Value
	if !sessionName.MatchString(m.Value) {
		return wrong(m.Span, "%q is not a session name", m.Value).with("use lowercase letters, digits and single hyphens: session=\"move-to-redis\"")
	}
	return nil
}

func readOutput(a *attributes, _ mdx.Meta) *diag.Diagnostic {
	a.output = true
	return nil
}

func readExit(a *attributes, m mdx.Meta) *diag.Diagnostic {
	n, err := strconv.Atoi(m.Value)
	if err != nil || n < 0 || n > 255 {
		return wrong(m.Span, "%q is not an exit status", m.Value).with("write a number from 0 to 255")
	}
	a.exit = n
	return nil
}

func readServer(a *attributes, m mdx.Meta) *diag.Diagnostic {
	server, err := yaml.ParseServer(m.Value)
	if err != nil {
		return wrong(m.Span, "%s", err).with(`write server="password=secret db=2 tls": what the server demands of its clients`)
	}
	a.server = server
	return nil
}
