package report

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/url"
	"regexp"
	"strings"
	"unicode/utf8"

	"github.com/compozy/docs/internal/diag"
	"github.com/compozy/docs/internal/source"
)

const (
	sarifVersion = "2.1.0"
	sarifSchema  = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
	// fingerprintName has a version: a fingerprint that is computed in another
	// way must not be compared with those of earlier runs.
	fingerprintName = "docsFinding/v1"
)

// writeSARIF writes SARIF 2.1.0. All rules are in the log, also those that
// found nothing: it says what was looked for. A finding about the run itself
// has no place in a file; it is a notification of the run and no result.
func writeSARIF(b *bytes.Buffer, in Input) error {
	run := sarifRun{
		Tool:       sarifTool{Driver: sarifDriver{Name: in.tool(), Version: in.Version}},
		ColumnKind: "utf16CodeUnits",
		Results:    []sarifResult{},
	}
	index := map[string]int{}
	for i, r := range diag.Rules() {
		index[r.ID] = i
		run.Tool.Driver.Rules = append(run.Tool.Driver.Rules, sarifRuleOf(r))
	}
	invocation := sarifInvocation{ExecutionSuccessful: true}
	seen := map[string]int{}
	for _, d := range in.Report.Diagnostics {
		if d.Span.Path() == "" {
			n := sarifNotification{Level: level(d.Severity), Message: sarifMessage{Text: messageText(d)}}
			if d.Rule != "" {
				n.AssociatedRule = &sarifReference{ID: d.Rule}
			}
			invocation.Notifications = append(invocation.Notifications, n)
			invocation.ExecutionSuccessful = invocation.ExecutionSuccessful && d.Severity != diag.Error
			continue
		}
		r := sarifResultOf(d)
		if i, ok := index[d.Rule]; ok {
			r.RuleIndex = &i
		}
		print := fingerprint(d)
		seen[print]++
		r.PartialFingerprints = map[string]string{fingerprintName: fmt.Sprintf("%s:%d", print, seen[print])}
		run.Results = append(run.Results, r)
	}
	if in.Folder != "" {
		inFolder(run.Results, uri(in.Folder)+"/")
	}
	run.Invocations = []sarifInvocation{invocation}
	return diag.EncodeJSON(b, sarifLog{Schema: sarifSchema, Version: sarifVersion, Runs: []sarifRun{run}})
}

// inFolder puts the files of results into a folder.
func inFolder(results []sarifResult, folder string) {
	for _, r := range results {
		for _, places := range [][]sarifLocation{r.Locations, r.RelatedLocations} {
			for i := range places {
				places[i].PhysicalLocation.Artifact.URI = folder + places[i].PhysicalLocation.Artifact.URI
			}
		}
		for _, f := range r.Fixes {
			for i := range f.Changes {
				f.Changes[i].Artifact.URI = folder + f.Changes[i].Artifact.URI
			}
		}
	}
}

func sarifRuleOf(r diag.Rule) sarifRule {
	area, _, _ := strings.Cut(r.ID, "/")
	text := r.Cause + "\n\nExample:\n\n" + r.Example + "\n\n" + r.Remedy
	fence := fenceFor(r.Example)
	return sarifRule{
		ID:               r.ID,
		ShortDescription: sarifMessage{Text: r.Summary},
		FullDescription:  sarifMessage{Text: r.Cause},
		Help: sarifHelp{
			Text:     text,
			Markdown: inlineMarkdown(r.Cause) + "\n\n**Example**\n\n" + fence + "text\n" + strings.TrimRight(r.Example, "\n") + "\n" + fence + "\n\n**What to do**\n\n" + inlineMarkdown(r.Remedy) + "\n",
		},
		Configuration: sarifConfiguration{Level: level(r.Severity)},
		Properties:    sarifProperties{Tags: []string{area}},
	}
}

