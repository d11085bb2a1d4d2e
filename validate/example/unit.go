package example

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/compozy/docs/internal/diag"
	"github.com/compozy/docs/internal/mdx"
	"github.com/compozy/docs/validate/example/shell"
)

// item is one block that can be proven.
type item struct {
	index    int // in the page's blocks
	fence    *mdx.CodeBlock
	lang     language
	attrs    attributes
	expected *item // the block that holds what the commands print
}

// unit is what is proven as a whole: one block with the output it expects, or
// all blocks of a session, in their order on the page.
type unit struct {
	session string
	items   []item
	// broken says that a block of the session cannot be classified: what
	// follows from that is not reported.
	broken bool
}

// plan classifies the blocks of a page. What cannot be run has its result at
// once; the rest is returned in units.
func (c *Checker) plan(doc *mdx.Doc, results []Result) []*unit {
	var units []*unit
	sessions := map[string]*unit{}
	var before *unit // of the block just above, when that is commands
	for i, f := range doc.Fences {
		above := before
		before = nil
		it := item{index: i, fence: f}
		var found []diag.Diagnostic
		lang, unknown := c.language(f)
		if d := unclosed(f); d != nil {
			found = append(found, *d)
		} else if unknown != nil {
			found = append(found, *unknown)
		} else {
			it.lang = lang
			it.attrs, found = readAttributes(f)
		}
		if len(found) == 0 {
			found = c.misplaced(it, above)
		}
		if len(found) > 0 {
			results[i] = Result{Level: Display, Reason: "not classified", Diagnostics: found}
			if u := sessions[it.attrs.session]; u != nil {
				u.broken = true
			} else if it.attrs.session != "" {
				sessions[it.attrs.session] = &unit{session: it.attrs.session, broken: true}
			}
			continue
		}
		if it.attrs.output {
			last := &above.items[len(above.items)-1]
			last.expected = &it
			continue
		}
		u := sessions[it.attrs.session]
		if it.attrs.session == "" || u == nil {
			u = &unit{session: it.attrs.session}
			units = append(units, u)
			if u.session != "" {
				sessions[u.session] = u
			}
		} else if u.broken && len(u.items) == 0 {
			units = append(units, u)
		}
		u.items = append(u.items, it)
		if f.Info.Lang == "bash" && it.attrs.display == "" {
			before = u
		}
	}
	return units
}

// unclosed finds a block whose closing fence is missing: it ends with what holds
// it, or it goes on to the next fence, which looks like a line of it. What such
// a block says is not judged, for half of it is not meant to be in it.
func unclosed(f *mdx.CodeBlock) *diag.Diagnostic {
	if f.Indented {
		return nil
	}
	opening := firstLine(f)
	fence := fenceOf(opening.Text())
	if fence == "" {
		return nil
	}
	at, _ := f.Span.Bounds()
	code := f.Code.Text()
	for start := 0; start < len(code); {
		line := code[start:]
		if i := bytes.IndexByte(line, '\n'); i >= 0 {
			line = line[:i]
		}
		if next := fenceOf(line); len(next) >= len(fence) && next[0] == fence[0] && startsLanguage(line, next) {
			d := diag.New("example/unclosed-fence", opening, "this code block is not closed before the next one begins").
				WithNote(f.Code.Span(start, start+len(bytes.TrimRight(line, " \t\r"))), "this line is read as part of it").
				WithAdvice("write %s on its own line where the block of line %d ends", fence, at.Line).
				WithAdvice("if the block should show a fence, open and close it with a longer one: %s", fence+fence[:1])
			return &d
		}
		start += len(line) + 1
	}
	if f.Closed {
		return nil
	}
	d := diag.New("example/unclosed-fence", opening, "this code block is never closed: it swallows everything that follows").
		WithAdvice("write %s on its own line where it ends", fence)
	return &d
}

