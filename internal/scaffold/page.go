package scaffold

import (
	"bytes"
	"encoding/json"
	"fmt"
	"path"
	"regexp"
	"strconv"
	"strings"

	"github.com/compozy/docs/internal/diag"
	"github.com/compozy/docs/internal/site"
	"github.com/compozy/docs/internal/source"
	"github.com/compozy/docs/internal/tree"
)

// Page is a new page and its place in the navigation.
type Page struct {
	File File
	ID   string // as the navigation names it
	// Config is the text of source.config.json with the entry; nil when the
	// site has no navigation, which then follows the folders.
	Config  []byte
	Section string // the section that has the entry
}

// PageOptions are what an author may say about a new page.
type PageOptions struct {
	Title   string // "" makes one of the name
	Section string // title of a section of the navigation; "" finds the one of the page's neighbours
}

// NewPage plans a page of a site. The name is a path below the content folder's
// docs folder, or the path of the file. The error is what is wrong with the
// name, the section or the configuration, in a sentence.
func NewPage(config *source.File, name string, o PageOptions) (Page, error) {
	c, found := site.LoadConfig(config)
	for _, d := range found {
		if d.Severity == diag.Error {
			return Page{}, fmt.Errorf("%s has a mistake: %s; docs check shows it", config.Path(), d.Message)
		}
	}
	id, err := pageID(c.Content, name)
	if err != nil {
		return Page{}, err
	}
	if o.Title == "" {
		o.Title = Title(id)
	}
	p := Page{ID: strings.TrimPrefix(id, "docs/"), File: File{path.Join(c.Content, id+".mdx"), pageText(o.Title)}}
	root, problems := tree.JSON(config)
	if len(problems) > 0 || root == nil {
		return Page{}, fmt.Errorf("%s is not valid JSON; docs check shows where", config.Path())
	}
	nav := root.Get("navigation")
	if nav == nil || nav.Kind != tree.List {
		if o.Section != "" {
			return Page{}, fmt.Errorf("there is no section %q: %s has no navigation", o.Section, config.Path())
		}
		return p, nil
	}
	p.Config, p.Section, err = addEntry(config.Text(), nav, p.ID, o.Section)
	if err != nil {
		return Page{}, err
	}
	if _, problems := tree.JSON(source.NewFile(config.Path(), p.Config)); len(problems) > 0 {
		return Page{}, fmt.Errorf("the entry cannot be added to %s: add %q to its navigation by hand", config.Path(), p.ID)
	}
	return p, nil
}

var segment = regexp.MustCompile(`^[a-z0-9]+([._-][a-z0-9]+)*$`)

// pageID reads the name of a page in any spelling: "guides/backup",
// "docs/guides/backup", "content/docs/guides/backup.mdx".
func pageID(content, name string) (string, error) {
	id := strings.TrimSuffix(strings.TrimSuffix(strings.ReplaceAll(name, "\\", "/"), ".mdx"), ".md")
	id = strings.Trim(strings.TrimPrefix(id, "./"), "/")
	whole := strings.TrimPrefix(id, strings.TrimSuffix(content, "/")+"/")
	if whole == id && id != "docs" && !strings.HasPrefix(id, "docs/") {
		whole = "docs/" + id
	}
	for _, s := range strings.Split(whole, "/") {
		if !segment.MatchString(s) {
			return "", fmt.Errorf("%q is not a page name: use lowercase letters, digits and - in each part, as in guides/first-steps", name)
		}
		if fault := site.NameFault(s); fault != "" {
			return "", fmt.Errorf("%q is not a page name: %s", name, fault)
		}
	}
	return whole, nil
}

func pageText(title string) []byte {
	return []byte("---\ntitle: " + scalar(title) + "\ndescription: " + scalar("What "+title+" is about, in one sentence.") + "\n---\n\n" +
		"Say first what the reader can do after this page.\n\n## First step\n\nSay what to do, and show it. `docs check` runs the examples.\n")
}

