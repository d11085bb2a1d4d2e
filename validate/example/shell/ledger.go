package shell

import (
	"slices"
	"sync"

	"mvdan.cc/sh/v3/syntax"

	"github.com/compozy/docs/internal/diag"
	"github.com/compozy/docs/internal/source"
)

// The status of a block is that of the shell, and a shell forgets: the status
// of all but the last command of a pipe, of a command inside $( ), of one
// behind "set +e", and of one that is never reached because an exit stands in
// front of it. A page shows these commands to readers all the same. The ledger
// remembers each command that examples are about, where it stands, whether it
// ran and how it ended, so that nothing that failed looks as if it had worked.

// programs are the commands that examples are about. Those around them, grep
// and test and the like, fail as part of an answer.
var programs = []string{"compozy", "curl", "redis-cli", "redis-server"}

// usageStatus is how compozy ends when its command line is wrong.
const usageStatus = 2

// enrolled is one command of a block that is, or may become, a program.
type enrolled struct {
	number int         // where it stands on the page, among the others
	name   string      // "" when a variable names it
	at     source.Span // the command in its fence
	text   string
	situation
	asked bool // $? stands behind it
	calls int
}

// situation is what becomes of a command's status.
type situation struct {
	tested bool // its status decides something: if, while, !, ||
	loop   bool
	job    bool // it runs in the background
	lost   string
}

const lostInPipe = "a pipeline drops the status of all commands but the last"

// failure is an enrolled command that ended with another status than 0.
type failure struct {
	*enrolled
	status int
}

// ledger is the commands of a session. It is safe for concurrent use.
type ledger struct {
	mu       sync.Mutex
	list     []*enrolled
	failures []failure // of the statement that runs
}

// mark is the column of the positions that lead to the ledger; their line is
// the number of the entry. The interpreter gives a command's position with
// every call and looks at its offset only.
const mark = 1<<14 - 1

// enroll notes the commands of a file that was read from code, and marks them.
func (l *ledger) enroll(file *syntax.File, code *source.File) {
	l.mu.Lock()
	defer l.mu.Unlock()
	first := len(l.list)
	l.walk(file, code, situation{})
	syntax.Walk(file, func(n syntax.Node) bool {
		p, ok := n.(*syntax.ParamExp)
		if !ok || p.Param == nil || p.Param.Value != "?" && p.Param.Value != "PIPESTATUS" {
			return true
		}
		for _, e := range l.list[first:] {
			e.asked = e.asked || e.at.Start < int(p.Pos().Offset())
		}
		return true
	})
}

// walk enrolls what is below a node.
func (l *ledger) walk(root syntax.Node, code *source.File, in situation) {
	each := func(list []*syntax.Stmt, in situation) {
		for _, st := range list {
			l.walk(st, code, in)
		}
	}
	switch n := root.(type) {
	case *syntax.Stmt:
		if n.Negated {
			in.tested = true
		}
		if n.Background || n.Disown {
			in = situation{job: true}
		}
	case *syntax.BinaryCmd:
		left := in
		switch n.Op {
		case syntax.AndStmt:
			left.tested = left.tested || in.loop
		case syntax.OrStmt:
			left.tested = !succeeds(n.Y)
			if !left.tested {
				left.lost = "the || after it drops that status"
			}
		default:
			left.lost = lostInPipe
		}
		l.walk(n.X, code, left)
		l.walk(n.Y, code, in)
		return
	case *syntax.IfClause:
		condition := in
		condition.tested = true
		each(n.Cond, condition)
		each(n.Then, in)
		if n.Else != nil {
			l.walk(n.Else, code, in)
		}
		return
	case *syntax.WhileClause:
		condition := in
		condition.tested = true
		each(n.Cond, condition)
		in.loop = true
		each(n.Do, in)
		return
	case *syntax.ForClause:
		in.loop = true
	case *syntax.CmdSubst:
		in.lost = "$( ) inside another command drops its status"
	case *syntax.CallExpr:
		l.add(n, code, in)
	}
	syntax.Walk(root, func(n syntax.Node) bool {
		if n == root {
			return true
		}
		if n != nil {
			l.walk(n, code, in)
		}
		return false
	})
}

// succeeds reports whether a statement is there to end well: true, or :.
func succeeds(st *syntax.Stmt) bool {
	c, ok := st.Cmd.(*syntax.CallExpr)
	return ok && len(c.Args) == 1 && (c.Args[0].Lit() == "true" || c.Args[0].Lit() == ":")
}

