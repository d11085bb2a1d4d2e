package build

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
	"path"
	"slices"
	"strings"

	"github.com/compozy/docs/internal/diag"
	"github.com/compozy/docs/internal/mdx"
	"github.com/compozy/docs/internal/site"
)

// Shard is the N-th of Of parts of a site's pages, from 1. The zero value is
// the whole site. The pages are dealt out in the order of their paths, so that
// the parts of one tree never overlap, on whatever machine they are judged.
//
// Every part reads and indexes all pages: a link is judged by what it leads to.
// What concerns no page is found by the first part only. How much the examples
// exercise together, what the record says of them, and what the search finds
// are known of whole sites only and judged in no part.
type Shard struct{ N, Of int }

// String returns "2/3", or "" for the whole.
func (s Shard) String() string {
	if s.Of == 0 {
		return ""
	}
	return fmt.Sprintf("%d/%d", s.N, s.Of)
}

// choose returns the paths of the part's pages; nil means all.
func (s Shard) choose(pages []*site.PageFile) map[string]bool {
	if s.Of == 0 {
		return nil
	}
	chosen := map[string]bool{}
	for i, p := range pages { // sorted by path
		if i%s.Of == s.N-1 {
			chosen[p.File.Path()] = true
		}
	}
	return chosen
}

// isPart reports whether the pages were chosen by the program and not named.
func (r *run) isPart() bool { return r.o.Shard.Of > 0 || r.o.ChangedSince != "" }

// isWide reports whether findings that concern no page belong to this run.
func (r *run) isWide() bool { return r.o.Shard.N == 1 || r.o.ChangedSince != "" }

func (r *run) isPage(name string) bool {
	_, ok := slices.BinarySearchFunc(r.src.Pages, name, func(p *site.PageFile, name string) int { return strings.Compare(p.File.Path(), name) })
	return ok
}

// chooseChanged selects what o.ChangedSince stands for, once it is known who
// links to whom.
func (r *run) chooseChanged() error {
	if r.o.ChangedSince == "" {
		return nil
	}
	files, err := changedFiles(r.ctx, r.o.Root, r.o.ChangedSince, r.o.Env)
	if err != nil {
		return err
	}
	for name := range r.o.over {
		files[name] = true
	}
	r.selected = r.concerned(files)
	return nil
}

// concerned returns the paths of the pages whose findings may differ because
// of changed files; nil means all. A page is concerned when it changed, when it
// links to a page or file that changed, and when a link of it leads nowhere
// now that a file is gone. What every page depends on concerns all.
func (r *run) concerned(files map[string]bool) map[string]bool {
	c := r.src.Config
	all := []string{site.ConfigName, c.Components, c.Schemas, r.lockPath(), r.ledgerPath()}
	all = append(all, c.Examples.System...)
	pages := map[string]*site.PageFile{}
	for _, p := range r.src.Pages {
		pages[p.File.Path()] = p
	}
	for _, a := range r.src.Assets {
		pages[a.Path] = nil
	}
	gone := false
	for name := range files {
		for _, shared := range all {
			if shared != "" && below(name, shared) {
				return nil
			}
		}
		_, there := pages[name]
		gone = gone || !there && (below(name, c.Content) || below(name, c.Public))
	}
	chosen := map[string]bool{}
	for _, p := range r.src.Pages {
		if files[p.File.Path()] {
			chosen[p.File.Path()] = true
		}
	}
	for _, p := range r.site.Pages {
		if files[p.File.Path()] {
			for _, from := range p.BackLinks {
				chosen[from.File.Path()] = true
			}
			continue
		}
		if p.Doc != nil && !chosen[p.File.Path()] && r.leadsToChanged(p, files, gone) {
			chosen[p.File.Path()] = true
		}
	}
	return chosen
}

func (r *run) leadsToChanged(p *site.Page, files map[string]bool, gone bool) bool {
	for _, l := range p.Doc.Links {
		if l.Kind == mdx.LinkReference && l.Definition != nil {
			continue
		}
		t := r.site.Resolve(p, l.Dest)
		if t.Asset != nil && files[t.Asset.Path] || gone && t.Kind == site.TargetMissing {
			return true
		}
	}
	return false
}

func below(name, folder string) bool {
	folder = path.Clean(folder)
	return name == folder || strings.HasPrefix(name, folder+"/")
}

