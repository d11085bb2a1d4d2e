package report

import (
	"bytes"
	"encoding/json"

	"github.com/compozy/docs/internal/diag"
)

// jsonReport is diag's report with what only this package knows around it.
// Summary and diagnostics are written by diag, as `docs check --format json`
// prints them, so the two never differ.
type jsonReport struct {
	Tool        string          `json:"tool,omitempty"`
	Version     string          `json:"version,omitempty"`
	Shard       string          `json:"shard,omitempty"`
	Summary     json.RawMessage `json:"summary"`
	Diagnostics json.RawMessage `json:"diagnostics"`
	Pages       []string        `json:"pages,omitempty"`
	Examples    []Example       `json:"examples,omitempty"`
}

func writeJSON(b *bytes.Buffer, in Input) error {
	var inner bytes.Buffer
	if err := diag.WriteJSON(&inner, in.Report); err != nil {
		return err
	}
	var out jsonReport
	if err := json.Unmarshal(inner.Bytes(), &out); err != nil {
		return err
	}
	out.Tool, out.Version, out.Shard = in.Tool, in.Version, in.Shard
	out.Pages, out.Examples = in.Pages, in.Examples
	return diag.EncodeJSON(b, out)
}
