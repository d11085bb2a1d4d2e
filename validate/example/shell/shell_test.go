package shell

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/compozy/docs/internal/source"
)

// patience is the deadline of blocks in tests that are not about it.
const patience = 5 * time.Minute

// open makes a session that the test closes.
func open(t testing.TB, o Options) *Session {
	t.Helper()
	if o.Deadline == 0 {
		o.Deadline = patience
	}
	s, err := NewSession(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
	})
	return s
}

// fence is a code block of a page of its own, with the line that opens it.
func fence(lang, text string) (code *source.File, place source.Span) {
	head := "```" + lang + "\n"
	page := source.NewFile("page.mdx", []byte(head+text+"```\n"))
	code = source.NewInset(page, []byte(text), []source.Piece{{Inner: 0, Outer: len(head), Len: len(text)}})
	return code, page.Span(0, len(head)-1)
}

func console(t testing.TB, s *Session, text string) Outcome {
	t.Helper()
	code, place := fence("console", text)
	return s.Run(t.Context(), Block{Code: code, Place: place, Console: true})
}

func bash(t testing.TB, s *Session, text string, change ...func(*Block)) Outcome {
	t.Helper()
	code, place := fence("bash", text)
	b := Block{Code: code, Place: place}
	for _, c := range change {
		c(&b)
	}
	return s.Run(t.Context(), b)
}

// prints gives a bash block its expected output.
func prints(text string) func(*Block) {
	return func(b *Block) {
		code, place := fence("text output", text)
		b.Output = &Expected{Code: code, Place: place}
	}
}

// brief is an outcome's findings, one a line, with their notes.
func brief(o Outcome) string {
	var b strings.Builder
	for _, d := range o.Diagnostics {
		from, _ := d.Span.Bounds()
		fmt.Fprintf(&b, "%d:%d %s %s\n", from.Line, from.Column, d.Rule, d.Message)
		for _, n := range d.Notes {
			b.WriteString("\t" + n.Message + "\n")
		}
	}
	return b.String()
}

// clean fails the test when a block has findings.
func clean(t testing.TB, o Outcome) {
	t.Helper()
	if len(o.Diagnostics) > 0 || o.Skipped {
		t.Errorf("the block has findings (%s):\n%s", o.Ran, brief(o))
	}
}

// finds fails the test unless a block has the findings, given by the
// beginnings of their lines.
func finds(t testing.TB, o Outcome, want ...string) {
	t.Helper()
	if len(o.Diagnostics) != len(want) {
		t.Fatalf("%d findings, want %d:\n%s", len(o.Diagnostics), len(want), brief(o))
	}
	for i, d := range o.Diagnostics {
		from, _ := d.Span.Bounds()
		got := fmt.Sprintf("%d:%d %s %s", from.Line, from.Column, d.Rule, d.Message)
		if !strings.HasPrefix(got, want[i]) {
			t.Errorf("finding %d is\n%s\nwant it to begin with\n%s\n%s", i, got, want[i], brief(o))
		}
	}
}