var plain = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9 ,._/-]*$`)

// scalar writes a text for YAML, in quotes unless it is text without them.
func scalar(s string) string {
	switch strings.ToLower(s) {
	case "true", "false", "null", "yes", "no", "on", "off", "y", "n":
		return strconv.Quote(s)
	}
	if plain.MatchString(s) && !strings.HasSuffix(s, " ") {
		return s
	}
	text, err := json.Marshal(s) // a JSON string is one of YAML
	if err != nil {
		return strconv.Quote(s)
	}
	return string(text)
}

// section is a list of pages of the navigation.
type section struct {
	title string
	pages *tree.Node
	names []string
}

// sections returns the sections of a navigation and those in them.
func sections(list *tree.Node) []section {
	var out []section
	for _, n := range list.Items {
		pages := n.Get("pages")
		if n.Kind != tree.Map || pages == nil || pages.Kind != tree.List {
			continue
		}
		s := section{pages: pages}
		if t := n.Get("title"); t != nil {
			s.title = t.Text
		}
		for _, item := range pages.Items {
			name := item
			if item.Kind == tree.Map {
				name = item.Get("page")
			}
			if name != nil && name.Kind == tree.String {
				s.names = append(s.names, strings.TrimPrefix(name.Text, "docs/"))
			}
		}
		out = append(append(out, s), sections(pages)...)
	}
	return out
}

// addEntry names a page in a section: the one asked for, else the one that
// holds a page of the same folder, else a new one at the end.
func addEntry(text []byte, nav *tree.Node, id, wanted string) ([]byte, string, error) {
	all := sections(nav)
	var titles []string
	best, most := -1, 0
	for i, s := range all {
		titles = append(titles, s.title)
		if wanted != "" {
			if best < 0 && strings.EqualFold(s.title, wanted) {
				best = i
			}
			continue
		}
		for _, name := range s.names {
			if name == id {
				return nil, "", fmt.Errorf("the page %q is already in the navigation, in the section %q", id, s.title)
			}
			if n := shared(name, id); n > most {
				best, most = i, n
			}
		}
	}
	entry, err := json.Marshal(id)
	if err != nil {
		return nil, "", fmt.Errorf("write the entry: %w", err)
	}
	if best >= 0 {
		return insert(text, all[best].pages, func(string, string) string { return string(entry) }), all[best].title, nil
	}
	if wanted != "" {
		advice := diag.Suggest(wanted, titles)
		if advice == "" {
			advice = "the sections are " + strings.Join(titles, ", ")
		}
		return nil, "", fmt.Errorf("there is no section %q in the navigation: %s", wanted, advice)
	}
	top, _, _ := strings.Cut(id, "/")
	title := Title(top)
	quoted, err := json.Marshal(title)
	if err != nil {
		return nil, "", fmt.Errorf("write the section: %w", err)
	}
	return insert(text, nav, func(indent, line string) string {
		if line == "" {
			return fmt.Sprintf(`{"title": %s, "pages": [%s]}`, quoted, entry)
		}
		step := "  "
		if strings.HasPrefix(indent, "\t") {
			step = "\t"
		}
		return "{" + line + indent + step + `"title": ` + string(quoted) + "," + line + indent + step + `"pages": [` + string(entry) + "]" + line + indent + "}"
	}), title, nil
}

// shared counts the folders that two pages have in common, from the top.
func shared(a, b string) int {
	as, bs := strings.Split(a, "/"), strings.Split(b, "/")
	n := 0
	for n < len(as)-1 && n < len(bs)-1 && as[n] == bs[n] {
		n++
	}
	return n
}

// insert adds an item at the end of a list in the way the list is written: on
// a line of its own when its items stand so, else on theirs. make is given the
// indent of the items and the line ending, "" when there are no lines.
func insert(text []byte, list *tree.Node, make func(indent, line string) string) []byte {
	end := "\n"
	if bytes.Contains(text, []byte("\r\n")) {
		end = "\r\n"
	}
	splice := func(at int, piece string) []byte {
		out := append([]byte{}, text[:at]...)
		return append(append(out, piece...), text[at:]...)
	}
	if len(list.Items) == 0 {
		return splice(list.Span.Start+1, make("", ""))
	}
	last := list.Items[len(list.Items)-1]
	lineStart := bytes.LastIndexByte(text[:last.Span.Start], '\n') + 1
	indent := string(text[lineStart:last.Span.Start])
	if lineStart <= list.Span.Start || strings.TrimSpace(indent) != "" {
		return splice(last.Span.End, ", "+make("", ""))
	}
	return splice(last.Span.End, ","+end+indent+make(indent, end))
}
