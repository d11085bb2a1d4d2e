package report

import (
	"bytes"
	"fmt"
	"strings"

	"github.com/compozy/docs/internal/diag"
)

// maxMarkdown is what the page of a job takes: GitHub refuses a longer
// summary as a whole.
const maxMarkdown = 1 << 20

// writeMarkdown writes the page of a job: the counts, then the findings as the
// terminal shows them. Text of pages stands in code only, where Markdown and
// HTML mean nothing.
func writeMarkdown(b *bytes.Buffer, in Input) error {
	ds := in.Report.Diagnostics
	verdict := "no errors"
	if n := diag.Count(ds, diag.Error); n > 0 {
		verdict = diag.Plural(n, "error")
	}
	fmt.Fprintf(b, "## %s: %s\n\n", inlineMarkdown(diag.Printable(in.tool())), verdict)
	if in.Shard != "" {
		fmt.Fprintf(b, "Shard %s only.\n\n", codeSpan(in.Shard))
	}
	s := in.Report.Summary
	external := "not asked"
	if s.ExternalChecked {
		external = "asked"
	}
	b.WriteString("| What | Count |\n|---|---:|\n")
	for _, row := range []struct {
		what  string
		count int
	}{
		{"Errors", diag.Count(ds, diag.Error)},
		{"Warnings", diag.Count(ds, diag.Warning)},
		{"Remarks", diag.Count(ds, diag.Info)},
		{"Pages", s.Pages},
		{"Links and images inside the site", s.Links},
		{"External links, " + external, s.ExternalLinks},
		{"Examples executed", s.Examples.Executed},
		{"Examples validated", s.Examples.Validated},
		{"Examples parsed", s.Examples.Parsed},
		{"Examples shown only", s.Examples.Display},
	} {
		fmt.Fprintf(b, "| %s | %d |\n", row.what, row.count)
	}
	if len(ds) == 0 {
		return nil
	}
	b.WriteString("\n### Findings\n\n")
	writeFindings(b, ds)
	return nil
}

// writeFindings writes as many findings as there is room for, errors before
// everything else, each in its own fence and in the report's order.
func writeFindings(b *bytes.Buffer, ds []diag.Diagnostic) {
	const lastLine = 200 // room for what is said about the rest
	room := maxMarkdown - b.Len() - lastLine
	blocks := make([]string, len(ds))
	kept := make([]bool, len(ds))
	left := len(ds)
	for s := diag.Error; s <= diag.Info; s++ {
		for i, d := range ds {
			if d.Severity != s || room <= 0 {
				continue
			}
			text := framed(d)
			fence := fenceFor(text)
			block := fence + "text\n" + text + fence + "\n\n"
			if len(block) > room {
				room = 0 // a shorter one further down would leave a gap nobody sees
				continue
			}
			room -= len(block)
			blocks[i], kept[i] = block, true
			left--
		}
	}
	for i, block := range blocks {
		if kept[i] {
			b.WriteString(block)
		}
	}
	if left > 0 {
		fmt.Fprintf(b, "… and %s more. The whole list is in the other reports of this run.\n", diag.Plural(left, "finding"))
	}
}

// fenceFor returns a fence that no line of the text can close.
func fenceFor(text string) string { return strings.Repeat("`", max(3, longestRun(text)+1)) }

// codeSpan returns text as inline code, whatever it holds.
func codeSpan(s string) string {
	s = diag.Printable(s)
	marks := strings.Repeat("`", longestRun(s)+1)
	return marks + " " + s + " " + marks
}

// longestRun returns the length of the longest run of backticks.
func longestRun(s string) int {
	longest, run := 0, 0
	for _, r := range s {
		if r != '`' {
			run = 0
			continue
		}
		run++
		longest = max(longest, run)
	}
	return longest
}

// inlineMarkdown escapes what Markdown would read as markup.
func inlineMarkdown(s string) string {
	var b strings.Builder
	for _, r := range s {
		if strings.ContainsRune("\\`*_[]<>&|~#!@", r) {
			b.WriteByte('\\')
		}
		b.WriteRune(r)
	}
	return b.String()
}