// fenceOf returns the fence that a line begins with, or "".
func fenceOf(line []byte) string {
	line = bytes.TrimLeft(line, " \t")
	n := 0
	for n < len(line) && (line[0] == '`' || line[0] == '~') && line[n] == line[0] {
		n++
	}
	if n < 3 {
		return ""
	}
	return string(line[:n])
}

// startsLanguage reports whether a word that could be a language stands right
// behind a fence. A shell's here-document or a diff may hold other things there.
func startsLanguage(line []byte, fence string) bool {
	rest := bytes.TrimLeft(line, " \t")[len(fence):]
	return len(rest) > 0 && rest[0] >= 'a' && rest[0] <= 'z' && !bytes.ContainsRune(rest, '`')
}

// misplaced judges what a block is by what stands around it.
func (c *Checker) misplaced(it item, above *unit) []diag.Diagnostic {
	switch {
	case !it.attrs.output && len(bytes.TrimSpace(it.fence.Code.Text())) == 0:
		return []diag.Diagnostic{diag.New("example/empty", firstLine(it.fence), "this %s block is empty, so it proves nothing", it.lang.title).
			WithAdvice("write the example, or remove the block")}
	case it.attrs.output && above == nil:
		return []diag.Diagnostic{diag.New("example/attribute-value", it.fence.Info.Span, "attribute %q cannot be used here: there are no commands directly above this block", "output").
			WithAdvice("put the block after the ```bash block whose output it shows")}
	case it.lang.name == "text" && !it.attrs.output && it.attrs.display == "":
		return []diag.Diagnostic{diag.New("example/unclassified", it.fence.Info.Span, "plain text has no grammar, so nothing can prove this block").
			WithAdvice("if commands print it, use ```text output directly after the ```bash block, or write both as one ```console block").
			WithAdvice("otherwise say why it is only shown: ```text display=\"the reason\"")}
	}
	return nil
}

// unused finds files that a session writes and no command of it can see.
func (u *unit) unused(results []Result) {
	reached := false
	for _, it := range slices.Backward(u.items) {
		if isCommands(it.lang.name) {
			reached = true
		} else if !reached && it.attrs.file != "" {
			m, _ := it.fence.Info.Get("file")
			results[it.index].Diagnostics = append(results[it.index].Diagnostics,
				diag.New("example/unused-file", m.Span, "no command of session %q runs after this block, so nothing uses %q", u.session, it.attrs.file).
					WithAdvice("check that the session of the commands has the same name, or remove file=… and session=…"))
		}
	}
}

// notRun is the result of blocks that come after one that failed.
const notRun = "not run: a block of its session has a mistake"

// run proves a unit for real.
func (c *Checker) run(ctx context.Context, u *unit, results []Result) {
	failed := u.broken
	var session *shell.Session
	ran := map[int]shell.Outcome{} // of blocks of commands, whose jobs go on
	defer func() {
		if session != nil {
			// What is wrong with the end of a sandbox is no fault of the page.
			_ = session.Close()
		}
	}()
	for _, it := range u.items {
		if failed {
			results[it.index] = Result{Level: Executed, Reason: notRun}
			if it.expected != nil {
				results[it.expected.index] = Result{Level: Executed, Reason: notRun}
			}
			continue
		}
		if session == nil && c.needsSession(it) {
			var err error
			if session, err = shell.NewSession(c.shellOptions()); err != nil {
				d := diag.New("example/sandbox", firstLine(it.fence), "the sandbox for this example cannot be created: %s", err).
					WithAdvice("commands run in a temporary folder: free up space for it, or set TMPDIR to a writable folder")
				results[it.index] = Result{Level: Executed, Reason: "not run", Diagnostics: []diag.Diagnostic{d}}
				if it.expected != nil {
					results[it.expected.index] = Result{Level: Executed, Reason: notRun}
				}
				failed = true
				continue
			}
		}
		c.prove(ctx, it, session, ran, results)
		failed = diag.HasErrors(results[it.index].Diagnostics)
	}
	if !u.broken {
		u.unused(results)
	}
	if session != nil && !failed {
		c.finish(ctx, session, u, results)
	}
	for index, out := range ran {
		r := &results[index]
		r.Uses = out.Uses.Uses()
		if r.Redis = session.Servers(out); r.Redis != "" {
			r.Reason += ", with a Redis server"
		}
	}
}

