package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/compozy/docs/internal/build"
	"github.com/compozy/docs/internal/diag"
	"github.com/compozy/docs/validate/report"
)

var reportCommand = &command{
	name: "report", args: "merge FILE...", min: 1, max: -1,
	summary: "merge the reports of shards into one",
	about: "Each FILE is the output of docs check --shard i/n --format json. The result is the same as that of one check of the whole " +
		"site, except for the coverage floor and the golden queries: docs build checks those. " +
		"A missing shard, or one from a different version of docs, is an error.",
	flags: func(s *settings) *flagSet {
		f := &flagSet{}
		f.rootFlag(s)
		f.text(&s.format, "format", "F", "text", strings.Join(report.Formats(), ", ")+" (default: text)", report.Formats()...)
		f.reportFlag(s)
		f.lookFlags(s)
		return f
	},
	examples: []string{"docs report merge 1.json 2.json --format github --report sarif=docs.sarif"},
	exits:    "a shard found errors",
	run:      runReport,
}

func runReport(ctx context.Context, in *invocation) int {
	if in.args[0] != "merge" {
		return in.misuse("there is no docs report %q", diag.Suggest(in.args[0], []string{"merge"}), in.args[0])
	}
	if len(in.args) < 2 {
		return in.misuse("docs report merge needs FILE...", "name the files that docs check --shard i/n --format json wrote")
	}
	var shards []report.Shard
	parts := false
	for _, name := range in.args[1:] {
		data, err := os.ReadFile(name)
		if err != nil {
			return in.fail(fmt.Errorf("read the report of a shard: %w", err))
		}
		shards = append(shards, report.Shard{Name: name, Data: data})
		parts = parts || isShard(data)
	}
	merged, err := report.Merge(in.siteFile, shards...)
	if err != nil {
		return in.fail(err)
	}
	merged.Folder = folderInRepository(in.root)
	if parts {
		found, err := build.ProofRecord(ctx, build.Options{Root: in.root, Env: in.env}, levelsByPage(merged.Examples))
		if err != nil {
			return in.fail(err)
		}
		merged.Report.Diagnostics = diag.Sort(append(merged.Report.Diagnostics, found...))
	}
	if in.format == "text" {
		diag.WriteText(in.stdout, merged.Report, in.textOptions(in.stdout))
		in.summaryOf(in.stdout, merged)
	} else if err := report.Write(in.stdout, in.format, merged); err != nil {
		return in.fail(err)
	}
	for _, t := range in.reports {
		if err := in.writeReport(t, merged); err != nil {
			return in.fail(err)
		}
	}
	if diag.HasErrors(merged.Report.Diagnostics) {
		return exitFindings
	}
	return exitClean
}

// isShard reports whether a report says that it is one of a part. What is no
// report is refused by Merge, with a reason.
func isShard(data []byte) bool {
	var head struct {
		Shard string `json:"shard"`
	}
	return json.Unmarshal(data, &head) == nil && head.Shard != ""
}

// siteFile returns the text of a file of the site, for code frames. Reports
// come from elsewhere: nothing outside the site's folder is read.
func (in *invocation) siteFile(name string) ([]byte, bool) {
	root, err := os.OpenRoot(in.root)
	if err != nil {
		return nil, false
	}
	defer root.Close()
	text, err := root.ReadFile(filepath.FromSlash(name))
	return text, err == nil
}

func levelsByPage(examples []report.Example) map[string]diag.Examples {
	out := map[string]diag.Examples{}
	for _, e := range examples {
		n := out[e.Page]
		switch e.Level {
		case "executed":
			n.Executed++
		case "validated":
			n.Validated++
		case "parsed":
			n.Parsed++
		case "display":
			n.Display++
		}
		out[e.Page] = n
	}
	return out
}

// summaryOf prints the closing line of a merged report.
func (in *invocation) summaryOf(to *output, r report.Input) {
	e := r.Report.Summary.Examples
	fmt.Fprintf(to, "%s, %s, examples: %d executed, %d validated, %d parsed, %d display · %s\n",
		diag.Plural(r.Report.Summary.Pages, "page"), diag.Plural(r.Report.Summary.Links, "link"),
		e.Executed, e.Validated, e.Parsed, e.Display, findings(r.Report.Diagnostics))
}

// shardFlag adds --shard i/n.
func (f *flagSet) shardFlag(s *settings) {
	s.shard = build.Shard{}
	f.defs = append(f.defs, flagDef{name: "shard", arg: "I/N", usage: "check only part I of N; see docs report merge", set: func(v string) error {
		a, b, ok := strings.Cut(v, "/")
		n, err1 := strconv.Atoi(a)
		of, err2 := strconv.Atoi(b)
		if !ok || err1 != nil || err2 != nil || n < 1 || n > of || of > 1<<16 {
			return &usageError{fmt.Sprintf("--shard is %q", v), "write the part and the number of parts, for example --shard 2/3"}
		}
		s.shard = build.Shard{N: n, Of: of}
		return nil
	}})
}

// parts counts the ways in which pages were chosen.
func (in *invocation) parts() int {
	chosen := []bool{len(in.args) > 0, in.shard.Of > 0, in.since != ""}
	return len(slices.DeleteFunc(chosen, func(yes bool) bool { return !yes }))
}
