package diag

import (
	"fmt"
	"math/rand/v2"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/compozy/docs/internal/source"
)

func TestSortIsOneOrder(t *testing.T) {
	t.Parallel()
	a, b := source.NewFile("a.mdx", []byte("one\ntwo\n")), source.NewFile("b.mdx", []byte("x"))
	at := func(f *source.File, start, end int, s Severity, message string) Diagnostic {
		return Diagnostic{Severity: s, Rule: "mdx/limit", Span: f.Span(start, end), Message: message}
	}
	want := []Diagnostic{
		{Rule: "mdx/limit", Message: "about the run"},
		{Rule: "mdx/limit", Span: a.Whole(), Message: "about the file"},
		at(a, 0, 1, Error, "m"), at(a, 0, 2, Error, "m"), at(a, 4, 5, Error, "m"), at(a, 4, 5, Error, "n"), at(a, 4, 5, Warning, "m"),
		at(b, 0, 1, Error, "m"),
	}
	random := rand.New(rand.NewPCG(1, 2))
	for range 50 {
		mixed := append(slices.Clone(want), want[3], want[6])
		random.Shuffle(len(mixed), func(i, j int) { mixed[i], mixed[j] = mixed[j], mixed[i] })
		got := Sort(mixed)
		if len(got) != len(want) {
			t.Fatalf("%d findings, want %d", len(got), len(want))
		}
		for i := range got {
			if Compare(got[i], want[i]) != 0 {
				t.Fatalf("finding %d is %v, want %v", i, got[i], want[i])
			}
		}
	}
}

func TestNearest(t *testing.T) {
	t.Parallel()
	keys := []string{"data_dir", "enabled", "restore_on_startup", "snapshot_interval", "snapshot_on_shutdown"}
	for name, c := range map[string]struct {
		word       string
		candidates []string
		want       string
	}{
		"missing letter":        {"snapshot_intervl", keys, "snapshot_interval"},
		"swapped letters":       {"enabeld", keys, "enabled"},
		"dash for underscore":   {"data-dir", keys, "data_dir"},
		"letter case":           {"Callout", []string{"callout"}, "callout"},
		"another word":          {"port", keys, ""},
		"nothing":               {"", keys, ""},
		"the word itself":       {"enabled", keys, ""},
		"beginning":             {"snapshot_inter", keys, "snapshot_interval"},
		"short words differ":    {"a", []string{"b"}, ""},
		"tie goes to the first": {"bat", []string{"cat", "rat"}, "cat"},
		"other scripts":         {"größen", []string{"größe"}, "größe"},
		"too long":              {strings.Repeat("x", 1000), []string{strings.Repeat("x", 1001)}, ""},
	} {
		if got := Nearest(c.word, c.candidates); got != c.want {
			t.Errorf("%s: nearest to %q is %q, want %q", name, c.word, got, c.want)
		}
	}
	if got := Suggest("enabeld", keys); got != `did you mean "enabled"?` {
		t.Error(got)
	}
	if got := Suggest("port", keys); got != "" {
		t.Error(got)
	}
}

func TestRuleTable(t *testing.T) {
	t.Parallel()
	id := regexp.MustCompile(`^[a-z0-9-]+/[a-z0-9-]+$`)
	seen := map[string]bool{}
	for _, r := range Rules() {
		if !id.MatchString(r.ID) || seen[r.ID] {
			t.Errorf("rule id %q is not area/what-is-wrong, or stands twice", r.ID)
		}
		seen[r.ID] = true
		for what, text := range map[string]string{"summary": r.Summary, "cause": r.Cause, "example": r.Example, "remedy": r.Remedy} {
			if strings.TrimSpace(text) == "" {
				t.Errorf("%s has no %s", r.ID, what)
			}
		}
		if strings.HasSuffix(r.Summary, ".") || strings.Contains(r.Summary, "\n") {
			t.Errorf("the summary of %s is no phrase: %q", r.ID, r.Summary)
		}
		if got, ok := Lookup(r.ID); !ok || got.ID != r.ID {
			t.Errorf("Lookup(%q) finds %q", r.ID, got.ID)
		}
	}
	if _, ok := Lookup("no/such-rule"); ok {
		t.Error("a rule that does not exist is found")
	}
	if !slices.IsSorted(RuleIDs()) {
		t.Error("the ids are not sorted")
	}
}

func TestNewKeepsOneLine(t *testing.T) {
	t.Parallel()
	d := New("mdx/limit", source.Span{}, "a %s b", "x\r\ny").WithAdvice("").WithAdvice("c\nd")
	if d.Message != "a x y b" || len(d.Notes) != 1 || d.Notes[0].Message != "c d" {
		t.Errorf("%q %v", d.Message, d.Notes)
	}
	base := d.WithAdvice("e")
	if one, two := base.WithAdvice("f"), base.WithAdvice("g"); one.Notes[2].Message != "f" || two.Notes[2].Message != "g" {
		t.Error("two diagnostics share their notes")
	}
	defer func() {
		if got := fmt.Sprint(recover()); !strings.Contains(got, "no/such-rule") {
			t.Errorf("a rule that is not in the table gives %q", got)
		}
	}()
	New("no/such-rule", source.Span{}, "x")
}

func TestNewClipsLongValues(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("é", 1000)
	d := New("compozy/mode", source.Span{}, "%s is %q", "mode", long).WithAdvice("not %q", long)
	want := strings.Repeat("é", keptQuoted) + "…"
	if d.Message != `mode is "`+want+`"` || d.Notes[0].Message != `not "`+want+`"` {
		t.Errorf("the message has %d bytes, the note %d", len(d.Message), len(d.Notes[0].Message))
	}
}

func TestSole(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name       string
		candidates []string
		want       bool
	}{
		{"mdoe", []string{"mode", "redis", "temporal"}, true},
		{"snapshot_intervall", []string{"snapshot_interval", "snapshot_on_stop"}, true},
		{"titel", []string{"title", "toc"}, true},
		{"jsn", []string{"js", "json"}, false},
		{"port-c", []string{"port-a", "port-b"}, false},
		{"warnin", []string{"warn", "warning"}, false},
		{"conf", []string{"configuration"}, false}, // a beginning is a guess
		{"abc", []string{"xyz"}, false},
		{"ab", []string{"ac"}, false}, // too short to tell a slip from another name
		{"redis-cachee", []string{"redis-cache", "redis-cache"}, true},
		{"", []string{"a"}, false},
		{"a", nil, false},
	}
	for _, tt := range tests {
		if got := Sole(tt.name, tt.candidates); got != tt.want {
			t.Errorf("Sole(%q, %q) is %v, want %v", tt.name, tt.candidates, got, tt.want)
		}
	}
}

func TestUnsure(t *testing.T) {
	t.Parallel()
	d := New("link/missing-page", source.Span{}, "x").WithFix(source.Span{}, "json", "write json")
	guess := d.Among("jsn", []string{"js", "json"})
	if !guess.Fix.Guess || d.Fix.Guess || d.Unsure(false).Fix.Guess {
		t.Errorf("the edit is a guess is %v, and of the finding before it %v; want true and false", guess.Fix.Guess, d.Fix.Guess)
	}
	if none := New("link/missing-page", source.Span{}, "x").Unsure(true); none.Fix != nil {
		t.Errorf("a finding without an edit has one now: %+v", none.Fix)
	}
}
