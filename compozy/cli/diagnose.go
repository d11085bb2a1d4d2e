package cli

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/compozy/docs/compozy/config"
	"github.com/compozy/docs/compozy/mode"
	"github.com/compozy/docs/internal/diag"
)

func (a *app) diagnosticsCommand() *cobra.Command {
	var verbose bool
	c := &cobra.Command{
		Use:   "diagnostics",
		Short: "explain which values count, and why",
		Long: "Shows which files were read, how the mode of each component was decided, which values were set " +
			"but lost, and what is wrong.",
		Example:     "compozy config diagnostics\ncompozy config diagnostics --verbose --mode standalone",
		Annotations: map[string]string{exitNote: "the configuration has errors", usualNote: usualFlags()},
		RunE: func(c *cobra.Command, _ []string) error {
			l, err := a.load(c)
			if err != nil {
				return err
			}
			form, err := format(c, l.Config)
			if err != nil {
				return err
			}
			if form == "json" {
				err = a.diagnoseJSON(l, verbose)
			} else {
				a.diagnose(l, verbose)
			}
			if err != nil {
				return err
			}
			return l.exit()
		},
	}
	addFormat(c, "text", "json")
	c.Flags().BoolVarP(&verbose, "verbose", "v", false, "Also show every setting with its value and source, and advice on findings.")
	addSettingFlags(c.Flags())
	return c
}

// precedence names the layers, strongest first.
func precedence() string {
	var words []string
	for _, k := range []config.SourceKind{config.FromYAML, config.FromFlag, config.FromEnv, config.FromDefault} {
		words = append(words, k.String())
	}
	return strings.Join(words, " > ")
}

func (a *app) diagnose(l *loaded, verbose bool) {
	w := a.stdout
	state := "found"
	if !l.found {
		state = "not found; defaults"
	}
	env := "none"
	if l.envPath != "" {
		env = l.envPath + " (found)"
	}
	fmt.Fprintf(w, "Configuration file: %s (%s)   Environment file: %s\nPrecedence: %s\n",
		diag.Printable(l.path), state, diag.Printable(env), precedence())

	fmt.Fprint(w, "\nMODE RESOLUTION\n")
	cells := [][]string{{"component", "effective", "decided by", "source"}}
	for _, m := range modeRows(l.Config) {
		source := m.Source
		if d := l.Modes().Of(m.Component); d.Effective == mode.Remote && d.Decisive != string(mode.Remote) {
			source += " (distributed, shown as remote)"
		}
		cells = append(cells, []string{string(m.Component), orWord(string(m.Effective), "(invalid)"), m.DecidedBy, source})
	}
	table(w, cells)

	fmt.Fprint(w, "\nSHADOWED VALUES\n")
	cells = nil
	for _, s := range l.Shadows() {
		verb := "loses to "
		if s.Same {
			verb = "agrees with "
		}
		cells = append(cells, []string{s.Path, layerText(s.Loser) + "=" + s.Lost, verb + s.Winner.String() + " (" + s.Won + ")"})
	}
	if cells == nil {
		cells = [][]string{{"none"}}
	}
	table(w, cells)

	fmt.Fprintf(w, "\nVALIDATION: %s\n", counted(l.report))
	a.findings(l, verbose)
	if verbose {
		fmt.Fprint(w, "\nSETTINGS\n")
		cells = [][]string{{"key", "value", "source"}}
		for _, row := range settingRows(l, true) {
			cells = append(cells, []string{row.path, orDash(row.value), row.source})
		}
		table(w, cells)
	}
}

// layerText names where a value comes from as one types it: "flag --mode",
// "env COMPOZY_MODE", "yaml compozy.yaml:5".
func layerText(s config.Source) string { return s.String() }

// findings writes one line for each finding, and with verbose its advice.
func (a *app) findings(l *loaded, verbose bool) {
	for _, d := range l.report {
		place := diag.Printable(d.Span.Path())
		if start, _ := d.Span.Bounds(); start.Line > 0 {
			place = fmt.Sprintf("%s:%d:%d", place, start.Line, start.Column)
		} else if place == "" {
			place = "-" // no file
		}
		fmt.Fprintf(a.stdout, "%-8s %s  %s [%s]\n", d.Severity, place, diag.Printable(d.Message), d.Rule)
		for _, n := range d.Notes {
			if verbose && n.Span.IsZero() {
				fmt.Fprintf(a.stdout, "         = help: %s\n", diag.Printable(n.Message))
			}
		}
	}
}

// shadowRow is a value that was given and lost.
type shadowRow struct {
	Path   string `json:"path"`
	Source string `json:"source"`
	Value  string `json:"value"`
	Winner string `json:"winner"`
	Wins   string `json:"wins"`
	Same   bool   `json:"same"`
}

// setting is a setting with its value and source, as JSON.
type setting struct {
	Path   string `json:"path"`
	Value  string `json:"value"`
	Source string `json:"source"`
}

func (a *app) diagnoseJSON(l *loaded, verbose bool) error {
	findings, err := findingsJSON(l)
	if err != nil {
		return err
	}
	answer := struct {
		File            string          `json:"configuration_file"`
		EnvironmentFile string          `json:"environment_file"`
		Precedence      string          `json:"precedence"`
		Modes           []modeRow       `json:"modes"`
		Shadowed        []shadowRow     `json:"shadowed"`
		Valid           bool            `json:"valid"`
		Diagnostics     json.RawMessage `json:"diagnostics"`
		Settings        []setting       `json:"settings,omitempty"`
	}{
		File: l.shownFile(), EnvironmentFile: l.envPath, Precedence: precedence(), Modes: modeRows(l.Config),
		Shadowed: []shadowRow{}, Valid: l.Valid(), Diagnostics: findings,
	}
	for _, s := range l.Shadows() {
		answer.Shadowed = append(answer.Shadowed, shadowRow{s.Path, s.Loser.String(), s.Lost, s.Winner.String(), s.Won, s.Same})
	}
	if verbose {
		for _, row := range settingRows(l, true) {
			answer.Settings = append(answer.Settings, setting{row.path, row.value, row.source})
		}
	}
	return writeJSON(a.stdout, answer)
}
