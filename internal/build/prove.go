package build

import (
	"crypto/sha256"
	"encoding/hex"
	"io"
	"io/fs"
	"os"
	"path"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/compozy/docs/internal/diag"
	"github.com/compozy/docs/internal/site"
	"github.com/compozy/docs/internal/source"
	"github.com/compozy/docs/render"
	"github.com/compozy/docs/schemas"
	"github.com/compozy/docs/validate/example"
)

// Example is one code block of a site with its outcome.
type Example struct {
	Page     string // path of the page's file
	Line     int    // of the opening fence
	EndLine  int    // the block's last line
	Language string
	Title    string
	Level    string
	Ran      string // what ran, or why nothing did; for reports, which also say what took part on this machine
	Failed   bool
	Recalled bool   // nothing ran this time: a stored answer still holds
	Why      string // why it ran although answers are stored
	Result   example.Result
}

// exampleList is every example of the pages that were asked for, by page
// and line.
func (r *run) exampleList() []Example {
	var out []Example
	for i, p := range r.pages {
		for _, e := range p.examples {
			out = append(out, Example{
				Page: r.site.Pages[i].File.Path(), Line: lineOf(e), EndLine: endOf(e), Language: e.Fence.Info.Lang, Title: titleOf(e),
				Level: string(e.Level), Ran: reported(e), Failed: diag.HasErrors(e.Diagnostics),
				Recalled: e.Recalled, Why: e.Why, Result: e,
			})
		}
	}
	slices.SortStableFunc(out, func(a, b Example) int { return strings.Compare(a.Page, b.Page) })
	return out
}

// reported is what ran, with what took part in it on this machine. That belongs
// into reports: two machines build the same site of one commit.
func reported(e example.Result) string {
	if e.Redis == "" {
		return e.Reason
	}
	return e.Reason + "; " + e.Redis
}

// pageList is every page that was judged, sorted by path.
func (r *run) pageList() []string {
	var out []string
	if r.site == nil {
		return nil
	}
	for _, p := range r.site.Pages {
		if r.isSelected(p.File.Path()) {
			out = append(out, p.File.Path())
		}
	}
	slices.Sort(out)
	return out
}

func lineOf(e example.Result) int {
	start, _ := e.Fence.Span.Bounds()
	return start.Line
}

func endOf(e example.Result) int {
	_, end := e.Fence.Span.Bounds()
	return end.Line
}

func titleOf(e example.Result) string {
	m, _ := e.Fence.Info.Get("title")
	return m.Value
}

// sectionOf names a page's part of the proof page.
func sectionOf(p *site.Page) string { return strings.ReplaceAll(p.ID, "/", "-") }

// anchorOf names an example's row on the proof page: the page and the number
// of the block on it.
func anchorOf(p *site.Page, number int) string { return sectionOf(p) + "-" + strconv.Itoa(number+1) }

// proof is what the proof page says.
func (r *run) proof() render.Proof {
	s := r.result.Report.Summary
	p := render.Proof{
		System: r.systemDigest(), Findings: len(r.result.Report.Diagnostics),
		Totals: render.ProofTotals{
			Executed: s.Examples.Executed, Validated: s.Examples.Validated, Parsed: s.Examples.Parsed,
			Display: s.Examples.Display, Links: s.Links, Pages: s.Pages,
		},
	}
	for i, page := range r.pages {
		from := r.site.Pages[i]
		if from.Doc == nil {
			continue
		}
		row := render.ProofPage{Title: from.Title, Route: from.Route, Source: from.File.Path(), Links: page.links, Anchor: sectionOf(from), Href: r.site.Href(from.Route), Examples: []render.ProofExample{}}
		for n, e := range page.examples {
			row.Examples = append(row.Examples, render.ProofExample{
				Line: lineOf(e), Language: e.Fence.Info.Lang, Title: titleOf(e), Level: string(e.Level), Ran: e.Reason,
				Anchor: anchorOf(from, n),
			})
		}
		p.Pages = append(p.Pages, row)
	}
	return p
}

// systemDigest names the system that the examples ran against by the content
// of its sources: the files and folders that examples.system lists, or else
// the published registry of settings. It depends on no machine and no clock.
func (r *run) systemDigest() string {
	h := sha256.New()
	names := r.src.Config.Examples.System
	if len(names) == 0 {
		registry, _ := schemas.Read("config.json") // embedded: it is there
		h.Write(registry)
		return hex.EncodeToString(h.Sum(nil))
	}
	var files []string
	for _, name := range names {
		_ = fs.WalkDir(r.root.FS(), path.Clean(name), func(at string, d fs.DirEntry, err error) error {
			if err == nil && d.Type().IsRegular() && !strings.HasSuffix(at, "_test.go") && !strings.Contains(at, "testdata/") {
				files = append(files, at)
			}
			return nil // what cannot be read is reported by checkSystem
		})
	}
	slices.Sort(files)
	for _, name := range slices.Compact(files) {
		data, err := r.root.ReadFile(name)
		if err != nil {
			continue
		}
		io.WriteString(h, name+"\x00"+strconv.Itoa(len(data))+"\x00")
		h.Write(data)
	}
	return hex.EncodeToString(h.Sum(nil))
}

// checkSystem reports parts of the system that are not there.
func (r *run) checkSystem() []diag.Diagnostic {
	var out []diag.Diagnostic
	for i, name := range r.src.Config.Examples.System {
		if _, err := r.root.Stat(path.Clean(name)); err != nil {
			out = append(out, diag.New("config/missing-folder", r.src.Config.Examples.SystemSpans[i], "the system's part %q does not exist", name).
				WithAdvice("name files and folders inside the site's folder that make up the system that the examples run against"))
		}
	}
	return out
}

// programDigest names this program by its own bytes: whatever judges the
// examples is in it. It is "" when the program cannot be read.
var programDigest = sync.OnceValue(func() string {
	f, err := openProgram()
	if err != nil {
		return ""
	}
	defer f.Close()
	h := sha256.New()
	if _, err := io.Copy(h, f); err != nil {
		return ""
	}
	return hex.EncodeToString(h.Sum(nil))
})

// openProgram opens the file that this process runs. On Linux that is not what
// its name stands for any more when the program was built anew meanwhile: what
// the old one found out must not count for the new one.
func openProgram() (*os.File, error) {
	if f, err := os.Open("/proc/self/exe"); err == nil {
		return f, nil
	}
	name, err := os.Executable()
	if err != nil {
		return nil, err
	}
	return os.Open(name)
}

// placeIn is the place of a text in a file: its first occurrence, or the file.
func placeIn(f *source.File, text string) source.Span {
	if i := strings.Index(string(f.Text()), text); i >= 0 && text != "" {
		return f.Span(i, i+len(text))
	}
	return f.Whole()
}
