package build

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"time"

	"github.com/compozy/docs/internal/diag"
	"github.com/compozy/docs/internal/site"
	"github.com/compozy/docs/internal/source"
	"github.com/compozy/docs/validate/ledger"
)

// Health is how a thing is that docs depends on.
type Health uint8

// The states. Lacking costs something and stops nothing; Sick stops a check or
// a build.
const (
	Well Health = iota
	Lacking
	Sick
)

// String returns "ok", "note" or "FAIL".
func (h Health) String() string { return [...]string{"ok", "note", "FAIL"}[min(h, Sick)] }

// Condition is one answer of Doctor.
type Condition struct {
	Name   string // what was looked at
	Health Health
	Says   string
	Advice string // what to do; "" when there is nothing to do
}

// programDeadline bounds the question for a program's version.
const programDeadline = 5 * time.Second

// Doctor looks at the machine, the folders, the configuration, the stored
// answers and the records, and says what to do. It judges no page.
func Doctor(ctx context.Context, o Options) []Condition {
	if o.Root == "" {
		o.Root = "."
	}
	out := []Condition{
		{Name: "docs", Says: fmt.Sprintf("built with %s for %s/%s", runtime.Version(), runtime.GOOS, runtime.GOARCH)},
		program(ctx, o.Env, "go", []string{"version"}, "needed only to build docs itself and to run tests", "install Go from https://go.dev/dl/ to build docs from source"),
		program(ctx, o.Env, "git", []string{"--version"}, "pages show no date, and --changed-since does not work", "install git"),
		program(ctx, o.Env, "redis-server", []string{"--version"}, "examples of distributed mode run against an embedded server instead", "install redis-server to run them against a real one"),
		oneOf(ctx, o.Env, []string{"chromium", "chromium-browser", "google-chrome"}, "needed only for browser tests", "install chromium to run them"),
		temporary(),
	}
	root, err := os.OpenRoot(o.Root)
	if err != nil {
		return append(out, Condition{"folder", Sick, fmt.Sprintf("%q cannot be opened: %s", o.Root, reason(err)), "name the folder with source.config.json: docs doctor --root DIR"})
	}
	defer root.Close()
	config, c := configuration(root)
	out = append(out, c)
	if config == nil {
		return out
	}
	if lookPath(o.Env, "git") != "" {
		out = append(out, datesKnown(ctx, o, config.Content))
	}
	out = append(out, writable(root, "site", "."), writableOutput(o, config), stored(root))
	return append(out, recordThere(root, path.Join(config.Content, lockName), "proof record", "docs examples update --accept"),
		recordThere(root, path.Join(config.Content, ledger.Name), "ledger of addresses", ""))
}

// program says which version of a program there is.
func program(ctx context.Context, env []string, name string, args []string, without, advice string) Condition {
	found := lookPath(env, name)
	if found == "" {
		return Condition{name, Lacking, "not in PATH: " + without, advice}
	}
	ctx, cancel := context.WithTimeout(ctx, programDeadline)
	defer cancel()
	cmd := exec.CommandContext(ctx, found, args...)
	cmd.Env, cmd.WaitDelay = gitEnvironment(env), time.Second
	said, err := cmd.Output()
	if err != nil {
		return Condition{name, Lacking, fmt.Sprintf("does not run (%s): %s", reason(err), without), advice}
	}
	line, _, _ := strings.Cut(strings.TrimSpace(string(said)), "\n")
	return Condition{Name: name, Says: line}
}

// lookPath finds a program in the PATH of an environment, which need not be
// this process's own.
func lookPath(env []string, name string) string {
	for _, dir := range filepath.SplitList(lookup(env, "PATH")) {
		if !filepath.IsAbs(dir) {
			continue // a program of the working directory is not the machine's
		}
		if found, err := exec.LookPath(filepath.Join(dir, name)); err == nil {
			return found
		}
	}
	return ""
}

func oneOf(ctx context.Context, env []string, names []string, without, advice string) Condition {
	var c Condition
	for _, name := range names {
		if c = program(ctx, env, name, []string{"--version"}, without, advice); c.Health == Well {
			return c
		}
	}
	return Condition{names[0], Lacking, "not in PATH: " + without, advice}
}

// configuration reads source.config.json. Its mistakes are listed by a check;
// here is said that there are some.
func configuration(root *os.Root) (*site.Config, Condition) {
	text, err := root.ReadFile(site.ConfigName)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, Condition{"configuration", Sick, "there is no " + site.ConfigName, "run it in the folder of a site, name one with --root, or create one: docs new site DIR"}
	}
	if err != nil {
		return nil, Condition{"configuration", Sick, site.ConfigName + " cannot be read: " + reason(err), "make the file readable"}
	}
	c, found := site.LoadConfig(source.NewFile(site.ConfigName, text))
	if n := diag.Count(found, diag.Error); n > 0 {
		return c, Condition{"configuration", Sick, fmt.Sprintf("%s has %s: %s", site.ConfigName, diag.Plural(n, "mistake"), first(found)), "docs check shows them"}
	}
	if info, err := root.Stat(c.Content); err != nil || !info.IsDir() {
		return c, Condition{"configuration", Sick, fmt.Sprintf("there is no folder %q for the pages", c.Content), "create it, or name a different one as \"content\" in " + site.ConfigName}
	}
	return c, Condition{Name: "configuration", Says: site.ConfigName + " has no mistakes; pages are in " + c.Content}
}

