package yaml

import (
	"context"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/compozy/docs/internal/source"
)

func TestFragments(t *testing.T) {
	t.Parallel()
	const persistent = "redis.standalone.persistence"
	for name, c := range map[string]struct {
		section, text string
		env           []string
		flags         map[string]string
		want, says    string
	}{
		"whole":                      {"redis", "mode: standalone\n", nil, nil, "", ""},
		"deep":                       {persistent, "enabled: true\ndata_dir: ./data\n", nil, nil, "", ""},
		"indented":                   {persistent, "  enabled: true\n  data_dir: ./data\n", nil, nil, "", ""},
		"flow":                       {persistent, "{enabled: true, data_dir: ./data}\n", nil, nil, "", ""},
		"without a last line end":    {persistent, "enabled: false", nil, nil, "", ""},
		"CRLF":                       {persistent, "enabled: true\r\ndata_dir: ./data\r\n", nil, nil, "", ""},
		"CR":                         {persistent, "enabled: true\rdata_dir: ./data\r", nil, nil, "", ""},
		"a byte order mark":          {persistent, "\ufeffenabled: false\n", nil, nil, "", ""},
		"comments":                   {persistent, "# before\n\nenabled: false # behind\n# after\n", nil, nil, "", ""},
		"a block scalar":             {"redis", "mode: standalone\npassword: |\n  two\n\n  lines\n", nil, nil, "", ""},
		"an anchor":                  {"redis", "addr: &a r:1\npassword: *a\n", nil, nil, "", ""},
		"an anchor of the whole":     {persistent, "&a\nenabled: false\n", nil, nil, "", ""},
		"a mode of its own":          {"redis", "mode: standalone\nstandalone:\n  persistence:\n    enabled: true\n    data_dir: x\n", nil, nil, "", ""},
		"an unknown key":             {persistent, "enabled: true\ndir: x\ndata_dir: y\n", nil, nil, "3:1-4 compozy/unknown-key", "the setting is redis.standalone.persistence.data_dir"},
		"a wrong type":               {persistent, "enabled: \"yes\"\n", nil, nil, "2:10-15 compozy/invalid-type", ""},
		"a missing key":              {persistent, "enabled: true\n", nil, nil, "1:1-8 compozy/persistence-data-dir", ""},
		"a duplicate":                {"redis", "mode: standalone\nmode: distributed\n", nil, nil, "3:1-5 compozy/duplicate-key", ""},
		"a list":                     {persistent, "- enabled\n- data_dir\n", nil, nil, "2:1-11 compozy/invalid-type", "write its keys below it"},
		"a word":                     {persistent, "enabled\n", nil, nil, "2:1-8 compozy/invalid-type", ""},
		"a tab":                      {persistent, "enabled: true\n\tdata_dir: x\n", nil, nil, "3:1-2 compozy/yaml-syntax", ""},
		"a bracket":                  {persistent, "enabled: [\n", nil, nil, "2:10-11 compozy/yaml-syntax", ""},
		"a broken indent":            {persistent, "  enabled: true\n data_dir: x\n", nil, nil, "3:2-13 compozy/yaml-syntax", ""},
		"an unknown alias":           {persistent, "enabled: *none\n", nil, nil, "2:10-15 compozy/yaml-syntax", ""},
		"a separator of lines":       {persistent, "enabled: false\u2028mode: distributed\n", nil, nil, "2:16-20 compozy/unknown-key", "redis.standalone.persistence"},
		"a next line":                {persistent, "enabled: false\u0085mode: distributed\n", nil, nil, "2:16-20 compozy/unknown-key", "redis.standalone.persistence"},
		"nothing":                    {persistent, "", nil, nil, "1:1-8 example/fragment", "sets nothing in redis.standalone.persistence"},
		"null":                       {persistent, "~\n", nil, nil, "1:1-8 example/fragment", "sets nothing"},
		"a comment alone":            {persistent, "# nothing\n", nil, nil, "1:1-8 example/fragment", "sets nothing"},
		"two documents":              {persistent, "enabled: false\n---\nenabled: true\n", nil, nil, "3:1-4 example/fragment", "ends a document"},
		"a document's start":         {persistent, "--- # first\nenabled: false\n", nil, nil, "2:1-4 example/fragment", "remove the line"},
		"a document's end":           {persistent, "enabled: false\n...\n", nil, nil, "3:1-4 example/fragment", ""},
		"dashes that end nothing":    {"redis", "password: x\naddr: r:1 # ---\nhost: ---r\n", nil, nil, "4:7-11 example/contradiction", ""},
		"its own name":               {"redis.standalone", "standalone:\n  persistence:\n    enabled: false\n", nil, nil, "2:1-11 example/fragment", `fragment="redis"`},
		"its first name":             {"redis.standalone", "redis:\n  standalone:\n", nil, nil, "2:1-6 example/fragment", `or remove fragment="redis.standalone"`},
		"its name beside others":     {"redis", "mode: standalone\nredis:\n  db: 1\n", nil, nil, "3:1-6 example/fragment", "is repeated"},
		"the name of a key":          {"runtime", "environment: development\n", nil, nil, "", ""},
		"the mode by a flag":         {"redis.standalone", "persistence:\n  data_dir: x\n", nil, map[string]string{"mode": "distributed"}, "3:13-14 compozy/persistence-no-effect", "the global mode is distributed"},
		"the mode by a variable":     {"redis.standalone", "persistence:\n  data_dir: x\n", []string{"COMPOZY_MODE=distributed"}, nil, "3:13-14 compozy/persistence-no-effect", "the global mode is distributed"},
		"a reason outside":           {"temporal.standalone", "namespace: \"\"\n", nil, nil, "2:12-14 compozy/temporal-standalone", around},
		"another layer in the midst": {persistent, "enabled: true\n", []string{"REDIS_STANDALONE_PERSISTENCE_DATA_DIR=x"}, nil, "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ex := example(c.text)
			ex.Fragment, ex.Env, ex.Flags = c.section, c.env, c.flags
			out := Run(t.Context(), ex)
			said := messages(out.Diagnostics)
			if d := cmp.Diff(c.want, findings(out.Diagnostics)); d != "" {
				t.Errorf("%s\n%s", d, said)
			}
			if !strings.Contains(said, c.says) {
				t.Errorf("it says %q, not %q", said, c.says)
			}
		})
	}
}

