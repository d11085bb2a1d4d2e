package shell

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"strconv"
	"strings"
	"time"
)

func cat(c *call) int {
	f, names, ok := c.options("n u")
	if !ok {
		return 2
	}
	if len(names) == 0 {
		names = []string{"-"}
	}
	status, n := 0, 0
	for _, name := range names {
		r, ok := c.file(name)
		if !ok {
			status = 1
			continue
		}
		var err error
		if f.has("n") {
			err = eachLine(r, func(line string) error {
				n++
				_, err := fmt.Fprintf(c.stdout, "%6d\t%s\n", n, line)
				return err
			})
		} else {
			_, err = io.Copy(c.stdout, r)
		}
		_ = r.Close() // it was only read
		if err != nil && !broken(err) && c.ctx.Err() == nil {
			status = c.errorf("%s: %s", name, reason(err))
		}
	}
	return status
}

func ls(c *call) int {
	f, names, ok := c.options("1 a A l d F h")
	if !ok {
		return 2
	}
	if f.has("l") {
		return c.refuse("the option -l, whose times and owners differ from machine to machine")
	}
	if len(names) == 0 {
		names = []string{"."}
	}
	status := 0
	var files, dirs []string
	for _, name := range names {
		rel, ok := c.path(name)
		if !ok {
			return 1
		}
		info, err := c.s.files.root.Lstat(rel)
		switch {
		case err != nil:
			c.errorf("cannot access '%s': %s", name, reason(err))
			status = 2
		case info.IsDir() && !f.has("d"):
			dirs = append(dirs, name)
		default:
			files = append(files, name)
		}
	}
	for _, name := range files {
		fmt.Fprintln(c.stdout, name)
	}
	for i, name := range dirs {
		if len(names) > 1 {
			if i > 0 || len(files) > 0 {
				fmt.Fprintln(c.stdout)
			}
			fmt.Fprintf(c.stdout, "%s:\n", name)
		}
		if !c.list(name, f) {
			status = 1
		}
	}
	return status
}

// list prints the entries of a folder, one a line: nobody looks at columns.
func (c *call) list(name string, f flags) bool {
	rel, _ := c.path(name)
	entries, err := fs.ReadDir(c.s.files.root.FS(), rel)
	if err != nil {
		c.errorf("cannot open directory '%s': %s", name, reason(err))
		return false
	}
	if f.has("a") {
		fmt.Fprintln(c.stdout, ".")
		fmt.Fprintln(c.stdout, "..")
	}
	for _, e := range entries {
		if strings.HasPrefix(e.Name(), ".") && !f.has("a") && !f.has("A") {
			continue
		}
		mark := ""
		if f.has("F") && e.IsDir() {
			mark = "/"
		}
		fmt.Fprintln(c.stdout, e.Name()+mark)
	}
	return true
}

func mkdir(c *call) int {
	f, names, ok := c.options("p v m:")
	if !ok {
		return 2
	}
	perm := uint64(0o755)
	if f.has("m") {
		var err error
		if perm, err = strconv.ParseUint(f["m"], 8, 9); err != nil {
			return c.errorf("invalid mode '%s'", f["m"])
		}
	}
	status := 0
	for _, name := range names {
		rel, ok := c.path(name)
		if !ok {
			return 1
		}
		make := c.s.files.root.Mkdir
		if f.has("p") {
			make = c.s.files.root.MkdirAll
		}
		if err := make(rel, fs.FileMode(perm)); err != nil {
			status = c.errorf("cannot create directory '%s': %s", name, reason(err))
		} else if f.has("v") {
			fmt.Fprintf(c.stdout, "mkdir: created directory '%s'\n", name)
		}
	}
	return status
}

func rmdir(c *call) int {
	_, names, ok := c.options("")
	if !ok {
		return 2
	}
	status := 0
	for _, name := range names {
		rel, ok := c.path(name)
		if !ok {
			return 1
		}
		info, err := c.s.files.root.Lstat(rel)
		if err == nil && !info.IsDir() {
			status = c.errorf("failed to remove '%s': Not a directory", name)
			continue
		}
		if err == nil {
			err = c.s.files.root.Remove(rel)
		}
		if err != nil {
			status = c.errorf("failed to remove '%s': %s", name, reason(err))
		}
	}
	return status
}

