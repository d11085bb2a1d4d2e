package cli

import (
	"bytes"
	"context"
	"io"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/spf13/pflag"

	"github.com/compozy/docs/compozy/config"
	"github.com/compozy/docs/internal/source"
	"github.com/compozy/docs/internal/tree"
)

// TestFlagsAreTheRegistrys holds the command line against the registry: start
// takes every flag that a setting has, and none that no setting has.
func TestFlagsAreTheRegistrys(t *testing.T) {
	t.Parallel()
	a := &app{stdout: newOutput(io.Discard), stderr: newOutput(io.Discard)}
	start := child(a.rootCommand(), "start")
	have := map[string]string{}
	start.InheritedFlags().VisitAll(func(f *pflag.Flag) { have[f.Name] = settingOf(f) })
	start.LocalFlags().VisitAll(func(f *pflag.Flag) { have[f.Name] = settingOf(f) })
	n := 0
	for _, f := range config.Fields() {
		for _, name := range append(slices.Clone(f.Shorthands), f.Flag) {
			if name == "" || f.Path == pathFormat || f.Path == pathOutput {
				continue
			}
			n++
			if have[name] != f.Path {
				t.Errorf("--%s sets %q, want %s", name, have[name], f.Path)
			}
			delete(have, name)
		}
		if f.FlagShort != "" && f.Path != pathFormat && f.Path != pathOutput {
			if flag := lookupFlag(start, f.FlagShort, false); flag == nil || flag.Name != f.Flag {
				t.Errorf("-%s is not --%s", f.FlagShort, f.Flag)
			}
		}
	}
	delete(have, "help")
	delete(have, "restore") // how one start behaves, no setting
	if len(have) > 0 || n < 130 {
		t.Errorf("%d flags of settings; flags of no setting: %v", n, have)
	}
	for _, path := range []string{pathFormat, pathOutput} {
		f, _ := config.FieldAt(path)
		show := child(child(a.rootCommand(), "config"), "show")
		if flag := show.Flags().Lookup(f.Flag); flag == nil || flag.Shorthand != f.FlagShort {
			t.Errorf("config show lacks --%s, -%s", f.Flag, f.FlagShort)
		}
	}
}

// TestExamplesAreAccepted parses the examples of every command.
func TestExamplesAreAccepted(t *testing.T) {
	t.Parallel()
	a := &app{stdout: newOutput(io.Discard), stderr: newOutput(io.Discard)}
	n := 0
	for _, c := range everyCommand(a.rootCommand()) {
		if c.RunE == nil || c.Name() == "help" {
			continue
		}
		if c.Short == "" || c.Example == "" {
			t.Errorf("%s has no summary or no example", c.CommandPath())
		}
		for line := range strings.Lines(c.Example) {
			n++
			words := strings.Fields(line)
			root := a.rootCommand()
			if words[0] != "compozy" || wrongCommand(root, words[1:]) != nil {
				t.Errorf("the example %q is no command line", line)
				continue
			}
			found, rest, err := root.Find(words[1:])
			if err != nil || found.ParseFlags(rest) != nil && !slices.Contains(rest, "--version") {
				t.Errorf("the example %q is refused", line)
			}
		}
	}
	if n < 10 {
		t.Errorf("only %d examples were seen", n)
	}
}

// TestFormsAgree reads the YAML and the JSON answer and compares them.
func TestFormsAgree(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	answer := func(form string) any {
		var out, errs bytes.Buffer
		args := []string{"config", "show", "--all", "--source", "--cwd", dir, "--format", form, "--native-tools-root", "a: \"b\" \u202e #é\u2028\u0085 - x"}
		if got := Run(t.Context(), args, nil, strings.NewReader(""), &out, &errs); got != exitClean {
			t.Fatalf("%s gives the status %d: %s", form, got, &errs)
		}
		if strings.ContainsAny(out.String(), "\u202e\u2028\u0085") {
			t.Errorf("%s holds characters that a terminal obeys", form)
		}
		n, problems := tree.YAML(source.NewFile(form, out.Bytes()))
		if len(problems) > 0 {
			t.Fatalf("%s does not parse: %v", form, problems)
		}
		return n.Any()
	}
	fromJSON, fromYAML := answer("json"), answer("yaml")
	a, b := show(t, fromJSON), show(t, fromYAML)
	if a != b || len(a) < 10000 {
		t.Errorf("the forms differ:\n%.2000s\n%.2000s", a, b)
	}
}

