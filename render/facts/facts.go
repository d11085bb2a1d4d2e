// Package facts is what components print about the documented system and
// about the build itself, as plain data.
//
// It holds types only. Whoever builds a site fills them from the system; the
// renderer knows the system through them and in no other way.
package facts

// System is everything that components may print. It is frozen and safe for
// concurrent use; the functions are called when a page needs their answer, so
// that a site without such pages pays nothing. A nil function answers nothing.
type System struct {
	Modes    []ModeRow
	Commands []Command
	// Rules are those of the documented system and those of the builder.
	Rules []Rule

	// Schema returns a schema by file name, "config.json" being the system's.
	Schema func(name string) (*Schema, bool)
	// Schemas returns the file names that Schema knows, sorted.
	Schemas func() []string
	// Redis returns the commands of the embedded server by group, after asking
	// a server of its own which of them it does.
	Redis func() ([]RedisGroup, error)
	// Figures returns the recorded measurements.
	Figures func() Figures
	// Proof returns the counts of this build; they are known when pages are
	// rendered.
	Proof func() (Proof, bool)
	// Exercised returns the examples that exercise a setting; known like Proof.
	Exercised func(path string) []Example
}

// ModeRow is one combination of words and what it comes to.
type ModeRow struct {
	Component string // "redis"
	Global    string // the word of the key "mode", "" for none
	Own       string // the word of the component's key, "" for none
	Effective string
	DecidedBy string
}

// Command is a command of the documented command line.
type Command struct {
	Path    string // "compozy config show"
	Summary string
	Long    string
	Usage   string
	Example string // command lines, one a line
	Group   bool   // it only has subcommands
	Flags   []Flag
	Exits   []Exit
}

// Flag is a flag of a command.
type Flag struct {
	Name, Shorthand string // without dashes
	Value           string // what stands for the value; "" for a switch
	Default         string
	Usage           string
	Env             string
	Setting         string // path of the setting that it sets, or ""
	Shared          bool   // every command takes it
}

// Exit is what an exit status means.
type Exit struct {
	Status  int
	Meaning string
}

// Rule is a rule of the documented system or of the builder.
type Rule struct {
	ID       string // "compozy/mode"
	Severity string
	Summary  string
	Cause    string
	Example  string
	Remedy   string
}

// RedisGroup is a group of Redis commands.
type RedisGroup struct {
	Name     string // "sorted-set"
	Commands []RedisCommand
}

// RedisCommand is how far the embedded server does a command.
type RedisCommand struct {
	Name  string
	State string // "supported", "differs", "refused" or "missing"
	Note  string // why it is refused
	// Differences are calls that redis-server answers in another way.
	Differences []Difference
}

// Difference is a call with the answers of both servers.
type Difference struct{ Call, Redis, Embedded string }

// Figures are recorded measurements.
type Figures struct {
	Machine string // what they were measured on, as one phrase
	Date    string // "2026-01-31"
	All     []Figure
	// Broken says that there are figures and that they cannot be read, which
	// whoever read them reports.
	Broken bool
}

// Figure is one measurement.
type Figure struct {
	Name  string // "snapshot.100k.time"
	Value string // as it is printed
	Unit  string // "ms"; "" for a plain number
	Label string // what was measured
	Note  string // how
}

// Proof counts what a build has proven.
type Proof struct {
	Pages, Links                           int
	Executed, Validated, Parsed, Displayed int
}

// Example is a place in the pages where something is exercised.
type Example struct {
	Title string // of the page
	Href  string
}
