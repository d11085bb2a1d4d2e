package build

import (
	"context"
	"strings"
	"sync"

	"github.com/compozy/docs/compozy/cli"
	"github.com/compozy/docs/compozy/usage"
	"github.com/compozy/docs/internal/diag"
	"github.com/compozy/docs/validate/coverage"
	"github.com/compozy/docs/validate/example"
)

// flagsByCommand says for each flag of each command whether it gives a value
// to a setting. Such a flag is the same on every command and counts once, as
// a flag of the program.
var flagsByCommand = sync.OnceValue(func() map[string]bool {
	settings := map[string]bool{}
	for _, c := range cli.Reference() {
		for _, f := range c.Flags {
			if !f.Own {
				settings[c.Path+" --"+f.Name] = true
			}
		}
	}
	return settings
})

// documentedSystem is what examples can exercise.
func documentedSystem() coverage.System {
	var commands []coverage.Command
	var shared []string
	seen := map[string]bool{}
	for _, c := range cli.Reference() {
		command := coverage.Command{Path: c.Path, Group: c.Group}
		for _, f := range c.Flags {
			switch {
			case f.Own:
				command.Flags = append(command.Flags, f.Name)
			case !seen[f.Name]:
				seen[f.Name] = true
				shared = append(shared, "compozy --"+f.Name)
			}
		}
		commands = append(commands, command)
	}
	system := coverage.Documented(commands)
	system.Flags = append(system.Flags, shared...)
	return system
}

// coverage measures what the examples that hold exercised.
func (r *run) coverage() coverage.Report {
	var examples []coverage.Example
	for i, p := range r.pages {
		for _, e := range p.examples {
			if e.Level == example.Executed && !diag.HasErrors(e.Diagnostics) {
				examples = append(examples, coverage.Example{Page: r.site.Pages[i].File.Path(), Line: lineOf(e), Uses: counted(e.Uses)})
			}
		}
	}
	return coverage.Measure(documentedSystem(), examples)
}

// counted gives the flags of settings the name under which they count.
func counted(uses []usage.Use) []usage.Use {
	out := make([]usage.Use, len(uses))
	for i, u := range uses {
		if u.Kind == usage.Flag && flagsByCommand()[u.Name] {
			u.Name = "compozy" + u.Name[strings.LastIndex(u.Name, " --"):]
		}
		out[i] = u
	}
	return out
}

// checkCoverage holds what was exercised against the floor. A part of the site
// exercises less than the whole, and examples that failed count nowhere: then
// there is nothing to hold against anything.
func (r *run) checkCoverage() []diag.Diagnostic {
	floor := r.src.Config.Examples.Coverage
	if r.selected != nil || r.unproven || floor.IsZero() {
		return nil
	}
	for _, p := range r.pages {
		for _, e := range p.examples {
			if diag.HasErrors(e.Diagnostics) {
				return nil
			}
		}
	}
	return coverage.Check(floor, r.coverage())
}

// Coverage checks a site and says what of the documented system its examples
// exercise.
func Coverage(ctx context.Context, o Options) (Result, coverage.Report, error) {
	r, err := examine(ctx, o)
	if err != nil || r.src == nil {
		return r.result, coverage.Report{}, err
	}
	defer r.close()
	return r.result, r.coverage(), nil
}
