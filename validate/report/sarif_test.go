package report

import (
	"bytes"
	"encoding/json"
	"os"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/santhosh-tekuri/jsonschema/v5"

	"github.com/compozy/docs/internal/diag"
	"github.com/compozy/docs/internal/source"
)

var schema = sync.OnceValues(func() (*jsonschema.Schema, error) {
	text, err := os.ReadFile("testdata/sarif-2.1.0.schema.json")
	if err != nil {
		return nil, err
	}
	c := jsonschema.NewCompiler()
	c.AssertFormat = true
	const name = "sarif.json"
	if err := c.AddResource(name, bytes.NewReader(text)); err != nil {
		return nil, err
	}
	return c.Compile(name)
})

// checkSARIF holds a log against the standard's schema, and the regions
// against the text of the page.
func checkSARIF(t testing.TB, in Input, out []byte) sarifLog {
	t.Helper()
	s, err := schema()
	if err != nil {
		t.Fatal(err)
	}
	var value any
	if err := json.Unmarshal(out, &value); err != nil {
		t.Fatalf("the log is no JSON: %v", err)
	}
	if len(in.Pages) == 1 {
		// The rules are the same in every log, and most of its text: the logs
		// of hostile texts are judged without them.
		delete(value.(map[string]any)["runs"].([]any)[0].(map[string]any)["tool"].(map[string]any)["driver"].(map[string]any), "rules")
	}
	if err := s.Validate(value); err != nil {
		t.Fatalf("the log is no SARIF: %#v", err)
	}
	var log sarifLog
	if err := json.Unmarshal(out, &log); err != nil {
		t.Fatal(err)
	}
	run := log.Runs[0]
	if got := len(run.Results) + len(run.Invocations[0].Notifications); got != len(in.Report.Diagnostics) {
		t.Fatalf("the log holds %d findings, want %d", got, len(in.Report.Diagnostics))
	}
	for _, r := range run.Results {
		if r.RuleIndex != nil && run.Tool.Driver.Rules[*r.RuleIndex].ID != r.RuleID {
			t.Fatalf("rule %s has the index of %s", r.RuleID, run.Tool.Driver.Rules[*r.RuleIndex].ID)
		}
	}
	return log
}

func TestSARIF(t *testing.T) {
	t.Parallel()
	in := sample(t)
	log := checkSARIF(t, in, write(t, "sarif", in))
	run := log.Runs[0]
	if len(run.Tool.Driver.Rules) != len(diag.Rules()) {
		t.Errorf("the log knows %d rules of %d", len(run.Tool.Driver.Rules), len(diag.Rules()))
	}
	if n := run.Invocations[0]; n.ExecutionSuccessful || len(n.Notifications) != 1 || n.Notifications[0].AssociatedRule.ID != "run/locked" {
		t.Errorf("the finding about the run became %+v", n)
	}
	mode, link, whole := run.Results[0], run.Results[1], run.Results[2]
	if want := "mode is \"standalne\"\ndid you mean \"standalone\"?"; mode.Message.Text != want || mode.Level != "error" {
		t.Errorf("message %q (%s), want %q", mode.Message.Text, mode.Level, want)
	}
	wantRegion := sarifRegion{StartLine: 4, StartColumn: 7, EndLine: 4, EndColumn: 16}
	wantFix := []sarifFix{{Description: sarifMessage{"use standalone"}, Changes: []sarifChange{{
		Artifact:     sarifArtifact{URI: "content/docs/a.mdx", Base: "%SRCROOT%"},
		Replacements: []sarifReplacement{{Deleted: wantRegion, Inserted: sarifContent{"standalone"}}},
	}}}}
	if d := cmp.Diff(wantFix, mode.Fixes); d != "" {
		t.Error(d)
	}
	// The smiling face is one code point, and two units of UTF-16.
	if d := cmp.Diff(&sarifRegion{StartLine: 11, StartColumn: 16, EndLine: 11, EndColumn: 26}, link.Locations[0].PhysicalLocation.Region); d != "" {
		t.Error(d)
	}
	if n := link.RelatedLocations; len(n) != 1 || n[0].PhysicalLocation.Artifact.URI != "content/docs/b.mdx" || n[0].Message.Text != "the nearest one is here" {
		t.Errorf("related locations are %+v", n)
	}
	if whole.Level != "note" || *whole.Locations[0].PhysicalLocation.Region != (sarifRegion{StartLine: 1}) {
		t.Errorf("a finding about a whole file became %+v", whole)
	}
}

func TestUTF16Position(t *testing.T) {
	t.Parallel()
	f := source.NewFile("p", []byte("\ufeffa\r\né日🙂x\n\xff\tx\r\n"))
	for _, tt := range []struct {
		needle       string
		line, column int
	}{
		{"a", 1, 1}, {"\r\n", 1, 2}, {"é", 2, 1}, {"日", 2, 2}, {"🙂", 2, 3}, {"x\n", 2, 5}, {"\n\xff", 2, 6}, {"\xff", 3, 1}, {"\t", 3, 2}, {"x\r", 3, 3},
	} {
		line, column := utf16Position(f, span(t, f, tt.needle).Start)
		if line != tt.line || column != tt.column {
			t.Errorf("%q stands at %d:%d, want %d:%d", tt.needle, line, column, tt.line, tt.column)
		}
	}
	if line, column := utf16Position(f, f.Len()); line != 4 || column != 1 {
		t.Errorf("the end is at %d:%d, want 4:1", line, column)
	}
}

// TestFingerprints holds that lines added above a finding leave its
// fingerprint alone, and that the same mistake twice has two.
func TestFingerprints(t *testing.T) {
	t.Parallel()
	prints := func(text string) []string {
		f := source.NewFile("p.mdx", []byte(text))
		in := Input{}
		for at := 0; ; {
			i := strings.Index(text[at:], "bad")
			if i < 0 {
				break
			}
			in.Report.Diagnostics = append(in.Report.Diagnostics, diag.Diagnostic{Rule: "mdx/x", Span: f.Span(at+i, at+i+3), Message: "bad"})
			at += i + 3
		}
		var out []string
		for _, r := range checkSARIF(t, in, write(t, "sarif", in)).Runs[0].Results {
			out = append(out, r.PartialFingerprints[fingerprintName])
		}
		return out
	}
	before := prints("a bad\nx\nb bad\na bad\n")
	if d := cmp.Diff(before, prints("# new\n\n\na bad\nx\n   b bad\n\na bad\n")); d != "" {
		t.Errorf("moved lines change fingerprints:\n%s", d)
	}
	if before[0] == before[1] || before[0] == before[2] || before[1] == before[2] {
		t.Errorf("different findings share a fingerprint: %q", before)
	}
}
