// Package golden runs tests that are files: a txtar archive holds a small
// folder of sources and what is expected of them.
//
// Sections named want.* are expectations; all others are written to a folder.
// A section's name may end in marks that say how to read or make it:
//
//	page.mdx [escaped]      \r \t \\ \xNN and \u{NNNN} in the text are resolved
//	page.mdx [no newline]   the last line ending is cut
//	page.mdx [repeat N]     the text is written N times
//	page.mdx -> target      a symbolic link
//	folder/                 an empty folder
//
// An expectation that no test read fails the test, and so does one that is
// missing. With -update, expectations are rewritten in place. The package is
// for tests only.
package golden

import (
	"flag"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"
)

var update = flag.Bool("update", false, "rewrite the expectations of golden files")

// Case is one archive. It is used by one test.
type Case struct {
	Name string // the path below the golden folder, with slashes, without ".txtar"
	path string
	arch *txtar.Archive
	read map[string]bool
	edit bool
}

// Run runs do as a parallel subtest for each archive below dir.
func Run(t *testing.T, dir string, do func(t *testing.T, c *Case)) {
	t.Helper()
	names := Names(t, dir)
	if len(names) == 0 {
		t.Fatalf("there is no golden file below %s", dir)
	}
	for _, name := range names {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := Load(t, dir, name)
			do(t, c)
			c.finish(t)
		})
	}
}

// Names returns the names of all archives below dir, sorted.
func Names(t testing.TB, dir string) []string {
	t.Helper()
	var names []string
	err := filepath.WalkDir(dir, func(p string, d os.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if rel, _ := filepath.Rel(dir, p); strings.HasSuffix(rel, ".txtar") {
			names = append(names, strings.TrimSuffix(filepath.ToSlash(rel), ".txtar"))
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(names)
	return names
}

// Load reads one archive.
func Load(t testing.TB, dir, name string) *Case {
	t.Helper()
	p := filepath.Join(dir, filepath.FromSlash(name)+".txtar")
	a, err := txtar.ParseFile(p)
	if err != nil {
		t.Fatal(err)
	}
	return &Case{Name: name, path: p, arch: a, read: map[string]bool{}}
}

// Comment returns the text before the first section: the idea of the case.
func (c *Case) Comment() string { return strings.TrimSpace(string(c.arch.Comment)) }

// Tree writes the sources to a new folder and returns its path.
func (c *Case) Tree(t testing.TB) string {
	t.Helper()
	dir := t.TempDir()
	for _, f := range c.arch.Files {
		if strings.HasPrefix(f.Name, "want.") {
			continue
		}
		if err := makeSection(dir, f); err != nil {
			t.Fatalf("%s: section %q: %v", c.path, f.Name, err)
		}
	}
	return dir
}

func makeSection(dir string, f txtar.File) error {
	if name, target, ok := strings.Cut(f.Name, " -> "); ok {
		p, err := place(dir, name)
		if err != nil {
			return err
		}
		return os.Symlink(filepath.FromSlash(target), p)
	}
	if folder, ok := strings.CutSuffix(f.Name, "/"); ok {
		p, err := place(dir, folder)
		if err != nil {
			return err
		}
		return os.MkdirAll(p, 0o755)
	}
	name, data := f.Name, f.Data
	for {
		before, mark, ok := cutMark(name)
		if !ok {
			break
		}
		name = before
		count, repeated := strings.CutPrefix(mark, "repeat ")
		switch {
		case mark == "escaped":
			text, err := unescape(string(data))
			if err != nil {
				return err
			}
			data = []byte(text)
		case mark == "no newline":
			data = []byte(strings.TrimSuffix(string(data), "\n"))
		case repeated:
			n, err := strconv.Atoi(count)
			if err != nil || n < 0 || n*len(data) > 1<<26 {
				return fmt.Errorf("cannot repeat %q times", count)
			}
			data = []byte(strings.Repeat(string(data), n))
		default:
			return fmt.Errorf("there is no mark %q", mark)
		}
	}
	p, err := place(dir, name)
	if err != nil {
		return err
	}
	return os.WriteFile(p, data, 0o644)
}

// cutMark takes the last " [mark]" off a section's name.
func cutMark(name string) (before, mark string, ok bool) {
	if !strings.HasSuffix(name, "]") {
		return name, "", false
	}
	i := strings.LastIndex(name, " [")
	if i < 0 {
		return name, "", false
	}
	return name[:i], name[i+2 : len(name)-1], true
}

func place(dir, name string) (string, error) {
	if !filepath.IsLocal(name) {
		return "", fmt.Errorf("%q leaves the folder", name)
	}
	p := filepath.Join(dir, filepath.FromSlash(path.Clean(name)))
	return p, os.MkdirAll(filepath.Dir(p), 0o755)
}

func unescape(s string) (string, error) {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] != '\\' || i+1 >= len(s) {
			b.WriteByte(s[i])
			continue
		}
		i++
		switch s[i] {
		case '\\':
			b.WriteByte('\\')
		case 'r':
			b.WriteByte('\r')
		case 't':
			b.WriteByte('\t')
		case 'x':
			if i+2 >= len(s) {
				return "", fmt.Errorf(`\x at the end`)
			}
			n, err := strconv.ParseUint(s[i+1:i+3], 16, 8)
			if err != nil {
				return "", err
			}
			b.WriteByte(byte(n))
			i += 2
		case 'u':
			end := strings.IndexByte(s[i:], '}')
			if end < 0 || !strings.HasPrefix(s[i:], "u{") {
				return "", fmt.Errorf(`\u is not followed by {NNNN}`)
			}
			n, err := strconv.ParseUint(s[i+2:i+end], 16, 21)
			if err != nil {
				return "", err
			}
			b.WriteRune(rune(n))
			i += end
		default:
			return "", fmt.Errorf(`unknown escape \%c`, s[i])
		}
	}
	return b.String(), nil
}

// Has reports whether the archive has the expectation.
func (c *Case) Has(name string) bool {
	return slices.ContainsFunc(c.arch.Files, func(f txtar.File) bool { return f.Name == name })
}

// Check compares what a test got with the expectation of the name, which
// begins with "want.".
func (c *Case) Check(t testing.TB, name, got string) {
	t.Helper()
	c.read[name] = true
	if got != "" && !strings.HasSuffix(got, "\n") {
		got += "\n"
	}
	i := slices.IndexFunc(c.arch.Files, func(f txtar.File) bool { return f.Name == name })
	if *update {
		if i < 0 {
			c.arch.Files = append(c.arch.Files, txtar.File{Name: name})
			i = len(c.arch.Files) - 1
		}
		if string(c.arch.Files[i].Data) != got {
			c.arch.Files[i].Data = []byte(got)
			c.edit = true
		}
		return
	}
	if i < 0 {
		t.Errorf("%s has no section %s; got\n%s", c.path, name, got)
		return
	}
	if diff := cmp.Diff(string(c.arch.Files[i].Data), got); diff != "" {
		t.Errorf("%s: %s differs (-want +got):\n%s", c.path, name, diff)
	}
}

func (c *Case) finish(t testing.TB) {
	t.Helper()
	for _, f := range c.arch.Files {
		if strings.HasPrefix(f.Name, "want.") && !c.read[f.Name] {
			t.Errorf("%s: nobody reads the section %s", c.path, f.Name)
		}
	}
	if c.edit {
		if err := os.WriteFile(c.path, txtar.Format(c.arch), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}
