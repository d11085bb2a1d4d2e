package coverage

import (
	"bytes"
	"fmt"
	"io"

	"github.com/compozy/docs/compozy/usage"
	"github.com/compozy/docs/internal/diag"
)

// headings name the areas in the table.
var headings = map[usage.Kind]string{
	usage.Field: "settings", usage.Value: "values", usage.Mode: "modes",
	usage.Rule: "rules", usage.Command: "commands", usage.Flag: "flags",
}

// WriteText writes the report for people: one line for each area and, with
// missing, the names that no example exercises and those that none could.
func WriteText(w io.Writer, r Report, missing bool) error {
	var b bytes.Buffer
	fmt.Fprintf(&b, "%-10s %9s %7s %7s %7s\n", "area", "exercised", "missing", "total", "share")
	for _, a := range r.Areas {
		fmt.Fprintf(&b, "%-10s %9d %7d %7d %6d%%\n", headings[a.Kind], a.Exercised(), len(a.Missing()), a.Total(), a.percent())
	}
	if missing {
		for _, a := range r.Areas {
			list := a.Missing()
			if len(list) == 0 {
				continue
			}
			fmt.Fprintf(&b, "\n%s that no example exercises:\n", headings[a.Kind])
			for _, name := range list {
				fmt.Fprintf(&b, "  %s\n", diag.Printable(name))
			}
		}
		if len(r.NotCounted) > 0 {
			fmt.Fprint(&b, "\nnot counted:\n")
			for _, n := range r.NotCounted {
				fmt.Fprintf(&b, "  %s (%s)\n", diag.Printable(n.Name), n.Reason)
			}
		}
	}
	_, err := w.Write(b.Bytes())
	return err
}

type jsonArea struct {
	Kind      usage.Kind         `json:"kind"`
	Total     int                `json:"total"`
	Exercised int                `json:"exercised"`
	Percent   int                `json:"percent"`
	Missing   []string           `json:"missing"`
	Examples  map[string][]Place `json:"examples"` // by name; encoding/json sorts them
}

// WriteJSON writes the whole report as one JSON object, with the examples of
// each thing that has some.
func WriteJSON(w io.Writer, r Report) error {
	out := struct {
		Areas      []jsonArea   `json:"areas"`
		NotCounted []NotCounted `json:"notCounted"`
	}{Areas: []jsonArea{}, NotCounted: append([]NotCounted{}, r.NotCounted...)}
	for _, a := range r.Areas {
		j := jsonArea{
			Kind: a.Kind, Total: a.Total(), Exercised: a.Exercised(), Percent: a.percent(),
			Missing: append([]string{}, a.Missing()...), Examples: map[string][]Place{},
		}
		for _, item := range a.Items {
			if len(item.Places) > 0 {
				j.Examples[item.Name] = item.Places
			}
		}
		out.Areas = append(out.Areas, j)
	}
	return diag.EncodeJSON(w, out)
}
