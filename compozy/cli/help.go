package cli

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/compozy/docs/compozy/config"
	"github.com/compozy/docs/compozy/mode"
	"github.com/compozy/docs/internal/diag"
)

const helpWidth = 80

// Annotations of a command.
const (
	exitNote  = "exit1" // what status 1 means
	usualNote = "usual" // settings whose flags help shows, separated by blanks
)

// usualFlags are the flags that help shows of a command that takes those of
// all settings: the modes, and what the command itself reads.
func usualFlags(more ...string) string {
	paths := []string{mode.Global.Key()}
	for _, c := range mode.Components() {
		paths = append(paths, c.Key())
	}
	return strings.Join(append(paths, more...), " ")
}

func (a *app) helpCommand() *cobra.Command {
	return &cobra.Command{
		Use:     "help [COMMAND]",
		Short:   "show how to use a command",
		Example: "compozy help start\ncompozy help flags",
		ValidArgsFunction: func(c *cobra.Command, _ []string, _ string) ([]string, cobra.ShellCompDirective) {
			return commandNames(c.Root()), cobra.ShellCompDirectiveNoFileComp
		},
		Args: cobra.ArbitraryArgs,
		RunE: func(c *cobra.Command, args []string) error {
			topic := c.Root()
			for _, name := range args {
				next := child(topic, name)
				if next == nil {
					return unknownCommand(topic, name)
				}
				topic = next
			}
			writeHelp(a.stdout, topic)
			return nil
		},
	}
}

// flagsTopic is a help topic, not a command: the flags of all settings.
func flagsTopic() *cobra.Command {
	c := &cobra.Command{Use: "flags", Short: "the flags of all settings"}
	c.SetHelpFunc(func(c *cobra.Command, _ []string) { writeHelp(c.OutOrStdout(), c) })
	return c
}

// wrongCommand reports a word that stands where a command belongs and is none,
// before cobra complains about flags that only a command could explain.
func wrongCommand(root *cobra.Command, args []string) error {
	c, rest := root, args
	for c.HasSubCommands() {
		c.InitDefaultHelpFlag()
		word, after := firstWord(c, rest)
		if word == "" {
			return nil
		}
		next := child(c, word)
		if next == nil {
			return unknownCommand(c, word)
		}
		c, rest = next, after
	}
	if c.Name() == "flags" && !c.Runnable() {
		return misuse("%q is a help topic, not a command", c.Name()).help("compozy help flags shows it")
	}
	return nil
}

// firstWord returns the first argument that is neither a flag nor the value of
// one, and what follows it.
func firstWord(c *cobra.Command, args []string) (string, []string) {
	for i := 0; i < len(args); i++ {
		arg := args[i]
		switch {
		case arg == "--":
			return "", nil
		case !strings.HasPrefix(arg, "-") || arg == "-":
			return arg, args[i+1:]
		case strings.Contains(arg, "="):
		default:
			name := strings.TrimLeft(arg, "-")
			flag := lookupFlag(c, name, strings.HasPrefix(arg, "--"))
			if flag != nil && flag.NoOptDefVal == "" || flag == nil && strings.HasPrefix(arg, "--") && valued(name) {
				i++
			}
		}
	}
	return "", nil
}

// valued reports whether a name is that of a setting's flag that takes a value.
// Before the name of a command no command knows it yet, and its value is no
// command: it may be a password.
func valued(name string) bool {
	f, ok := config.FieldOfFlag(name)
	return ok && !slices.Contains(f.Types, "boolean") && !slices.Contains(f.Shorthands, name)
}

func lookupFlag(c *cobra.Command, name string, long bool) *pflag.Flag {
	for _, set := range []*pflag.FlagSet{c.Flags(), c.PersistentFlags(), c.InheritedFlags()} {
		if long {
			if flag := set.Lookup(name); flag != nil {
				return flag
			}
		} else if len(name) == 1 {
			if flag := set.ShorthandLookup(name); flag != nil {
				return flag
			}
		}
	}
	return nil
}

func child(c *cobra.Command, name string) *cobra.Command {
	for _, next := range c.Commands() {
		if next.Name() == name {
			return next
		}
	}
	return nil
}

func unknownCommand(c *cobra.Command, word string) error {
	return misuse("%s has no command %q", c.CommandPath(), word).
		help("%s", diag.Suggest(word, commandNames(c))).
		help("%s -h shows all commands", c.CommandPath())
}

func commandNames(c *cobra.Command) []string {
	var names []string
	for _, next := range c.Commands() {
		if !next.Hidden {
			names = append(names, next.Name())
		}
	}
	return names
}

// writeHelp prints the help of a command in at most 80 columns.
func writeHelp(w io.Writer, c *cobra.Command) {
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n", wrap(c.CommandPath()+": "+strings.TrimSuffix(c.Short, ".")+".", 0))
	if c.Long != "" {
		fmt.Fprintf(&b, "\n%s\n", paragraphs(strings.TrimSpace(c.Long)))
	}
	if c.Name() == "flags" && !c.Runnable() {
		writeAllFlags(&b)
		io.WriteString(w, b.String())
		return
	}
	fmt.Fprintf(&b, "\nUsage: %s\n", usageLine(c))
	if c.HasSubCommands() {
		b.WriteString("\nCommands:\n")
		for _, next := range c.Commands() {
			if next.IsAvailableCommand() || next.Name() == "help" {
				fmt.Fprintf(&b, "  %-12s %s\n", next.Name(), lowerFirst(next.Short))
			}
		}
	}
	writeFlags(&b, c)
	if c.Example != "" {
		b.WriteString("\nExamples:\n")
		for line := range strings.Lines(c.Example) {
			b.WriteString("  " + strings.TrimSpace(line) + "\n")
		}
	}
	b.WriteString("\nExit status:\n")
	for _, note := range exitNotes(c) {
		fmt.Fprintf(&b, "  %d  %s\n", note.Status, note.Meaning)
	}
	if c.HasSubCommands() {
		fmt.Fprintf(&b, "\n%s COMMAND -h shows the flags of a command.\n", c.CommandPath())
		if !c.HasParent() {
			b.WriteString("compozy help flags lists the flags of all settings.\n")
		}
	}
	io.WriteString(w, b.String())
}

