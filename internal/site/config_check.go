package site

import (
	"net/url"
	"path"
	"strings"
	"time"

	"github.com/compozy/docs/internal/diag"
	"github.com/compozy/docs/internal/tree"
)

// folderKeys are the keys that name a folder, in the order they are compared.
var folderKeys = []string{"content", "public", "schemas", "components", "out"}

var folderDefaults = map[string]string{
	"content": "content", "public": "public", "schemas": "schemas", "components": "components", "out": "dist",
}

// check judges what the schema cannot: values that hang together, and values
// whose fault deserves a better sentence than "does not match the pattern".
func (c *Config) check() []diag.Diagnostic {
	ds := c.checkFolders()
	ds = append(ds, c.checkSite()...)
	if n := c.root.Path("links", "external", "maxAge"); n != nil && n.Kind == tree.String {
		if d, err := time.ParseDuration(n.Text); err != nil || d < 0 {
			c.Links.External.MaxAge = "168h"
			ds = append(ds, diag.New("config/invalid-value", n.Span, "%q is not a duration", n.Text).
				WithAdvice("write a number and a unit: \"24h\", \"90m\", or \"0s\" to check every time"))
		}
	}
	return append(ds, c.checkDisplay()...)
}

// checkDisplay refuses a language that is shown for no reason. It then counts
// as not declared.
func (c *Config) checkDisplay() []diag.Diagnostic {
	display := c.root.Path("examples", "display")
	if display == nil || display.Kind != tree.Map {
		return nil
	}
	var ds []diag.Diagnostic
	for _, field := range display.Fields {
		if field.Value.Kind != tree.String || strings.TrimSpace(field.Value.Text) != "" {
			continue
		}
		delete(c.Examples.Display, field.Key)
		if field.Value.Text != "" { // the schema refuses the empty text
			ds = append(ds, diag.New("config/invalid-value", field.Value.Span, "the language %q is shown without a reason", field.Key).
				WithAdvice("say why its examples are not run, for example: \"the builder has no parser for it\""))
		}
	}
	return ds
}

func (c *Config) checkFolders() []diag.Diagnostic {
	var ds []diag.Diagnostic
	set := map[string]string{"content": c.Content, "public": c.Public, "schemas": c.Schemas, "components": c.Components, "out": c.Out}
	for i, key := range folderKeys {
		if n := c.root.Get(key); n != nil && n.Kind == tree.String {
			if fault := folderFault(n.Text); fault != "" {
				ds = append(ds, diag.New("config/outside-root", n.Span, "%q cannot be the %s folder: %s", n.Text, key, fault).
					WithAdvice("name a folder inside the one that contains %s, with forward slashes: %q", ConfigName, folderDefaults[key]))
				continue
			}
		}
		for _, other := range folderKeys[:i] {
			if !overlaps(set[key], set[other]) {
				continue
			}
			at, named := key, other
			if !c.written(at) {
				at, named = other, key
			}
			ds = append(ds, diag.New("config/overlapping-folders", c.Place(at), "the %s folder %q and the %s folder %q overlap", at, set[at], named, set[named]).
				WithAdvice("give each its own folder, so that no file is read twice and no source is overwritten by the built site"))
		}
	}
	return ds
}