func sarifResultOf(d diag.Diagnostic) sarifResult {
	r := sarifResult{
		RuleID:    d.Rule,
		Level:     level(d.Severity),
		Message:   sarifMessage{Text: messageText(d)},
		Locations: []sarifLocation{{PhysicalLocation: physical(d.Span)}},
	}
	for _, n := range d.Notes {
		if n.Span.Path() == "" {
			continue
		}
		id := len(r.RelatedLocations) + 1
		r.RelatedLocations = append(r.RelatedLocations, sarifLocation{
			ID: &id, PhysicalLocation: physical(n.Span), Message: &sarifMessage{Text: plain(n.Message)},
		})
	}
	if d.Fix != nil && d.Fix.Span.HasPlace() && utf8.ValidString(d.Fix.NewText) {
		at := physical(d.Fix.Span)
		r.Fixes = []sarifFix{{
			Description: sarifMessage{Text: plain(d.Fix.Message)},
			Changes: []sarifChange{{
				Artifact: at.Artifact,
				Replacements: []sarifReplacement{{
					Deleted: *at.Region, Inserted: sarifContent{Text: d.Fix.NewText},
				}},
			}},
		}}
	}
	return r
}

func level(s diag.Severity) string {
	if s == diag.Info {
		return "note"
	}
	return s.String()
}

// messageText is the message and the advice, one a line.
func messageText(d diag.Diagnostic) string {
	lines := []string{plain(d.Message)}
	for _, a := range advice(d) {
		lines = append(lines, plain(a))
	}
	return strings.Join(lines, "\n")
}

var placeholder = regexp.MustCompile(`\{(\d+)\}`)

// plain writes a message in the notation of SARIF's messages, in which
// "[text](target)" is a link and "{0}" an argument: text of a page must be
// neither.
func plain(s string) string {
	s = strings.ReplaceAll(diag.Printable(s), "](", `]\(`)
	return placeholder.ReplaceAllString(s, "{{$1}}")
}

// physical returns a place in a file. The file as a whole is its first line,
// because viewers of pull requests want a line.
func physical(span source.Span) sarifPhysical {
	p := sarifPhysical{
		Artifact: sarifArtifact{URI: uri(span.Path()), Base: "%SRCROOT%"},
		Region:   &sarifRegion{StartLine: 1},
	}
	at := span.Resolve()
	if !at.HasPlace() {
		return p
	}
	startLine, startColumn := utf16Position(at.File, at.Start)
	endLine, endColumn := utf16Position(at.File, max(at.Start, at.End))
	p.Region = &sarifRegion{StartLine: startLine, StartColumn: startColumn, EndLine: endLine, EndColumn: endColumn}
	return p
}

// uri returns a path as a relative reference. A first segment with a colon
// would be read as a scheme.
func uri(path string) string {
	segments := strings.Split(strings.ToValidUTF8(path, "\uFFFD"), "/")
	for i, s := range segments {
		segments[i] = strings.ReplaceAll(url.PathEscape(s), ":", "%3A")
	}
	return strings.Join(segments, "/")
}

// utf16Position returns the line and the column of an offset, the column in
// UTF-16 code units as SARIF's readers count. A byte order mark has no column.
func utf16Position(f *source.File, offset int) (line, column int) {
	p := f.Position(offset)
	text, start := f.Line(p.Line)
	before := text[:max(0, min(offset-start, len(text)))]
	if p.Line == 1 {
		before = bytes.TrimPrefix(before, []byte("\ufeff"))
	}
	column = 1
	for len(before) > 0 {
		r, size := utf8.DecodeRune(before)
		before = before[size:]
		column++
		if r >= 0x10000 {
			column++
		}
	}
	return p.Line, column
}

// fingerprint says what a finding is about without saying on which line it
// stands: lines that are added above do not make it a new finding. Findings
// that have it in common are counted.
func fingerprint(d diag.Diagnostic) string {
	at := d.Span.Resolve()
	var line []byte
	if at.HasPlace() {
		line, _ = at.File.Line(at.File.Position(at.Start).Line)
	}
	h := sha256.New()
	for _, part := range [][]byte{[]byte(d.Rule), []byte(at.Path()), bytes.Join(bytes.Fields(line), []byte{' '}), bytes.TrimSpace(at.Text())} {
		fmt.Fprintf(h, "%d:%s", len(part), part)
	}
	return hex.EncodeToString(h.Sum(nil)[:16])
}
