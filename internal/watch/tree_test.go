package watch

import (
	"os"
	"path/filepath"
	"testing"
	"time"
)

// TestSame holds when two looks at a file tell that it was changed.
func TestSame(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	old := time.Date(2020, 1, 2, 3, 4, 5, 0, time.UTC)
	look := func(name, text string, at time.Time, young bool) *file {
		t.Helper()
		p := filepath.Join(dir, name)
		if err := os.WriteFile(p, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		if err := os.Chtimes(p, at, at); err != nil {
			t.Fatal(err)
		}
		info, err := os.Lstat(p)
		if err != nil {
			t.Fatal(err)
		}
		return &file{info: info, young: young}
	}
	before := look("a", "one", old, false)
	fresh := look("a", "one", old, true)
	tests := map[string]struct {
		before, now *file
		want        bool
	}{
		"same":                      {before, look("a", "one", old, false), true},
		"new":                       {nil, before, false},
		"another time":              {before, look("a", "one", old.Add(time.Nanosecond), false), false},
		"another size":              {before, look("a", "three", old, false), false},
		"another file":              {before, look("b", "one", old, false), false},
		"a link now":                {before, &file{info: before.info, linked: true}, false},
		"a link to something":       {&file{info: before.info, linked: true}, &file{info: before.info, linked: true, target: before.info}, false},
		"still young":               {fresh, look("a", "one", old, true), true},
		"young when last looked at": {fresh, look("a", "one", old, false), false},
		"a clock that was put back": {before, look("a", "one", old, true), true},
	}
	for name, tt := range tests {
		if got := tt.now.same(tt.before); got != tt.want {
			t.Errorf("%s: the same is %v, want %v", name, got, tt.want)
		}
	}
	now := time.Now()
	if look("c", "x", now, false).recent(now.Add(3*youth)) || !look("c", "x", now, false).recent(now) {
		t.Error("what is recent is not measured from now")
	}
}