// folderFault says why a name cannot be a folder of the site, or "".
func folderFault(name string) string {
	switch {
	case strings.TrimSpace(name) == "":
		return "it is empty"
	case strings.Contains(name, `\`):
		return "it contains a backslash"
	case strings.HasPrefix(name, "/") || len(name) > 1 && name[1] == ':':
		return "it is absolute"
	}
	clean := cleanFolder(name)
	switch {
	case clean == ".":
		return "it is the root itself"
	case clean == ".." || strings.HasPrefix(clean, "../"):
		return "it is outside the root"
	}
	for segment := range strings.SplitSeq(clean, "/") {
		if fault := nameFault(segment); fault != "" {
			return fault
		}
	}
	return ""
}

func cleanFolder(name string) string { return path.Clean(name) }

// overlaps reports whether one folder is, or contains, the other. Letter case
// is ignored because some file systems do.
func overlaps(a, b string) bool {
	a, b = foldCase(a)+"/", foldCase(b)+"/"
	return strings.HasPrefix(a, b) || strings.HasPrefix(b, a)
}

func (c *Config) checkSite() []diag.Diagnostic {
	var ds []diag.Diagnostic
	wrong := func(key, format string, args ...any) *diag.Diagnostic {
		ds = append(ds, diag.New("config/invalid-value", c.Place("site", key), format, args...))
		return &ds[len(ds)-1]
	}
	if c.Site.URL != "" {
		u, err := url.Parse(c.Site.URL)
		switch {
		case err != nil || (u.Scheme != "https" && u.Scheme != "http") || u.Hostname() == "":
			d := wrong("url", "%q is not a web address", c.Site.URL)
			*d = d.WithAdvice("write the scheme and the host: \"https://docs.example.com\"")
			c.Site.URL = ""
		case u.Path != "" || u.RawQuery != "" || u.Fragment != "" || u.User != nil:
			d := wrong("url", "%q contains more than scheme and host", c.Site.URL)
			*d = d.WithAdvice("write \"url\": %q and put a path into \"basePath\"", u.Scheme+"://"+u.Host)
			c.Site.URL = u.Scheme + "://" + u.Host
		}
	}
	if b := c.Site.BasePath; b != "" {
		if fault := basePathFault(b); fault != "" {
			d := wrong("basePath", "%q cannot be the base path: %s", b, fault)
			*d = d.WithAdvice("write \"\" for the root of the host, or a path such as \"/handbook\"")
			c.Site.BasePath = ""
		}
	}
	if r := c.Site.Repository; r != "" {
		if u, err := url.Parse(r); err != nil || (u.Scheme != "https" && u.Scheme != "http") || u.Hostname() == "" {
			d := wrong("repository", "%q is not a web address", r)
			*d = d.WithAdvice("write the address that a browser opens: \"https://github.com/owner/name\"")
			c.Site.Repository = ""
		}
	}
	if !isLanguageTag(c.Site.Lang) {
		d := wrong("lang", "%q is not a language tag", c.Site.Lang)
		*d = d.WithAdvice("write a tag such as \"en\", \"pt-BR\" or \"zh-Hans\"")
		c.Site.Lang = "en"
	}
	return ds
}

func basePathFault(b string) string {
	if !strings.HasPrefix(b, "/") {
		return "it does not begin with a slash"
	}
	for segment := range strings.SplitSeq(b[1:], "/") {
		if segment == "" || segment == "." || segment == ".." {
			return "it has an empty or dotted segment"
		}
		for _, r := range segment {
			if !isAlnum(r) && !strings.ContainsRune("-._~", r) {
				return "it can contain only letters, digits and - . _ ~"
			}
		}
	}
	return ""
}

// isLanguageTag checks the shape of a BCP 47 tag: subtags of 1 to 8 letters or
// digits, the first one 2 to 8 letters.
func isLanguageTag(tag string) bool {
	for i, sub := range strings.Split(tag, "-") {
		if len(sub) < 1 || len(sub) > 8 || i == 0 && len(sub) < 2 {
			return false
		}
		for _, r := range sub {
			if !isAlnum(r) || i == 0 && r <= '9' {
				return false
			}
		}
	}
	return true
}

func isAlnum(r rune) bool {
	return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9'
}

// redirectFrom writes an old address in one way: it ends in a slash unless it
// names an HTML file, because a folder's index.html is what a static host
// serves for both spellings.
func redirectFrom(from string) string {
	if strings.HasSuffix(from, "/") || strings.HasSuffix(from, ".html") || strings.HasSuffix(from, ".htm") {
		return from
	}
	return from + "/"
}
