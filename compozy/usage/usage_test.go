package usage_test

import (
	"strconv"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/compozy/docs/compozy/usage"
)

func TestNilRecorder(t *testing.T) {
	t.Parallel()
	var r *usage.Recorder
	r.Add(usage.Field, "mode")
	if got := r.Uses(); got != nil {
		t.Errorf("a nil recorder holds %v, want nothing", got)
	}
}

// TestRecorder writes from several goroutines: each use is there once, in
// order. Run with -race it also shows that the recorder may be shared.
func TestRecorder(t *testing.T) {
	t.Parallel()
	var r usage.Recorder
	var group sync.WaitGroup
	for range 4 {
		group.Go(func() {
			for i := range 3 {
				r.Add(usage.Value, "mode="+strconv.Itoa(2-i))
				r.Add(usage.Field, "mode")
			}
		})
	}
	group.Wait()
	want := []usage.Use{
		{Kind: usage.Field, Name: "mode"},
		{Kind: usage.Value, Name: "mode=0"}, {Kind: usage.Value, Name: "mode=1"}, {Kind: usage.Value, Name: "mode=2"},
	}
	if diff := cmp.Diff(want, r.Uses()); diff != "" {
		t.Errorf("the uses differ (-want +got):\n%s", diff)
	}
}