func first(found []diag.Diagnostic) string {
	for _, d := range found {
		if d.Severity == diag.Error {
			return d.Message
		}
	}
	return ""
}

// datesKnown says whether pages can show when they changed: a build silently
// leaves out a date that is not known.
func datesKnown(ctx context.Context, o Options, content string) Condition {
	const name, without = "dates of pages", "pages show no date, and there is no feed: "
	shallow, err := git(ctx, o.Root, o.Env, "rev-parse", "--is-shallow-repository")
	if err != nil {
		said, _, _ := strings.Cut(strings.TrimSpace(err.said), "\n")
		if said == "" {
			said = reason(err.err)
		}
		advice := "build in a clone of the repository, or create one: git init"
		if strings.Contains(said, "dubious ownership") {
			advice = "allow this user to read it: git config --global --add safe.directory DIR"
		}
		return Condition{name, Lacking, without + "git says " + strconv.Quote(said), advice}
	}
	known, asked := history(ctx, o.Root, content, o.Env)
	switch {
	case asked != nil:
		return Condition{name, Lacking, "no site can be built: " + asked.Error(), "run git log in the folder to see what is wrong"}
	case strings.TrimSpace(shallow) == "true":
		return Condition{name, Lacking, "this clone lacks the oldest commits: pages that changed only in those show no date", "fetch the whole history (actions/checkout: fetch-depth: 0)"}
	case len(known) == 0:
		return Condition{name, Lacking, without + "nothing in " + content + " is committed", "commit the pages"}
	}
	return Condition{Name: name, Says: "git knows when each committed page changed"}
}

// writable tries to make a file in a folder.
func writable(root *os.Root, what, folder string) Condition {
	name := path.Join(folder, ".docs-doctor")
	f, err := root.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if errors.Is(err, fs.ErrExist) {
		err = root.Remove(name) // left by one that was killed
	} else if err == nil {
		err = errors.Join(f.Close(), root.Remove(name))
	}
	if err != nil {
		return Condition{what, Lacking, "it is not writable, so no page, record or cached result can change: " + reason(err), "make the folder writable; docs check and docs build --out DIR work even so"}
	}
	return Condition{Name: what, Says: "the folder is writable"}
}

// output asks what a build would: that the folder is one it may write, and
// that no other build holds it.
func writableOutput(o Options, c *site.Config) Condition {
	r := &run{o: o, src: &site.Source{Root: o.Root, Config: c}}
	shown, real, err := r.outputFolder()
	if err == nil {
		var out *output
		if out, err = openOutput(real, shown); err == nil {
			out.close()
			return Condition{Name: "output", Says: fmt.Sprintf("%q is writable, and no other build is using it", shown)}
		}
	}
	if d, ok := Refused(err); ok {
		advice := ""
		for _, n := range d.Notes {
			advice = n.Message
		}
		return Condition{"output", Sick, d.Message, advice}
	}
	return Condition{"output", Sick, err.Error(), "name a different folder: docs build --out DIR"}
}

// temporary asks for a folder as the sandbox of an example does.
func temporary() Condition {
	const what = "temporary files"
	dir, err := os.MkdirTemp("", "docs-doctor-")
	if err == nil {
		err = os.Remove(dir)
	}
	if err != nil {
		return Condition{what, Sick, fmt.Sprintf("no example can run: no folder can be created in %q: %s", os.TempDir(), reason(err)), "free up space, or set TMPDIR to a writable folder"}
	}
	return Condition{Name: what, Says: fmt.Sprintf("examples run in folders in %q", os.TempDir())}
}

// stored counts the stored answers.
func stored(root *os.Root) Condition {
	files, size := 0, int64(0)
	err := fs.WalkDir(root.FS(), cacheFolder, func(_ string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		info, err := d.Info()
		if err == nil {
			files++
			size += info.Size()
		}
		return err
	})
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return Condition{Name: "cached results", Says: "none yet; the first check runs every example"}
	case err != nil:
		return Condition{"cached results", Lacking, cacheFolder + " cannot be read: " + reason(err), "delete the folder: it only takes time to rebuild"}
	}
	c := writable(root, "cached results", cacheFolder)
	if info, err := root.Stat(path.Join(cacheFolder, "examples")); err == nil && !info.IsDir() {
		c.Health = Lacking // a file in the place of the folder
	}
	if c.Health != Well {
		return Condition{"cached results", Lacking, "no new results can be stored: every check runs every example again", "make " + cacheFolder + " writable, or remove it"}
	}
	return Condition{Name: "cached results", Says: fmt.Sprintf("%s, %d kB in %s; safe to remove", diag.Plural(files, "file"), (size+999)/1000, cacheFolder)}
}

// record says whether a record of the site is there and whole.
func recordThere(root *os.Root, name, what, make string) Condition {
	text, err := root.ReadFile(name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		c := Condition{what, Lacking, "there is no " + name + ": lost proof or addresses would go unnoticed", ""}
		if make != "" {
			c.Advice = "record the current state: " + make
		}
		return c
	case err != nil:
		return Condition{what, Sick, name + " cannot be read: " + reason(err), "make the file readable"}
	case !json.Valid(bytes.TrimPrefix(text, []byte("\uFEFF"))):
		return Condition{what, Sick, name + " is not valid JSON", "restore it from version control; a merge may have left conflict markers in it"}
	}
	return Condition{Name: what, Says: name + " is there"}
}
