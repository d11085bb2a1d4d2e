package cli

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/compozy/docs/compozy/config"
	"github.com/compozy/docs/internal/diag"
)

// Settings whose value a command needs before, or beside, the configuration.
const (
	pathConfigFile = "cli.config_file"
	pathCwd        = "cli.cwd"
	pathEnvFile    = "cli.env_file"
	pathFormat     = "cli.default_format"
	pathOutput     = "cli.output_format_alias"
	pathFileLimit  = "limits.max_config_file_size"
)

// settingNote marks a flag that belongs to a setting and holds its path.
const settingNote = "setting"

// flagValue is the text of a flag that belongs to a setting. Only its shape is
// looked at here: what the text must be, the registry says, and config.Decode
// reports it together with everything else.
type flagValue struct {
	text string
	kind string // what help and errors call the value
	on   bool   // a shorthand: true or false
}

var _ pflag.Value = (*flagValue)(nil)

func (v *flagValue) String() string { return v.text }
func (v *flagValue) Type() string   { return v.kind }

func (v *flagValue) Set(text string) error {
	if v.on {
		if _, err := strconv.ParseBool(text); err != nil {
			return errors.New("it is a switch")
		}
	}
	v.text = text
	return nil
}

// addCommandFlags adds the flags that shape a command rather than the system:
// all commands take them.
func addCommandFlags(to *pflag.FlagSet) {
	for _, f := range config.Fields() {
		if f.Command && f.Path != pathFormat && f.Path != pathOutput {
			addSetting(to, f)
		}
	}
}

// addSettingFlags adds the flags of all other settings.
func addSettingFlags(to *pflag.FlagSet) {
	for _, f := range config.Fields() {
		if !f.Command {
			addSetting(to, f)
		}
	}
}

func addSetting(to *pflag.FlagSet, f *config.Field) {
	if f.Flag == "" {
		return
	}
	add := func(name, short, usage string, v *flagValue) {
		flag := to.VarPF(v, name, short, usage)
		flag.Annotations = map[string][]string{settingNote: {f.Path}}
		if v.kind == "" {
			flag.NoOptDefVal = "true"
		}
	}
	add(f.Flag, f.FlagShort, f.Description, &flagValue{kind: kindOf(f)})
	for _, name := range f.Shorthands {
		add(name, "", "Short for a value of --"+f.Flag+".", &flagValue{on: true})
	}
}

// kindOf names the value of a flag in help; "" for a switch.
func kindOf(f *config.Field) string {
	switch {
	case slices.Equal(f.Types, []string{"boolean"}):
		return ""
	case len(f.Enum) > 0:
		words := slices.DeleteFunc(slices.Clone(f.Enum), func(w string) bool { return w == "" })
		return strings.Join(words, "|")
	case f.Format == config.Duration:
		return "DURATION"
	case slices.Contains(f.Types, "array"):
		return "LIST"
	case slices.Contains(f.Types, "integer"), slices.Contains(f.Types, "number"):
		return "N"
	case f.Format == config.URL, f.Format == config.RedisURL, f.Format == config.PostgresURL:
		return "URL"
	case strings.HasSuffix(f.Path, "_file"):
		return "FILE"
	case f.Path == pathCwd:
		return "DIR"
	}
	return "TEXT"
}

// settingOf returns the path of the setting that a flag sets, or "".
func settingOf(flag *pflag.Flag) string {
	if path := flag.Annotations[settingNote]; len(path) == 1 {
		return path[0]
	}
	return ""
}

// given returns the flags of settings that stand on the command line, by name.
func given(c *cobra.Command) map[string]string {
	flags := map[string]string{}
	c.Flags().Visit(func(flag *pflag.Flag) {
		if settingOf(flag) != "" {
			flags[flag.Name] = flag.Value.String()
		}
	})
	return flags
}

// early settles a setting that counts before there is a configuration: the
// flag, then the environment.
func early(c *cobra.Command, env []string, path string) string {
	f, ok := config.FieldAt(path)
	if !ok {
		panic("cli: no setting " + path)
	}
	if flag := c.Flags().Lookup(f.Flag); flag != nil && flag.Changed {
		return flag.Value.String()
	}
	return lookup(env, f.Env)
}