// writeFlags lists the command's own flags, the usual ones of the settings,
// and those that all commands take.
func writeFlags(b *strings.Builder, c *cobra.Command) {
	c.InitDefaultHelpFlag()
	usual := strings.Fields(c.Annotations[usualNote])
	var own, settings, shared []*pflag.Flag
	more := false
	c.LocalFlags().VisitAll(func(flag *pflag.Flag) {
		path := settingOf(flag)
		f, isSetting := config.FieldAt(path)
		switch {
		case !isSetting:
			own = append(own, flag)
		case f.Command:
			shared = append(shared, flag)
		case slices.Contains(usual, path):
			settings = append(settings, flag)
		default:
			more = true
		}
	})
	c.InheritedFlags().VisitAll(func(flag *pflag.Flag) { shared = append(shared, flag) })
	slices.SortStableFunc(settings, func(x, y *pflag.Flag) int {
		return slices.Index(usual, settingOf(x)) - slices.Index(usual, settingOf(y))
	})
	for _, part := range []struct {
		title string
		flags []*pflag.Flag
	}{{"Flags", own}, {"Flags of settings", settings}, {"Flags of all commands", shared}} {
		if len(part.flags) == 0 {
			continue
		}
		fmt.Fprintf(b, "\n%s:\n", part.title)
		for _, flag := range part.flags {
			writeFlag(b, flag)
		}
		if part.title == "Flags of settings" && more {
			b.WriteString("  (compozy help flags lists the flags of all other settings)\n")
		}
	}
}

func writeFlag(b *strings.Builder, flag *pflag.Flag) {
	head := "--" + flag.Name
	if flag.Shorthand != "" {
		head = "-" + flag.Shorthand + ", " + head
	}
	if kind := flag.Value.Type(); kind != "" && flag.NoOptDefVal == "" {
		head += " " + kind
	}
	text := flagUsage(flag)
	if f, ok := config.FieldAt(settingOf(flag)); ok && f.Flag == flag.Name {
		if shown := defaultText(f); shown != "" {
			text += " Default: " + shown + "."
		}
		if f.Env != "" {
			text += " Variable: " + f.Env + "."
		}
	}
	const column = 30
	lines := strings.Split(wrap(text, column), "\n")
	if len(head) > column-4 {
		fmt.Fprintf(b, "  %s\n%s%s\n", head, strings.Repeat(" ", column), lines[0])
	} else {
		fmt.Fprintf(b, "  %-*s%s\n", column-2, head, lines[0])
	}
	for _, line := range lines[1:] {
		fmt.Fprintf(b, "%s%s\n", strings.Repeat(" ", column), line)
	}
}

func defaultText(f *config.Field) string {
	switch v := f.Default.(type) {
	case nil:
		return ""
	case bool:
		if !v {
			return "" // what a switch is without being given
		}
		return fmt.Sprint(v)
	case []any:
		var words []string
		for _, item := range v {
			words = append(words, fmt.Sprint(item))
		}
		return strings.Join(words, ",")
	default:
		return fmt.Sprint(v)
	}
}

// writeAllFlags lists the flags of all settings by section.
func writeAllFlags(b *strings.Builder) {
	b.WriteString("\n" + wrap("Every setting that has a flag, by section of the configuration. "+
		"A flag wins over the environment and loses to the file.", 0) + "\n")
	section := ""
	set := pflag.NewFlagSet("", pflag.ContinueOnError)
	set.SortFlags = false
	addSettingFlags(set)
	set.VisitAll(func(flag *pflag.Flag) {
		name, _, nested := strings.Cut(settingOf(flag), ".")
		if !nested {
			name = "all components"
		}
		if name != section {
			section = name
			fmt.Fprintf(b, "\n%s:\n", section)
		}
		writeFlag(b, flag)
	})
}

// paragraphs wraps the lines of a text that is not laid out already.
func paragraphs(text string) string {
	var out []string
	for line := range strings.Lines(text) {
		line = strings.TrimRight(line, "\n")
		if strings.HasPrefix(line, "\t") {
			out = append(out, "    "+strings.TrimSpace(line))
			continue
		}
		out = append(out, wrap(strings.TrimRight(line, " "), 0))
	}
	return strings.Join(out, "\n")
}

// wrap breaks text at blanks so that it fits help, the first indent columns
// being taken.
func wrap(text string, indent int) string {
	var b strings.Builder
	column := 0
	for _, word := range strings.Fields(text) {
		n := utf8.RuneCountInString(word)
		switch {
		case column == 0:
		case indent+column+1+n > helpWidth:
			b.WriteByte('\n')
			column = 0
		default:
			b.WriteByte(' ')
			column++
		}
		b.WriteString(word)
		column += n
	}
	return b.String()
}

func lowerFirst(s string) string {
	if s == "" {
		return s
	}
	return strings.ToLower(s[:1]) + s[1:]
}
