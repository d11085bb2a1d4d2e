package cli

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/compozy/docs/compozy/config"
	"github.com/compozy/docs/internal/diag"
)

// report writes findings with their code for people.
func (a *app) report(to *output, l *loaded, ds []diag.Diagnostic) {
	// The only error is that of the stream, which remembers it.
	_ = diag.WriteText(to, diag.Report{Diagnostics: ds}, diag.TextOptions{Color: a.colored(to, l.Config)})
}

// warn writes one line for each finding that is no error: what a command says
// beside its own answer.
func (a *app) warn(l *loaded) {
	if l.Bool("cli.quiet") {
		return
	}
	ds := slices.DeleteFunc(slices.Clone(l.report), func(d diag.Diagnostic) bool { return d.Severity == diag.Error })
	_ = diag.WriteCompact(a.stderr, ds) // as in report
}

// refuse tells what is wrong with the configuration, when something is, and
// otherwise only warns.
func (a *app) refuse(l *loaded) error {
	status := l.status()
	if status == exitClean {
		a.warn(l)
		return nil
	}
	a.report(a.stderr, l, l.report)
	fmt.Fprintf(a.stderr, "compozy: %s has %s\n", l.subject(), counted(l.report))
	return exitStatus(status)
}

// subject names what the findings are about.
func (l *loaded) subject() string {
	if l.found {
		return diag.Printable(l.path)
	}
	return "the configuration (no file; flags, environment and defaults)"
}

// counted words how many findings there are: "1 error, 2 warnings".
func counted(ds []diag.Diagnostic) string {
	var words []string
	for s := diag.Error; s <= diag.Info; s++ {
		if n := diag.Count(ds, s); n > 0 {
			words = append(words, diag.Plural(n, s.String()))
		}
	}
	if words == nil {
		return "no findings"
	}
	return strings.Join(words, ", ")
}

// colored reports whether findings get colours on a stream: cli.no_color,
// then cli.color_mode, then NO_COLOR (https://no-color.org), then whether
// somebody is looking.
func (a *app) colored(to *output, cfg *config.Config) bool {
	switch {
	case cfg.Bool("cli.no_color") || cfg.String("cli.color_mode") == "off":
		return false
	case cfg.String("cli.color_mode") == "on":
		return true
	}
	return a.variable("NO_COLOR") == "" && a.variable("TERM") != "dumb" && to.terminal()
}

// findingsJSON returns the findings as diag.WriteJSON writes them, each with
// the path of its setting in front.
func findingsJSON(l *loaded) (json.RawMessage, error) {
	var b bytes.Buffer
	if err := diag.WriteJSON(&b, diag.Report{Diagnostics: l.report}); err != nil {
		return nil, err
	}
	var report struct {
		Diagnostics []json.RawMessage `json:"diagnostics"`
	}
	if err := json.Unmarshal(b.Bytes(), &report); err != nil {
		return nil, fmt.Errorf("read the report: %w", err)
	}
	findings := l.Findings()
	out := []byte("[")
	for i, d := range report.Diagnostics {
		path, err := encodeJSON(shownPath(findings[i].Path))
		if err != nil {
			return nil, err
		}
		if i > 0 {
			out = append(out, ',')
		}
		out = fmt.Appendf(out, `{"path":%s,%s`, bytes.TrimSpace(path), bytes.TrimPrefix(bytes.TrimSpace(d), []byte("{")))
	}
	return append(out, ']'), nil
}

// shownPath is the path of a finding as it may be shown. A key that is unknown
// because its colon lacks the blank has the value in its name.
func shownPath(path string) string {
	if i := strings.IndexAny(path, ":="); i >= 0 {
		return path[:i+1] + config.Redacted
	}
	return path
}

var _ io.Writer = (*output)(nil)