// changedFiles returns the files of a folder that differ from those of the
// commit where this branch left rev, by path relative to the folder: committed
// since or not, new or removed.
func changedFiles(ctx context.Context, root, rev string, env []string) (map[string]bool, error) {
	if strings.HasPrefix(rev, "-") {
		return nil, refuse("run/unknown-revision", "name a branch, tag or commit, for example: --changed-since origin/main", "%q is not a revision", rev)
	}
	if rev == "HEAD" && unborn(ctx, root, env) {
		return filesOf(ctx, root, rev, env)
	}
	base, err := git(ctx, root, env, "merge-base", rev, "HEAD")
	if err != nil {
		return nil, err.about(rev)
	}
	diff, err := git(ctx, root, env, "diff", "-z", "--name-only", "--no-renames", "--no-ext-diff", "--no-textconv", "--no-color", "--relative", strings.TrimSpace(base), "--", ".")
	if err != nil {
		return nil, err.about(rev)
	}
	fresh, err := git(ctx, root, env, "ls-files", "-z", "--others", "--exclude-standard", "--", ".")
	if err != nil {
		return nil, err.about(rev)
	}
	return pathSet(diff + fresh), nil
}

// unborn reports whether the branch has no commit yet: a hook that runs before
// the first one asks what changed since HEAD, too.
func unborn(ctx context.Context, root string, env []string) bool {
	if _, err := git(ctx, root, env, "rev-parse", "--quiet", "--verify", "HEAD"); err == nil {
		return false
	}
	branch, err := git(ctx, root, env, "symbolic-ref", "--quiet", "HEAD")
	if err != nil {
		return false
	}
	// A branch that is there and cannot be read is damage, and no beginning.
	refs, err := git(ctx, root, env, "for-each-ref", "--format=%(refname)", strings.TrimSpace(branch))
	return err == nil && refs == ""
}

// filesOf returns all files of a folder: since nothing, all of them changed.
func filesOf(ctx context.Context, root, rev string, env []string) (map[string]bool, error) {
	all, err := git(ctx, root, env, "ls-files", "-z", "--cached", "--others", "--exclude-standard", "--", ".")
	if err != nil {
		return nil, err.about(rev)
	}
	return pathSet(all), nil
}

// pathSet returns the names in a list of git, each of which ends with a NUL.
func pathSet(list string) map[string]bool {
	files := map[string]bool{}
	for _, name := range strings.Split(list, "\x00") {
		if name != "" {
			files[name] = true
		}
	}
	return files
}

// gitError is what git said.
type gitError struct {
	err  error
	said string
}

func (e *gitError) about(rev string) error {
	if errors.Is(e.err, context.Canceled) || errors.Is(e.err, context.DeadlineExceeded) {
		return e.err
	}
	if errors.Is(e.err, exec.ErrNotFound) {
		return refuse("run/unknown-revision", "install git, or check the whole site", "what changed since %q cannot be determined: git is not installed", rev)
	}
	said, _, _ := strings.Cut(strings.TrimSpace(e.said), "\n")
	switch {
	case said == "" && refused(e.err):
		said = "it shares no commit with this branch"
	case said == "":
		said = reason(e.err)
	}
	return refuse("run/unknown-revision", "name a branch, tag or commit of this clone; in CI, fetch the full history first (actions/checkout: fetch-depth: 0)",
		"what changed since %q is not known: %s", rev, said)
}

// git asks git a question. Nothing is written, fetched or run from the
// repository's configuration.
func git(ctx context.Context, root string, env []string, args ...string) (string, *gitError) {
	cmd := exec.CommandContext(ctx, "git", append([]string{
		"-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null", "-c", "core.quotePath=false", "--no-pager", "--literal-pathspecs"}, args...)...)
	cmd.Dir, cmd.Env = root, gitEnvironment(env)
	var said strings.Builder
	cmd.Stderr = &said
	out, err := cmd.Output()
	switch {
	case err == nil:
		return string(out), nil
	case ctx.Err() != nil:
		err = ctx.Err() // and not that git was killed
	}
	return "", &gitError{err, said.String()}
}

// ProofRecord holds the examples that parts of a site proved together against
// the record of the site, as a check of the whole does.
func ProofRecord(ctx context.Context, o Options, examples map[string]diag.Examples) ([]diag.Diagnostic, error) {
	r, err := start(ctx, o)
	if err != nil || r.src == nil {
		return nil, err
	}
	defer r.close()
	got := proofLock{Version: lockVersion, Pages: map[string]lockCounts{}}
	for name, e := range examples {
		got.Pages[name] = lockCounts(e)
	}
	r.found = nil
	err = r.holdRecord(got)
	return r.found, err
}
