package yaml

import (
	"github.com/compozy/docs/internal/diag"
	"github.com/compozy/docs/internal/source"
	"github.com/compozy/docs/internal/tree"
)

// What an example may hold at most.
const (
	maxBytes = 256 << 10
	maxNodes = 20_000
	// maxIdle are connections that a client opens at once, maxPool those that
	// it keeps room for.
	maxIdle = 1_000
	maxPool = 100_000
)

// tooGreedy refuses to start a client that would open more connections than
// the machine of a build has memory for, on the word of a page.
func (t *trial) tooGreedy() (diag.Diagnostic, bool) {
	const pool, idle = "redis.pool_size", "redis.min_idle_conns"
	for _, limit := range []struct {
		path      string
		got, most int
	}{{pool, t.cfg.Int(pool), maxPool}, {idle, min(t.cfg.Int(idle), t.cfg.Int(pool)), maxIdle}} {
		if limit.got > limit.most {
			return diag.New("example/too-large", t.spanOf(limit.path), "%s is %d, but an example can start at most %d", limit.path, t.cfg.Int(limit.path), limit.most).
				WithAdvice("use a smaller number, or add display=\"why\" if the example is not meant to run"), true
		}
	}
	return diag.Diagnostic{}, false
}

// tooLarge refuses an example before the system spends time on it.
func tooLarge(ex Example) (diag.Diagnostic, bool) {
	text := ex.Code.Text()
	if len(text) > maxBytes {
		return diag.New("example/too-large", ex.Place, "this example has %d bytes, more than the limit of %d", len(text), maxBytes).
			WithAdvice("show only the part that the page is about"), true
	}
	// A key or value takes a byte at least, so a short text without an alias
	// has no more of them than that.
	if len(text) <= maxNodes && !hasAlias(ex.Code) {
		return diag.Diagnostic{}, false
	}
	root, _ := tree.YAML(ex.Code) // what is wrong with it, the loader says
	if n := count(root, maxNodes+1); n > maxNodes {
		return diag.New("example/too-large", ex.Place, "this example has more than %d keys and values", maxNodes).
			WithAdvice("show only the part that the page is about"), true
	}
	return diag.Diagnostic{}, false
}

// hasAlias reports whether a text may hold an alias.
func hasAlias(code *source.File) bool {
	for _, b := range code.Text() {
		if b == '*' {
			return true
		}
	}
	return false
}

// count counts keys and values, those of aliases each time that they stand
// for, and stops at most.
func count(n *tree.Node, most int) int {
	if n == nil || most <= 0 {
		return 0
	}
	total := 1
	for _, item := range n.Items {
		if total >= most {
			return total
		}
		total += count(item, most-total)
	}
	for i := range n.Fields {
		if total >= most {
			return total
		}
		total++
		total += count(n.Fields[i].Value, most-total)
	}
	return total
}
