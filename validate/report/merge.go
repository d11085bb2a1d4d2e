package report

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/compozy/docs/internal/diag"
	"github.com/compozy/docs/internal/source"
)

// Shard is the report of a part of a site, as Write wrote it in the format
// json. Name is what messages call it, its file for instance.
type Shard struct {
	Name string
	Data []byte
}

// Merge joins the reports of shards: counts are added, findings sorted and the
// same ones kept once. The result is what one run over the whole site says,
// and can be written in any format.
//
// A JSON report has places and no text. open returns the text of a file of the
// site, for code frames and fingerprints; where it returns false, or a text
// that does not have a place, blank lines stand in and the places stay right.
// It may be nil.
//
// Shards that contradict each other are an error: a page that two of them
// judged, different versions of the program, marks 1/3 and 2/4, or a part that
// is missing. A site whose half was judged must not look judged.
func Merge(open func(path string) ([]byte, bool), shards ...Shard) (Input, error) {
	if len(shards) == 0 {
		return Input{}, errors.New("there are no reports to merge")
	}
	read := make([]jsonShard, len(shards))
	for i, s := range shards {
		one, err := readShard(s)
		if err != nil {
			return Input{}, err
		}
		read[i] = one
	}
	if err := agree(read); err != nil {
		return Input{}, err
	}
	files, err := newStandIns(open, read)
	if err != nil {
		return Input{}, err
	}
	first := read[0]
	out := Input{Tool: first.Tool, Version: first.Version}
	out.Report.Summary.ExternalChecked = true
	for _, s := range read {
		sum := &out.Report.Summary
		sum.Pages += s.Summary.Pages
		sum.Links += s.Summary.Links
		sum.ExternalLinks += s.Summary.ExternalLinks
		sum.ExternalChecked = sum.ExternalChecked && s.Summary.ExternalChecked
		sum.Examples = sum.Examples.Plus(diag.Examples(s.Summary.Examples))
		out.Pages = append(out.Pages, s.Pages...)
		out.Examples = append(out.Examples, s.Examples...)
		for _, d := range s.Diagnostics {
			out.Report.Diagnostics = append(out.Report.Diagnostics, files.diagnostic(d))
		}
	}
	slices.Sort(out.Pages)
	slices.SortStableFunc(out.Examples, func(a, b Example) int {
		return cmp.Or(strings.Compare(a.Page, b.Page), cmp.Compare(a.Line, b.Line))
	})
	out.Report.Diagnostics = diag.Sort(out.Report.Diagnostics)
	return out, nil
}

// jsonShard is a report as read back. A test holds it against what diag
// writes.
type jsonShard struct {
	name    string
	Tool    string `json:"tool"`
	Version string `json:"version"`
	Shard   string `json:"shard"`
	Summary *struct {
		Pages           int  `json:"pages"`
		Links           int  `json:"links"`
		ExternalLinks   int  `json:"externalLinks"`
		ExternalChecked bool `json:"externalChecked"`
		Examples        struct {
			Executed  int `json:"executed"`
			Validated int `json:"validated"`
			Parsed    int `json:"parsed"`
			Display   int `json:"display"`
		} `json:"examples"`
	} `json:"summary"`
	Diagnostics []jsonDiagnostic `json:"diagnostics"`
	Pages       []string         `json:"pages"`
	Examples    []Example        `json:"examples"`
}

type jsonDiagnostic struct {
	Severity string `json:"severity"`
	Rule     string `json:"rule"`
	jsonPlace
	Message string     `json:"message"`
	Notes   []jsonNote `json:"notes"`
	Fix     *jsonFix   `json:"fix"`
}

type jsonPlace struct {
	File      string `json:"file"`
	Line      int    `json:"line"`
	Column    int    `json:"column"`
	EndLine   int    `json:"endLine"`
	EndColumn int    `json:"endColumn"`
}

type jsonNote struct {
	Message string `json:"message"`
	jsonPlace
}

type jsonFix struct {
	Message string `json:"message"`
	NewText string `json:"newText"`
	jsonPlace
}