func TestConsole(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		text string
		want []string
	}{
		"output as shown":             {"$ echo hi\nhi\n$ pwd\n/home/docs\n", nil},
		"no output":                   {"$ true\n\n$ cd /tmp && pwd\n/tmp\n", nil},
		"a comment":                   {"$ # nothing\n$ echo a # b\na\n", nil},
		"an empty prompt at the end":  {"$ echo a\na\n$\n", nil},
		"continued by a backslash":    {"$ echo a \\\n>   b\na b\n", nil},
		"a loop over lines":           {"$ for i in 1 2; do\n>   echo $i\n> done\n1\n2\n", nil},
		"a here-document":             {"$ cat <<EOF\nx $HOME\n> y\nEOF\nx /home/docs\ny\n", nil},
		"a line that begins with >":   {"$ echo '> a'\n> a\n", nil},
		"wildcards":                   {"$ echo port 5001 at 12:30:01\nport [PORT] at [TIME]\n$ seq 9\n1\n...\n8\n[..]\n", nil},
		"both streams in order":       {"$ echo a; echo b >&2; echo c\na\nb\nc\n", nil},
		"a status":                    {"$ ls missing\nls: cannot access 'missing': No such file or directory\n[exit 2]\n", nil},
		"variables stay":              {"$ x=1\n$ cd /tmp\n$ echo $x $PWD\n1 /tmp\n", nil},
		"escapes and blanks":          {"$ printf '\\033[1mbold\\033[0m  \\r\\n\\n'\nbold\n", nil},
		"another output":              {"$ echo a\nb\n", []string{`3:1 example/output the page says "b", but the command prints "a"`}},
		"output too much":             {"$ echo a; echo b\na\n", []string{`3:1 example/output the command prints this, but it is not on the page: "b"`}},
		"output too little":           {"$ echo a\na\nb\n", []string{`4:1 example/output the page says "b", but that is not printed`}},
		"output where none is":        {"$ echo a\n$ true\n", []string{`2:9 example/output the command prints this, but it is not on the page: "a"`}},
		"every difference":            {"$ echo a\nb\n$ echo c\nd\n", []string{"3:1 example/output", "5:1 example/output"}},
		"a failure":                   {"$ cat missing\n$ echo not reached\n", []string{`2:3 example/exit-status "cat missing" exits with status 1, but the page says 0`}},
		"a success that should fail":  {"$ true\n[exit 1]\n", []string{`2:3 example/exit-status "true" exits with status 0, but the page says 1`}},
		"output before a command":     {"hello\n$ true\n", []string{`2:1 example/console "hello" comes before the first command`}},
		"no command":                  {"\n", []string{"2:1 example/console this transcript contains no command"}},
		"a mistake":                   {"$ echo a\na\n$ echo | | cat\n", []string{"4:8 example/shell-syntax this command cannot be parsed:"}},
		"an open quote":               {"$ echo 'a\n$ true\n", []string{"2:8 example/shell-syntax this command cannot be parsed:"}},
		"a command that is not there": {"$ echo a\na\n$ docker ps\n", []string{`4:3 example/command-not-allowed the command "docker" does not exist in the sandbox`}},
		"all that are not there":      {"$ docker ps\n$ ech a\n", []string{"2:3 example/command-not-allowed", `3:3 example/command-not-allowed the command "ech"`}},
		"one in a pipe":               {"$ true | sudo cat\n", []string{`2:10 example/command-not-allowed the command "sudo"`}},
		"one by a variable":           {"$ x=docker\n$ $x ps\n", []string{`3:3 example/command-not-allowed the command "docker"`}},
		"an option":                   {"$ ls -l\n", []string{"2:3 example/command-not-allowed the sandbox's ls does not support this"}},
		"an option in a pipe":         {"$ ls -l | cat\n", []string{"2:3 example/command-not-allowed the sandbox's ls does not support this"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			finds(t, console(t, open(t, Options{}), c.text), c.want...)
		})
	}
}

func TestBash(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		text   string
		change func(*Block)
		want   []string
	}{
		"it works":                  {"set -euo pipefail\nmkdir -p a/b\necho x > a/b/c\n[ -f a/b/c ]\n", nil, nil},
		"output":                    {"echo a\necho b\n", prints("a\n[..]\n"), nil},
		"no output":                 {"true\n", prints("\n"), nil},
		"another output":            {"echo a\n", prints("b\n"), []string{`2:1 example/output the page says "b"`}},
		"it stops at a failure":     {"cat missing\necho not reached\n", nil, []string{`2:1 example/exit-status "cat missing" exits with status 1`}},
		"the command in a function": {"f() {\n  cat missing\n}\nf\n", nil, []string{`3:3 example/exit-status "cat missing"`}},
		"a condition may fail":      {"if cat missing 2>/dev/null; then echo a; fi\nfalse || true\n! false\n", nil, nil},
		"a status that is expected": {"exit 3\n", func(b *Block) { b.Exit = 3 }, nil},
		"a status that is not":      {"true\n", func(b *Block) { b.Exit = 3 }, []string{`2:1 example/exit-status "true" exits with status 0, but the page says 3`}},
		"an environment":            {"test \"$NAME\" = \"a b\"\nprintenv NAME\n", func(b *Block) { b.Env = []string{"NAME=a b"} }, nil},
		"an exit trap":              {"trap 'echo bye' EXIT\necho hi\n", prints("hi\nbye\n"), nil},
		"an empty block":            {"# nothing\n", nil, []string{"1:1 example/console this block contains no command"}},
		"sourcing a file":           {"echo 'A=1' > env\nset -a; . ./env; set +a\nprintenv A\n", prints("1\n"), nil},
		"a pipeline":                {"printf 'b\\na\\n' | sort | head -n 1\n", prints("a\n"), nil},
		"command -v":                {"command -v compozy\nif command -v docker; then docker_ok=1; fi\n", prints("/usr/local/bin/compozy\n"), []string(nil)},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := open(t, Options{})
			var o Outcome
			if c.change != nil {
				o = bash(t, s, c.text, c.change)
			} else {
				o = bash(t, s, c.text)
			}
			finds(t, o, c.want...)
		})
	}
}