// flagError words what pflag found, with the nearest flag that exists.
func flagError(c *cobra.Command, err error) error {
	var unknown *pflag.NotExistError
	var missing *pflag.ValueRequiredError
	var invalid *pflag.InvalidValueError
	more := c.CommandPath() + " -h shows its flags"
	switch {
	case errors.Is(err, pflag.ErrHelp):
		return err
	case errors.As(err, &unknown) && unknown.GetSpecifiedShortnames() != "":
		return misuse("there is no flag %q", "-"+unknown.GetSpecifiedShortnames()).help("%s", more)
	case errors.As(err, &unknown):
		name := "--" + unknown.GetSpecifiedName()
		f := misuse("there is no flag %q", name)
		near := diag.Nearest(name, flagNames(c))
		if near != "" {
			f.help("did you mean %q?", near)
		} else if setting, ok := config.FieldOfFlag(unknown.GetSpecifiedName()); ok {
			f.help("%q belongs to the setting %s, which %s does not read", name, setting.Path, c.CommandPath())
		}
		return f.help("%s", more)
	case errors.As(err, &missing):
		flag := missing.GetFlag()
		return misuse("--%s needs a value", flag.Name).help("type --%s %s", flag.Name, flag.Value.Type()).help("%s", more)
	case errors.As(err, &invalid):
		// The value is not repeated: it may be a secret.
		flag := invalid.GetFlag()
		f := misuse("--%s does not accept this value", flag.Name)
		var choice *choiceError
		if errors.As(err, &choice) {
			f.message = fmt.Sprintf("--%s is %q", flag.Name, choice.got)
			f.help("%s", diag.Suggest(choice.got, choice.words)).help("the values are %s", strings.Join(choice.words, ", "))
		} else if flag.NoOptDefVal != "" {
			f.help("it takes no value: type --%s alone", flag.Name)
		}
		return f.help("%s", more)
	}
	return misuse("%s", err.Error()).help("%s", more)
}

func flagNames(c *cobra.Command) []string {
	var names []string
	c.Flags().VisitAll(func(flag *pflag.Flag) { names = append(names, "--"+flag.Name) })
	slices.Sort(names)
	return names
}

// choiceError is a word that a flag does not take.
type choiceError struct {
	got   string
	words []string
}

func (e *choiceError) Error() string { return "the values are " + strings.Join(e.words, ", ") }

// choice is the value of a flag that takes one of a few words.
type choice struct {
	word  string
	words []string
}

var _ pflag.Value = (*choice)(nil)

func (c *choice) String() string { return c.word }
func (c *choice) Type() string   { return strings.Join(c.words, "|") }

func (c *choice) Set(word string) error {
	if !slices.Contains(c.words, word) {
		return &choiceError{got: word, words: c.words}
	}
	c.word = word
	return nil
}

// addFormat adds --format and --output, the second being another name of the
// first. The words are the command's: what a table is differs, and the
// registry's words describe the answers of the API.
func addFormat(c *cobra.Command, words ...string) {
	for _, path := range []string{pathFormat, pathOutput} {
		f, ok := config.FieldAt(path)
		if !ok {
			panic("cli: no setting " + path)
		}
		usage := "Output format (default: " + words[0] + ")."
		if first, ok := config.FieldAt(pathFormat); ok && path == pathOutput {
			usage = "Same as --" + first.Flag + "."
		}
		c.Flags().VarP(&choice{words: words}, f.Flag, f.FlagShort, usage)
	}
}

// format settles the form of an answer. Both flags together are refused: one
// of them could only lose in silence. The setting itself counts when it asks
// for JSON, the one word that it shares with every command.
func format(c *cobra.Command, cfg *config.Config) (string, error) {
	var words, asked []string
	for _, path := range []string{pathFormat, pathOutput} {
		f, _ := config.FieldAt(path)
		flag := c.Flags().Lookup(f.Flag)
		words = flag.Value.(*choice).words
		if flag.Changed {
			asked = append(asked, flag.Value.String())
		}
	}
	switch {
	case len(asked) == 2:
		format, _ := config.FieldAt(pathFormat)
		output, _ := config.FieldAt(pathOutput)
		return "", misuse("--%s and --%s are two names for the same flag", format.Flag, output.Flag).help("use one of them")
	case len(asked) == 1:
		return asked[0], nil
	case cfg.IsSet(pathFormat) && slices.Contains(words, cfg.String(pathFormat)):
		return cfg.String(pathFormat), nil
	}
	return words[0], nil
}

// completeValues teaches the shell completion the words that flags take. Cobra
// keeps the functions in a table of the process, so they are added only when a
// completion is asked for.
func completeValues(root *cobra.Command) {
	for _, c := range everyCommand(root) {
		for _, set := range []*pflag.FlagSet{c.LocalNonPersistentFlags(), c.PersistentFlags()} {
			set.VisitAll(func(flag *pflag.Flag) {
				var words []string
				if v, ok := flag.Value.(*choice); ok {
					words = v.words
				} else if f, ok := config.FieldAt(settingOf(flag)); ok && len(f.Enum) > 0 && flag.NoOptDefVal == "" {
					words = slices.DeleteFunc(slices.Clone(f.Enum), func(w string) bool { return w == "" })
				}
				if words != nil {
					// The only error is a second registration of one flag.
					_ = c.RegisterFlagCompletionFunc(flag.Name, cobra.FixedCompletions(words, cobra.ShellCompDirectiveNoFileComp))
				}
			})
		}
	}
}
