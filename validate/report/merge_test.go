package report

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/compozy/docs/internal/diag"
)

// checkJSON holds that a report is JSON, and reads back as what was written.
func checkJSON(t testing.TB, in Input, out []byte) {
	t.Helper()
	if !json.Valid(out) {
		t.Fatalf("the report is no JSON:\n%s", out)
	}
	back, err := Merge(nil, Shard{Name: "a.json", Data: out})
	if err != nil {
		t.Fatal(err)
	}
	again := write(t, "json", back)
	var sorted bytes.Buffer
	in.Report.Diagnostics = diag.Sort(in.Report.Diagnostics)
	if err := Write(&sorted, "json", in); err != nil {
		t.Fatal(err)
	}
	// As values: bytes that are no UTF-8 are escaped once, and characters then.
	var want, got any
	if err := errors.Join(json.Unmarshal(sorted.Bytes(), &want), json.Unmarshal(again, &got)); err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Fatalf("the report reads back as another one:\n%s", d)
	}
}

func TestJSON(t *testing.T) {
	t.Parallel()
	in := sample(t)
	var whole, plain map[string]json.RawMessage
	if err := json.Unmarshal(write(t, "json", in), &whole); err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := diag.WriteJSON(&b, in.Report); err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(b.String(), string(write(t, "json", Input{Report: in.Report}))); d != "" {
		t.Errorf("a report without examples differs from diag.WriteJSON:\n%s", d)
	}
	if err := json.Unmarshal(b.Bytes(), &plain); err != nil {
		t.Fatal(err)
	}
	for key, value := range plain {
		if d := cmp.Diff(string(value), string(whole[key])); d != "" {
			t.Errorf("%s differs:\n%s", key, d)
		}
	}
	var examples []Example
	if err := json.Unmarshal(whole["examples"], &examples); err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(in.Examples, examples); d != "" {
		t.Error(d)
	}
}

// parts cuts a report into shards by page.
func parts(in Input) []Shard {
	var out []Shard
	for i, page := range in.Pages {
		one := Input{Tool: in.Tool, Version: in.Version, Pages: []string{page}, Shard: fmt.Sprintf("%d/%d", i+1, len(in.Pages))}
		one.Report.Summary.Pages = 1
		if i == 0 {
			one.Report.Summary = in.Report.Summary
			one.Report.Summary.Pages = 1
		}
		for _, e := range in.Examples {
			if e.Page == page {
				one.Examples = append(one.Examples, e)
			}
		}
		for _, d := range in.Report.Diagnostics {
			// What concerns the run is found by every shard.
			if p := d.Span.Path(); p == page || p == "" {
				one.Report.Diagnostics = append(one.Report.Diagnostics, d)
			}
		}
		var b bytes.Buffer
		if err := Write(&b, "json", one); err != nil {
			panic(err)
		}
		out = append(out, Shard{Name: fmt.Sprintf("%d.json", i+1), Data: b.Bytes()})
	}
	return out
}

// TestMerge holds that the merged report of three shards, in any order, is the
// report of the whole in every format.
func TestMerge(t *testing.T) {
	t.Parallel()
	in := sample(t)
	page := in.Report.Diagnostics[1].Span.File
	open := func(path string) ([]byte, bool) {
		switch path {
		case page.Path():
			return page.Text(), true
		case "content/docs/b.mdx":
			return []byte("# B\n\n## There\n"), true
		}
		return nil, false
	}
	shards := parts(in)
	for _, order := range [][]int{{0, 1, 2}, {2, 0, 1}, {1, 2, 0}} {
		merged, err := Merge(open, shards[order[0]], shards[order[1]], shards[order[2]])
		if err != nil {
			t.Fatal(err)
		}
		for _, format := range Formats() {
			if d := cmp.Diff(string(write(t, format, in)), string(write(t, format, merged))); d != "" {
				t.Errorf("order %v, %s differs (-whole +merged):\n%s", order, format, d)
			}
		}
	}
	// Without the pages, or with other ones, every place is still right.
	for name, open := range map[string]func(string) ([]byte, bool){
		"no pages":    nil,
		"empty pages": func(string) ([]byte, bool) { return nil, true },
		"short pages": func(string) ([]byte, bool) { return []byte("\n\n\nx\n"), true },
	} {
		merged, err := Merge(open, shards...)
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(string(write(t, "json", in)), string(write(t, "json", merged))); d != "" {
			t.Errorf("%s: the report differs (-whole +merged):\n%s", name, d)
		}
	}
}

