package main

import (
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/compozy/docs/internal/diag"
)

var helpCommand = &command{
	name: "help", args: "[COMMAND]", max: 1,
	summary:  "show how to use a command",
	flags:    func(*settings) *flagSet { return &flagSet{} },
	examples: []string{"docs help", "docs help check"},
}

func init() { helpCommand.run = runHelp } // runHelp reads the table that holds helpCommand

func runHelp(_ context.Context, in *invocation) int {
	if len(in.args) == 0 {
		writeOverview(in.stdout)
		return exitClean
	}
	c := findCommand(in.args[0])
	if c == nil {
		in.command = nil
		return in.misuse("there is no command %q", diag.Suggest(in.args[0], commandNames()), in.args[0])
	}
	writeHelp(in.stdout, c)
	return exitClean
}

func writeOverview(w io.Writer) {
	fmt.Fprint(w, "docs builds a documentation site and proves its pages: every link is resolved,\n"+
		"every YAML example runs through the real system.\n\nUsage: docs COMMAND [flags] [arguments]\n\nCommands:\n")
	for _, c := range commands() {
		fmt.Fprintf(w, "  %-10s %s\n", c.name, c.summary)
	}
	fmt.Fprint(w, "\nExamples:\n  docs check\n  docs build --out dist\n\n"+
		"docs COMMAND -h shows the flags of a command.\n\n"+
		"Exit status: 0 clean; 1 findings; 2 usage error, or docs could not run.\n")
}

// writeHelp prints the help of a command in at most 80 columns.
func writeHelp(w io.Writer, c *command) {
	flags := c.flags(&settings{}).defs
	usage := "docs " + c.name
	if len(flags) > 0 {
		usage += " [flags]"
	}
	if c.args != "" {
		usage += " " + c.args
	}
	fmt.Fprintf(w, "docs %s: %s.\n", c.name, c.summary)
	if c.about != "" {
		fmt.Fprintf(w, "\n%s\n", wrap(c.about, 78))
	}
	fmt.Fprintf(w, "\nUsage: %s\n", usage)
	if len(flags) > 0 {
		fmt.Fprint(w, "\nFlags:\n")
		for _, d := range flags {
			name := strings.TrimSpace("--" + d.name + " " + d.arg)
			if len(name) > 15 {
				name += fmt.Sprintf("\n  %15s", "")
			}
			fmt.Fprintf(w, "  %-15s %s\n", name, d.usage)
		}
	}
	fmt.Fprint(w, "\nExamples:\n")
	for _, e := range c.examples {
		fmt.Fprintf(w, "  %s\n", e)
	}
	fmt.Fprint(w, "\nExit status:\n  0  clean\n")
	if c.exits != "" {
		fmt.Fprintf(w, "  1  %s\n", c.exits)
	}
	fmt.Fprint(w, "  2  usage error, or docs could not run\n")
}

// wrap breaks text into lines of at most width bytes at blanks.
func wrap(text string, width int) string {
	var b strings.Builder
	column := 0
	for _, word := range strings.Fields(text) {
		switch {
		case column == 0:
		case column+1+len(word) > width:
			b.WriteByte('\n')
			column = 0
		default:
			b.WriteByte(' ')
			column++
		}
		b.WriteString(word)
		column += len(word)
	}
	return b.String()
}
