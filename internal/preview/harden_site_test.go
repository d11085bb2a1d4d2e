package preview

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"github.com/compozy/docs/internal/build"
	"github.com/compozy/docs/internal/diag"
	"github.com/compozy/docs/internal/race"
	"github.com/compozy/docs/render/publish"
)

// hostile is a built site whose pages try all that.
type hostile struct {
	dir     string
	refused map[string]int // findings by page
}

// left reports whether a payload is left out: under the race detector most are.
func left(i int) bool { return race.Enabled && i%6 != 0 }

// share is how many of n are left to try.
func share(n int) int {
	if race.Enabled {
		return n / 6
	}
	return n
}

// attack builds the site once for all rows, in a folder of the whole suite.
func attack(suite *testing.T) func(t *testing.T) *hostile {
	root := suite.TempDir()
	var h *hostile
	return func(t *testing.T) *hostile {
		t.Helper()
		if h == nil {
			h = buildHostile(t, root)
		}
		return h
	}
}

func buildHostile(t *testing.T, root string) *hostile {
	t.Helper()
	write := func(name, text string) {
		p := filepath.Join(root, filepath.FromSlash(name))
		if err := errors.Join(os.MkdirAll(filepath.Dir(p), 0o755), os.WriteFile(p, []byte(text), 0o644)); err != nil {
			t.Fatal(err)
		}
	}
	payloads := lines(t, "payloads.txt")
	all := quoted(strings.Join(payloads, " "))
	write("source.config.json", `{"site": {"title": `+all+`, "description": `+all+`, "url": "https://docs.example"}, "navigation": [{"title": `+all+`, "pages": ["index", "other"]}]}`)
	write("public/dot.svg", `<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"><script>alert(1)</script></svg>`)
	write("content/index.mdx", "---\ntitle: Start\n---\n\nHello.\n")
	write("content/other.mdx", "---\ntitle: "+all+"\ndescription: "+all+"\nkeywords: ["+all+"]\n---\n\nalert(1)\n\n## H "+asText(strings.Join(payloads, " "))+"\n")
	for name, place := range places {
		var b strings.Builder
		b.WriteString("---\ntitle: Place " + name + "\n---\n")
		for i, each := range payloads {
			switch name {
			case "title-and-others":
				write(fmt.Sprintf("content/front/p%02d.mdx", i), "---\ntitle: "+quoted(each)+"\ndescription: "+quoted(each)+"\nkeywords: ["+quoted(each)+"]\n---\n\nalert(1)\n")
			case "footnote":
				fmt.Fprintf(&b, "\na[^n%d]\n\n[^n%d]: %s\n", i, i, asText(each))
			default:
				b.WriteString("\n" + place(each) + "\n")
			}
		}
		write("content/place/"+name+".mdx", b.String())
	}
	for name, way := range raw {
		for i, each := range payloads {
			if left(i) {
				continue
			}
			write(fmt.Sprintf("content/raw/%s/p%02d%s", name, i, way.suffix), "# Raw\n\n"+way.write(each)+"\n")
		}
	}
	for name, way := range addressed {
		for i, each := range lines(t, "addresses.txt") {
			if left(i) {
				continue
			}
			write(fmt.Sprintf("content/address/%s/p%02d%s", name, i, way.suffix), "# Address\n\n"+way.write(each)+"\n")
		}
	}
	out := filepath.Join(root, "dist")
	r, err := build.Build(t.Context(), build.Options{Root: root, Out: out, Force: true, NoCache: true})
	if err != nil || !r.Written {
		t.Fatalf("the site is not built: %v, %d findings", err, len(r.Report.Diagnostics))
	}
	h := &hostile{dir: out, refused: map[string]int{}}
	for _, d := range r.Report.Diagnostics {
		if d.Severity == diag.Error {
			h.refused[d.Span.Path()]++
		}
	}
	return h
}

