package mermaid_test

import (
	"context"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/compozy/docs/internal/mermaid"
)

// good are diagrams that are drawn, with texts that the drawing must hold.
var good = map[string]struct {
	text string
	want []string
}{
	"flowchart": {"%% a comment\nflowchart LR\n  A[Start é] -->|yes & no| B{ok};\n  subgraph one [Group]\n    direction TB\n    B-->C((c))\n  end\n  C -.-> D[(db)] & E\n  classDef hot fill:#f00,stroke-width:2px\n  E:::hot ==> F\n  style A fill:#eee\n  linkStyle 0 stroke:red\n  A -- text --> F\n", []string{"Start é", "yes &amp; no", "Group", ">E<", "#f00", ">text<"}},
	"graph":     {"graph TD\nA-->B\n", []string{">A<", ">B<"}},
	"state":     {"stateDiagram-v2\n  direction LR\n  [*] --> Idle\n  Idle --> Busy : start\n  state \"On the way\" as Way\n  state Busy {\n    x --> y\n  }\n  Busy --> [*]\n  Idle : waits\n", []string{"start", "waits", "On the way"}},
	"sequence":  {"sequenceDiagram\n  participant A\n  actor my-svc as Bob\n  A->>my-svc: hi\n  loop each\n    my-svc-->>+A: yo\n  end\n  alt good\n  A-)my-svc: x\n  else bad\n  A-x my-svc: y\n  end\n  Note over A,my-svc: note\n", []string{"Bob", "hi", "loop [each]", "note"}},
	"class":     {"classDiagram\n  class Store {\n    <<interface>>\n    +Get(key string) string\n    -int size\n  }\n  Store <|-- Redis : is\n  Redis : +string addr\n  class Box~T~\n", []string{"Store", "Redis", "addr", "Get"}},
	"er":        {"erDiagram\n  CUSTOMER }o--|| ORDER : places\n  ORDER {\n    int id PK \"the key\"\n    string name\n  }\n", []string{"CUSTOMER", "places", "PK"}},
}

func TestRender(t *testing.T) {
	t.Parallel()
	for name, test := range good {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			svg, err := mermaid.Render(patient(t), test.text, mermaid.Options{ID: "m-1", Title: `A "title" & more`, Description: "What it shows"})
			if err != nil {
				t.Fatal(err)
			}
			for _, want := range append(test.want, `role="img"`, `aria-labelledby="m-1-title m-1-desc"`, `<title id="m-1-title">A &quot;title&quot; &amp; more</title>`, `<desc id="m-1-desc">`) {
				if !strings.Contains(string(svg), want) {
					t.Errorf("the drawing lacks %q:\n%s", want, svg)
				}
			}
			checkSVG(t, svg)
		})
	}
	svg, err := mermaid.Render(patient(t), "graph LR\nA-->B-->C\n", mermaid.Options{})
	if err != nil || strings.Count(string(svg), "<polyline class=\"edge\"") != 2 {
		t.Errorf("%v: want two arrows in %s", err, svg)
	}
	svg, err = mermaid.Render(patient(t), "graph LR\nA-->B\nB[Late label]-->A:::x\nclassDef x fill:#123\n", mermaid.Options{})
	if err != nil || !strings.Contains(string(svg), "Late label") || !strings.Contains(string(svg), "#123") {
		t.Errorf("%v: want the label and the class in %s", err, svg)
	}
	svg, err = mermaid.Render(patient(t), good["er"].text, mermaid.Options{})
	if err != nil || strings.Count(string(svg), "er-relationship") != 1 {
		t.Errorf("%v: want one relationship in %s", err, svg)
	}
}

// patient is a context whose deadline no busy machine reaches: a test is not
// about how fast it is.
func patient(t testing.TB) context.Context {
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Minute)
	t.Cleanup(cancel)
	return ctx
}

var reference = regexp.MustCompile(`url\(([^)]*)\)`)

