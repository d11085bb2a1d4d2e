package report

import (
	"bytes"
	"fmt"
	"maps"
	"slices"

	"github.com/compozy/docs/internal/source"
)

// Bounds of a place in a report that is read back. Pages are smaller; a report
// that says more is broken, and its stand-in would fill the memory.
const (
	maxLine    = 1 << 20
	maxColumn  = 1 << 20
	maxStandIn = 16 << 20 // bytes of one file
)

func (p jsonPlace) start() source.Position { return source.Position{Line: p.Line, Column: p.Column} }
func (p jsonPlace) end() source.Position {
	return source.Position{Line: p.EndLine, Column: p.EndColumn}
}

// isWhole reports whether the place is a file as a whole, which the format
// writes as its very beginning.
func (p jsonPlace) isWhole() bool {
	return p.start() == source.Position{Line: 1, Column: 1} && p.end() == p.start()
}

// sound reports whether the place can be one.
func (p jsonPlace) sound() bool {
	if p.File == "" {
		return p == jsonPlace{}
	}
	ordered := p.Line < p.EndLine || p.Line == p.EndLine && p.Column <= p.EndColumn
	return p.Line >= 1 && p.Column >= 1 && p.EndColumn >= 1 && ordered && p.EndLine <= maxLine && max(p.Column, p.EndColumn) <= maxColumn
}

// standIns are the files that findings of a merged report stand in.
type standIns struct {
	files map[string]*source.File
}

// newStandIns opens each file that a finding names, or makes a blank one that
// has all its places.
func newStandIns(open func(string) ([]byte, bool), shards []jsonShard) (*standIns, error) {
	named := map[string][]source.Position{}
	for _, s := range shards {
		for _, d := range s.Diagnostics {
			for _, p := range places(d) {
				if p.File != "" {
					named[p.File] = append(named[p.File], p.start(), p.end())
				}
			}
		}
	}
	s := &standIns{files: map[string]*source.File{}}
	for _, path := range slices.Sorted(maps.Keys(named)) {
		if open != nil {
			if text, ok := open(path); ok {
				if f := source.NewFile(path, text); hasAll(f, named[path]) {
					s.files[path] = f
					continue
				}
			}
		}
		text, err := blank(path, named[path])
		if err != nil {
			return nil, err
		}
		s.files[path] = source.NewFile(path, text)
	}
	return s, nil
}

// hasAll reports whether a file has all the places.
func hasAll(f *source.File, all []source.Position) bool {
	for _, p := range all {
		if f.Position(f.Offset(p)) != p {
			return false
		}
	}
	return true
}

// blank returns lines of blanks that are long enough for the places.
func blank(path string, all []source.Position) ([]byte, error) {
	width := map[int]int{}
	last, size := 1, 0
	for _, p := range all {
		if p.Column-1 > width[p.Line] {
			size += p.Column - 1 - width[p.Line]
			width[p.Line] = p.Column - 1
		}
		last = max(last, p.Line)
	}
	if size+last > maxStandIn {
		return nil, fmt.Errorf("the findings in %q have locations that do not exist", path)
	}
	var b bytes.Buffer
	for n := 1; n <= last; n++ {
		b.Write(bytes.Repeat([]byte{' '}, width[n]))
		if n < last {
			b.WriteByte('\n')
		}
	}
	return b.Bytes(), nil
}