// TestFragmentClaims pins errors in fragments by their whole paths.
func TestFragmentClaims(t *testing.T) {
	t.Parallel()
	ex := example("enabled: true\n")
	ex.Fragment = "redis.standalone.persistence"
	ex.Failure = &Failure{Rule: "compozy/persistence-data-dir", Path: "redis.standalone.persistence.data_dir", Span: ex.Place}
	if out := Run(t.Context(), ex); len(out.Diagnostics) > 0 || len(out.Refused) != 1 {
		t.Errorf("findings %q, %d shown", messages(out.Diagnostics), len(out.Refused))
	}
}

// FuzzFragment puts any text into a section. Every place of every finding is
// inside the fence, and the text reaches nothing outside its section.
func FuzzFragment(f *testing.F) {
	for _, text := range []string{
		"", "enabled: true\ndata_dir: x\n", "- a\n", "\t", "---\na: 1\n...", "a: &a [*a]", "? x\n: y", "persistence:\n  enabled: true", "\ufeff{",
		"x\u2028mode: distributed", "x\rmode: distributed\r", "|\n  x\n y", "'", "\"\\\n\"", "%YAML 1.2\n---\n", "a: b\n a: c", "é: 日\nenabled: ${A}",
		"redis:\n  standalone:\n", "}\nmode: x", "!!binary x", "<<: {a: 1}", "standalone: &x\n  <<: *x", ":\n:\n",
	} {
		for section := range 3 {
			f.Add(text, section)
		}
	}
	all := []string{"redis", "redis.standalone", "redis.standalone.persistence", "temporal.standalone", "runtime"}
	f.Fuzz(func(t *testing.T, text string, section int) {
		ex := example(text)
		ex.Fragment = all[uint(section)%uint(len(all))]
		// The cache is tested elsewhere; a run that is over starts none.
		ctx, cancel := context.WithCancel(context.Background())
		cancel()
		page := ex.Place.File
		inside := func(rule, what string, at source.Span) {
			if at.IsZero() {
				return
			}
			if at = at.Resolve(); at.File != page || !at.HasPlace() || at.Start > at.End || at.End > page.Len() {
				t.Fatalf("%s: %s stands at %d to %d of %d bytes", rule, what, at.Start, at.End, page.Len())
			}
			if at.Start > len(opening)+1+len(text) {
				t.Fatalf("%s: %s stands behind the fence's text", rule, what)
			}
		}
		for _, d := range Run(ctx, ex).Diagnostics {
			inside(d.Rule, "the finding", d.Span)
			for _, n := range d.Notes {
				if n.Span.HasPlace() {
					inside(d.Rule, "a note", n.Span)
				}
			}
			if d.Fix != nil {
				inside(d.Rule, "the fix", d.Fix.Span)
			}
		}
		if !utf8.ValidString(text) || len(ex.misshapen()) > 0 {
			return
		}
		whole, base := overlay(ex.Code, ex.Fragment, false)
		for rest := whole.Text()[base:]; len(rest) > 0; {
			length, content := cutLine(rest)
			if content > 0 && rest[0] != ' ' {
				t.Fatalf("the line %q stands outside the section", rest[:content])
			}
			rest = rest[length:]
		}
	})
}
