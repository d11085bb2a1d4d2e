package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/compozy/docs/internal/diag"
)

var completionCommand = &command{
	name: "completion", args: "bash|zsh|fish", min: 1, max: 1,
	summary: "print a shell completion script",
	about: "The script completes commands, flags, flag values with a fixed set of choices, rules after docs explain, and files. " +
		"bash: source <(docs completion bash). zsh: docs completion zsh > \"${fpath[1]}/_docs\". " +
		"fish: docs completion fish > ~/.config/fish/completions/docs.fish.",
	flags:    func(*settings) *flagSet { return &flagSet{} },
	examples: []string{"docs completion bash", "docs completion zsh > _docs"},
}

func init() { completionCommand.run = runCompletion } // the scripts list the table that holds the command

var shells = map[string]func(*output){"bash": writeBash, "zsh": writeZsh, "fish": writeFish}

func runCompletion(_ context.Context, in *invocation) int {
	write := shells[in.args[0]]
	if write == nil {
		advice := diag.Suggest(in.args[0], []string{"bash", "fish", "zsh"})
		if advice == "" {
			advice = "supported shells: bash, zsh, fish"
		}
		return in.misuse("there are no completions for %q", advice, in.args[0])
	}
	write(in.stdout)
	return exitClean
}

// words returns the fixed first arguments of a command.
func (c *command) words() []string {
	switch c.name {
	case "examples":
		return exampleActions
	case "report":
		return []string{"merge"}
	case "new":
		return []string{"site", "page"}
	case "completion":
		return []string{"bash", "zsh", "fish"}
	case "help":
		return commandNames()
	case "explain":
		return diag.RuleIDs()
	}
	return nil
}

// writeBash writes a function for `complete`. It needs no other package.
func writeBash(w *output) {
	fmt.Fprint(w, `# completions of docs for bash: source <(docs completion bash)
_docs() {
  local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]} flags= words= values=
  COMPREPLY=()
  if ((COMP_CWORD == 1)); then
`)
	fmt.Fprintf(w, "    COMPREPLY=($(compgen -W '%s' -- \"$word\"))\n    return\n  fi\n  case ${COMP_WORDS[1]} in\n", strings.Join(commandNames(), " "))
	for _, c := range commands() {
		defs := c.flags(&settings{}).defs
		var names []string
		for _, d := range defs {
			names = append(names, "--"+d.name)
		}
		fmt.Fprintf(w, "  %s)\n    flags='%s' words='%s'\n", c.name, strings.Join(names, " "), strings.Join(c.words(), " "))
		var choices strings.Builder
		for _, d := range defs {
			if len(d.choices) > 0 {
				fmt.Fprintf(&choices, "    --%s) values='%s' ;;\n", d.name, strings.Join(d.choices, " "))
			}
		}
		if choices.Len() > 0 {
			fmt.Fprintf(w, "    case $before in\n%s    esac\n", choices.String())
		}
		fmt.Fprint(w, "    ;;\n")
	}
	fmt.Fprint(w, `  esac
  if [[ -n $values ]]; then
    COMPREPLY=($(compgen -W "$values" -- "$word"))
  elif [[ $word == -* ]]; then
    COMPREPLY=($(compgen -W "$flags" -- "$word"))
  elif [[ -n $words ]] && ((COMP_CWORD == 2)); then
    COMPREPLY=($(compgen -W "$words" -- "$word"))
  else
    COMPREPLY=($(compgen -f -- "$word"))
  fi
}
complete -o filenames -F _docs docs
`)
}

// writeZsh writes a function for _arguments.
func writeZsh(w *output) {
	fmt.Fprint(w, "#compdef docs\n# completions of docs for zsh: docs completion zsh > \"${fpath[1]}/_docs\"\n_docs() {\n  if ((CURRENT == 2)); then\n    local -a commands=(\n")
	for _, c := range commands() {
		fmt.Fprintf(w, "      %s\n", quoteShell(c.name+":"+c.summary))
	}
	fmt.Fprint(w, "    )\n    _describe command commands\n    return\n  fi\n  local name=$words[2]\n  shift words\n  ((CURRENT--))\n  case $name in\n")
	for _, c := range commands() {
		fmt.Fprintf(w, "    %s)\n      _arguments", c.name)
		for _, d := range c.flags(&settings{}).defs {
			spec := "--" + d.name + "[" + zshText(d.usage) + "]"
			switch {
			case len(d.choices) > 0:
				spec += ":" + d.arg + ":(" + strings.Join(d.choices, " ") + ")"
			case d.arg != "":
				spec += ":" + zshText(d.arg) + ":_files"
			}
			fmt.Fprintf(w, " \\\n        %s", quoteShell(spec))
		}
		if words := c.words(); len(words) > 0 {
			fmt.Fprintf(w, " \\\n        %s", quoteShell("1:word:("+strings.Join(words, " ")+")"))
		}
		fmt.Fprint(w, " \\\n        '*:file:_files'\n      ;;\n")
	}
	fmt.Fprint(w, "  esac\n}\nif [[ $funcstack[1] == _docs ]]; then\n  _docs \"$@\"\nelse\n  compdef _docs docs\nfi\n")
}

// writeFish writes one complete line for each thing.
func writeFish(w *output) {
	fmt.Fprint(w, "# completions of docs for fish: docs completion fish > ~/.config/fish/completions/docs.fish\n")
	for _, c := range commands() {
		fmt.Fprintf(w, "complete -c docs -n __fish_use_subcommand -f -a %s -d %s\n", c.name, quoteShell(c.summary))
	}
	for _, c := range commands() {
		when := quoteShell("__fish_seen_subcommand_from " + c.name)
		for _, word := range c.words() {
			fmt.Fprintf(w, "complete -c docs -n %s -a %s\n", when, word)
		}
		for _, d := range c.flags(&settings{}).defs {
			line := "complete -c docs -n " + when + " -l " + d.name + " -d " + quoteShell(d.usage)
			switch {
			case len(d.choices) > 0:
				line += " -x -a " + quoteShell(strings.Join(d.choices, " "))
			case d.arg != "":
				line += " -r"
			}
			fmt.Fprintln(w, line)
		}
	}
}

func quoteShell(s string) string { return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'" }

// zshText escapes what ends a part of a specification.
func zshText(s string) string {
	return strings.NewReplacer(`\`, `\\`, "[", `\[`, "]", `\]`, ":", `\:`).Replace(s)
}