func rm(c *call) int {
	f, names, ok := c.options("r R f v d i recursive force")
	if !ok {
		return 2
	}
	recursive := f.has("r") || f.has("R") || f.has("recursive")
	force := f.has("f") || f.has("force")
	status := 0
	for _, name := range names {
		rel, ok := c.path(name)
		if !ok {
			return 1
		}
		info, err := c.s.files.root.Lstat(rel)
		switch {
		case errors.Is(err, fs.ErrNotExist) && force:
			continue
		case err == nil && info.IsDir() && !recursive:
			status = c.errorf("cannot remove '%s': Is a directory", name)
			continue
		case err == nil && recursive:
			err = c.s.files.root.RemoveAll(rel)
		case err == nil:
			err = c.s.files.root.Remove(rel)
		}
		if err != nil {
			status = c.errorf("cannot remove '%s': %s", name, reason(err))
		} else if f.has("v") {
			fmt.Fprintf(c.stdout, "removed '%s'\n", name)
		}
	}
	return status
}

// target is where cp and mv put a source: into a folder under its own name,
// or at the name given.
func (c *call) target(source, to string) string {
	rel, ok := c.path(to)
	if !ok {
		return to
	}
	if info, err := c.s.files.root.Stat(rel); err == nil && info.IsDir() {
		return path.Join(to, path.Base(absolute(c.dir, source)))
	}
	return to
}

func cp(c *call) int {
	f, names, ok := c.options("r R a p f v recursive")
	if !ok {
		return 2
	}
	recursive := f.has("r") || f.has("R") || f.has("a") || f.has("recursive")
	return c.each(names, f.has("v"), func(from, to string) error {
		return c.copy(from, to, recursive)
	})
}

func mv(c *call) int {
	f, names, ok := c.options("f v n")
	if !ok {
		return 2
	}
	return c.each(names, f.has("v"), func(from, to string) error {
		if _, err := c.s.files.root.Lstat(to); err == nil && f.has("n") {
			return nil
		}
		return c.s.files.root.Rename(from, to)
	})
}

// each runs do for each source with its target, as paths below the root.
func (c *call) each(names []string, verbose bool, do func(from, to string) error) int {
	if len(names) < 2 {
		return c.errorf("missing file operand")
	}
	to := names[len(names)-1]
	status := 0
	for _, name := range names[:len(names)-1] {
		shown := c.target(name, to)
		from, ok := c.path(name)
		if !ok {
			return 1
		}
		into, ok := c.path(shown)
		if !ok {
			return 1
		}
		_, err := c.s.files.root.Lstat(from)
		if err != nil {
			status = c.errorf("cannot stat '%s': %s", name, reason(err))
			continue
		}
		if into == from || strings.HasPrefix(into, from+"/") {
			status = c.errorf("'%s' and '%s' are the same file, or one is inside the other", name, shown)
			continue
		}
		if err := do(from, into); err != nil {
			status = c.errorf("'%s' to '%s': %s", name, shown, reason(err))
		} else if verbose {
			fmt.Fprintf(c.stdout, "'%s' -> '%s'\n", name, shown)
		}
	}
	return status
}

var errFolder = errors.New("-r not specified; omitting directory")

// copy copies a file or a folder.
func (c *call) copy(from, to string, recursive bool) error {
	info, err := c.s.files.root.Stat(from)
	if err != nil {
		return err
	}
	if !info.IsDir() {
		return c.copyFile(from, to, info.Mode().Perm())
	}
	if !recursive {
		return errFolder
	}
	if err := c.s.files.root.MkdirAll(to, info.Mode().Perm()|0o700); err != nil {
		return err
	}
	entries, err := fs.ReadDir(c.s.files.root.FS(), from)
	if err != nil {
		return err
	}
	for _, e := range entries {
		if err := c.ctx.Err(); err != nil {
			return err
		}
		if err := c.copy(path.Join(from, e.Name()), path.Join(to, e.Name()), true); err != nil {
			return err
		}
	}
	return nil
}

