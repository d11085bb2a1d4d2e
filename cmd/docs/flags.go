package main

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/compozy/docs/internal/build"
	"github.com/compozy/docs/internal/diag"
)

// settings holds the values of all flags of all commands.
type settings struct {
	root, out, addr, trace, format, color string
	force, noCache, external, accept      bool
	why, mutate, missing                  bool
	fix, dryRun                           bool
	shard                                 build.Shard
	since, title, section                 string
	jobs, max, seed, poll                 int
	built                                 bool
	hosts                                 []string
	reports                               []reportTarget
}

// flagDef is one flag.
type flagDef struct {
	name    string
	arg     string // name of its value; "" for a switch
	usage   string // one line, with the default
	choices []string
	set     func(value string) error
}

// flagSet is the flags of one command, in the order in which help lists them.
type flagSet struct {
	defs []flagDef
}

var errHelp = errors.New("help was asked for")

// usageError is what is wrong with a command line.
type usageError struct{ message, advice string }

func (e *usageError) Error() string { return e.message }

func (f *flagSet) text(to *string, name, arg, fallback, usage string, choices ...string) {
	*to = fallback
	f.defs = append(f.defs, flagDef{name: name, arg: arg, usage: usage, choices: choices, set: func(v string) error {
		for _, c := range choices {
			if v == c {
				*to = v
				return nil
			}
		}
		if len(choices) > 0 {
			return &usageError{fmt.Sprintf("--%s is %q", name, v), "use one of " + strings.Join(choices, ", ")}
		}
		if v == "" {
			return &usageError{fmt.Sprintf("--%s is empty", name), fmt.Sprintf("type --%s %s", name, arg)}
		}
		*to = v
		return nil
	}})
}

// list adds a flag that may stand several times.
func (f *flagSet) list(to *[]string, name, arg, usage string) {
	*to = nil
	f.defs = append(f.defs, flagDef{name: name, arg: arg, usage: usage, set: func(v string) error {
		if v == "" {
			return &usageError{fmt.Sprintf("--%s is empty", name), fmt.Sprintf("type --%s %s", name, arg)}
		}
		*to = append(*to, v)
		return nil
	}})
}

func (f *flagSet) number(to *int, name, arg string, fallback, lowest int, usage string) {
	*to = fallback
	f.defs = append(f.defs, flagDef{name: name, arg: arg, usage: usage, set: func(v string) error {
		n, err := strconv.Atoi(v)
		if err != nil || n < lowest || n > 1<<20 {
			return &usageError{fmt.Sprintf("--%s is %q", name, v), fmt.Sprintf("use a whole number, %d or more", lowest)}
		}
		*to = n
		return nil
	}})
}

func (f *flagSet) toggle(to *bool, name, usage string) {
	f.defs = append(f.defs, flagDef{name: name, usage: usage, set: func(v string) error {
		b, err := strconv.ParseBool(v)
		if err != nil {
			return &usageError{fmt.Sprintf("--%s is %q", name, v), fmt.Sprintf("it takes no value: type --%s", name)}
		}
		*to = b
		return nil
	}})
}

// parse reads flags wherever they stand among the arguments; "--" ends them,
// and "-" alone is an argument.
func (f *flagSet) parse(args []string) (rest []string, err error) {
	for len(args) > 0 {
		arg := args[0]
		args = args[1:]
		if arg == "--" {
			return append(rest, args...), nil
		}
		if !strings.HasPrefix(arg, "-") || arg == "-" {
			rest = append(rest, arg)
			continue
		}
		name, value, given := strings.Cut(strings.TrimPrefix(strings.TrimPrefix(arg, "-"), "-"), "=")
		if name == "h" || name == "help" {
			return nil, errHelp
		}
		def := f.find(name)
		if def == nil {
			advice := diag.Suggest("--"+name, f.names())
			return nil, &usageError{fmt.Sprintf("there is no flag %q", arg), advice}
		}
		switch {
		case given:
		case def.arg == "":
			value = "true"
		case len(args) == 0:
			return nil, &usageError{fmt.Sprintf("--%s needs a value", name), fmt.Sprintf("type --%s %s", name, def.arg)}
		default:
			value, args = args[0], args[1:]
		}
		if err := def.set(value); err != nil {
			return nil, err
		}
	}
	return rest, nil
}

func (f *flagSet) find(name string) *flagDef {
	for i := range f.defs {
		if f.defs[i].name == name {
			return &f.defs[i]
		}
	}
	return nil
}

func (f *flagSet) names() []string {
	var names []string
	for _, d := range f.defs {
		names = append(names, "--"+d.name)
	}
	return names
}

// Flags that several commands share.

func (f *flagSet) rootFlag(s *settings) {
	f.text(&s.root, "root", "DIR", ".", "folder with source.config.json (default: here)")
}

func (f *flagSet) workFlags(s *settings) {
	f.number(&s.jobs, "jobs", "N", 0, 1, "number of workers (default: one per processor)")
	f.toggle(&s.noCache, "no-cache", "ignore cached results")
	f.toggle(&s.external, "external", "check external links; needs a network")
	f.text(&s.trace, "trace", "FILE", "", "write a Go execution trace")
}

func (f *flagSet) lookFlags(s *settings) {
	f.text(&s.color, "color", "WHEN", "auto", "auto, always or never (default: auto)", "auto", "always", "never")
	f.number(&s.max, "max", "N", 50, 0, "findings to show, 0 for all (default: 50)")
}
