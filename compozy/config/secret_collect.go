package config

import (
	"bytes"
	"net/url"
	"regexp"
	"strings"

	"github.com/compozy/docs/internal/diag"
	"github.com/compozy/docs/internal/source"
	"github.com/compozy/docs/internal/tree"
)

// collector gathers the secrets of one configuration.
type collector struct {
	d      *decoder
	values []string
	spans  []source.Span
	named  map[string]bool // keys that no section has, and whether they are called like a secret
}

// collectSecrets looks at all layers: the tree of the file, its text where the
// tree is not all of it, the flags and the variables.
func (d *decoder) collectSecrets() *collector {
	c := &collector{d: d, named: map[string]bool{}}
	c.visit(d.root, "")
	if d.broken {
		c.scan(d.cfg.file.Text())
	}
	for _, f := range d.reg.order {
		if !f.Sensitive {
			continue
		}
		if l, ok := d.given[f.Path]; ok {
			c.scalars(l.node, f.isURL(), true)
		}
		if f.Env != "" {
			c.value(d.env[f.Env], f.isURL())
		}
	}
	for _, path := range sortedKeys(d.written) {
		for _, v := range d.written[path].in.secrets {
			c.value(v, false)
		}
	}
	return c
}

func (f *Field) isURL() bool {
	return f.Format == URL || f.Format == RedisURL || f.Format == PostgresURL
}

// visit walks the file. It goes by what stands there and not by what became of
// it: a value that lost, or one below a misspelt key, is a secret too.
func (c *collector) visit(n *tree.Node, path string) {
	if n == nil {
		return
	}
	c.glued(n.Text)
	for _, item := range n.Items {
		c.visit(item, path)
	}
	for i := range n.Fields {
		field := &n.Fields[i]
		c.glued(field.Key)
		at := join(path, field.Key)
		f := c.d.reg.fields[strings.Replace(at, alias+".", canonical+".", 1)]
		switch {
		case f != nil && f.Sensitive:
			c.scalars(field.Value, f.isURL(), f.is("string"))
		case f == nil && c.isSecret(field.Key):
			c.scalars(field.Value, c.namesURL(field.Key), true)
		default:
			c.visit(field.Value, at)
		}
	}
}

// glued collects a secret whose key lacks the blank behind its colon, which
// makes both one word and the word a key or a value.
func (c *collector) glued(text string) {
	if !strings.ContainsAny(text, ":=") {
		return
	}
	for _, m := range looseKey.FindAllStringSubmatchIndex(text, -1) {
		if !c.isSecret(text[m[2]:m[3]]) || text[m[1]-1] == '#' {
			continue
		}
		rest := text[m[1]:]
		if end := strings.IndexAny(rest, " \t\r\n,}]"); end >= 0 {
			rest = rest[:end]
		}
		c.value(strings.Trim(rest, `"'`), c.namesURL(text[m[2]:m[3]]))
	}
}

// isSecret reports whether the value of a key that is no setting may be a
// secret: one under its former name, in the wrong section, or misspelt.
func (c *collector) isSecret(key string) bool {
	known, asked := c.named[key]
	if !asked {
		known = c.d.reg.isSecret(key)
		c.named[key] = known
	}
	return known
}

func (r *registry) isSecret(key string) bool {
	key = lastOf(key)
	if kind, ok := r.lastKeys[key]; ok {
		return kind != plainWord
	}
	if namesSecret(key) {
		return true
	}
	if len(key) <= 3 || len(key) > 40 {
		return false
	}
	for _, name := range r.secretKeys {
		if diag.Nearest(key, []string{name}) != "" {
			return true
		}
	}
	return false
}

func (c *collector) namesURL(key string) bool { return c.d.reg.lastKeys[lastOf(key)] == secretURL }

// scalars collects what a sensitive value consists of, and where it stands.
// Where one text is expected, the keys of a mapping are a part of it.
func (c *collector) scalars(n *tree.Node, isURL, keys bool) {
	for _, item := range n.Items {
		c.scalars(item, isURL, keys)
	}
	for i := range n.Fields {
		if keys {
			c.value(n.Fields[i].Key, isURL)
			c.hide(n.Fields[i].KeySpan, isURL)
		}
		c.scalars(n.Fields[i].Value, isURL, keys)
	}
	if n.Kind == tree.List || n.Kind == tree.Map {
		return
	}
	c.value(n.Text, isURL)
	raw := string(n.Span.Text())
	c.value(strings.Trim(raw, `"'`), isURL)
	c.hide(n.Span, isURL)
}

