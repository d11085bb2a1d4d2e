// Package record is the file of measurements: figures with their units, what
// they were measured on and when. Package measure writes it and a site reads
// it.
package record

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// Name is the file's name in a site's content folder.
const Name = "measurements.json"

// version is that of the file's form.
const version = 1

// Record is the content of the file.
type Record struct {
	Version int               `json:"version"`
	Machine Machine           `json:"machine"`
	Date    string            `json:"date"` // 2026-01-31
	Figures map[string]Figure `json:"figures"`
}

// Machine is what the figures were measured on.
type Machine struct {
	OS        string  `json:"os"`
	Arch      string  `json:"arch"`
	CPUs      int     `json:"cpus"`
	CPU       string  `json:"cpu,omitempty"`
	MemoryGiB float64 `json:"memoryGiB,omitempty"`
	Go        string  `json:"go"`
	Redis     string  `json:"redisServer,omitempty"`
}

// String describes the machine in one phrase.
func (m Machine) String() string {
	parts := []string{fmt.Sprintf("%d cores", m.CPUs)}
	if m.CPUs == 1 {
		parts[0] = "1 core"
	}
	if m.CPU != "" {
		parts[0] += " of " + m.CPU
	}
	if m.MemoryGiB > 0 {
		parts = append(parts, strconv.FormatFloat(m.MemoryGiB, 'f', -1, 64)+" GiB of memory")
	}
	parts = append(parts, m.OS+"/"+m.Arch, strings.Replace(m.Go, "go", "Go ", 1))
	if m.Redis != "" {
		parts = append(parts, "redis-server "+m.Redis)
	}
	return strings.Join(parts, ", ")
}

// Figure is one measurement.
type Figure struct {
	Value float64 `json:"value"`
	Unit  string  `json:"unit"`
	Label string  `json:"label"` // what was measured
	Note  string  `json:"note"`  // how
}

// Text is the value as people read it: two significant digits, thousands with
// commas.
func (f Figure) Text() string {
	text := strconv.FormatFloat(Round(f.Value), 'f', -1, 64)
	whole, rest, fraction := strings.Cut(text, ".")
	sign := ""
	if strings.HasPrefix(whole, "-") {
		sign, whole = "-", whole[1:]
	}
	for i := len(whole) - 3; i > 0; i -= 3 {
		whole = whole[:i] + "," + whole[i:]
	}
	if fraction {
		rest = "." + rest
	}
	return sign + whole + rest
}

// Round keeps two significant digits: the next run would give other ones.
func Round(v float64) float64 {
	if v == 0 || math.IsNaN(v) || math.IsInf(v, 0) {
		return 0
	}
	out, err := strconv.ParseFloat(strconv.FormatFloat(v, 'e', 1, 64), 64)
	if err != nil {
		return v // cannot be: the text is a number
	}
	return out
}

// Names returns the names of the figures, sorted, numbers in them by their
// value: 1k stands before 10k.
func (r Record) Names() []string {
	return slices.SortedFunc(maps.Keys(r.Figures), func(a, b string) int {
		return cmp.Or(strings.Compare(sortKey(a), sortKey(b)), strings.Compare(a, b))
	})
}

var digits = regexp.MustCompile(`[0-9]+`)

// sortKey fills numbers up with zeros.
func sortKey(name string) string {
	return digits.ReplaceAllStringFunc(name, func(n string) string {
		return strings.Repeat("0", max(0, 12-len(n))) + n
	})
}

var date = regexp.MustCompile(`^\d{4}-\d{2}-\d{2}$`)

// Parse reads a file.
func Parse(text []byte) (Record, error) {
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	var r Record
	if err := d.Decode(&r); err != nil {
		return Record{}, fmt.Errorf("read measurements: %w", err)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return Record{}, errors.New("read measurements: something follows them")
	}
	switch {
	case r.Version != version:
		return Record{}, fmt.Errorf("read measurements: the version is %d, this program reads %d", r.Version, version)
	case !date.MatchString(r.Date):
		return Record{}, fmt.Errorf("read measurements: the date %q is not like 2026-01-31", r.Date)
	}
	for _, name := range r.Names() {
		if f := r.Figures[name]; f.Label == "" || name == "" {
			return Record{}, fmt.Errorf("read measurements: the figure %q does not say what it is", name)
		}
	}
	return r, nil
}

// Marshal writes a file.
func (r Record) Marshal() ([]byte, error) {
	r.Version = version
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(r); err != nil {
		return nil, fmt.Errorf("write measurements: %w", err)
	}
	return b.Bytes(), nil
}
