package cli

import (
	"io"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/compozy/docs/compozy/config"
)

// CommandInfo describes a command for a page of reference.
type CommandInfo struct {
	Path    string // "compozy config show"
	Summary string // a phrase without a full stop
	Long    string // "" where the summary says it all
	Usage   string // "compozy cache import FILE [flags]"
	Example string // command lines, one a line
	// Group says that the command only has subcommands.
	Group     bool
	Flags     []FlagInfo // by name; first the command's, then those of all commands
	ExitNotes []ExitNote // by status
}

// FlagInfo describes a flag of a command.
type FlagInfo struct {
	Name      string // without dashes
	Shorthand string // one letter without its dash, or ""
	Value     string // what stands for the value: "FILE", "a|b", "N"; "" for a switch
	Default   string // "" for none
	Usage     string // a sentence
	Env       string // the variable of its setting, or ""
	// Setting is the path of the setting that the flag gives a value, "" for
	// a flag that the command defines itself, which Own says.
	Setting string
	Own     bool
	// Shared says that every command takes the flag.
	Shared bool
}

// ExitNote is what an exit status of a command means.
type ExitNote struct {
	Status  int
	Meaning string
}

// Reference describes the whole tree of commands, parents before children and
// children by name, without those that are hidden.
func Reference() []CommandInfo {
	a := &app{stdin: strings.NewReader(""), stdout: newOutput(io.Discard), stderr: newOutput(io.Discard)}
	var out []CommandInfo
	for _, c := range everyCommand(a.tree()) {
		if !c.Hidden && c.Runnable() {
			out = append(out, describe(c))
		}
	}
	return out
}

func describe(c *cobra.Command) CommandInfo {
	c.InitDefaultHelpFlag()
	info := CommandInfo{
		Path: c.CommandPath(), Summary: strings.TrimSuffix(c.Short, "."), Long: strings.TrimSpace(c.Long),
		Usage: usageLine(c), Group: c.HasSubCommands(), ExitNotes: exitNotes(c),
	}
	var lines []string
	for line := range strings.Lines(c.Example) {
		lines = append(lines, strings.TrimSpace(line))
	}
	info.Example = strings.Join(lines, "\n")
	var shared []FlagInfo
	c.LocalFlags().VisitAll(func(flag *pflag.Flag) {
		if f := describeFlag(flag); f.Shared {
			shared = append(shared, f)
		} else {
			info.Flags = append(info.Flags, f)
		}
	})
	c.InheritedFlags().VisitAll(func(flag *pflag.Flag) {
		f := describeFlag(flag)
		f.Shared = true
		shared = append(shared, f)
	})
	info.Flags = append(info.Flags, shared...)
	return info
}

func describeFlag(flag *pflag.Flag) FlagInfo {
	info := FlagInfo{Name: flag.Name, Shorthand: flag.Shorthand, Usage: flagUsage(flag)}
	if flag.NoOptDefVal == "" {
		info.Value = flag.Value.Type()
	}
	f, isSetting := config.FieldAt(settingOf(flag))
	switch {
	case !isSetting:
		info.Own = true
		if flag.DefValue != "false" {
			info.Default = flag.DefValue
		}
	case f.Flag == flag.Name:
		info.Setting, info.Shared = f.Path, f.Command
		info.Default, info.Env = defaultText(f), f.Env
	default: // short for a value of another flag
		info.Setting, info.Shared = f.Path, f.Command
	}
	return info
}

// flagUsage is the sentence on a flag.
func flagUsage(flag *pflag.Flag) string {
	if f, ok := config.FieldAt(settingOf(flag)); ok && f.Flag != flag.Name {
		return "Short for --" + f.Flag + " " + flag.Name + "."
	}
	return strings.TrimSpace(flag.Usage)
}

// usageLine is how a command is typed.
func usageLine(c *cobra.Command) string {
	use := c.UseLine()
	if c.HasSubCommands() {
		use = c.CommandPath() + " COMMAND"
	}
	return strings.TrimSuffix(use, " [flags]") + " [flags]"
}

// exitNotes says what the exit statuses of a command mean.
func exitNotes(c *cobra.Command) []ExitNote {
	notes := []ExitNote{{exitClean, "clean"}}
	if c.HasSubCommands() {
		notes = append(notes, ExitNote{exitFindings, "the configuration has errors, or the work failed"})
	} else if text := c.Annotations[exitNote]; text != "" {
		notes = append(notes, ExitNote{exitFindings, text})
	}
	return append(notes, ExitNote{exitUsage, "wrong usage, or a file that cannot be read"})
}
