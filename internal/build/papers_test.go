package build

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/compozy/docs/internal/diag"
)

// TestReadmeSample makes the mistake that the README tells its reader to make,
// and holds the finding that it prints against the real one.
func TestReadmeSample(t *testing.T) {
	t.Parallel()
	readme := read(t, "../../README.md")
	_, rest, found := strings.Cut(readme, "and so does `go run ./cmd/docs check`:\n\n```text\n")
	if !found {
		t.Fatal("the README shows no finding")
	}
	want, _, _ := strings.Cut(rest, "```\n")

	root := copyRepository(t)
	text := strings.Replace(read(t, filepath.Join(root, redisPage)), "      snapshot_interval:", "      snapshot_intervall:", 1)
	write(t, root, redisPage, text)
	result, err := Check(t.Context(), Options{Root: root})
	if err != nil {
		t.Fatal(err)
	}
	var got bytes.Buffer
	if err := diag.WriteText(&got, diag.Report{Diagnostics: result.Report.Diagnostics}, diag.TextOptions{Width: 100}); err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(want, strings.TrimRight(got.String(), "\n")+"\n"); d != "" {
		t.Errorf("the README's finding (-) is not what docs check says (+):\n%s", d)
	}
}

var quotedName = regexp.MustCompile("`([a-z]+(?:/[a-z]+)*)/?`")

// TestArchitectureNames holds that the packages and dependencies that
// ARCHITECTURE.md names exist, and that it names all of them.
func TestArchitectureNames(t *testing.T) {
	t.Parallel()
	text := read(t, "../../ARCHITECTURE.md")
	tops := map[string]bool{"cmd": true, "internal": true, "render": true, "validate": true, "compozy": true}
	for _, m := range quotedName.FindAllStringSubmatch(text, -1) {
		top, _, nested := strings.Cut(m[1], "/")
		if !nested || !tops[top] {
			continue
		}
		if _, err := os.Stat(filepath.Join("../..", m[1])); err != nil {
			t.Errorf("ARCHITECTURE.md names %s, which does not exist", m[1])
		}
	}

	list := exec.Command("go", "list", "-m", "-f", "{{if not (or .Main .Indirect)}}{{.Path}}{{end}}", "all")
	list.Dir = "../.."
	out, err := list.Output()
	if err != nil {
		t.Fatal(err)
	}
	for module := range strings.FieldsSeq(string(out)) {
		if !strings.Contains(text, "`"+module+"`") {
			t.Errorf("ARCHITECTURE.md does not say what %s earns", module)
		}
	}
}

func read(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
