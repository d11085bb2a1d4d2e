package snapshot_test

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"sync/atomic"
	"testing"

	"github.com/compozy/docs/compozy/cache/dataset"
	"github.com/compozy/docs/compozy/cache/snapshot"
)

// hooked is a context that does something when it is asked for the nth time
// whether it has ended.
type hooked struct {
	context.Context
	asked *atomic.Int64
	at    int64
	do    func()
}

func (h hooked) Err() error {
	if h.asked.Add(1) == h.at {
		h.do()
	}
	return h.Context.Err()
}

// TestReadWhileReplaced: a cache that takes snapshots faster than somebody
// reads them looks like no damage to that reader, at whatever moment they come.
func TestReadWhileReplaced(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "data")
	cache := open(t, dir, snapshot.Options{})
	old, fresh := texts("k=old"), texts("k=new", "l=new")
	for at, came := int64(1), true; came; at *= 2 {
		came = false
		save(t, cache, old)
		ctx := hooked{t.Context(), &atomic.Int64{}, at, func() {
			came = true
			for range snapshot.Keep {
				save(t, cache, fresh)
			}
		}}
		var got [][]byte
		report, err := open(t, dir, snapshot.Options{ReadOnly: true}).Restore(ctx, true, func(e dataset.Entry) error {
			enc, err := dataset.Encode(nil, &e)
			got = append(got, enc)
			return err
		})
		if err != nil || len(report.Warnings) > 0 {
			t.Errorf("moment %d: %v, warnings %q", at, err, report.Warnings)
			continue
		}
		if !slices.EqualFunc(got, encodings(t, old), bytes.Equal) && !slices.EqualFunc(got, encodings(t, fresh), bytes.Equal) {
			t.Errorf("moment %d: %d entries, which nobody saved", at, len(got))
		}
	}
}

// TestReread: what was read once can be read again while it is there, although
// there is something newer, and its end has its own error.
func TestReread(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "data")
	cache := open(t, dir, snapshot.Options{})
	save(t, cache, texts("k=1"))
	reader := open(t, dir, snapshot.Options{ReadOnly: true})
	first, report, err := restored(t, reader, true)
	if err != nil {
		t.Fatal(err)
	}
	save(t, cache, texts("k=2"))
	var again [][]byte
	take := func(e dataset.Entry) error {
		enc, err := dataset.Encode(nil, &e)
		again = append(again, enc)
		return err
	}
	if err := reader.Reread(t.Context(), report.Meta, take); err != nil || !slices.EqualFunc(first, again, bytes.Equal) {
		t.Errorf("%d entries, then %d, %v", len(first), len(again), err)
	}
	save(t, cache, texts("k=3"))
	if err := reader.Reread(t.Context(), report.Meta, take); !errors.Is(err, snapshot.ErrGone) {
		t.Errorf("one that is gone gives %v", err)
	}
}

// TestRestoreEndsWithItsContext, and an end is no damage, whatever else is
// wrong.
func TestRestoreEndsWithItsContext(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "data")
	s := open(t, dir, snapshot.Options{})
	save(t, s, texts("k=1"))
	must(t, os.Truncate(filepath.Join(dir, "snap-1", "MANIFEST"), 3))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for _, strict := range []bool{true, false} {
		_, err := s.Restore(ctx, strict, func(dataset.Entry) error { return nil })
		if !errors.Is(err, context.Canceled) || errors.Is(err, snapshot.ErrDamaged) {
			t.Errorf("strict %t: %v", strict, err)
		}
	}
}

// TestRestIsSwept: what could not be removed at once is removed later.
func TestRestIsSwept(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "data")
	s := open(t, dir, snapshot.Options{})
	rest := filepath.Join(dir, "snap-7.tmp-1")
	must(t, os.Mkdir(rest, 0o700))
	for range 4 {
		save(t, s, texts("k=1"))
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	if want := []string{"CURRENT", "lock", "snap-3", "snap-4"}; !slices.Equal(names, want) {
		t.Errorf("the directory holds %q, not %q", names, want)
	}
}
