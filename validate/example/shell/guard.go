package shell

import (
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"

	"mvdan.cc/sh/v3/expand"
	"mvdan.cc/sh/v3/syntax"

	"github.com/compozy/docs/internal/diag"
	"github.com/compozy/docs/internal/source"
)

// The interpreter runs in this process, so what a page writes must not be able
// to bring the process down: recursion would end it by a stack overflow,
// variables that double in a loop by running out of memory, and pipelines that
// start themselves by running out of files. Everything here is about that, and
// about jobs, which the interpreter starts but can neither name nor end.

const (
	maxFrames   = 4_000 // of the Go stack; a call of a shell function takes about ten
	maxVariable = 256 << 10
	maxArgs     = 1 << 20
	maxBraces   = 10_000
	maxFork     = 3 // pipelines and jobs inside functions inside each other
)

// Names that only prepared commands use.
const (
	cmdJob  = "__docs_job"
	cmdEnd  = "__docs_end"
	cmdSize = "__docs_size"
	varNext = "__docs_next"
	varJob  = "__docs_job"
	varFork = "__docs_fork"
	jobDir  = "/docs-job/"
)

// prepared is what guard needs to know of a session.
type prepared struct {
	known func(name string) bool // a command that may run
	names []string               // of all of them, for suggestions
	// ledger is told of the programs that the commands call.
	ledger *ledger
}

// prepare judges commands before any of them runs, and rewrites them so that
// jobs have numbers and growth is noticed. The file is changed in place.
func prepare(file *syntax.File, code *source.File, p prepared) []diag.Diagnostic {
	var diags []diag.Diagnostic
	functions := map[string]bool{}
	documents := map[*syntax.Word]bool{}
	syntax.Walk(file, func(n syntax.Node) bool {
		switch n := n.(type) {
		case *syntax.FuncDecl:
			if n.Name != nil {
				functions[n.Name.Value] = true
			}
		case *syntax.Redirect:
			documents[n.Hdoc] = true
		}
		return true
	})
	syntax.Walk(file, func(n syntax.Node) bool {
		if n == nil {
			return true
		}
		// The shell expands no braces in a here-document: there they are JSON.
		if w, ok := n.(*syntax.Word); ok && documents[w] {
			return true
		}
		if d := forbidden(n, code); d != nil {
			diags = append(diags, *d)
		}
		if f, ok := n.(*syntax.FuncDecl); ok && f.Name != nil && slices.Contains(p.names, f.Name.Value) {
			diags = append(diags, diag.New("example/sandbox", place(code, f.Name), "the function %q would hide the command with that name", f.Name.Value).
				WithAdvice("rename the function: what a page shows as a command must be that command"))
		}
		if c, ok := n.(*syntax.CallExpr); ok && len(c.Args) > 0 {
			if name := c.Args[0].Lit(); name != "" && !functions[name] && !p.known(name) {
				diags = append(diags, notAllowed(name, place(code, c.Args[0]), p.names))
			}
		}
		return true
	})
	if len(diags) > 0 {
		return diags
	}
	p.ledger.enroll(file, code)
	w := rewriter{code: code, own: map[*syntax.Stmt]bool{}}
	w.node(file, false)
	return nil
}

// place is where a node stands.
func place(code *source.File, n syntax.Node) source.Span {
	return code.Span(int(n.Pos().Offset()), int(n.End().Offset()))
}

// forbidden judges one node.
func forbidden(n syntax.Node, code *source.File) *diag.Diagnostic {
	var d diag.Diagnostic
	switch n := n.(type) {
	case *syntax.ProcSubst:
		d = diag.New("example/sandbox", place(code, n), "process substitution does not work in the sandbox").
			WithAdvice("write to a file, or use a pipe")
	case *syntax.CoprocClause:
		d = diag.New("example/sandbox", place(code, n), "a coprocess does not work in the sandbox").
			WithAdvice("use a background job: command &")
	case *syntax.Word:
		if !grows(n) {
			return nil
		}
		d = diag.New("example/sandbox", place(code, n), "the braces in this word expand to more than %d words", maxBraces)
	case *syntax.ParamExp:
		if n.Repl == nil || n.Repl.With == nil || !n.Repl.All || !mentions(n.Repl.With, "") {
			return nil
		}
		d = diag.New("example/sandbox", place(code, n), "replacing all matches with the value of a variable does not work in the sandbox").
			WithAdvice("replace only the first match, or use fixed text")
	default:
		return nil
	}
	return &d
}

