package main

import (
	"context"
	"fmt"
)

// command is one line of the command table.
type command struct {
	name     string
	args     string // after the flags, as the usage line shows them
	min, max int    // number of arguments; max < 0 means any number
	summary  string // one line, no full stop
	about    string // what else to know
	flags    func(*settings) *flagSet
	examples []string
	exits    string // what status 1 means here
	run      func(context.Context, *invocation) int
}

// commands is the whole command line, in the order in which help lists it.
func commands() []*command {
	return []*command{
		buildCommand, checkCommand, serveCommand, renderCommand, examplesCommand, coverageCommand, reportCommand, newCommand, doctorCommand,
		explainCommand, completionCommand, versionCommand, helpCommand,
	}
}

func findCommand(name string) *command {
	for _, c := range commands() {
		if c.name == name {
			return c
		}
	}
	return nil
}

func commandNames() []string {
	var names []string
	for _, c := range commands() {
		names = append(names, c.name)
	}
	return names
}

// checkArgs returns what is wrong with the number of arguments, or "".
func (c *command) checkArgs(args []string) string {
	switch {
	case len(args) < c.min:
		return fmt.Sprintf("docs %s needs %s", c.name, c.args)
	case c.max == 0 && len(args) > 0:
		return fmt.Sprintf("docs %s takes no arguments, but got %q", c.name, args[0])
	case c.max > 0 && len(args) > c.max:
		return fmt.Sprintf("docs %s takes only %s, but also got %q", c.name, c.args, args[c.max])
	}
	return ""
}