func TestSession(t *testing.T) {
	t.Parallel()
	s := open(t, Options{Env: []string{"GREETING=hello"}})
	if err := s.WriteFile("conf/a.txt", []byte("one\n")); err != nil {
		t.Fatal(err)
	}
	clean(t, bash(t, s, "cat conf/a.txt\necho $GREETING\nx=7; cd conf\n", prints("one\nhello\n")))
	clean(t, console(t, s, "$ echo $x; pwd; cat a.txt\n7\n/home/docs/conf\none\n"))
	o := bash(t, s, "printenv GREETING ONLY\n", prints("other\nhere\n"), func(b *Block) { b.Env = []string{"GREETING=other", "ONLY=here"} })
	clean(t, o)
	clean(t, console(t, s, "$ echo $GREETING $ONLY\nhello\n"))
	if o.Ran != "1 command ran in a sandbox" || len(o.Commands) != 1 || o.Commands[0] != "printenv GREETING ONLY" {
		t.Errorf("ran %q, commands %q", o.Ran, o.Commands)
	}

	finds(t, console(t, s, "$ false\n"), "2:3 example/exit-status")
	if o := console(t, s, "$ echo wrong\nright\n"); !o.Skipped || len(o.Diagnostics) > 0 {
		t.Errorf("a block behind one that failed has findings:\n%s", brief(o))
	}
}

func TestWriteFile(t *testing.T) {
	t.Parallel()
	s := open(t, Options{})
	for _, name := range []string{"", "/etc/passwd", "../x", "a/../../../../x", "a\x00b", `..\x`, "/home/docs/x"} {
		if err := s.WriteFile(name, nil); err == nil {
			t.Errorf("the file %q is written", name)
		} else if strings.Contains(err.Error(), s.files.path) {
			t.Errorf("the error shows the machine's path: %v", err)
		}
	}
	clean(t, bash(t, s, "rm -rf \"$HOME\"\n"))
	if err := s.WriteFile("a/b.txt", []byte("x")); err != nil {
		t.Errorf("a file in a folder that was removed: %v", err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if err := s.WriteFile("c", nil); err == nil {
		t.Error("a closed session takes a file")
	}
}

func TestRewrite(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ page, want string }{
		"wildcards stay": {
			"```console\n$ seq 5; echo x\n1\n...\n[..]\ny\n```\n",
			"```console\n$ seq 5; echo x\n1\n...\n[..]\nx\n```\n",
		},
		"in a quote": {
			"> ```console\n> $ echo a; echo b\n> x\n> ```\n",
			"> ```console\n> $ echo a; echo b\n> a\n> b\n> ```\n",
		},
		"in a list": {
			"- ```console\n  $ echo a; echo b\n  $ true\n  ```\n",
			"- ```console\n  $ echo a; echo b\n  a\n  b\n  $ true\n  ```\n",
		},
		"output that is gone": {
			"```console\n$ true\nx\ny\n$ true\n```\n",
			"```console\n$ true\n$ true\n```\n",
		},
		"a status stays": {
			"```console\n$ echo a; false\nb\n[exit 1]\n```\n",
			"```console\n$ echo a; false\na\n[exit 1]\n```\n",
		},
		"what differs from run to run": {
			"```console\n$ echo took 1.5ms at 2026-01-02T03:04:05Z in /tmp/x on 127.0.0.1:40001, port 5001, every 5s\nx\n```\n",
			"```console\n$ echo took 1.5ms at 2026-01-02T03:04:05Z in /tmp/x on 127.0.0.1:40001, port 5001, every 5s\ntook [DURATION] at [TIME] in [TMP] on 127.0.0.1:[PORT], port 5001, every 5s\n```\n",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			page := source.NewFile("page.mdx", []byte(c.page))
			var text []byte
			var pieces []source.Piece
			open1, _ := page.Line(1)
			indent := strings.Index(string(open1), "```")
			for n := 2; n < page.Lines()-1; n++ {
				line, start := page.Line(n)
				pieces = append(pieces, source.Piece{Inner: len(text), Outer: start + indent, Len: len(line) - indent})
				text = append(append(text, line[indent:]...), '\n')
			}
			b := Block{Code: source.NewInset(page, text, pieces), Place: page.Span(0, len(open1)), Console: true}
			o := open(t, Options{}).Run(t.Context(), b)
			got := c.page
			for i := len(o.Rewrites) - 1; i >= 0; i-- {
				r := o.Rewrites[i]
				if r.Span.File != page {
					t.Fatal("a rewrite is not in the page's terms")
				}
				got = got[:r.Span.Start] + r.Text + got[r.Span.End:]
			}
			if got != c.want {
				t.Errorf("got\n%s\nwant\n%s\n%s", got, c.want, brief(o))
			}
		})
	}
}
