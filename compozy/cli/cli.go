// Package cli is the compozy command line: start, config, cache, version and
// what cobra adds, help and completions.
//
// [Run] is the whole program. It takes its arguments, its environment and its
// streams and returns an exit status, so that a test or another program can
// call it as often as it likes, and several at a time: the package holds no
// state of its own, reads no variable behind the caller's back and never ends
// the process. Where relative paths start, which network it uses and which
// signals end it, the [host.Host] of the context says. Flags,
// their variables and their defaults are those of the registry in package
// config; there is no second list here. Results go to stdout, everything else
// to stderr, and a secret goes to neither.
package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"runtime/debug"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/compozy/docs/compozy/config"
	"github.com/compozy/docs/compozy/host"
	"github.com/compozy/docs/compozy/usage"
	"github.com/compozy/docs/internal/diag"
)

// Exit statuses.
const (
	exitClean    = 0
	exitFindings = 1 // the configuration has errors, or the server failed
	exitUsage    = 2 // wrong usage, or a file that cannot be read
)

// app is one call of the program. It is used by one goroutine, but for what
// start serves.
type app struct {
	env    []string // as given
	stdin  io.Reader
	stdout *output
	stderr *output
	host   host.Host
	typed  []typedPath // the paths that errors are to show as they were typed
}

// Run executes one command line, args without the program's name, and returns
// its exit status: 0 when all is well; 1 when the configuration has errors or
// the server failed; 2 for wrong usage and for what cannot be read. The end of
// ctx ends the command as the first signal does. It may hold a [host.Host].
func Run(ctx context.Context, args, env []string, stdin io.Reader, stdout, stderr io.Writer) int {
	a := &app{env: env, stdin: stdin, stdout: newOutput(stdout), stderr: newOutput(stderr), host: host.From(ctx)}
	return a.run(ctx, args)
}

func (a *app) run(ctx context.Context, args []string) int {
	status := a.guarded(ctx, args)
	if err := errors.Join(a.stdout.failure(), a.stderr.failure()); err != nil {
		fmt.Fprintf(a.stderr.w, "compozy: the output cannot be written: %v\n", err)
		return exitUsage
	}
	return status
}

// guarded turns a crash of a command into a sentence and status 2. A crash is
// our mistake; its stack is shown with COMPOZY_DEBUG only.
func (a *app) guarded(ctx context.Context, args []string) (status int) {
	defer func() {
		p := recover()
		if p == nil {
			return
		}
		text, _, _ := strings.Cut(fmt.Sprint(p), "\n")
		fmt.Fprintf(a.stderr, "compozy: this is a bug in compozy, not in your configuration: %s\n", diag.Printable(text))
		if debugging, ok := config.FieldAt("cli.debug"); ok && a.variable(debugging.Env) != "" {
			a.stderr.Write(debug.Stack())
		}
		status = exitUsage
	}()
	root := a.tree()
	root.SetArgs(append([]string{}, args...)) // cobra reads a nil slice as os.Args
	completing := len(args) > 0 && strings.HasPrefix(args[0], cobra.ShellCompRequestCmd)
	if completing {
		completeValues(root)
	} else if err := wrongCommand(root, args); err != nil {
		return a.fail(err)
	}
	c, err := root.ExecuteContextC(ctx)
	if err == nil && !completing {
		a.recordFlags(c) // of --help and --version, which run no command
	}
	return a.fail(err)
}

// tree is the complete tree of commands, with those that cobra adds.
func (a *app) tree() *cobra.Command {
	root := a.rootCommand()
	root.InitDefaultHelpFlag()
	root.InitDefaultVersionFlag()
	root.InitDefaultCompletionCmd()
	return root
}

// record notes that a command runs, with the flags that it was given.
func (a *app) record(c *cobra.Command) {
	if c.Hidden || c.HasSubCommands() {
		return
	}
	a.host.Usage.Add(usage.Command, c.CommandPath())
	a.recordFlags(c)
}

func (a *app) recordFlags(c *cobra.Command) {
	c.Flags().Visit(func(flag *pflag.Flag) {
		a.host.Usage.Add(usage.Flag, c.CommandPath()+" --"+flag.Name)
	})
}

// exitStatus is an error that was already told.
type exitStatus int

func (s exitStatus) Error() string { return fmt.Sprintf("exit status %d", int(s)) }

// failure is why a command could not do its work.
type failure struct {
	status  int
	message string // one sentence; no secret
	advice  []string
}