// checkSVG holds a drawing against what a strict policy and a page with
// several drawings need.
func checkSVG(t *testing.T, svg []byte) {
	t.Helper()
	ids := map[string]bool{}
	d := xml.NewDecoder(strings.NewReader(string(svg)))
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatalf("not XML: %v\n%s", err, svg)
		}
		start, ok := token.(xml.StartElement)
		if !ok {
			continue
		}
		switch start.Name.Local {
		case "style", "script", "foreignObject", "image", "use", "a":
			t.Errorf("the drawing holds <%s>", start.Name.Local)
		}
		for _, a := range start.Attr {
			if a.Name.Local == "style" || strings.HasPrefix(a.Name.Local, "on") || a.Name.Local == "href" {
				t.Errorf("the drawing holds the attribute %s", a.Name.Local)
			}
			if a.Name.Local == "id" {
				if ids[a.Value] || !strings.HasPrefix(a.Value, "m") {
					t.Errorf("the id %q is not unique", a.Value)
				}
				ids[a.Value] = true
			}
			if a.Name.Local != "xmlns" && strings.Contains(a.Value, "://") {
				t.Errorf("%s leads out of the drawing: %s", a.Name.Local, a.Value)
			}
		}
	}
	for _, m := range reference.FindAllStringSubmatch(string(svg), -1) {
		if !ids[strings.TrimPrefix(m[1], "#")] {
			t.Errorf("%s refers to nothing", m[0])
		}
	}
	for _, m := range regexp.MustCompile(`var\((--[^),]*)`).FindAllStringSubmatch(string(svg), -1) {
		if !strings.Contains(mermaid.CSS, m[1]+":") {
			t.Errorf("the style sheet does not define %s", m[1])
		}
	}
}

func TestCheck(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ text, want string }{
		{"", "1:0-0 the diagram is empty"},
		{"%% only\n", "1:0-0 the diagram is empty"},
		{"\npie\n  \"a\" : 1\n", `2:0-3 diagrams of the kind "pie" cannot be drawn`},
		{"gitGraph:\n", `1:0-8 diagrams of the kind "gitGraph" cannot be drawn`},
		{"flowchrt LR\nA-->B\n", `1:0-8 "flowchrt" is not a kind of diagram`},
		{"graph\nA-->B\n", `1:0-5 the header "graph" has no known direction`},
		{"graph LR\n", "1:0-8 the diagram shows nothing"},
		{"%%{init: {}}%%\ngraph LR\nA\n", "1:0-14 directives are not read"},
		{"graph LR\n  A --> \n", "2:7-7 the line ends where a node is expected"},
		{"graph LR\n  A -> B\n", `2:4-8 "-> B" is neither a node nor an arrow`},
		{"graph LR\n  A --> B; B --> C\n", `2:9-18 "; B --> C" is neither a node nor an arrow`},
		{"graph LR\n  A[open --> B\n", `2:3-14 the label "[open --> B" is never closed`},
		{"graph LR\n  é --> B\n", `2:2-10 "é --> B" does not begin with a node`},
		{"graph LR\nsubgraph x\nA\n", "2:0-10 the subgraph has no end"},
		{"graph LR\nend\n", "2:0-3 no subgraph is open here"},
		{"graph LR\nclick A href\n", `2:0-12 "click" has no effect on the drawing`},
		{"graph LR\nA:::hto --> B\nclassDef hot fill:#f00\n", `2:4-7 the class "hto" is not defined`},
		{"graph LR\nA\nstyle A fill:url(http://example.com)\n", `3:8-36 "url(http://example.com)" is not a value of "fill"`},
		{"graph LR\nA\nstyle A background:#fff\n", `3:8-23 unknown property "background"`},
		{"stateDiagram-v2\nA -> B\n", `2:0-6 "A -> B" is not a state diagram statement`},
		{"stateDiagram-v2\nstate A {\n", "2:0-9 the state has no end"},
		{"stateDiagram-v2\nnote right of A: x\n", `2:0-18 "note" has no effect on the drawing`},
		{"sequenceDiagram\nA->>B\n", "2:0-5 the message has no text"},
		{"sequenceDiagram\nA=>B: x\n", `2:0-7 "A=>B: x" is not a sequence diagram statement`},
		{"sequenceDiagram\nloop x\nA->>B: x\n", `2:0-6 the block "loop" has no end`},
		{"sequenceDiagram\nelse x\n", `2:0-6 "else" is outside of the block that it divides`},
		{"sequenceDiagram\nautonumber\n", `2:0-10 "autonumber" has no effect on the drawing`},
		{"sequenceDiagram\nparser->>B: x\n", `2:0-13 the name that begins "parser->>B: x" would be taken for a block`},
		{"sequenceDiagram\nmy-xsvc->>B: x\n", `2:0-14 "my-xsvc->>B: x" is not a message`},
		{"classDiagram\nA<|--B\n", `2:0-6 "A<|--B" is not a class diagram statement`},
		{"classDiagram\nclass A {\n", "2:0-9 the class has no end"},
		{"stateDiagram-v2\nA : x\nA : y\n", `3:0-5 the state "A" is described twice`},
		{"sequenceDiagram\nA->>B: x\nparticipant B as Bob\n", `3:0-20 the participant "B" is already in the drawing`},
		{"erDiagram\nA ||--o{ B\n", "2:0-10 the relationship has no label"},
		{"erDiagram\nA ||-o{ B : has\n", `2:0-15 "A ||-o{ B : has" is not an entity-relationship diagram statement`},
		{"erDiagram\nA {\nid\n}\n", `3:0-2 "id" is not an attribute`},
		{"graph LR\n" + strings.Repeat("A-->B\n", 500), "401:0-0 the diagram has more than 400 statements"},
	} {
		var got []string
		for _, e := range mermaid.Check(test.text) {
			got = append(got, fmt.Sprintf("%d:%d-%d %s", e.Line, e.Start, e.End, e.Message))
			if e.Advice == "" {
				t.Errorf("%q: no advice", e.Message)
			}
		}
		if strings.Join(got, "\n") != test.want {
			t.Errorf("%.60q gives %q, want %q", test.text, got, test.want)
		}
		if _, err := mermaid.Render(patient(t), test.text, mermaid.Options{}); err == nil {
			t.Errorf("%.60q is drawn", test.text)
		}
	}
	for name, test := range good {
		for _, e := range mermaid.Check(test.text) {
			t.Errorf("%s: %v", name, e)
		}
	}
}