// hide keeps the place of a value, unless the text there is a reference, or a
// URL of which only the credentials are hidden.
func (c *collector) hide(span source.Span, isURL bool) {
	text := string(span.Text())
	switch {
	case span.File != c.d.cfg.file || span.Start >= span.End:
	case strings.Contains(text, "${"):
	case isURL && !strings.Contains(text, `\`) && strings.Contains(text, "://"):
	default:
		c.spans = append(c.spans, span)
	}
}

// longWord is the length from which a word of a secret of several words is a
// secret by itself.
const longWord = 8

// value takes a text apart: lines, because places are shown by the line; what
// stands around references to variables, and what they bring.
func (c *collector) value(text string, isURL bool) {
	if len(text) < shortestSecret {
		return
	}
	if isURL && strings.Contains(text, "://") {
		c.credentials(text)
		return
	}
	if !strings.Contains(text, "${") {
		c.values = append(c.values, text)
		for word := range strings.FieldsSeq(text) {
			if len(word) >= longWord {
				c.values = append(c.values, word)
			}
		}
		if strings.ContainsAny(text, "\n\r") {
			for line := range strings.FieldsFuncSeq(text, func(r rune) bool { return r == '\n' || r == '\r' }) {
				c.values = append(c.values, strings.TrimSpace(line))
			}
		}
		return
	}
	in := interpolate(text, func(name string) (string, bool) {
		value, set := c.d.env[name]
		c.values = append(c.values, value)
		return value, set
	})
	c.values = append(c.values, in.text)
	for part := range strings.SplitSeq(text, "${") {
		if name, after, ok := strings.Cut(part, "}"); ok {
			_, fallback, _ := strings.Cut(name, ":-")
			c.values = append(c.values, fallback, after)
			continue
		}
		if _, fallback, ok := strings.Cut(part, ":-"); ok {
			part = fallback // the closing brace is missing
		}
		if !isName(part) {
			c.values = append(c.values, part)
		}
	}
}

var (
	userinfo   = regexp.MustCompile(`://([^\s]*)@`)
	queryValue = regexp.MustCompile(`(?i)[?&](?:token|access_token|api_key|apikey|key|password|secret|auth)=([^&#\s]*)`)
)

// credentials collects the parts of a URL that are secret, as written and as
// they are meant.
func (c *collector) credentials(text string) {
	add := func(part string) {
		if !strings.Contains(part, "${") {
			c.values = append(c.values, part)
			if plain, err := url.PathUnescape(part); err == nil {
				c.values = append(c.values, plain)
			}
			return
		}
		c.value(part, false)
	}
	for _, m := range userinfo.FindAllStringSubmatch(text, -1) {
		add(m[1])
		if _, password, ok := strings.Cut(m[1], ":"); ok {
			add(password)
		}
	}
	for _, m := range queryValue.FindAllStringSubmatch(text, -1) {
		add(m[1])
	}
}

// looseKey finds what may be a key in a text that is no YAML: a word before a
// colon, which may come after a line ending or a comment, as "? key" has it.
var looseKey = regexp.MustCompile(`([A-Za-z_][A-Za-z0-9_.-]*)["']?[ \t\r\n]*[:=#]`)

// scan collects secrets from a text without a tree, or with more in it than
// its tree has. It takes too much rather than too little: the rest of the line
// and the deeper lines below it, as a whole and by the word. What one key has
// covered is not looked at for the next, so that the time stays linear.
func (c *collector) scan(text []byte) {
	covered := 0
	for from := 0; from < len(text); {
		m := looseKey.FindSubmatchIndex(text[from:])
		if m == nil {
			return
		}
		start, keyEnd, end := from+m[2], from+m[3], from+m[1]
		from = end
		key := string(text[start:keyEnd])
		if end < covered || !c.isSecret(key) {
			continue
		}
		indent := start - 1 - bytes.LastIndexByte(text[max(0, start-maxIndent):start], '\n') - max(0, start-maxIndent)
		covered = end
		comment := text[end-1] == '#' // the value comes after it
		value := false                // something of the value was seen; it may begin on the next line
		for line := range bytes.Lines(text[end:]) {
			body := bytes.TrimSpace(line)
			deep := len(line) - len(bytes.TrimLeft(line, " \t"))
			if covered > end && value && len(body) > 0 && deep <= indent {
				break
			}
			c.loose(string(body), c.namesURL(key))
			value = value || !comment && len(bytes.Trim(body, "|>+-:")) > 0
			comment = false
			covered += len(line)
		}
	}
}

// maxIndent is how far back the beginning of a key's line is looked for.
const maxIndent = 256

func (c *collector) loose(text string, isURL bool) {
	if text == "" || strings.HasPrefix(text, "#") {
		return
	}
	c.value(strings.Trim(text, `"'`), isURL)
	for word := range strings.FieldsFuncSeq(text, func(r rune) bool { return strings.ContainsRune(" \t\"'!*&,{}[]", r) }) {
		if strings.Contains(word, "://") {
			c.value(word, true)
			continue
		}
		c.value(word, false)
		for part := range strings.FieldsFuncSeq(word, func(r rune) bool { return r == ':' || r == '=' || r == '\\' }) {
			c.value(part, false)
			if strings.Contains(word, `\`) {
				c.value(part[1:], false) // without the letter of an escape
			}
		}
	}
}
