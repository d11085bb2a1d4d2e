package move

import (
	"errors"
	"fmt"
	"strings"

	"github.com/compozy/docs/compozy/cache/dataset"
)

// ErrNotEmpty says that the target has keys and nothing was said about them.
var ErrNotEmpty = errors.New("the target is not empty")

// ErrLossy says that the target cannot hold all of some keys, and that nothing
// was said about that.
var ErrLossy = errors.New("the target cannot hold everything")

// ErrState says that a state file belongs to another migration.
var ErrState = errors.New("the state file belongs to another migration")

// ErrRunning says that the migration of a state file has not ended.
var ErrRunning = errors.New("a migration with the same state file is still running")

// Problem is a key with what is wrong with it.
type Problem struct {
	Key    Ref    `json:"key"`
	Reason string `json:"reason"`
}

// Report is what became of each key of the source.
type Report struct {
	Server string `json:"server"`
	DryRun bool   `json:"dry_run,omitempty"`
	// Resumed says that the state file of an earlier run was found.
	Resumed bool                 `json:"resumed,omitempty"`
	Keys    int                  `json:"keys"` // of the source
	Types   map[dataset.Type]int `json:"types"`
	DBs     map[int]int          `json:"databases"` // keys of the source by database
	// Before counts the keys of the target before anything was written.
	Before int `json:"target_keys_before"`

	// Of a dry run these are what a run would do; nothing is verified then.
	Moved    int `json:"moved"`    // written by this run
	Replaced int `json:"replaced"` // of Moved: in place of another value
	Present  int `json:"present"`  // were there already, equal
	Expired  int `json:"expired"`  // their time has passed
	Verified int `json:"verified"` // read back and equal

	// Conflicts exist in the target with another value and were left alone.
	Conflicts []Ref `json:"conflicts,omitempty"`
	// NotMoved are the keys that the target cannot hold.
	NotMoved []Problem `json:"not_moved,omitempty"`
	// Lossy are the keys that the target can hold only in part.
	Lossy []Problem `json:"lossy,omitempty"`
	// Missing are the keys that did not arrive, or are not known to have
	// arrived when the server went away.
	Missing []Ref `json:"missing,omitempty"`
	// Different are the keys that were read back and are not as they should be.
	Different []Problem `json:"different,omitempty"`
	// Dropped are the entries of the source that have no value.
	Dropped []Ref `json:"dropped,omitempty"`
}

// complete reports whether everything that was asked for is in the target.
func (r *Report) complete(acceptLoss bool) bool {
	return len(r.Missing)+len(r.Different)+len(r.Conflicts)+len(r.NotMoved) == 0 && (acceptLoss || len(r.Lossy) == 0)
}

// IncompleteError says that the target does not have all keys as they are in
// the source. The report names every one of them.
type IncompleteError struct {
	Report Report
	err    error // what ended the migration early; nil when it came to its end
}

// Unwrap returns what ended the migration early.
func (e *IncompleteError) Unwrap() error { return e.err }

// Error counts the keys and names the first few.
func (e *IncompleteError) Error() string {
	r := &e.Report
	var parts []string
	refs := func(what string, list []Ref) {
		if len(list) > 0 {
			parts = append(parts, fmt.Sprintf("%d %s (%s)", len(list), what, few(list, Ref.String)))
		}
	}
	problems := func(what string, list []Problem) {
		if len(list) > 0 {
			parts = append(parts, fmt.Sprintf("%d %s (%s)", len(list), what, few(list, func(p Problem) string {
				return p.Key.String() + ": " + p.Reason
			})))
		}
	}
	refs("missing", r.Missing)
	problems("different", r.Different)
	refs("already there with another value", r.Conflicts)
	problems("that the target cannot hold", r.NotMoved)
	problems("moved only in part", r.Lossy)
	text := fmt.Sprintf("of %s, %s", keyCount(r.Keys), strings.Join(parts, ", "))
	if r.DryRun {
		text = "a run would leave keys behind: " + text
	}
	if len(parts) == 0 {
		text = fmt.Sprintf("%d of %s are moved but not verified", r.Moved+r.Present-r.Verified, keyCount(r.Keys))
	}
	if e.err != nil {
		return e.err.Error() + ": " + text
	}
	return text
}

// few shows the first three.
func few[T any](list []T, show func(T) string) string {
	const most = 3
	var out []string
	for _, v := range list[:min(len(list), most)] {
		out = append(out, show(v))
	}
	if more := len(list) - most; more > 0 {
		out = append(out, fmt.Sprintf("and %d more", more))
	}
	return strings.Join(out, ", ")
}

// keyCount is a number of keys in words.
func keyCount[N int | int64](n N) string {
	if n == 1 {
		return "1 key"
	}
	return fmt.Sprintf("%d keys", n)
}