// add enrolls a command that is a program, or that a variable names.
func (l *ledger) add(c *syntax.CallExpr, code *source.File, in situation) {
	if len(c.Args) == 0 || len(c.Args[0].Parts) == 0 {
		return
	}
	name := c.Args[0].Lit()
	if (name == "command" || name == "exec" || name == "env") && len(c.Args) > 1 {
		if second := c.Args[1].Lit(); slices.Contains(programs, second) {
			name = second
		}
	}
	if name != "" && !slices.Contains(programs, name) {
		return
	}
	at := place(code, c)
	var here *syntax.Pos
	switch p := c.Args[0].Parts[0].(type) {
	case *syntax.Lit:
		here = &p.ValuePos
	case *syntax.SglQuoted:
		here = &p.Left
	case *syntax.DblQuoted:
		here = &p.Left
	case *syntax.ParamExp:
		here = &p.Dollar
	case *syntax.CmdSubst:
		here = &p.Left
	default:
		return
	}
	l.list = append(l.list, &enrolled{number: len(l.list), name: name, at: at, text: clip(firstOf(string(at.Text()))), situation: in})
	*here = syntax.NewPos(here.Offset(), uint(len(l.list)), mark)
}

// entry is the command at a position that was marked; nil for others, which
// come from text that the shell made itself.
func (l *ledger) entry(pos syntax.Pos) *enrolled {
	if pos.Col() != mark || int(pos.Line()) > len(l.list) || pos.Line() == 0 {
		return nil
	}
	return l.list[pos.Line()-1]
}

// begun and ended note a run of the program at a position.
func (l *ledger) begun(pos syntax.Pos) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if e := l.entry(pos); e != nil {
		e.calls++
	}
}

func (l *ledger) ended(pos syntax.Pos, args []string, status int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	e := l.entry(pos)
	if e == nil || e.job || status == 0 || !slices.ContainsFunc(args[:min(2, len(args))], func(a string) bool { return slices.Contains(programs, a) }) {
		return
	}
	l.failures = append(l.failures, failure{e, status})
}

// reset begins a statement.
func (l *ledger) reset() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.failures = nil
}

// hidden returns the finding about a program of the statement that just ended
// well, or that the shell goes on behind, although the program failed. shown
// says that the page pins what the statement prints: then readers see what a
// pipe made of a configuration that was found to be wrong.
func (l *ledger) hidden(shown bool) *diag.Diagnostic {
	l.mu.Lock()
	defer l.mu.Unlock()
	// Those of a pipe end in the order of whoever is faster.
	slices.SortStableFunc(l.failures, func(a, b failure) int { return a.number - b.number })
	for _, f := range l.failures {
		usage := f.status == usageStatus && f.name == "compozy"
		if f.tested && !usage || f.asked && f.lost == "" || shown && f.lost == lostInPipe && !usage {
			continue
		}
		d := diag.New("example/hidden-failure", f.at, "%q exits with status %d, but nothing here shows it", f.text, f.status)
		switch {
		case f.tested:
			d = d.WithAdvice("status %d means that the command line itself is wrong, so it decides nothing", usageStatus)
		case f.lost != "":
			d = d.WithAdvice("%s", f.lost)
		default:
			d = d.WithAdvice("the shell continues after it")
		}
		d = d.WithAdvice("fix the command; if it is meant to fail, run it alone with exit=\"%d\" on the fence or [exit %d] after its output, or make it the condition of an if", f.status, f.status)
		return &d
	}
	return nil
}

// unreached are the programs on the page that never ran. Those of background
// jobs are judged by how the job ends.
func (l *ledger) unreached() []diag.Diagnostic {
	l.mu.Lock()
	defer l.mu.Unlock()
	var out []diag.Diagnostic
	for _, e := range l.list {
		if e.calls == 0 && e.name != "" && !e.job {
			out = append(out, neverRuns(e.at, e.text))
		}
	}
	return out
}

func neverRuns(at source.Span, text string) diag.Diagnostic {
	return diag.New("example/not-reached", at, "%q never runs, so nothing proves it", text).
		WithAdvice("change the commands before it so that it is reached, or move it to its own block; add display=\"why\" there if only readers can run it")
}

func firstOf(text string) string {
	for i := range len(text) {
		if text[i] == '\n' {
			return text[:i]
		}
	}
	return text
}
