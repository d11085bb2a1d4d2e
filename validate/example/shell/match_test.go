package shell

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func patterns(text string) []pattern {
	var out []pattern
	for l := range strings.SplitSeq(text, "\n") {
		out = append(out, compile(l))
	}
	return out
}

func TestPattern(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		pattern, line string
		want          bool
	}{
		{"a", "a", true},
		{"a", "ab", false},
		{"a  ", "a", true},
		{"a[..]", "a", true},
		{"a[..]z", "a b z", true},
		{"[..]", "", true},
		{"a.c", "abc", false},
		{"port [PORT]", "port 5001", true},
		{"port [PORT]", "port 500123", false},
		{"port [PORT]", "port x", false},
		{"[PORT]", "[PORT]", true}, // what is written is there
		{"at [TIME].", "at 2026-01-02T03:04:05.678Z.", true},
		{"at [TIME]", "at 2026-01-02 03:04:05", true},
		{"at [TIME]", "at 03:04:05", true},
		{"at [TIME]", "at noon", false},
		{"took [DURATION]", "took 1m2.5s", true},
		{"took [DURATION]", "took 15µs", true},
		{"took [DURATION]", "took 15", false},
		{"in [TMP]", "in /tmp/a/b.txt", true},
		{"in [TMP]", "in /home/docs", false},
		{"pid [PID]", "pid 4001", true},
		{"[SIZE]", "1.5 MiB", true},
		{"[SIZE]", "12 bytes", true},
		{"[SIZE]", "big", false},
		{"[NAME] x", "[NAME] x", true},
		{"[NAME] x", "y x", false},
		{"$ ^ (a|b)", "$ ^ (a|b)", true},
		{"[PORT][..][PORT]", "1 and 2", true},
	} {
		if got := compile(c.pattern).matches(c.line); got != c.want {
			t.Errorf("%q matches %q: %v, want %v", c.pattern, c.line, got, c.want)
		}
	}
}

func TestLines(t *testing.T) {
	t.Parallel()
	for text, want := range map[string][]string{
		"":                          {},
		"\n\n":                      {},
		"a":                         {"a"},
		"a \r\nb\t\n\n":             {"a", "b"},
		"\x1b[1;31mred\x1b[0m\n":    {"red"},
		"\x1b]0;title\x07text":      {"text"},
		"10 %\r20 %\r100 %\ndone\n": {"100 %", "done"},
		"a\n\nb":                    {"a", "", "b"},
	} {
		if diff := cmp.Diff(want, lines(text)); diff != "" {
			t.Errorf("the lines of %q differ (-want +got):\n%s", text, diff)
		}
	}
}

func TestAlign(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		want, got string
		agree     bool
		rewritten string
	}{
		"the same":                          {"a\nb", "a\nb", true, "a\nb"},
		"any lines":                         {"a\n...\nz", "a\nb\nc\nz", true, "a\n...\nz"},
		"any lines, none":                   {"a\n...\nz", "a\nz", true, "a\n...\nz"},
		"any lines at both ends":            {"...\nm\n...", "a\nm\nz", true, "...\nm\n..."},
		"any lines around two":              {"...\nm\nn\n...", "m\na\nm\nn\nz", true, "...\nm\nn\n..."},
		"a change keeps the wildcards":      {"a [..]\n...\nm", "a 1\nx\nn", false, "a [..]\n...\nn"},
		"a change before any lines":         {"a\n...\nz", "b\nx\nz", false, "b\n...\nz"},
		"a line more":                       {"a [PORT]\nc", "a 1\nb\nc", false, "a [PORT]\nb\nc"},
		"a line less":                       {"a\nb\nc", "a\nc", false, "a\nc"},
		"everything new":                    {"a\nb", "c\nd\ne", false, "c\nd\ne"},
		"indented dots are any lines":       {"a\n  ...\nz", "a\nb\nz", true, "a\n  ...\nz"},
		"a new line with a time in it":      {"a", "a\nat 12:30:01", false, "a\nat [TIME]"},
		"a setting is no measurement":       {"a", "timeout 30s", false, "timeout 30s"},
		"dots that must not swallow a line": {"a\n...\nend 1", "a\nb\nend 2", false, "a\n...\nend 2"},
	} {
		for kind, do := range map[string]func([]pattern, []string) []step{"align": align, "alignEnds": alignEnds} {
			want, got := patterns(c.want), strings.Split(c.got, "\n")
			steps := do(want, got)
			if kind == "alignEnds" && !c.agree {
				if agrees(steps) {
					t.Errorf("%s: %s finds no difference", name, kind)
				}
				continue
			}
			if kind == "alignEnds" && strings.Count(c.want, "...") > 1 {
				continue // it knows one
			}
			if agrees(steps) != c.agree {
				t.Errorf("%s: %s agrees: %v", name, kind, !c.agree)
			}
			if text := strings.Join(rewritten(want, got, steps), "\n"); text != c.rewritten {
				t.Errorf("%s: %s rewrites to %q, want %q", name, kind, text, c.rewritten)
			}
		}
	}
}