func TestMergeRefuses(t *testing.T) {
	t.Parallel()
	const empty = `"summary":{},"diagnostics":[]`
	finding := func(place string) string {
		return `{"summary":{},"diagnostics":[{"severity":"error","rule":"r","message":"m","notes":[],"fix":null,` + place + `}]}`
	}
	for name, c := range map[string]struct {
		want   string
		shards []string
	}{
		"nothing":            {"no reports to merge", nil},
		"no JSON":            {`"1" is not a report`, []string{"x"}},
		"not a report":       {"no summary", []string{`{}`}},
		"another document":   {`unknown field "findings"`, []string{`{"findings":[]}`}},
		"two in one":         {"more than one report", []string{`{` + empty + `}{` + empty + `}`}},
		"a page twice":       {`the page "p" was checked by both "1" and "2"`, []string{`{` + empty + `,"pages":["p"]}`, `{` + empty + `,"pages":["p"]}`}},
		"an example twice":   {`the page "p" was checked by both "1" and "2"`, []string{`{` + empty + `,"pages":["p"]}`, `{` + empty + `,"examples":[{"page":"p","line":1}]}`}},
		"versions":           {"run all shards with one version", []string{`{` + empty + `,"version":"1"}`, `{` + empty + `,"version":"2"}`}},
		"whole and shard":    {"do not belong together", []string{`{` + empty + `}`, `{` + empty + `,"shard":"1/2"}`}},
		"of other runs":      {"not from the same run", []string{`{` + empty + `,"shard":"1/2"}`, `{` + empty + `,"shard":"2/3"}`}},
		"no mark":            {"not from the same run", []string{`{` + empty + `,"shard":"0/2"}`}},
		"a shard twice":      {`both shard "1/2"`, []string{`{` + empty + `,"shard":"1/2"}`, `{` + empty + `,"shard":"1/2"}`}},
		"a missing shard":    {"shard 2/3 is missing", []string{`{` + empty + `,"shard":"1/3"}`, `{` + empty + `,"shard":"3/3"}`}},
		"many missing":       {"is missing", []string{`{` + empty + `,"shard":"1/999999999999"}`}},
		"severity":           {`"fatal" is not a severity`, []string{strings.Replace(finding(`"file":""`), "error", "fatal", 1)}},
		"no line":            {"not a location", []string{finding(`"file":"p","line":0,"column":1,"endLine":1,"endColumn":1`)}},
		"backwards":          {"not a location", []string{finding(`"file":"p","line":2,"column":5,"endLine":2,"endColumn":4`)}},
		"far away":           {"not a location", []string{finding(`"file":"p","line":999999999,"column":1,"endLine":999999999,"endColumn":1`)}},
		"place without file": {"not a location", []string{finding(`"file":"","line":1,"column":1,"endLine":1,"endColumn":1`)}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var shards []Shard
			for i, s := range c.shards {
				shards = append(shards, Shard{Name: fmt.Sprint(i + 1), Data: []byte(s)})
			}
			if _, err := Merge(nil, shards...); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want …%s…", err, c.want)
			}
		})
	}
}

// TestMergeBounds holds that places no page has do not fill the memory.
func TestMergeBounds(t *testing.T) {
	t.Parallel()
	var findings []string
	for line := range 100 {
		findings = append(findings, fmt.Sprintf(`{"severity":"info","rule":"r","message":"m","file":"p","line":%d,"column":1000000,"endLine":%d,"endColumn":1000000}`, line+1, line+1))
	}
	_, err := Merge(nil, Shard{Name: "1", Data: []byte(`{"summary":{},"diagnostics":[` + strings.Join(findings, ",") + `]}`)})
	if err == nil || !strings.Contains(err.Error(), "that do not exist") {
		t.Errorf("got %v", err)
	}
}

// FuzzMerge reads any bytes as a report. What is accepted can be written in
// each format, and reads back as itself.
func FuzzMerge(f *testing.F) {
	var b bytes.Buffer
	if err := Write(&b, "json", sample(f)); err != nil {
		f.Fatal(err)
	}
	f.Add(b.Bytes())
	f.Add([]byte(`{"summary":{},"diagnostics":[],"shard":"1/1","pages":["a"]}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		in, err := Merge(nil, Shard{Name: "x", Data: data})
		if err != nil {
			return
		}
		for _, format := range Formats() {
			check(t, format, in, write(t, format, in))
		}
	})
}
