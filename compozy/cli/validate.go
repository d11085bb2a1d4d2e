package cli

import (
	"encoding/json"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/compozy/docs/internal/diag"
)

func (a *app) validateCommand() *cobra.Command {
	c := &cobra.Command{
		Use:   "validate",
		Short: "check the configuration and report everything that is wrong",
		Long: "Checks the file, the flags and the environment together, as start does, and reports every finding " +
			"with its location, the line and what to do about it. It starts nothing and connects to nothing.",
		Example:     "compozy config validate\ncompozy config validate --config prod.yaml --format json",
		Annotations: map[string]string{exitNote: "the configuration has errors", usualNote: usualFlags()},
		RunE: func(c *cobra.Command, _ []string) error {
			l, err := a.load(c)
			if err != nil {
				return err
			}
			return a.validate(c, l)
		},
	}
	addFormat(c, "text", "json")
	addSettingFlags(c.Flags())
	return c
}

// validateAnswer is the answer as JSON.
type validateAnswer struct {
	File        string          `json:"file"` // "" when there is none
	Valid       bool            `json:"valid"`
	Errors      int             `json:"errors"`
	Warnings    int             `json:"warnings"`
	Diagnostics json.RawMessage `json:"diagnostics"`
}

func (a *app) validate(c *cobra.Command, l *loaded) error {
	form, err := format(c, l.Config)
	if err != nil {
		return err
	}
	if form == "json" {
		findings, err := findingsJSON(l)
		if err != nil {
			return err
		}
		answer := validateAnswer{
			Valid: l.Valid(), Errors: diag.Count(l.report, diag.Error), Warnings: diag.Count(l.report, diag.Warning),
			Diagnostics: findings,
		}
		if l.found {
			answer.File = l.path
		}
		if err := writeJSON(a.stdout, answer); err != nil {
			return err
		}
		return l.exit()
	}
	a.report(a.stdout, l, l.report)
	verdict := "valid"
	if !l.Valid() {
		verdict = "invalid"
	}
	fmt.Fprintf(a.stdout, "%s is %s: %s\n", l.subject(), verdict, counted(l.report))
	return l.exit()
}

// exit is the error that ends a command that told its findings.
func (l *loaded) exit() error {
	if status := l.status(); status != exitClean {
		return exitStatus(status)
	}
	return nil
}
