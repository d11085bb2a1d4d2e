package yaml

import (
	"bytes"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/compozy/docs/compozy/config"
	"github.com/compozy/docs/compozy/mode"
	"github.com/compozy/docs/internal/diag"
	"github.com/compozy/docs/internal/source"
	"github.com/compozy/docs/internal/tree"
)

// around is what stands for the lines around a fragment, which readers do not
// see, in messages that would name their place.
const around = "the configuration around this fragment"

// overlay puts a fragment into its section of a configuration that is complete
// but for it. Every place of the returned file leads to the fragment's own
// text, except those before base: they are the invisible lines, and no finding
// may point there.
func overlay(code *source.File, section string, withMode bool) (whole *source.File, base int) {
	var text []byte
	if withMode {
		text = append(text, "mode: standalone\n"...)
	}
	keys := strings.Split(section, ".")
	for depth, key := range keys {
		text = append(text, strings.Repeat("  ", depth)+key+":\n"...)
	}
	base = len(text)
	indent := strings.Repeat("  ", len(keys))
	var pieces []source.Piece
	rest := code.Text()
	at := 0
	if bytes.HasPrefix(rest, []byte("\ufeff")) {
		rest, at = rest[3:], 3
	}
	for len(rest) > 0 {
		length, content := cutLine(rest)
		if content > 0 {
			text = append(text, indent...)
		}
		pieces = append(pieces, source.Piece{Inner: len(text), Outer: at, Len: length})
		text = append(text, rest[:length]...)
		at += length
		rest = rest[length:]
	}
	if len(pieces) == 0 {
		pieces = []source.Piece{{Inner: base, Outer: at}}
	}
	return source.NewInset(code, text, pieces), base
}

// cutLine returns the length of the first line with and without its end. YAML
// ends lines in more places than editors do, and a line that were not indented
// would stand outside the fragment's section.
func cutLine(text []byte) (length, content int) {
	for i := 0; i < len(text); {
		r, size := utf8.DecodeRune(text[i:])
		switch r {
		case '\r':
			if i+1 < len(text) && text[i+1] == '\n' {
				size++
			}
			return i + size, i
		case '\n', '\u0085', '\u2028', '\u2029':
			return i + size, i
		}
		i += size
	}
	return len(text), len(text)
}

// needsMode reports whether the configuration around a fragment has to say
// that it runs standalone: settings of standalone mode mean nothing in any
// other, and no other layer gives the mode.
func (ex Example) needsMode() bool {
	if !slices.Contains(strings.Split(ex.Fragment, "."), "standalone") {
		return false
	}
	global := mode.Global.Key()
	for name := range ex.Flags {
		if f, ok := config.FieldOfFlag(name); ok && f.Path == global {
			return false
		}
	}
	f, ok := config.FieldAt(global)
	return !ok || !slices.ContainsFunc(ex.Env, func(entry string) bool {
		name, value, _ := strings.Cut(entry, "=")
		return name == f.Env && value != ""
	})
}

// misshapen reports a fragment that cannot be the content of its section.
// Other mistakes in it are the system's to find.
func (ex Example) misshapen() []diag.Diagnostic {
	if at, found := documentMark(ex.Code); found {
		return []diag.Diagnostic{diag.New("example/fragment", at, "%q ends a document, but a fragment is only a part of one", at.Text()).
			WithAdvice("remove the line; put a second document in its own block")}
	}
	root, problems := tree.YAML(ex.Code)
	if len(problems) > 0 {
		return nil
	}
	if root == nil || root.Kind == tree.Null {
		return []diag.Diagnostic{diag.New("example/fragment", ex.Place, "the fragment sets nothing in %s", ex.Fragment).
			WithAdvice("write what belongs under %s, or remove the block", ex.Fragment)}
	}
	if root.Kind != tree.Map {
		return nil
	}
	keys := strings.Split(ex.Fragment, ".")
	for _, f := range root.Fields {
		if f.Key != keys[0] && f.Key != keys[len(keys)-1] || known(ex.Fragment+"."+f.Key) {
			continue
		}
		d := diag.New("example/fragment", f.KeySpan, "%q is repeated in a fragment of %s", f.Key, ex.Fragment).
			WithAdvice("write only what belongs under it: the fragment is already inside that section")
		switch {
		case f.Key != keys[0]:
			d = d.WithAdvice("or name the enclosing section: fragment=%q", strings.Join(keys[:len(keys)-1], "."))
		case len(root.Fields) == 1:
			d = d.WithAdvice("or remove fragment=%q, if this is a whole configuration", ex.Fragment)
		}
		return []diag.Diagnostic{d}
	}
	return nil
}

// saysNothing reports a whole configuration without a setting of which nothing
// is claimed either.
func (ex Example) saysNothing() bool {
	if ex.Fragment != "" || len(ex.Expect) > 0 || ex.Failure != nil || ex.Server != nil {
		return false
	}
	root, problems := tree.YAML(ex.Code)
	return len(problems) == 0 && (root == nil || root.Kind == tree.Null)
}

// known reports whether a path is one of a setting or a section.
func known(path string) bool {
	_, field := config.FieldAt(path)
	return field || IsSection(path)
}

// documentMark finds a line that ends a YAML document.
func documentMark(code *source.File) (source.Span, bool) {
	rest, at := code.Text(), 0
	for len(rest) > 0 {
		length, content := cutLine(rest)
		line := rest[:content]
		for _, mark := range []string{"---", "..."} {
			if after, ok := bytes.CutPrefix(line, []byte(mark)); ok && (len(after) == 0 || after[0] == ' ' || after[0] == '\t') {
				return code.Span(at, at+len(mark)), true
			}
		}
		at += length
		rest = rest[length:]
	}
	return source.Span{}, false
}
