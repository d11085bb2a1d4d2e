package shell

import (
	"testing"
)

// TestFailuresAreNotHidden plays every way known to us in which a shell
// forgets that a command failed.
func TestFailuresAreNotHidden(t *testing.T) {
	t.Parallel()
	const hidden = "example/hidden-failure"
	for name, c := range map[string]struct{ script, want string }{
		"pipe":                                  {"compozy nonsense | cat\n", "2:1 " + hidden},
		"the middle of a pipe":                  {"echo a | compozy nonsense 2>&1 | cat\n", "2:10 " + hidden},
		"the slower of two in a pipe":           {"(sleep 0.03; compozy nonsense) | compozy nothing | cat\n", "2:14 " + hidden},
		"pipe with both streams":                {"compozy nonsense |& cat\n", "2:1 " + hidden},
		"or true":                               {"compozy nonsense || true\n", "2:1 " + hidden},
		"or colon":                              {"compozy nonsense || :\n", "2:1 " + hidden},
		"set +e":                                {"set +e\ncompozy nonsense\necho fine\n", "3:1 " + hidden},
		"set +e, the block says another status": {"set +e\ncompozy nonsense\nfalse\n", "3:1 " + hidden},
		"and in the middle":                     {"compozy nonsense && echo a\necho b\n", "2:1 " + hidden},
		"inside another command":                {"echo \"a $(compozy nonsense)\"\n", "2:11 " + hidden},
		"inside export":                         {"export A=$(compozy nonsense)\n", "2:12 " + hidden},
		"inside a here-document":                {"cat <<END\n$(compozy nonsense)\nEND\n", "3:3 " + hidden},
		"backquotes":                            {"echo `compozy nonsense`\n", "2:7 " + hidden},
		"a subshell in a pipe":                  {"(compozy nonsense) | cat\n", "2:2 " + hidden},
		"a function in an if":                   {"f() {\n  compozy config show --config missing.yaml\n  true\n}\nif f; then echo a; fi\n", "3:3 " + hidden},
		"a variable's command":                  {"C=compozy\n$C nonsense | cat\n", "3:1 " + hidden},
		"command in front":                      {"command compozy nonsense | cat\n", "2:1 " + hidden},
		"exec in front":                         {"(exec compozy nonsense) | cat\n", "2:2 " + hidden},
		"wrong usage as a condition":            {"until compozy nonsense; do break; done\n", "2:7 " + hidden},
		"wrong usage negated":                   {"! compozy nonsense\n", "2:3 " + hidden},
		"redis-cli":                             {"redis-cli -p 1 ping 2>&1 | cat\n", "2:1 " + hidden},
		"curl":                                  {"curl -sf http://localhost:1/ | cat\n", "2:1 " + hidden},

		"a condition":         {"echo 'mode: cluster' > compozy.yaml\nif compozy config validate > out; then echo a; else echo b; fi\n", ""},
		"a fallback":          {"curl -sf http://localhost:1/ || echo down\n", ""},
		"negated":             {"! curl -sf http://localhost:1/\n", ""},
		"a loop that retries": {"n=0\nuntil curl -sf http://localhost:1/ || [ $n = 2 ]; do n=$((n+1)); done\n", ""},
		"its status is asked": {"set +e\ncurl -sf http://localhost:1/\necho \"status $?\"\n", ""},
		"a pipe of others":    {"echo a | grep b | cat\n", ""},
		"a reader that stops": {"compozy config show --standalone | head -n 1\n", ""},
		"an assignment":       {"a=$(compozy version)\necho \"$a\"\n", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := open(t, Options{Redis: StandIn})
			o := bash(t, s, c.script)
			if c.want == "" {
				clean(t, o)
				return
			}
			finds(t, o, c.want)
		})
	}
}

// TestPinnedOutput lets a transcript show what a pipe makes of findings, and
// nothing worse.
func TestPinnedOutput(t *testing.T) {
	t.Parallel()
	s := open(t, Options{Redis: StandIn})
	clean(t, console(t, s, "$ echo 'mode: cluster' > compozy.yaml\n$ compozy config validate | grep -o 'compozy/mode'\ncompozy/mode\n"))
	s = open(t, Options{Redis: StandIn})
	finds(t, console(t, s, "$ echo 'mode: cluster' > compozy.yaml\n$ compozy config validate | grep mode\n...\n"), "3:3 example/hidden-failure")
	s = open(t, Options{Redis: StandIn})
	finds(t, console(t, s, "$ compozy nonsense 2>&1 | grep -c nonsense\n1\n"), "2:3 example/hidden-failure")
	s = open(t, Options{Redis: StandIn})
	finds(t, console(t, s, "$ compozy nonsense >/dev/null 2>&1; true\n"), "2:3 example/hidden-failure")
}

