package build

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// killedBefore leaves what a build leaves that is killed right before its
// staged tree takes the folder's name.
func killedBefore(t *testing.T, out string, texts map[string]string) {
	t.Helper()
	o, err := openOutput(out, "dist")
	if err != nil {
		t.Fatal(err)
	}
	defer o.close()
	if _, err := o.stage(t.Context(), nil, o.beside(stagingMark), files(texts)); err != nil {
		t.Fatal(err)
	}
}

// TestRecoverAfterTheSiteWasRemoved: who removes the site after a build was
// killed gets a new one, and nothing back that was in the old one.
func TestRecoverAfterTheSiteWasRemoved(t *testing.T) {
	t.Parallel()
	retired := func(out string) string { return filepath.Join(filepath.Dir(out), ".dist"+retiredMark) }
	for name, leave := range map[string]func(t *testing.T, out string){
		"killed before the swap": func(t *testing.T, out string) {
			killedBefore(t, out, map[string]string{"index.html": "two"})
			if err := os.RemoveAll(out); err != nil {
				t.Fatal(err)
			}
		},
		"killed before the swap, and an empty folder made": func(t *testing.T, out string) {
			killedBefore(t, out, map[string]string{"index.html": "two"})
			if err := os.RemoveAll(out); err != nil {
				t.Fatal(err)
			}
			if err := os.Mkdir(out, 0o755); err != nil {
				t.Fatal(err)
			}
		},
		"killed while the old tree was removed": func(t *testing.T, out string) {
			if err := os.Rename(out, retired(out)); err != nil {
				t.Fatal(err)
			}
			if err := os.Remove(filepath.Join(retired(out), manifestName)); err != nil {
				t.Fatal(err)
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			out := filepath.Join(t.TempDir(), "dist")
			mustPut(t, out, map[string]string{"index.html": "one"})
			write(t, out, "notes/mine.txt", "mine")
			leave(t, out)
			mustPut(t, out, map[string]string{"index.html": "three"})
			if diff := cmp.Diff(map[string]string{"index.html": "three"}, tree(t, out)); diff != "" {
				t.Errorf("the site differs (-want +got):\n%s", diff)
			}
			onlyOutput(t, out)
		})
	}
}

// TestRecoverLeavesFoldersOfOthersAlone: a folder that is refused is not
// written into, whatever a killed build left beside it.
func TestRecoverLeavesFoldersOfOthersAlone(t *testing.T) {
	t.Parallel()
	out := filepath.Join(t.TempDir(), "dist")
	mustPut(t, out, map[string]string{"index.html": "one"})
	write(t, out, "notes.txt", "mine")
	killedBefore(t, out, map[string]string{"index.html": "two"})
	if err := os.RemoveAll(out); err != nil {
		t.Fatal(err)
	}
	write(t, out, "thesis.txt", "somebody else's")
	wantRule(t, put(t, out, files(map[string]string{"index.html": "three"})), "run/output-not-ours")
	if diff := cmp.Diff(map[string]string{"thesis.txt": "somebody else's"}, tree(t, out)); diff != "" {
		t.Errorf("the folder changed (-want +got):\n%s", diff)
	}
}

// TestPublishKeepsTheLaterOfTwoFiles: a file of somebody else that is replaced
// between its carrying over and the swap is not lost.
func TestPublishKeepsTheLaterOfTwoFiles(t *testing.T) {
	t.Parallel()
	out := filepath.Join(t.TempDir(), "dist")
	mustPut(t, out, map[string]string{"index.html": "one"})
	write(t, out, "notes.txt", "first")
	o, err := openOutput(out, "dist")
	if err != nil {
		t.Fatal(err)
	}
	defer o.close()
	o.afterStage = func() {
		// As an editor saves.
		write(t, out, "notes.txt~", "second")
		if err := os.Rename(filepath.Join(out, "notes.txt~"), filepath.Join(out, "notes.txt")); err != nil {
			t.Fatal(err)
		}
	}
	if err := o.publish(t.Context(), nil, files(map[string]string{"index.html": "two"})); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(map[string]string{"index.html": "two", "notes.txt": "second"}, tree(t, out)); diff != "" {
		t.Errorf("the site differs (-want +got):\n%s", diff)
	}
}

// TestPublishSaysThatTheSiteIsNew: when only the old tree cannot be removed,
// nobody is told that the old site is still there, and what the tree holds of
// others is not lost.
func TestPublishSaysThatTheSiteIsNew(t *testing.T) {
	t.Parallel()
	out := filepath.Join(t.TempDir(), "dist")
	mustPut(t, out, map[string]string{"a/index.html": "one"})
	o, err := openOutput(out, "dist")
	if err != nil {
		t.Fatal(err)
	}
	defer o.close()
	// The new site has a file where this one would need a folder.
	o.afterStage = func() { write(t, out, "a/late.txt", "mine") }
	err = o.publish(t.Context(), nil, files(map[string]string{"a": "two"}))
	r := wantRule(t, err, "run/output-unwritable")
	if !o.swapped || !strings.Contains(r.Diagnostic.Message, "the new site is in") {
		t.Errorf("swapped is %v, and the message is %q", o.swapped, r.Diagnostic.Message)
	}
	if diff := cmp.Diff(map[string]string{"a": "two"}, tree(t, out)); diff != "" {
		t.Errorf("the site differs (-want +got):\n%s", diff)
	}
	left := filepath.Join(filepath.Dir(out), ".dist"+stagingMark)
	if o.leftover() != ".dist"+stagingMark {
		left = filepath.Join(filepath.Dir(out), ".dist"+retiredMark)
	}
	if text, err := os.ReadFile(filepath.Join(left, "a", "late.txt")); string(text) != "mine" {
		t.Errorf("the late file is %q, %v", text, err)
	}
	if note := r.Diagnostic.Notes[0].Message; !strings.Contains(note, o.leftover()) {
		t.Errorf("the advice does not name what is left: %q", note)
	}
}