// finish puts what a session leaves unproven where it stands.
func (c *Checker) finish(ctx context.Context, session *shell.Session, u *unit, results []Result) {
	ctx, cancel := context.WithTimeout(ctx, c.deadline)
	defer cancel()
	for _, d := range session.Finish(ctx) {
		at := u.items[len(u.items)-1].index
		for _, it := range u.items {
			if d.Span.In(it.fence.Code).HasPlace() {
				at = it.index
			}
		}
		results[at].Diagnostics = append(results[at].Diagnostics, d)
	}
}

func (c *Checker) needsSession(it item) bool {
	return it.attrs.display == "" && (isCommands(it.lang.name) || it.attrs.file != "")
}

// prove proves one block and, with it, the output it expects. What came of
// commands goes into ran, by the number of the block.
func (c *Checker) prove(ctx context.Context, it item, session *shell.Session, ran map[int]shell.Outcome, results []Result) {
	defer func() {
		// It is one example's trouble, and a page's author cannot do without the
		// findings of the others.
		if p := recover(); p != nil {
			text, _, _ := strings.Cut(fmt.Sprint(p), "\n")
			d := diag.New("run/failed", firstLine(it.fence), "a bug in docs stops it at this example: %s", text).
				WithAdvice("report it with the example; until it is fixed, only show the example: display=\"docs fails on it\"")
			results[it.index] = Result{Level: Executed, Reason: "not proven", Diagnostics: []diag.Diagnostic{d}}
		}
	}()
	if isCommands(it.lang.name) && it.attrs.display == "" {
		// The session keeps the deadline, and tells what it stopped: a second
		// clock that ends first would end the block without a word.
		out := c.runCommands(ctx, it, session)
		results[it.index] = Result{Level: Executed, Reason: out.Ran, Diagnostics: out.Diagnostics, Rewrites: out.Rewrites}
		ran[it.index] = out
		if it.expected != nil {
			results[it.expected.index] = Result{Level: Executed, Reason: "compared with what the commands above print"}
		}
		return
	}
	ctx, cancel := context.WithTimeout(ctx, c.deadline)
	defer cancel()
	r := it.lang.run(ctx, it.fence, it.attrs)
	if it.attrs.display != "" {
		r.Level, r.Reason, r.Resolved, r.Refused = Display, it.attrs.display, nil, nil
	}
	if it.attrs.file != "" && !diag.HasErrors(r.Diagnostics) {
		if err := session.WriteFile(it.attrs.file, it.fence.Code.Text()); err != nil {
			r.Diagnostics = append(r.Diagnostics, diag.New("example/sandbox", firstLine(it.fence), "%q cannot be written to the session's folder: %s", it.attrs.file, err).
				WithAdvice("choose a different file name; a folder with that name may be in the way"))
		} else {
			r.Reason += fmt.Sprintf("; written to %s for the commands of session %s", it.attrs.file, it.attrs.session)
		}
	}
	results[it.index] = r
}

// runCommands runs a block of commands in its session.
func (c *Checker) runCommands(ctx context.Context, it item, session *shell.Session) shell.Outcome {
	block := shell.Block{
		Code: it.fence.Code, Place: firstLine(it.fence), Console: it.lang.name == "console",
		Exit: it.attrs.exit, Env: it.attrs.env,
	}
	if it.expected != nil {
		block.Output = &shell.Expected{Code: it.expected.fence.Code, Place: firstLine(it.expected.fence)}
	}
	return session.Run(ctx, block)
}

func (c *Checker) shellOptions() shell.Options {
	return shell.Options{Deadline: c.deadline, Redis: c.options.Redis}
}