var sequence = regexp.MustCompile(`^(-?\d{1,18})\.\.(-?\d{1,18})(?:\.\.-?\d+)?$`)

// grows reports whether the braces of a word stand for too many words. Braces
// inside braces count as if they stood side by side, which is never less.
func grows(w *syntax.Word) bool {
	total := 1
	for _, part := range w.Parts {
		lit, ok := part.(*syntax.Lit)
		if !ok || !strings.Contains(lit.Value, "{") {
			continue
		}
		for _, group := range strings.Split(lit.Value, "{")[1:] {
			body, _, _ := strings.Cut(group, "}")
			count := 1 + strings.Count(group, ",")
			if m := sequence.FindStringSubmatch(body); m != nil {
				from, _ := strconv.ParseInt(m[1], 10, 64) // 18 digits fit
				to, _ := strconv.ParseInt(m[2], 10, 64)
				if d := max(from-to, to-from); d >= maxBraces {
					return true
				} else {
					count = int(d) + 1
				}
			}
			if total *= count; total > maxBraces {
				return true
			}
		}
	}
	return false
}

// mentions reports whether a node contains the parameter; "" is any variable.
func mentions(n syntax.Node, name string) bool {
	found := false
	syntax.Walk(n, func(n syntax.Node) bool {
		if p, ok := n.(*syntax.ParamExp); ok && p.Param != nil {
			found = found || p.Param.Value == name || name == "" && syntax.ValidName(p.Param.Value)
		}
		return !found
	})
	return found
}

// rewriter changes commands in place.
type rewriter struct {
	code *source.File
	own  map[*syntax.Stmt]bool // statements that are already rewritten
}

// node rewrites what is below a node. Statements are rewritten after those
// inside them.
func (w *rewriter) node(root syntax.Node, inFunction bool) {
	syntax.Walk(root, func(n syntax.Node) bool {
		switch n := n.(type) {
		case *syntax.ParamExp:
			if n.Param != nil && n.Param.Value == "!" {
				n.Param.Value = varNext
			}
		case *syntax.FuncDecl:
			if n.Body != nil && !inFunction {
				w.node(n.Body, true)
				return false
			}
		case *syntax.Stmt:
			w.stmt(n, inFunction)
		case *syntax.BinaryCmd:
			if inFunction && pipes(n) && !w.own[n.Y] {
				// The parser nests a longer pipeline on its left side.
				if left, ok := n.X.Cmd.(*syntax.BinaryCmd); !ok || !pipes(left) {
					n.X = w.forked(n.X, "{ "+bump+"; X; }")
				}
				// bash runs the last command of a pipeline in a subshell too.
				n.Y = w.forked(n.Y, "( "+bump+"; X )")
			}
		}
		return true
	})
}

func pipes(n *syntax.BinaryCmd) bool { return n.Op == syntax.Pipe || n.Op == syntax.PipeAll }

const bump = varFork + "=$((" + varFork + "+1))"

// stmt rewrites one statement.
func (w *rewriter) stmt(st *syntax.Stmt, inFunction bool) {
	if w.own[st] {
		return
	}
	switch cmd := st.Cmd.(type) {
	case *syntax.CallExpr:
		if len(cmd.Args) == 0 {
			w.watch(st, cmd.Assigns)
		}
	case *syntax.DeclClause:
		w.watch(st, cmd.Args)
	}
	if !st.Background && !st.Disown {
		return
	}
	text := string(place(w.code, st).Text())
	text = strings.TrimRight(strings.TrimSpace(text), "&| \t\n")
	inner := *st
	inner.Background, inner.Disown = false, false
	set := ""
	if inFunction {
		set = bump + "; "
	}
	quoted, err := syntax.Quote(text, syntax.LangBash)
	if err != nil {
		quoted = "job"
	}
	// The number is given before the job runs, so that kill $! and kill %1
	// find it; the if hides the job's failure from set -e, not from wait.
	*st = *w.forked(&inner, "{ "+varNext+"=$("+cmdJob+" "+quoted+"); { "+varJob+"=$"+varNext+"; "+set+
		"if ( X ); then "+cmdEnd+" 0; else "+cmdEnd+" $?; fi; } >\""+jobDir+"$"+varNext+"\" 2>&1 & }")
	w.own[st] = true
}