func show(t *testing.T, v any) string {
	t.Helper()
	text, err := encodeJSON(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestParseEnv(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ text, want string }{
		{"", ""},
		{"# only\n\n  # comments", ""},
		{"A=1\nB=2", "A=1|B=2"},
		{"export A=1\r\nB = 2 ", "A=1|B=2"},
		{"A=x # note\nB=x#y", "A=x|B=x#y"},
		{"A='x # $y \\n' # note", "A=x # $y \\n"},
		{`A="x # \n\"\$ é"`, "A=x # \n\"$ é"},
		{"A=", "A="},
		{"\ufeffA=1", "A=1"},
		{"A=${B:-c}", "A=${B:-c}"},
		{"A==1", "A==1"},
	} {
		got, err := parseEnv("f", test.text)
		if joined := strings.Join(got, "|"); err != nil || joined != test.want {
			t.Errorf("%q gives %q, %v, want %q", test.text, joined, err, test.want)
		}
	}
	for _, text := range []string{"hunter2", "1A=hunter2", "A B=hunter2", "A=\"hunter2", "A='hunter2", "A='x' hunter2", `A="\xhunter2"`, "=hunter2"} {
		_, err := parseEnv("f.env", "X=1\n"+text)
		if err == nil || strings.Contains(err.Error(), "hunter2") || !strings.HasPrefix(err.Error(), "f.env:2: ") {
			t.Errorf("%q gives %v, want an error at line 2 without the content", text, err)
		}
	}
}

func FuzzParseEnv(f *testing.F) {
	for _, seed := range []string{"A=1", "A='x", "export B=\"\\n\" # c", "=", "A=\"\\"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		got, err := parseEnv("f", text)
		if err != nil {
			return
		}
		for _, entry := range got {
			if name, _, ok := strings.Cut(entry, "="); !ok || !isVariable(name) {
				t.Fatalf("%q gives the entry %q", text, entry)
			}
		}
	})
}

// broken is a stream that fails.
type broken struct{ err error }

func (b broken) Write([]byte) (int, error) { return 0, b.err }

func TestBrokenOutput(t *testing.T) {
	t.Parallel()
	var errs bytes.Buffer
	if got := Run(context.Background(), []string{"help"}, nil, nil, broken{syscall.EPIPE}, &errs); got != exitClean || errs.Len() > 0 {
		t.Errorf("a reader that went away gives status %d and says %q, want 0 and nothing", got, &errs)
	}
	if got := Run(context.Background(), []string{"help"}, nil, nil, broken{syscall.ENOSPC}, &errs); got != exitUsage || errs.Len() == 0 {
		t.Errorf("a full disk gives status %d and says %q, want 2 and a reason", got, &errs)
	}
}

func TestMeter(t *testing.T) {
	t.Parallel()
	m := newMeter(`a"b\`)
	now := time.Unix(0, 0)
	m.now = func() time.Time { return now }
	outcome := func(name string, took time.Duration, err error) {
		cmd := redis.NewCmd(t.Context(), name)
		process := m.ProcessHook(func(context.Context, redis.Cmder) error { now = now.Add(took); return err })
		if got := process(t.Context(), cmd); got != err {
			t.Errorf("the meter turns %v into %v", err, got)
		}
	}
	outcome("GET", 100*time.Microsecond, nil)
	outcome("get", 100*time.Microsecond, redis.Nil)
	outcome("get", 10*time.Second, context.DeadlineExceeded)
	good, bad := redis.NewCmd(t.Context(), "set"), redis.NewCmd(t.Context(), "incr")
	bad.SetErr(syscall.EPIPE)
	pipeline := m.ProcessPipelineHook(func(context.Context, []redis.Cmder) error { now = now.Add(time.Second); return syscall.EPIPE })
	if got := pipeline(t.Context(), []redis.Cmder{good, bad}); got != syscall.EPIPE {
		t.Errorf("the meter turns the pipeline's error into %v", got)
	}
	text := string(m.text())
	for _, want := range []string{
		`compozy_cache_operations_total{backend="a\"b\\",operation="get",status="error"} 1`,
		`compozy_cache_operations_total{backend="a\"b\\",operation="get",status="success"} 2`,
		`compozy_cache_operations_total{backend="a\"b\\",operation="set",status="success"} 1`,
		`compozy_cache_operations_total{backend="a\"b\\",operation="incr",status="error"} 1`,
		`compozy_cache_operations_total{backend="a\"b\\",operation="pipeline",status="error"} 1`,
		`compozy_cache_operation_duration_seconds_bucket{backend="a\"b\\",operation="get",le="5e-05"} 0`,
		`compozy_cache_operation_duration_seconds_bucket{backend="a\"b\\",operation="get",le="0.0001"} 2`,
		`compozy_cache_operation_duration_seconds_bucket{backend="a\"b\\",operation="get",le="5"} 2`,
		`compozy_cache_operation_duration_seconds_bucket{backend="a\"b\\",operation="get",le="+Inf"} 3`,
		`compozy_cache_operation_duration_seconds_sum{backend="a\"b\\",operation="get"} 10.0002`,
		`compozy_cache_operation_duration_seconds_count{backend="a\"b\\",operation="get"} 3`,
	} {
		if !strings.Contains(text, want+"\n") {
			t.Errorf("the text lacks %s:\n%s", want, text)
		}
	}
}

// TestMeterIsBounded counts more names than it keeps.
func TestMeterIsBounded(t *testing.T) {
	t.Parallel()
	m := newMeter("x")
	for i := range 10 * operationNames {
		m.count(strings.Repeat("n", i+1), nil, 0)
	}
	if n := len(m.operations); n > operationNames+1 || m.operations[operation{otherOperation, "success"}] != uint64(9*operationNames) {
		t.Errorf("%d names are kept, want %d and the rest under %q", n, operationNames, otherOperation)
	}
}
