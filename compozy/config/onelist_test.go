package config_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/compozy/docs/compozy/config"
)

// TestThereIsNoSecondList reads the program's own source. No variable, no flag
// and no telling default of the registry may be written there: a second list
// would be right today and wrong after the next change of the registry. A
// setting is named by its path, which panics when it is misspelt.
func TestThereIsNoSecondList(t *testing.T) {
	t.Parallel()
	taken := map[string]string{}
	for _, f := range config.Fields() {
		if f.Env != "" {
			taken[f.Env] = "the variable of " + f.Path
		}
		if f.Flag != "" {
			taken["--"+f.Flag] = "the flag of " + f.Path
			if strings.Contains(f.Flag, "-") {
				taken[f.Flag] = "the flag of " + f.Path
			}
		}
		switch value := f.Default.(type) {
		case string:
			// Words of an enumeration and short durations mean many things.
			if len(value) >= 6 && len(f.Enum) == 0 && f.Format != config.Duration {
				taken[value] = "the default of " + f.Path
			}
		case int64:
			if f.Format == config.Port || strings.HasSuffix(f.Path, "port") && value > 0 {
				taken[strconv.FormatInt(value, 10)] = "the default of " + f.Path
			}
		}
	}
	// Words of the program that a default happens to be, too.
	for _, word := range []string{"postgres", "localhost", "default", "compozy"} {
		delete(taken, word)
	}
	read := 0
	for _, root := range []string{"..", filepath.Join("..", "..", "cmd", "compozy")} {
		err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
			if err != nil || entry.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
				return err
			}
			fset := token.NewFileSet()
			file, err := parser.ParseFile(fset, path, nil, parser.SkipObjectResolution)
			if err != nil {
				return err
			}
			read++
			ast.Inspect(file, func(n ast.Node) bool {
				literal, ok := n.(*ast.BasicLit)
				if !ok {
					return true
				}
				text := literal.Value
				if literal.Kind == token.STRING {
					text, err = strconv.Unquote(text)
				}
				if what := taken[text]; what != "" && err == nil {
					t.Errorf("%s: %s is %s, and belongs in schemas/config.json only", fset.Position(literal.Pos()), literal.Value, what)
				}
				return true
			})
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if read < 40 || len(taken) < 300 {
		t.Errorf("%d files and %d words: the test looks in the wrong place", read, len(taken))
	}
}