// TestHostileText draws labels that try to leave the drawing.
func TestHostileText(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		"graph LR\nA[\"<script>alert(1)</script>\"]\n",
		"graph LR\nA[&lt;img src=x onerror=alert#40;1#41;&gt;] -->|&quot; onload=&quot;x| B\n",
		"graph LR\nA[url#40;http://example.com#41;] --> B[<b>x</b><br/>y]\n",
		"sequenceDiagram\nA->>B: </text></svg><script>x</script>\n",
		"classDiagram\nclass A {\n+x\" onclick=\"y\n}\n",
		"erDiagram\nA ||--o{ B : \"</text><a href='x'>\"\n",
		"stateDiagram-v2\nA : ]]><style>\n",
	} {
		svg, err := mermaid.Render(patient(t), text, mermaid.Options{Title: "</title><script>"})
		if err != nil {
			continue // a refusal is as good
		}
		checkSVG(t, svg)
	}
}

// TestRenderHasADeadline draws the densest diagram that the bounds allow: it
// is drawn or refused, never endless.
func TestRenderHasADeadline(t *testing.T) {
	t.Parallel()
	var text strings.Builder
	text.WriteString("graph LR\n")
	for i := range 60 {
		fmt.Fprintf(&text, "N%d --> N%d & N%d & N%d\n", i, (i*7+1)%60, (i*11+5)%60, (i*13+9)%60)
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Millisecond)
	defer cancel()
	_, err := mermaid.Render(ctx, text.String(), mermaid.Options{})
	if err == nil || !strings.Contains(err.Message, "too long") {
		t.Errorf("got %v, want that it takes too long", err)
	}
}

func TestRenderIsTheSameEachTime(t *testing.T) {
	t.Parallel()
	text := good["flowchart"].text
	want, err := mermaid.Render(patient(t), text, mermaid.Options{})
	if err != nil {
		t.Fatal(err)
	}
	var wait sync.WaitGroup
	for range 6 {
		wait.Go(func() {
			if got, err := mermaid.Render(patient(t), text, mermaid.Options{}); err != nil || string(got) != string(want) {
				t.Errorf("%v: the drawing differs", err)
			}
		})
	}
	wait.Wait()
}

func TestRenderEnds(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(patient(t))
	cancel()
	if _, err := mermaid.Render(ctx, good["flowchart"].text, mermaid.Options{}); err == nil {
		t.Error("a cancelled drawing is drawn")
	}
	// An engine that was stopped must not serve the next diagram.
	if _, err := mermaid.Render(patient(t), good["graph"].text, mermaid.Options{}); err != nil {
		t.Error(err)
	}
	if _, err := mermaid.Render(patient(t), good["graph"].text, mermaid.Options{ID: `x" onload="`}); err == nil {
		t.Error("an id that breaks out is taken")
	}
}

func FuzzCheck(f *testing.F) {
	for _, test := range good {
		f.Add(test.text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		lines := strings.Split(strings.ReplaceAll(text, "\r\n", "\n"), "\n")
		for _, e := range mermaid.Check(text) {
			if e.Line < 1 || e.Line > len(lines) || e.Start < 0 || e.Start > e.End || e.End > len(lines[e.Line-1]) {
				t.Fatalf("%q: %+v", text, e)
			}
		}
	})
}

func BenchmarkRender(b *testing.B) {
	for b.Loop() {
		if _, err := mermaid.Render(patient(b), good["flowchart"].text, mermaid.Options{}); err != nil {
			b.Fatal(err)
		}
	}
}
