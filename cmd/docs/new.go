package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"unicode"

	"github.com/compozy/docs/internal/diag"
	"github.com/compozy/docs/internal/scaffold"
	"github.com/compozy/docs/internal/source"
)

var newCommand = &command{
	name: "new", args: "site DIR | page PATH", min: 2, max: 2,
	summary: "create a site, or add a page to one",
	about: "site creates a small site in DIR that passes docs check right away. page creates a page with its front matter and " +
		"adds it to the navigation, either to the section of its neighbors or to a new one. Existing files are never overwritten.",
	flags: func(s *settings) *flagSet {
		f := &flagSet{}
		f.text(&s.root, "root", "DIR", ".", "page: folder with source.config.json (default: here)")
		f.text(&s.title, "title", "TEXT", "", "title (default: derived from the name)")
		f.text(&s.section, "section", "TITLE", "", "page: section in the navigation")
		return f
	},
	examples: []string{"docs new site handbook", "docs new page guides/first-steps", "docs new page guides/backup --title \"Backups\" --section Guides"},
	run:      runNew,
}

func runNew(_ context.Context, in *invocation) int {
	switch in.args[0] {
	case "site":
		return in.newSite(in.args[1])
	case "page":
		return in.newPage(in.args[1])
	}
	return in.misuse("there is no docs new %q", diag.Suggest(in.args[0], []string{"site", "page"}), in.args[0])
}

func (in *invocation) newSite(dir string) int {
	title := in.title
	if title == "" {
		full, err := filepath.Abs(dir)
		if err != nil {
			return in.fail(err)
		}
		title = scaffold.Title(filepath.ToSlash(full))
	}
	files, err := scaffold.Site(title)
	if err != nil {
		return in.fail(err)
	}
	if info, err := os.Stat(dir); err == nil && !info.IsDir() {
		return in.misuse("%q is a file", newSiteAdvice, dir)
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		why := err
		if p := new(os.PathError); errors.As(err, &p) {
			why = p.Err
		}
		return in.misuse("the folder %q cannot be created: %v", newSiteAdvice, dir, why)
	}
	if err := writeInto(dir, files); err != nil {
		if errors.Is(err, scaffold.ErrTaken) {
			return in.misuse("%s", newSiteAdvice, fmt.Sprintf("%q is not empty: %v", dir, err))
		}
		return in.fail(err)
	}
	shown := diag.Printable(dir)
	for _, f := range files {
		fmt.Fprintf(in.stdout, "wrote %s/%s\n", shown, f.Path)
	}
	enter := ""
	if filepath.Clean(dir) != "." {
		enter = "  cd " + typed(dir) + "\n"
	}
	fmt.Fprintf(in.stdout, "\nNext:\n%s  docs check\n  docs build\n  docs serve\n", enter)
	return exitClean
}

const newSiteAdvice = "name a folder that is empty or does not exist yet"

// typed is a path as a shell takes it.
func typed(name string) string {
	if strings.HasPrefix(name, "-") {
		name = "./" + name
	}
	safe := func(r rune) bool {
		return unicode.IsLetter(r) || unicode.IsDigit(r) || strings.ContainsRune("/._-+,:@%", r)
	}
	if shown := diag.Printable(name); shown != name || strings.ContainsFunc(name, func(r rune) bool { return !safe(r) }) {
		return "'" + strings.ReplaceAll(shown, "'", `'\''`) + "'"
	}
	return name
}

func writeInto(dir string, files []scaffold.File) error {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return err
	}
	defer root.Close()
	return scaffold.Write(root, files)
}

const configName = "source.config.json"

func (in *invocation) newPage(name string) int {
	at := filepath.Join(in.root, configName)
	text, err := os.ReadFile(at)
	if errors.Is(err, os.ErrNotExist) {
		return in.misuse("%s", "run it in the folder of a site, name that folder with --root, or create a site: docs new site DIR",
			fmt.Sprintf("there is no %s in %q", configName, in.root))
	}
	if err != nil {
		return in.fail(err)
	}
	p, err := scaffold.NewPage(source.NewFile(configName, text), name, scaffold.PageOptions{Title: in.title, Section: in.section})
	if err != nil {
		return in.misuse("%s", "", err.Error())
	}
	if err := writeInto(in.root, []scaffold.File{p.File}); err != nil {
		return in.fail(err)
	}
	fmt.Fprintf(in.stdout, "wrote %s\n", p.File.Path)
	if p.Config == nil {
		return exitClean
	}
	if err := replace(at, p.Config); err != nil {
		return in.fail(fmt.Errorf("write %s: %w", configName, err))
	}
	fmt.Fprintf(in.stdout, "added %q to the section %q of %s\n", p.ID, p.Section, configName)
	return exitClean
}
