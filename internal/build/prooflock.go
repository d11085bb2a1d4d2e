package build

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/compozy/docs/internal/diag"
	"github.com/compozy/docs/internal/source"
)

// lockName is the record of how much was proven, below the content folder.
const lockName = "proof.lock.json"

// proofLock records for each page how many examples had which level. A check
// that silently stops running changes these counts.
type proofLock struct {
	Version int                   `json:"version"`
	Pages   map[string]lockCounts `json:"pages"` // by path below the site's folder
}

type lockCounts struct {
	Executed  int `json:"executed"`
	Validated int `json:"validated"`
	Parsed    int `json:"parsed"`
	Display   int `json:"display"`
}

const lockVersion = 1

func (r *run) lockPath() string { return path.Join(r.src.Config.Content, lockName) }

// checkLock holds what was proven against the record, when the site has one.
func (r *run) checkLock() error {
	if r.selected != nil || r.unproven {
		return nil
	}
	return r.holdRecord(r.lock())
}

// holdRecord holds counts against the record, when the site has one.
func (r *run) holdRecord(got proofLock) error {
	data, err := r.root.ReadFile(r.lockPath())
	if errors.Is(err, fs.ErrNotExist) {
		if r.src.Config.Examples.Record {
			r.found = append(r.found, diag.New("example/proof-record", r.src.Config.Examples.RecordSpan, "the record %s is required, but does not exist", r.lockPath()).
				WithAdvice("restore it from version control, or write it: docs examples update --accept"))
		}
		return nil
	}
	if err != nil {
		return fmt.Errorf("read %s: %w", r.lockPath(), err)
	}
	f := source.NewFile(r.lockPath(), data)
	var want proofLock
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	if err := d.Decode(&want); err != nil || want.Version != lockVersion || want.Pages == nil {
		r.found = append(r.found, diag.New("example/proof-record", f.Whole(), "%s cannot be read: it is not a record of version %d", lockName, lockVersion).
			WithAdvice("restore it from version control, or regenerate it: docs examples update --accept"))
		return nil
	}
	r.found = append(r.found, compareLock(f, want, got)...)
	return nil
}

// lock is the record of this run.
func (r *run) lock() proofLock {
	l := proofLock{Version: lockVersion, Pages: map[string]lockCounts{}}
	for i, p := range r.pages {
		if len(p.examples) > 0 {
			l.Pages[r.site.Pages[i].File.Path()] = lockCounts(levels(p.examples))
		}
	}
	return l
}

// compareLock reports pages on which less is proven than the record says, and
// says when the record knows less than is proven now.
func compareLock(f *source.File, want, got proofLock) []diag.Diagnostic {
	var out []diag.Diagnostic
	names := make([]string, 0, len(want.Pages)+len(got.Pages))
	for name := range want.Pages {
		names = append(names, name)
	}
	for name := range got.Pages {
		names = append(names, name)
	}
	slices.Sort(names)
	more := 0
	for _, name := range slices.Compact(names) {
		before, now := want.Pages[name], got.Pages[name]
		if before == now {
			continue
		}
		level, was, is := dropped(before, now)
		if level == "" {
			more++
			continue
		}
		out = append(out, diag.New("example/proof-drop", placeIn(f, `"`+name+`"`), "%s had %s, but now has %d", name, countOf(was, level), is).
			WithAdvice("restore the examples or, if you removed them on purpose, record that: docs examples update --accept"))
	}
	if len(out) == 0 && more > 0 {
		out = append(out, diag.New("example/proof-unrecorded", f.Whole(), "%s %s other examples than the record knows", diag.Plural(more, "page"), map[bool]string{true: "has", false: "have"}[more == 1]).
			WithAdvice("record them, so that their loss is noticed: docs examples update --accept"))
	}
	return out
}

// dropped returns the strongest level at which less is proven than before. An
// example that moved to a stronger level is no loss.
func dropped(before, now lockCounts) (level string, was, is int) {
	for _, l := range []struct {
		name    string
		was, is int
	}{
		{"executed", before.Executed, now.Executed},
		{"executed or validated", before.Executed + before.Validated, now.Executed + now.Validated},
		{"executed, validated or parsed", before.Executed + before.Validated + before.Parsed, now.Executed + now.Validated + now.Parsed},
		{"", before.Executed + before.Validated + before.Parsed + before.Display, now.Executed + now.Validated + now.Parsed + now.Display},
	} {
		if l.is < l.was {
			if l.name == "" {
				l.name = "classified"
			}
			return l.name, l.was, l.is
		}
	}
	return "", 0, 0
}

func countOf(n int, level string) string {
	return strings.Replace(diag.Plural(n, "example"), " ", " "+level+" ", 1)
}

// encode gives the record as it is stored: sorted, one page a line.
func (l proofLock) encode() []byte {
	names := make([]string, 0, len(l.Pages))
	for name := range l.Pages {
		names = append(names, name)
	}
	slices.Sort(names)
	var b bytes.Buffer
	fmt.Fprintf(&b, "{\n  \"version\": %d,\n  \"pages\": {", l.Version)
	for i, name := range names {
		c := l.Pages[name]
		if i > 0 {
			b.WriteByte(',')
		}
		key, _ := json.Marshal(name) // a string always marshals
		fmt.Fprintf(&b, "\n    %s: {\"executed\": %d, \"validated\": %d, \"parsed\": %d, \"display\": %d}", key, c.Executed, c.Validated, c.Parsed, c.Display)
	}
	b.WriteString("\n  }\n}\n")
	return b.Bytes()
}
