package cli

import (
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"github.com/compozy/docs/compozy/config"
	"github.com/compozy/docs/compozy/mode"
	"github.com/compozy/docs/internal/diag"
)

func (a *app) showCommand() *cobra.Command {
	var sources, all bool
	c := &cobra.Command{
		Use:   "show",
		Short: "show the settings and the resulting modes",
		Long: "Shows every setting that a file, flag or variable sets, and the configured and effective mode of each " +
			"component. Secrets, and credentials in URLs, are shown as " + config.Redacted + ".",
		Example:     "compozy config show --source\ncompozy config show --all --format json",
		Annotations: map[string]string{exitNote: "the configuration has errors; wrong values are shown as invalid", usualNote: usualFlags()},
		RunE: func(c *cobra.Command, _ []string) error {
			l, err := a.load(c)
			if err != nil {
				return err
			}
			form, err := format(c, l.Config)
			if err != nil {
				return err
			}
			if err := a.show(l, form, sources, all); err != nil {
				return err
			}
			return a.refuse(l)
		},
	}
	addFormat(c, "table", "json", "yaml")
	c.Flags().BoolVar(&sources, "source", false, "Show where each value comes from.")
	c.Flags().BoolVar(&all, "all", false, "Also show the settings that have their default.")
	addSettingFlags(c.Flags())
	return c
}

// modeRow is what was decided about one component.
type modeRow struct {
	Component  mode.Component `json:"component"`
	Configured string         `json:"configured"` // its own word, "" when it has none
	Effective  mode.Mode      `json:"effective"`  // "" when the word is not one it knows
	DecidedBy  string         `json:"decided_by"`
	Source     string         `json:"source"`
	Reason     string         `json:"reason"`
}

func modeRows(cfg *config.Config) []modeRow {
	var rows []modeRow
	for _, d := range cfg.Modes().Decisions() {
		row := modeRow{
			Component: d.Component, Configured: d.Configured, Effective: d.Effective,
			DecidedBy: d.DecidedBy(), Source: d.Source, Reason: d.Reason(),
		}
		if d.By == mode.ByDefault {
			row.Source = config.FromDefault.String()
		}
		rows = append(rows, row)
	}
	return rows
}

// settingRow is one setting as it may be shown.
type settingRow struct{ path, value, source string }

// settingRows lists the settings: all, or those that are given. A value that
// is wrong is not replaced by the default that stands in for it.
func settingRows(l *loaded, all bool) []settingRow {
	wrong := map[string]bool{}
	for _, f := range l.Findings() {
		if f.Severity == diag.Error {
			wrong[f.Path] = true
		}
	}
	var rows []settingRow
	for _, f := range config.Fields() {
		switch {
		case l.IsSet(f.Path):
			rows = append(rows, settingRow{f.Path, l.Show(f.Path), l.Source(f.Path).String()})
		case wrong[f.Path]:
			rows = append(rows, settingRow{f.Path, "(invalid)", "see the findings"})
		case all:
			rows = append(rows, settingRow{f.Path, l.Show(f.Path), config.FromDefault.String()})
		}
	}
	return rows
}

func (a *app) show(l *loaded, form string, sources, all bool) error {
	rows := settingRows(l, all)
	switch form {
	case "json":
		values, origins := map[string]string{}, map[string]string{}
		for _, row := range rows {
			values[row.path], origins[row.path] = row.value, row.source
		}
		answer := struct {
			File    string            `json:"file"`
			Valid   bool              `json:"valid"`
			Modes   []modeRow         `json:"modes"`
			Config  map[string]string `json:"config"`
			Sources map[string]string `json:"sources,omitempty"`
		}{File: l.shownFile(), Valid: l.Valid(), Modes: modeRows(l.Config), Config: values}
		if sources {
			answer.Sources = origins
		}
		return writeJSON(a.stdout, answer)
	case "yaml":
		return a.showYAML(l, rows, sources)
	}
	cells := [][]string{{"COMPONENT", "CONFIGURED", "EFFECTIVE", "DECIDED BY"}}
	if sources {
		cells[0] = append(cells[0], "SOURCE")
	}
	for _, m := range modeRows(l.Config) {
		row := []string{string(m.Component), orDash(m.Configured), orWord(string(m.Effective), "(invalid)"), m.DecidedBy}
		if sources {
			row = append(row, m.Source)
		}
		cells = append(cells, row)
	}
	table(a.stdout, cells)
	fmt.Fprintln(a.stdout)
	if len(rows) == 0 {
		fmt.Fprintln(a.stdout, "Every setting has its default; --all shows them.")
		return nil
	}
	cells = [][]string{{"KEY", "VALUE"}}
	if sources {
		cells[0] = append(cells[0], "SOURCE")
	}
	for _, row := range rows {
		line := []string{row.path, orDash(row.value)}
		if sources {
			line = append(line, row.source)
		}
		cells = append(cells, line)
	}
	table(a.stdout, cells)
	if !all {
		fmt.Fprintf(a.stdout, "\n%d of %d settings are set; --all also shows the defaults.\n", len(rows), len(config.Fields()))
	}
	return nil
}

// showYAML writes the JSON answer as YAML. Every text is quoted as JSON quotes
// it, which YAML reads the same way, so no word turns into a number or a date.
func (a *app) showYAML(l *loaded, rows []settingRow, sources bool) error {
	var b strings.Builder
	var failed error
	text := func(s string) string {
		encoded, err := encodeJSON(s)
		if err != nil {
			failed = err
		}
		return strings.TrimSpace(string(encoded))
	}
	fmt.Fprintf(&b, "file: %s\nvalid: %t\nmodes:\n", text(l.shownFile()), l.Valid())
	for _, m := range modeRows(l.Config) {
		fmt.Fprintf(&b, "  - component: %s\n    configured: %s\n    effective: %s\n    decided_by: %s\n    source: %s\n    reason: %s\n",
			text(string(m.Component)), text(m.Configured), text(string(m.Effective)), text(m.DecidedBy), text(m.Source), text(m.Reason))
	}
	section := func(name string, value func(settingRow) string) {
		if len(rows) == 0 {
			fmt.Fprintf(&b, "%s: {}\n", name)
			return
		}
		fmt.Fprintf(&b, "%s:\n", name)
		for _, row := range rows {
			fmt.Fprintf(&b, "  %s: %s\n", row.path, text(value(row)))
		}
	}
	section("config", func(r settingRow) string { return r.value })
	if sources {
		section("sources", func(r settingRow) string { return r.source })
	}
	if failed != nil {
		return failed
	}
	_, err := io.WriteString(a.stdout, b.String())
	return err
}

// shownFile is the file that was read, "" when there is none.
func (l *loaded) shownFile() string {
	if !l.found {
		return ""
	}
	return l.path
}

func orDash(s string) string { return orWord(s, "-") }

func orWord(s, word string) string {
	if s == "" {
		return word
	}
	return s
}