// FuzzAlign holds an alignment to its promises: every line appears once and in
// order, and the rewritten text agrees with the output.
func FuzzAlign(f *testing.F) {
	for _, c := range [][2]string{{"a\n...\nz", "a\nb\nz"}, {"[PORT]\n[..]x", "1\ny"}, {"...\n...", ""}, {"a\nb\nc", "c\nb\na"}, {"[PORT]\x80", "0"}} {
		f.Add(c[0], c[1])
	}
	f.Fuzz(func(t *testing.T, want, got string) {
		if len(want)+len(got) > 2000 {
			return
		}
		x := patterns(want)
		list := lines(got)
		steps := align(x, list)
		i, j := 0, 0
		for _, s := range steps {
			if s.want >= 0 {
				if s.want != i {
					t.Fatalf("expected line %d stands at %d", s.want, i)
				}
				i++
			}
			if s.got >= 0 {
				if s.got != j {
					t.Fatalf("printed line %d stands at %d", s.got, j)
				}
				j++
			}
		}
		if i != len(x) || j != len(list) {
			t.Fatalf("%d of %d expected lines, %d of %d printed", i, len(x), j, len(list))
		}
		var again []pattern
		for _, l := range rewritten(x, list, steps) {
			again = append(again, compile(l))
		}
		if !agrees(align(again, list)) {
			t.Fatalf("%q does not agree with %q", rewritten(x, list, steps), list)
		}
	})
}

// FuzzTranscript reads console blocks: no panic, every place inside the fence,
// and each line in one command at most.
func FuzzTranscript(f *testing.F) {
	for _, text := range []string{
		"$ echo a\na\n", "$ cat <<EOF\n> x\nEOF\nx\n[exit 1]\n", "$\n$ \n", "> x\n", "$ echo \\\n", "$ f() {\n> :\n> }\n", "$ 'a\nb'\n",
		"$ echo é\r\né\r\n", "$ cat <<\\EOF\n", "$ ${x//a/$y}\n", "$ x &\n$ f() { a | b; }\n",
	} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if len(text) > 2000 {
			return
		}
		code, _ := fence("console", text)
		entries, diags := transcript(code)
		end := 0
		for _, e := range entries {
			if e.at.Start < end || e.at.End > code.Len() {
				t.Fatalf("a command stands at %d to %d, behind %d of %d", e.at.Start, e.at.End, end, code.Len())
			}
			end = e.at.End
			for _, at := range e.want.at {
				if at.Start < end || at.End > code.Len() {
					t.Fatalf("output stands at %d to %d, behind %d of %d", at.Start, at.End, end, code.Len())
				}
				end = at.End
			}
			if file, d := parse(e.code); d != nil {
				diags = append(diags, *d)
			} else {
				diags = append(diags, prepare(file, e.code, prepared{known: func(string) bool { return true }, ledger: &ledger{}})...)
			}
		}
		for _, d := range diags {
			if s := d.Span.Resolve(); !s.HasPlace() || s.End > s.File.Len() {
				t.Fatalf("a finding stands at %v", s)
			}
		}
	})
}