func readShard(s Shard) (jsonShard, error) {
	out := jsonShard{name: s.Name}
	d := json.NewDecoder(bytes.NewReader(s.Data))
	d.DisallowUnknownFields()
	if err := d.Decode(&out); err != nil {
		return out, fmt.Errorf("%q is not a report of docs check --format json: %w", s.Name, err)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return out, fmt.Errorf("%q contains more than one report", s.Name)
	}
	if out.Summary == nil || out.Diagnostics == nil {
		return out, fmt.Errorf("%q is not a report of docs check --format json: it has no summary or no diagnostics", s.Name)
	}
	for _, d := range out.Diagnostics {
		if _, ok := severityOf(d.Severity); !ok {
			return out, fmt.Errorf("%q: %q is not a severity", s.Name, d.Severity)
		}
		for _, p := range places(d) {
			if !p.sound() {
				return out, fmt.Errorf("%q: a finding of rule %q is at %s:%d:%d to %d:%d, which is not a location", s.Name, d.Rule, p.File, p.Line, p.Column, p.EndLine, p.EndColumn)
			}
		}
	}
	return out, nil
}

func severityOf(word string) (diag.Severity, bool) {
	for s := diag.Error; s <= diag.Info; s++ {
		if s.String() == word {
			return s, true
		}
	}
	return 0, false
}

// places returns all places of a finding.
func places(d jsonDiagnostic) []jsonPlace {
	out := []jsonPlace{d.jsonPlace}
	for _, n := range d.Notes {
		out = append(out, n.jsonPlace)
	}
	if d.Fix != nil {
		out = append(out, d.Fix.jsonPlace)
	}
	return out
}

// agree reports the first contradiction between shards.
func agree(shards []jsonShard) error {
	first := shards[0]
	judged := map[string]string{} // page: shard
	marks := map[int]string{}
	for _, s := range shards {
		if s.Tool != first.Tool || s.Version != first.Version {
			return fmt.Errorf("%q is of %s %s and %q of %s %s: run all shards with one version", first.name, first.Tool, first.Version, s.name, s.Tool, s.Version)
		}
		pages := slices.Clone(s.Pages)
		for _, e := range s.Examples {
			pages = append(pages, e.Page)
		}
		slices.Sort(pages)
		for _, page := range slices.Compact(pages) {
			if before, ok := judged[page]; ok {
				return fmt.Errorf("the page %q was checked by both %q and %q: a page belongs to one shard", page, before, s.name)
			}
			judged[page] = s.name
		}
		if (s.Shard == "") != (first.Shard == "") {
			return fmt.Errorf("%q and %q do not belong together: one is a shard, the other is not", first.name, s.name)
		}
		if s.Shard == "" {
			continue
		}
		part, of, ok := parseMark(s.Shard)
		if _, all, _ := parseMark(first.Shard); !ok || of != all {
			return fmt.Errorf("%q is shard %q and %q is shard %q: they are not from the same run", first.name, first.Shard, s.name, s.Shard)
		}
		if before, twice := marks[part]; twice {
			return fmt.Errorf("%q and %q are both shard %q", before, s.name, s.Shard)
		}
		marks[part] = s.name
	}
	if _, all, ok := parseMark(first.Shard); ok {
		// Shards are counted, not marks up to a number somebody wrote.
		for part := 1; part <= min(all, len(shards)+1); part++ {
			if _, ok := marks[part]; !ok {
				return fmt.Errorf("shard %d/%d is missing: the site would be only partly checked", part, all)
			}
		}
	}
	return nil
}

// parseMark reads "2/3".
func parseMark(mark string) (part, of int, ok bool) {
	a, b, _ := strings.Cut(mark, "/")
	part, err1 := strconv.Atoi(a)
	of, err2 := strconv.Atoi(b)
	return part, of, err1 == nil && err2 == nil && 1 <= part && part <= of
}

// diagnostic makes a finding of what was read.
func (s *standIns) diagnostic(j jsonDiagnostic) diag.Diagnostic {
	severity, _ := severityOf(j.Severity)
	d := diag.Diagnostic{Severity: severity, Rule: j.Rule, Span: s.span(j.jsonPlace), Message: j.Message}
	for _, n := range j.Notes {
		d.Notes = append(d.Notes, diag.Note{Span: s.span(n.jsonPlace), Message: n.Message})
	}
	if j.Fix != nil {
		d.Fix = &diag.Fix{Span: s.span(j.Fix.jsonPlace), NewText: j.Fix.NewText, Message: j.Fix.Message}
	}
	return d
}

// span returns the place in its file.
func (s *standIns) span(p jsonPlace) source.Span {
	if p.File == "" {
		return source.Span{}
	}
	f := s.files[p.File]
	if p.isWhole() {
		return f.Whole()
	}
	return f.Span(f.Offset(p.start()), f.Offset(p.end()))
}
