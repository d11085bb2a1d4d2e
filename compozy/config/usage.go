package config

import (
	"strconv"

	"github.com/compozy/docs/compozy/mode"
	"github.com/compozy/docs/compozy/usage"
	"github.com/compozy/docs/internal/tree"
)

// used records a value that a layer gives: the setting, and when it counts
// also its layer and, of a setting with few values, which of them it is. Text
// and numbers are not recorded: they have no end, and one may be a secret.
func (d *decoder) used(f *Field, l leaf, counts bool) {
	if d.usage == nil {
		return
	}
	d.usage.Add(usage.Field, f.Path)
	if !counts {
		return
	}
	d.usage.Add(usage.Layer, l.source.Kind.String())
	switch {
	case f.Sensitive || l.in.secret:
	case l.node.Kind == tree.Bool:
		d.usage.Add(usage.Value, f.Path+"="+strconv.FormatBool(l.node.Bool))
	case len(f.Enum) > 0 && l.node.Text != "":
		d.usage.Add(usage.Value, f.Path+"="+l.node.Text)
	}
}

// usedModes records where each component runs. A word that decides nothing
// leads to no mode.
func (d *decoder) usedModes() {
	for _, decision := range d.cfg.modes.Decisions() {
		if decision.Effective != mode.Unresolved {
			d.usage.Add(usage.Mode, string(decision.Component)+"="+string(decision.Effective))
		}
	}
}

// usedRules records what the configuration was found guilty of.
func (d *decoder) usedRules() {
	if d.usage == nil {
		return
	}
	for i := range d.cfg.findings {
		d.usage.Add(usage.Rule, d.cfg.findings[i].Rule)
	}
}