func (c *call) copyFile(from, to string, perm fs.FileMode) error {
	in, err := c.s.files.root.Open(from)
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := c.s.openFile(c.job, to, to, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, perm)
	if err != nil {
		return err
	}
	_, err = io.Copy(out, in)
	return errors.Join(err, out.Close())
}

func touch(c *call) int {
	_, names, ok := c.options("c")
	if !ok {
		return 2
	}
	status := 0
	for _, name := range names {
		rel, ok := c.path(name)
		if !ok {
			return 1
		}
		now := time.Now()
		err := c.s.files.root.Chtimes(rel, now, now)
		if errors.Is(err, fs.ErrNotExist) {
			var f io.Closer
			if f, err = c.s.openFile(c.job, rel, name, os.O_WRONLY|os.O_CREATE, 0o644); err == nil {
				err = f.Close()
			}
		}
		if err != nil {
			status = c.errorf("cannot touch '%s': %s", name, reason(err))
		}
	}
	return status
}

func chmod(c *call) int {
	args := c.args[1:]
	if len(args) < 2 {
		return c.errorf("missing operand")
	}
	status := 0
	for _, name := range args[1:] {
		rel, ok := c.path(name)
		if !ok {
			return 1
		}
		info, err := c.s.files.root.Stat(rel)
		if err != nil {
			status = c.errorf("cannot access '%s': %s", name, reason(err))
			continue
		}
		mode, ok := changed(info.Mode().Perm(), args[0])
		if !ok {
			return c.refuse("the mode %q", args[0])
		}
		if err := c.s.files.root.Chmod(rel, mode); err != nil {
			status = c.errorf("changing permissions of '%s': %s", name, reason(err))
		}
	}
	return status
}

// changed applies a mode as chmod reads it: 640, u+x, go-rwx, a=r.
func changed(mode fs.FileMode, text string) (fs.FileMode, bool) {
	if n, err := strconv.ParseUint(text, 8, 9); err == nil {
		return fs.FileMode(n), true
	}
	for _, part := range strings.Split(text, ",") {
		at := strings.IndexAny(part, "+-=")
		if at < 0 {
			return 0, false
		}
		var who fs.FileMode
		for _, w := range part[:at] {
			i := strings.IndexRune("ogu", w)
			switch {
			case w == 'a':
				who |= 0o777
			case i < 0:
				return 0, false
			default:
				who |= 0o7 << (3 * i)
			}
		}
		if who == 0 {
			who = 0o777
		}
		var bits fs.FileMode
		for _, b := range part[at+1:] {
			i := strings.IndexRune("xwr", b)
			if i < 0 {
				return 0, false
			}
			bits |= 0o111 << i
		}
		switch part[at] {
		case '+':
			mode |= bits & who
		case '-':
			mode &^= bits & who
		default:
			mode = mode&^who | bits&who
		}
	}
	return mode, true
}

func tee(c *call) int {
	f, names, ok := c.options("a")
	if !ok {
		return 2
	}
	out := []io.Writer{c.stdout}
	mode := os.O_WRONLY | os.O_CREATE | os.O_TRUNC
	if f.has("a") {
		mode = os.O_WRONLY | os.O_CREATE | os.O_APPEND
	}
	status := 0
	for _, name := range names {
		if name == os.DevNull {
			continue
		}
		rel, ok := c.path(name)
		if !ok {
			return 1
		}
		w, err := c.s.openFile(c.job, rel, name, mode, 0o644)
		if err != nil {
			status = c.errorf("%s: %s", name, reason(err))
			continue
		}
		defer w.Close()
		out = append(out, w)
	}
	if _, err := io.Copy(io.MultiWriter(out...), c.stdin); err != nil && !broken(err) && c.ctx.Err() == nil {
		return c.errorf("%s", reason(err))
	}
	return status
}

func basename(c *call) int {
	if len(c.args) < 2 {
		return c.errorf("missing operand")
	}
	name := path.Base(c.args[1])
	if len(c.args) > 2 && name != c.args[2] {
		name = strings.TrimSuffix(name, c.args[2])
	}
	fmt.Fprintln(c.stdout, name)
	return 0
}

func dirname(c *call) int {
	for _, name := range c.args[1:] {
		fmt.Fprintln(c.stdout, path.Dir(strings.TrimRight(name, "/")))
	}
	return 0
}