// TestUnclaimedOutput is about expectations that any output would meet.
func TestUnclaimedOutput(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ text, want string }{
		"dots":            {"$ compozy version\n...\n", "3:1 example/output-unclaimed"},
		"within lines":    {"$ compozy version\n[..]\n[..] [..]\n", "3:1 example/output-unclaimed"},
		"a word":          {"$ compozy version\ncompozy [..]\n...\n", ""},
		"a named form":    {"$ sleep 0 & echo $!\n[PID]\n", ""},
		"nothing printed": {"$ true\n...\n", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := console(t, open(t, Options{Redis: StandIn}), c.text)
			if c.want == "" {
				clean(t, o)
				return
			}
			finds(t, o, c.want)
		})
	}
}

// TestEveryCommandRuns is about commands that readers see and nobody ran.
func TestEveryCommandRuns(t *testing.T) {
	t.Parallel()
	const never = "example/not-reached"
	for name, c := range map[string]struct{ script, want string }{
		"behind an exit":         {"exit 0\ncompozy version\n", "3:1 " + never},
		"others behind an exit":  {"exit 0\nls\n", "3:1 " + never},
		"a branch not taken":     {"if false; then\n  compozy version\nfi\n", "3:3 " + never},
		"right of an and":        {"false && compozy version || true\n", "2:10 " + never},
		"a function not called":  {"f() { compozy version; }\n", "2:7 " + never},
		"no execution at all":    {"set -n\ncompozy version\n", "3:1 " + never},
		"a case that is another": {"case a in\nb) compozy version ;;\nesac\n", "3:4 " + never},

		"a function that is called":   {"f() { compozy version; }\nf > /dev/null\n", ""},
		"tools in a branch not taken": {"if false; then ls; fi\n", ""},
		"an exit at the end":          {"compozy version\nexit 0\n", ""},
		"a job":                       {"compozy version > out &\nwait\n", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := open(t, Options{Redis: StandIn})
			o := bash(t, s, c.script)
			o.Diagnostics = append(o.Diagnostics, s.Finish(t.Context())...)
			if c.want == "" {
				clean(t, o)
				return
			}
			finds(t, o, c.want)
		})
	}
	t.Run("behind the failure that the page announces", func(t *testing.T) {
		t.Parallel()
		o := bash(t, open(t, Options{Redis: StandIn}), "false\ncompozy version\n", func(b *Block) { b.Exit = 1 })
		finds(t, o, "3:1 "+never)
	})
	t.Run("a function that a later block calls", func(t *testing.T) {
		t.Parallel()
		s := open(t, Options{Redis: StandIn})
		clean(t, bash(t, s, "echo a long line in front > /dev/null\nf() { compozy version; }\n"))
		clean(t, bash(t, s, "f > out\n"))
		if d := s.Finish(t.Context()); len(d) > 0 {
			t.Errorf("findings: %v", d)
		}
	})
}

// TestJobsThatFail is about background jobs whose status nobody asks for.
func TestJobsThatFail(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		script string
		want   string
		exit   int
	}{
		"a server that does not start": {"compozy start --config missing.yaml &\necho a\n", "2:1 example/hidden-failure", 0},
		"a command":                    {"compozy nonsense > out 2>&1 &\n", "2:1 example/hidden-failure", 0},
		"wait without a name":          {"false &\nwait\n", "2:1 example/hidden-failure", 0},
		"a bomb":                       {"f() { f | f & }; f\n", "2:18 example/sandbox", 0},
		"a path outside":               {"(sleep 0.1; cat /etc/passwd) &\n", "2:1 example/sandbox", 0},
		"a late failure":               {"(sleep 0.2; false) &\n", "2:1 example/hidden-failure", 0},
		"its status is the block's":    {"false &\nwait $!\n", "", 1},
		"it is killed":                 {"compozy start --standalone &\ncurl -s http://localhost:5001/health > out\nkill -9 %1\n", "", 0},
		"it runs on":                   {"compozy start --standalone &\n", "", 0},
		"it ends well":                 {"sleep 0.01 &\n", "", 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := open(t, Options{Redis: StandIn})
			o := bash(t, s, c.script, func(b *Block) { b.Exit = c.exit })
			o.Diagnostics = append(o.Diagnostics, s.Finish(t.Context())...)
			if c.want == "" {
				clean(t, o)
				return
			}
			finds(t, o, c.want)
		})
	}
}

// TestNoFunctionIsACommand keeps the names of commands for commands.
func TestNoFunctionIsACommand(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"compozy", "curl", "grep", "test", "wait"} {
		o := bash(t, open(t, Options{Redis: StandIn}), name+"() { true; }\n"+name+" anything\n")
		finds(t, o, "2:1 example/sandbox the function")
	}
	o := bash(t, open(t, Options{Redis: StandIn}), "function compozy { true; }\n")
	finds(t, o, "2:10 example/sandbox the function")
}
