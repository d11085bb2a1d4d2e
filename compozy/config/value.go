package config

import (
	"fmt"

	"github.com/compozy/docs/internal/source"
)

// SourceKind is a layer that a value can come from.
type SourceKind uint8

// The layers, weakest first.
const (
	FromDefault SourceKind = iota
	FromEnv
	FromFlag
	FromYAML
)

// String returns "yaml", "flag", "env" or "default".
func (k SourceKind) String() string {
	return [...]string{"default", "env", "flag", "yaml"}[k]
}

// Source says where a value comes from.
type Source struct {
	Kind SourceKind
	Span source.Span // of a value from the file; zero otherwise
	Name string      // variable or flag (with dashes); "" otherwise
}

// String returns the source for people: "yaml compozy.yaml:5",
// "flag --mode", "env COMPOZY_MODE" or "default".
func (s Source) String() string {
	switch s.Kind {
	case FromYAML:
		start, _ := s.Span.Bounds()
		return fmt.Sprintf("yaml %s:%d", s.Span.Path(), start.Line)
	case FromFlag, FromEnv:
		return s.Kind.String() + " " + s.Name
	}
	return s.Kind.String()
}

// Value is the settled value of a setting.
type Value struct {
	Raw    any // string, int64, float64, bool, []any or map[string]any; not to be modified
	Source Source
}

// Shadow is a value that was given explicitly and lost to a stronger layer.
type Shadow struct {
	Path   string
	Loser  Source
	Winner Source
	// Lost and Won are the two values as they may be shown.
	Lost, Won string
	// Same tells that both say the same, so that nothing was lost.
	Same bool
}