// page returns a built page, "" when it was refused.
func (h *hostile) page(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(h.dir, filepath.FromSlash(name), "index.html"))
	if errors.Is(err, fs.ErrNotExist) {
		return ""
	}
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func rowMarkup(t *testing.T, h *hostile) {
	pages := 0
	err := filepath.WalkDir(h.dir, func(p string, d fs.DirEntry, err error) error {
		if err != nil || filepath.Ext(p) != ".html" {
			return err
		}
		pages++
		text, err := os.ReadFile(p)
		if err != nil {
			return err
		}
		rel, _ := filepath.Rel(h.dir, p)
		for _, why := range acting(t, string(text)) {
			t.Errorf("%s: %s", filepath.ToSlash(rel), why)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	// The suite would pass a site without pages, too.
	for name := range places {
		page := "place/" + name
		if name == "title-and-others" {
			page = "other"
		}
		text := h.page(t, page)
		if text == "" {
			t.Errorf("the page of %s is not built: %d findings", name, h.refused["content/"+page+".mdx"])
			continue
		}
		if n := strings.Count(wordsOf(t, text), "alert(1)"); n < len(lines(t, "payloads.txt"))/2 && name != "comment-of-mdx" && name != "indented-code" {
			t.Errorf("on the page of %s, %d payloads are shown", name, n)
		}
	}
	if strings.Contains(publish.PagePolicy, "unsafe-inline") || !strings.Contains(publish.PagePolicy, "style-src 'self'") {
		t.Errorf("the policy %q lets a style attribute work", publish.PagePolicy)
	}
	allBuilt, allRefused := 0, 0
	for name := range raw {
		built, refused := 0, 0
		for i := range lines(t, "payloads.txt") {
			if left(i) {
				continue
			}
			page := fmt.Sprintf("raw/%s/p%02d", name, i)
			if h.page(t, page) != "" {
				built++
			} else if h.refused["content/"+page+raw[name].suffix] > 0 {
				refused++
			} else {
				t.Errorf("%s is neither built nor refused", page)
			}
		}
		if built == 0 {
			t.Errorf("no page with raw %s is built", name)
		}
		allBuilt += built
		allRefused += refused
	}
	if least := share(100); allBuilt < least || allRefused < least {
		t.Errorf("of the pages with raw text, %d are built and %d refused: one of the two is not tried", allBuilt, allRefused)
	}
	t.Logf("%d pages are built, %d are refused", pages, len(h.refused))
}

// acting tells what of a page does something by itself, or when it is clicked,
// that the theme did not put there.
func acting(t *testing.T, text string) (out []string) {
	t.Helper()
	doc, err := html.Parse(strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	for n := range doc.Descendants() {
		if n.Type != html.ElementNode {
			continue
		}
		switch n.Data {
		case "script":
			if attr(n, "type") == "application/ld+json" && n.FirstChild != nil {
				if text := n.FirstChild.Data; !json.Valid([]byte(text)) || strings.ContainsAny(text, "<>\u2028\u2029") {
					out = append(out, "there is data that is none: "+text)
				}
			} else if src := attr(n, "src"); !themeScript.MatchString(src) || n.FirstChild != nil {
				out = append(out, "there is a script "+src)
			}
		case "link":
			if rel := attr(n, "rel"); rel == "stylesheet" && !themeStyle.MatchString(attr(n, "href")) {
				out = append(out, "there is a style sheet "+attr(n, "href"))
			}
		case "meta":
			if e := attr(n, "http-equiv"); e != "" && e != "Content-Security-Policy" {
				out = append(out, "there is a meta "+e)
			}
		case "style", "iframe", "frame", "frameset", "object", "embed", "applet", "base", "form", "foreignobject", "foreignObject", "animate", "set", "portal", "template", "noscript", "xmp", "plaintext", "marquee", "textarea":
			out = append(out, "there is a <"+n.Data+">")
		}
		for _, a := range n.Attr {
			switch key := strings.ToLower(a.Key); {
			case key == "style":
				// Pages may write it. What it says means nothing under the policy, which
				// each page has in itself.
				if !strings.Contains(text, policyElement) {
					out = append(out, fmt.Sprintf("<%s> has %s=%q", n.Data, a.Key, a.Val))
				}
			case strings.HasPrefix(key, "on"), key == "srcdoc", key == "formaction", key == "ping", key == "autofocus" && n.Data != "input":
				out = append(out, fmt.Sprintf("<%s> has %s=%q", n.Data, a.Key, a.Val))
			case key == "srcset":
				for each := range strings.SplitSeq(a.Val, ",") {
					if s := schemeOf(each); s != "" && s != "http" && s != "https" {
						out = append(out, fmt.Sprintf("<%s> has %s=%q", n.Data, a.Key, a.Val))
					}
				}
			case slices.Contains([]string{"href", "src", "action", "data", "poster", "cite", "background", "longdesc", "profile", "manifest", "codebase", "classid", "usemap", "xlink:href"}, key):
				if s := schemeOf(a.Val); !slices.Contains([]string{"", "http", "https", "mailto", "tel"}, s) && !(n.Data == "img" && raster.MatchString(a.Val)) {
					out = append(out, fmt.Sprintf("<%s> has %s=%q", n.Data, a.Key, a.Val))
				}
			}
		}
	}
	return out
}

var (
	properScheme = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9+.-]*$`)

	themeScript = regexp.MustCompile(`^/_docs/(site|early)\.[0-9a-f]+\.js$`)
	themeStyle  = regexp.MustCompile(`^/_docs/[a-z]+\.[0-9a-f]+\.css$`)
	raster      = regexp.MustCompile(`^data:image/(png|gif|jpeg|webp|avif);`)
)

// policyElement begins the element with a page's own policy.
var policyElement = `<meta http-equiv="Content-Security-Policy" content="` + html.EscapeString(publish.PagePolicy) + `">`

func attr(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}

// schemeOf returns the scheme of an address as a browser finds it: without the
// spaces and control characters before it, and the tabs and line ends in it.
func schemeOf(address string) string {
	address = strings.TrimLeftFunc(address, func(r rune) bool { return r <= ' ' })
	address = strings.NewReplacer("\t", "", "\n", "", "\r", "").Replace(address)
	scheme, _, ok := strings.Cut(address, ":")
	if !ok || !properScheme.MatchString(scheme) {
		return "" // a relative address
	}
	return strings.ToLower(scheme)
}

// wordsOf returns the text of a page and of its attributes.
func wordsOf(t *testing.T, text string) string {
	t.Helper()
	doc, err := html.Parse(strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	for n := range doc.Descendants() {
		if n.Type == html.TextNode {
			b.WriteString(n.Data)
		}
		for _, a := range n.Attr {
			b.WriteString(" " + a.Val)
		}
	}
	return b.String()
}

// rowAddresses holds of each way to write each address that the page is refused,
// or leads nowhere that acts.
func rowAddresses(t *testing.T, h *hostile) {
	for name, way := range addressed {
		refused := 0
		for i, each := range lines(t, "addresses.txt") {
			if left(i) {
				continue
			}
			page := fmt.Sprintf("address/%s/p%02d", name, i)
			text := h.page(t, page)
			if found := h.refused["content/"+page+way.suffix]; found > 0 {
				refused++
			}
			for _, why := range acting(t, text) {
				t.Errorf("%q as %s: %s", each, name, why)
			}
		}
		if refused < share(20) && name != "sources" { // of which what is no picture is left out
			t.Errorf("of the addresses as %s, only %d are refused", name, refused)
		}
	}
	// The panel's links are addresses that the preview makes.
	p := New(pages(), Options{Live: true})
	defer p.Close()
	for _, each := range append(lines(t, "addresses.txt"), "//evil.example/", `/\evil.example/`, `\\evil.example`, "http://evil.example/", "docs/a/", "") {
		if got := newMoment(p, State{Page: func(string) string { return each }}, 0).address("content/a.mdx"); got != "" {
			t.Errorf("a page at %q becomes a link to %q", each, got)
		}
	}
}

// rowData holds that what programs read is data in the form of its file, and that
// no program of the site makes markup or patterns of it. Hostile queries are in
// the tests of render/search.
func rowData(t *testing.T, h *hostile) {
	kinds := map[string]int{}
	err := filepath.WalkDir(h.dir, func(p string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		text, err := os.ReadFile(p)
		if err != nil {
			return err
		}
		rel, _ := filepath.Rel(h.dir, p)
		rel = filepath.ToSlash(rel)
		kinds[path.Ext(rel)]++
		switch path.Ext(rel) {
		case ".json", ".webmanifest":
			if !json.Valid(text) {
				t.Errorf("%s is no JSON", rel)
			}
			if bytes.Contains(text, []byte("<script")) || bytes.ContainsAny(text, "\u2028\u2029") {
				t.Errorf("%s would be markup inside a page", rel)
			}
		case ".xml":
			for d := xml.NewDecoder(bytes.NewReader(text)); ; {
				token, err := d.Token()
				if errors.Is(err, io.EOF) {
					break
				}
				if err != nil {
					t.Errorf("%s is no XML: %v", rel, err)
					break
				}
				if e, ok := token.(xml.StartElement); ok && (e.Name.Local == "script" || e.Name.Space == "http://www.w3.org/1999/xhtml") {
					t.Errorf("%s has an element %s", rel, e.Name.Local)
				}
			}
		case ".js":
			program := strings.Replace(string(text), "innerHTML: copyIcon", "", 1) // a constant
			for _, way := range markupOf.FindAllString(program, -1) {
				t.Errorf("%s makes markup, a program or a pattern of text: %s", rel, way)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, kind := range []string{".json", ".xml", ".js", ".txt"} {
		if kinds[kind] == 0 {
			t.Errorf("there is no %s file among %v", kind, kinds)
		}
	}
	for _, way := range markupOf.FindAllString(string(script), -1) {
		t.Errorf("the client makes markup, a program or a pattern of text: %s", way)
	}
	// Names of every object's members are names of pages like others.
	if text, err := os.ReadFile(filepath.Join(h.dir, "_docs", "search", "index.json")); err != nil || !bytes.Contains(text, []byte("{")) {
		t.Errorf("there is no search index: %v", err)
	}
}

// markupOf finds what turns text into something that acts.
var markupOf = regexp.MustCompile(`\b(innerHTML|outerHTML\s*\+?=[^=]|insertAdjacentHTML|document\.write|eval\(|new Function|new RegExp|RegExp\(|createContextualFragment|setHTMLUnsafe|srcdoc|setTimeout\("|__proto__)`)

// rowLinkedSources holds that nothing outside of the site's folder comes into the
// built site by a link, also by one that takes the place of a file while the
// site is built, and that the built site holds no link at all.
func rowLinkedSources(t *testing.T) {
	base := t.TempDir()
	root := filepath.Join(base, "site")
	for name, text := range map[string]string{
		"secret.mdx": "---\ntitle: " + canary + "\n---\n\n" + canary + "\n", "folder/secret.mdx": canary, "site/source.config.json": `{"site": {"title": "Site"}}`,
		"site/content/index.mdx": "---\ntitle: Start\n---\n\nHello.\n", "site/public/plain.txt": "plain", "site/public/swap.txt": "plain",
	} {
		p := filepath.Join(base, filepath.FromSlash(name))
		if err := errors.Join(os.MkdirAll(filepath.Dir(p), 0o755), os.WriteFile(p, []byte(text), 0o644)); err != nil {
			t.Fatal(err)
		}
	}
	secret := filepath.Join(base, "secret.mdx")
	links := map[string]string{
		"content/relative.mdx": "../../secret.mdx", "content/absolute.mdx": secret, "content/folder": "../../folder", "content/up": "../..", "content/root": "/",
		"content/loop.mdx": "loop.mdx", "public/secret.txt": "../../secret.mdx", "public/folder": "../../folder", "public/passwd.txt": "/etc/passwd", "public/chain.txt": "secret.txt",
		"public/inside.txt": "plain.txt",
	}
	for name, to := range links {
		if err := os.Symlink(to, filepath.Join(root, filepath.FromSlash(name))); err != nil {
			t.Fatal(err)
		}
	}
	swap, other := filepath.Join(root, "public", "swap.txt"), filepath.Join(root, "swap.tmp")
	stop, done := make(chan struct{}), make(chan error, 1)
	go func() {
		for {
			select {
			case <-stop:
				done <- nil
				return
			default:
			}
			if err := errors.Join(os.Symlink(secret, other), os.Rename(other, swap), os.WriteFile(other, []byte("plain"), 0o644), os.Rename(other, swap)); err != nil {
				done <- err
				return
			}
		}
	}()
	dist := filepath.Join(root, "dist")
	for range 10 {
		// A file that became a link after it was found is a reason not to write.
		if _, err := build.Build(t.Context(), build.Options{Root: root, Out: dist, Force: true, NoCache: true}); err != nil {
			t.Logf("a build ends with %v", err)
		}
		if _, err := os.Stat(dist); err == nil {
			noLinks(t, dist)
		}
	}
	close(stop)
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	r, err := build.Build(t.Context(), build.Options{Root: root, Out: dist, Force: true, NoCache: true})
	if err != nil {
		t.Fatal(err)
	}
	reported := map[string]bool{}
	for _, d := range r.Report.Diagnostics {
		reported[d.Span.Path()] = true
	}
	noLinks(t, dist)
	for name := range links {
		if !reported[name] && name != "public/inside.txt" {
			t.Errorf("nothing is said of the link %s", name)
		}
	}
	if text, err := os.ReadFile(filepath.Join(dist, "inside.txt")); err != nil || string(text) != "plain" {
		t.Errorf("a link that stays in the folder becomes %q: %v", text, err)
	}
}

// noLinks holds that a folder has regular files only, and nothing secret in them.
func noLinks(t *testing.T, dir string) {
	t.Helper()
	err := filepath.WalkDir(dir, func(p string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		if !d.Type().IsRegular() {
			t.Errorf("%s is %s", p, d.Type())
		}
		text, err := os.ReadFile(p)
		if bytes.Contains(text, []byte(canary)) || bytes.Contains(text, []byte("root:x:0:")) {
			t.Errorf("%s holds a secret", p)
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
}
