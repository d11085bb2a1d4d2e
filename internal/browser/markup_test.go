package browser

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// rules of html-validate, with reasons where they are not the recommended ones.
const htmlRules = `{
  "root": true,
  "extends": ["html-validate:recommended"],
  "rules": {
    "valid-id": ["error", {"relaxed": true}],
    "no-redundant-role": "off"
  }
}`

// complaint is what html-validate says of one file.
type complaint struct {
	FilePath string `json:"filePath"`
	Messages []struct {
		RuleID  string `json:"ruleId"`
		Message string `json:"message"`
		Line    int    `json:"line"`
		Column  int    `json:"column"`
	} `json:"messages"`
}

// htmlValidate has html-validate judge files, and returns its complaints.
//
// An id is what HTML allows and not only letters and dashes: the id of a
// setting is its name, redis.standalone. A table whose rows stack in a narrow
// window says that it is one: some browsers take it for text otherwise.
func htmlValidate(t *testing.T, files []string) (out []string) {
	t.Helper()
	program := tool(t, "html-validate/bin/html-validate.mjs")
	node, err := exec.LookPath("node")
	if err != nil {
		without(t, "there is no node on the PATH for html-validate")
	}
	dir := t.TempDir()
	config, answer := filepath.Join(dir, "rules.json"), filepath.Join(dir, "answer.json")
	if err := os.WriteFile(config, []byte(htmlRules), 0o644); err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), node, append([]string{program, "--config", config, "--formatter", "json=" + answer}, files...)...)
	said, failed := cmd.CombinedOutput() // its status is 1 when it complains
	text, err := os.ReadFile(answer)
	if err != nil {
		t.Fatalf("html-validate: %v, %v\n%s", failed, err, said)
	}
	var all []complaint
	if err := json.Unmarshal(text, &all); err != nil {
		t.Fatalf("html-validate: %v, %v\n%s", failed, err, said)
	}
	for _, c := range all {
		for _, m := range c.Messages {
			line, _ := json.Marshal([]any{c.FilePath, m.Line, m.Column}) // strings and numbers always have a form
			out = append(out, m.RuleID+": "+m.Message+" "+string(line))
		}
	}
	return out
}

// TestMarkup has html-validate judge every page.
func TestMarkup(t *testing.T) {
	t.Parallel()
	b := site(t)
	var files []string
	for _, address := range b.pages {
		files = append(files, filepath.Join(b.dir, filepath.FromSlash(fileOf(address))))
	}
	for _, c := range htmlValidate(t, files) {
		t.Error(strings.ReplaceAll(c, b.dir, ""))
	}
	got := strings.Join(htmlValidate(t, []string{filepath.Join("testdata", "faulty", "index.html")}), "\n")
	for _, rule := range []string{"text-content: ", "element-required-attributes: "} {
		if !strings.Contains(got, rule) {
			t.Errorf("a faulty page has no complaint of %s:\n%s", rule, got)
		}
	}
}