// watch makes a statement look at the size of the variables that it uses.
// The look comes first, because the statement's own status matters; only an
// assignment that uses $? has it behind.
func (w *rewriter) watch(st *syntax.Stmt, assigns []*syntax.Assign) {
	var names []string
	status := false
	for _, a := range assigns {
		syntax.Walk(a, func(n syntax.Node) bool {
			if p, ok := n.(*syntax.ParamExp); ok && p.Param != nil {
				if syntax.ValidName(p.Param.Value) {
					names = append(names, p.Param.Value)
				}
				status = status || p.Param.Value == "?"
			}
			return true
		})
		if a.Name != nil && a.Append {
			names = append(names, a.Name.Value)
		}
	}
	if len(names) == 0 {
		return
	}
	slices.Sort(names)
	look := cmdSize + " " + strings.Join(slices.Compact(names), " ")
	inner := *st
	inner.Background, inner.Disown = false, false
	background, disown := st.Background, st.Disown
	form := "{ " + look + "; X; }"
	if status {
		form = "{ X; " + look + "; }"
	}
	*st = *w.forked(&inner, form)
	st.Background, st.Disown = background, disown
	if !background && !disown {
		w.own[st] = true
	}
}

// forked puts a statement in the place of X in commands of our own.
func (w *rewriter) forked(x *syntax.Stmt, form string) *syntax.Stmt {
	file, err := parser().Parse(strings.NewReader(form), "")
	if err != nil || len(file.Stmts) != 1 {
		return x
	}
	w.own[x] = true
	syntax.Walk(file, func(n syntax.Node) bool {
		st, ok := n.(*syntax.Stmt)
		if !ok || st == x || w.own[st] {
			return !w.own[st]
		}
		w.own[st] = true
		if c, ok := st.Cmd.(*syntax.CallExpr); ok && len(c.Args) == 1 && c.Args[0].Lit() == "X" {
			*st = *x
			return false
		}
		return true
	})
	return file.Stmts[0]
}

// deep reports whether the shell recurses too deeply.
func deep(env expand.Environ) bool {
	if n, _ := strconv.Atoi(env.Get(varFork).String()); n > maxFork {
		return true
	}
	var pc [1]uintptr
	return runtime.Callers(maxFrames, pc[:]) > 0
}

// plain reports whether text that a command interprets itself (eval, source,
// trap) stays within what is bounded: there are no jobs, functions or
// pipelines in it. Their bounds are put in before a block runs, and this text
// is not known then.
func plain(text string) bool {
	file, err := parser().Parse(strings.NewReader(text), "")
	if err != nil {
		return true // the interpreter tells
	}
	ok := true
	documents := map[*syntax.Word]bool{}
	syntax.Walk(file, func(n syntax.Node) bool {
		switch n := n.(type) {
		case *syntax.Redirect:
			documents[n.Hdoc] = true
		case *syntax.Stmt:
			ok = ok && !n.Background && !n.Disown && !n.Coprocess
		case *syntax.FuncDecl, *syntax.ProcSubst, *syntax.CoprocClause, *syntax.WhileClause, *syntax.ForClause:
			ok = false
		case *syntax.BinaryCmd:
			ok = ok && n.Op != syntax.Pipe && n.Op != syntax.PipeAll
		case *syntax.ParamExp:
			ok = ok && n.Repl == nil
		case *syntax.Word:
			ok = ok && (documents[n] || !grows(n))
		}
		return ok
	})
	return ok
}