func (f *failure) Error() string { return f.message }

func (f *failure) help(format string, args ...any) *failure {
	if text := fmt.Sprintf(format, args...); text != "" {
		f.advice = append(f.advice, text)
	}
	return f
}

// misuse is a failure to understand the command line.
func misuse(format string, args ...any) *failure {
	return &failure{status: exitUsage, message: fmt.Sprintf(format, args...)}
}

// fail tells what went wrong and returns the exit status.
func (a *app) fail(err error) int {
	var told exitStatus
	var f *failure
	switch {
	case err == nil:
		return exitClean
	case errors.As(err, &told):
		return int(told)
	case !errors.As(err, &f):
		f = misuse("%s", err.Error())
	}
	fmt.Fprintf(a.stderr, "compozy: %s\n", diag.Printable(a.asTyped(f.message)))
	for _, text := range f.advice {
		fmt.Fprintf(a.stderr, "  = help: %s\n", diag.Printable(a.asTyped(text)))
	}
	return f.status
}

// rootCommand builds the tree of commands, new for each call because cobra
// keeps what it parsed in it.
func (a *app) rootCommand() *cobra.Command {
	root := &cobra.Command{
		Use:   "compozy",
		Short: "run Compozy and inspect its configuration",
		Long: "Runs the cache and the health endpoints of Compozy, in standalone or distributed mode, " +
			"and shows what a configuration means and where each value comes from.",
		Example:       "compozy start --standalone\ncompozy config validate --config compozy.yaml\ncompozy config diagnostics",
		Version:       "-", // gives --version; the template prints the build
		SilenceErrors: true, SilenceUsage: true,
		RunE:             group,
		PersistentPreRun: func(c *cobra.Command, _ []string) { a.record(c) },
	}
	root.SetIn(a.stdin)
	root.SetOut(a.stdout)
	root.SetErr(a.stderr)
	root.SetVersionTemplate(versionText())
	root.SetHelpFunc(func(c *cobra.Command, _ []string) { writeHelp(a.stdout, c) })
	root.SetUsageFunc(func(c *cobra.Command) error { writeHelp(a.stderr, c); return nil })
	root.SetFlagErrorFunc(flagError)
	addCommandFlags(root.PersistentFlags())
	root.AddCommand(a.startCommand(), a.configCommand(), a.cacheCommand(), a.versionCommand(), flagsTopic())
	root.SetHelpCommand(a.helpCommand())
	root.InitDefaultHelpCmd()
	for _, c := range everyCommand(root) {
		c.DisableFlagsInUseLine = true
		if c.Args == nil && c.RunE != nil && !c.HasSubCommands() {
			c.Args = noArguments
		}
	}
	return root
}

// configCommand is the parent of what looks at the configuration.
func (a *app) configCommand() *cobra.Command {
	c := &cobra.Command{
		Use:     "config",
		Short:   "inspect the configuration",
		Example: "compozy config show --source\ncompozy config validate\ncompozy config diagnostics",
		RunE:    group,
	}
	c.AddCommand(a.showCommand(), a.validateCommand(), a.diagnosticsCommand())
	return c
}

// group is what a command does that only has subcommands.
func group(c *cobra.Command, _ []string) error {
	if err := c.Usage(); err != nil {
		return err
	}
	return exitStatus(exitUsage)
}

func noArguments(c *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	shown := fmt.Sprintf("%q", args[0])
	for name := range given(c) {
		// Of an unquoted secret with a blank in it, the second word lands here.
		if f, ok := config.FieldOfFlag(name); ok && f.Sensitive {
			shown = config.Redacted
		}
	}
	return misuse("%s takes no arguments, but got %s", c.CommandPath(), shown).help("%s -h shows how to use it", c.CommandPath())
}

// everyCommand returns the commands below c, and c.
func everyCommand(c *cobra.Command) []*cobra.Command {
	all := []*cobra.Command{c}
	for _, child := range c.Commands() {
		all = append(all, everyCommand(child)...)
	}
	return all
}

// variable returns a variable of the environment, "" when it is not set.
func (a *app) variable(name string) string { return lookup(a.env, name) }

// lookup returns a variable; of a name that stands twice the last counts.
func lookup(env []string, name string) string {
	for i := len(env) - 1; i >= 0 && name != ""; i-- {
		if value, ok := strings.CutPrefix(env[i], name+"="); ok {
			return value
		}
	}
	return ""
}
