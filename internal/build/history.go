package build

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"time"
)

// history returns the time of the last commit that touched each file below a
// folder, by path relative to root with slashes. Where there is no git, no
// repository or no commit the map is empty: a page then simply shows no date.
// The oldest commit of a shallow clone claims every file and is ignored.
//
// No clock ends the question: on a busy machine the same commit would give a
// site without dates, and without a feed. A git that was asked and could not
// answer is an error for the same reason.
func history(ctx context.Context, root, folder string, env []string) (map[string]time.Time, error) {
	cmd := exec.CommandContext(ctx, "git",
		"-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null", "-c", "log.showSignature=false",
		"-c", "log.diffMerges=off", "-c", "log.follow=false", "-c", "log.showRoot=true",
		"--no-pager", "--literal-pathspecs", "log", "-z", "--name-only", "--no-renames", "--no-ext-diff", "--no-textconv", "--no-color",
		"--relative", "--format=%x01%ct %D%x02", "--", folder)
	cmd.Dir = root
	cmd.Env = gitEnvironment(env)
	cmd.WaitDelay = time.Second
	out, err := cmd.Output()
	switch {
	case err == nil:
		return parseHistory(string(out)), nil
	case ctx.Err() != nil:
		return nil, ctx.Err()
	case refused(err):
		return nil, nil
	}
	return nil, fmt.Errorf("ask git when the pages changed: %w", err)
}

// refused reports whether git is not there or said no, as it says each time:
// it was not killed, and did not fail to start.
func refused(err error) bool {
	var exit *exec.ExitError
	return errors.Is(err, exec.ErrNotFound) || errors.As(err, &exit) && exit.Exited()
}

// gitEnvironment keeps what git needs to be found and to trust the folder, and
// drops every GIT_ variable: a build started from a hook must not look at the
// hook's index. Nothing is fetched, asked or written.
func gitEnvironment(env []string) []string {
	keep := []string{"PATH", "HOME", "XDG_CONFIG_HOME", "USERPROFILE", "SYSTEMROOT", "TMPDIR"}
	var out []string
	for _, kv := range env {
		if name, _, _ := strings.Cut(kv, "="); slices.Contains(keep, strings.ToUpper(name)) {
			out = append(out, kv)
		}
	}
	return append(out, "LC_ALL=C", "GIT_TERMINAL_PROMPT=0", "GIT_OPTIONAL_LOCKS=0", "GIT_NO_LAZY_FETCH=1")
}

// parseHistory reads commits, newest first: \x01, seconds, a space, names of
// the commit, \x02, then the files, each ended by a NUL.
func parseHistory(out string) map[string]time.Time {
	times := map[string]time.Time{}
	for _, commit := range strings.Split(out, "\x01") {
		head, files, ok := strings.Cut(commit, "\x02")
		seconds, names, _ := strings.Cut(head, " ")
		at, err := strconv.ParseInt(seconds, 10, 64)
		if !ok || err != nil || at <= 0 || slices.Contains(strings.Split(names, ", "), "grafted") {
			continue
		}
		for _, file := range strings.Split(files, "\x00") {
			file = strings.TrimPrefix(file, "\n")
			if file == "" {
				continue
			}
			// The newest time, not the first in the log: clocks differ.
			if t := time.Unix(at, 0).UTC(); t.After(times[file]) {
				times[file] = t
			}
		}
	}
	return times
}
