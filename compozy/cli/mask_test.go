package cli

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/compozy/docs/compozy/config"
	"github.com/compozy/docs/internal/source"
)

const canary = "hunter2canary"

func TestMaskText(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ name, text, want string }{
		{"block value", "redis:\n  password: hunter2\n  db: 1\n", "redis:\n  password: *******\n  db: 1\n"},
		{"quoted", "password: \"hun ter\"", "password: *********"},
		{"unclosed", "password: \"hunter2\n", "password: ********\n"},
		{"reference stays", "password: ${REDIS_PASSWORD}\n", "password: ${REDIS_PASSWORD}\n"},
		{"reference with a fallback", "password: ${P:-hunter2}\n", "password: *************\n"},
		{"block scalar", "password: |\n  hunter2\n  again\ndb: 1\n", "password: *\n  *******\n  *****\ndb: 1\n"},
		{"next line", "password:\n  hunter2\ndb: 1", "password:\n  *******\ndb: 1"},
		{"list", "register_mcps:\n  - token: x\nmode: y", "register_mcps:\n  **********\nmode: y"},
		{"flow", "redis: {db: 1, password: hunter2}", "redis: {db: 1, password: ********"},
		{"flow over lines", "redis: {password:\nhunter2}\ndb: 1", "redis: {password:\n********\ndb: 1"},
		{"misspelt", "pasword: hunter2", "pasword: *******"},
		{"called like a secret", "client_secret: hunter2", "client_secret: *******"},
		{"an ordinary setting", "max_item_size: 5\nkey_scan_count: 7", "max_item_size: 5\nkey_scan_count: 7"},
		{"url keeps its host", "url: redis://u:hunter2@host:1/0", "url: redis://*********@host:1/0"},
		{"url without a secret", "url: redis://host:1/0", "url: redis://host:1/0"},
		{"a password that looks like a URL", "password: redis://hunter2", "password: ***************"},
		{"an unknown scheme", "url: hunter2://host", "url: **************"},
		{"url with a slash in the password", "url: redis://u:a/b@host:1", "url: redis://*****@host:1"},
		{"credentials anywhere", "addr: redis://u:hunter2@host", "addr: redis://*********@host"},
		{"query anywhere", "base: x://h/?token=hunter2&a=b", "base: x://h/?token=*******&a=b"},
		{"keywords", "text: host=x password=hunter2 b", "text: host=x password=******* b"},
		{"other scripts keep their length", "password: é日😀x", "password: ×•𝟶*"},
		{"not UTF-8", "password: \xff\xfe", "password: **"},
	} {
		got := string(maskText([]byte(test.text), nil))
		if got != test.want {
			t.Errorf("%s:\n got %q\nwant %q", test.name, got, test.want)
		}
	}
}

// TestMaskKnownValues hides a value where no key says that it is one.
func TestMaskKnownValues(t *testing.T) {
	t.Parallel()
	text := "x-a: &p " + canary + "\nredis:\n  password: *p\nworse: [" + canary + canary + "]\n"
	got := string(maskText([]byte(text), []string{canary}))
	if strings.Contains(got, "hunter2") || len(got) != len(text) {
		t.Errorf("an alias leaves %q", got)
	}
}

func TestMaskedKeepsPlaces(t *testing.T) {
	t.Parallel()
	text := "redis: {password: é日😀, prt: 1}\nmode: cluster\n"
	file := source.NewFile("compozy.yaml", []byte(text))
	cfg, ds := config.Decode(file, config.Options{})
	out := masked(file, cfg, ds, true)
	if len(ds) < 2 || len(out) != len(ds) {
		t.Fatalf("%d findings and %d masked ones, want at least 2 of each", len(ds), len(out))
	}
	for i := range ds {
		a, b := ds[i].Span, out[i].Span
		if b.File == file {
			t.Errorf("the finding %q still shows the file itself", out[i].Message)
		}
		from, to := a.Bounds()
		mfrom, mto := b.Bounds()
		if from != mfrom || to != mto {
			t.Errorf("%q moves from %v–%v to %v–%v", ds[i].Message, from, to, mfrom, mto)
		}
	}
}

func FuzzMaskText(f *testing.F) {
	for _, seed := range []string{"redis:\n  password: |\n    a\n b: c\n", "{password:\n\n", "url: redis://a:b@c\r\n", "a: é\n\tpassword: ☃\xff", "key: ${A}", "://0"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		got := maskText([]byte(text), []string{"zzzz"})
		if len(got) != len(text) {
			t.Fatalf("%d bytes become %d", len(text), len(got))
		}
		if utf8.RuneCountInString(text) != utf8.RuneCount(got) {
			t.Fatalf("%d characters become %d", utf8.RuneCountInString(text), utf8.RuneCount(got))
		}
		for i := range len(text) {
			if (text[i] == '\n') != (got[i] == '\n') {
				t.Fatalf("line endings move at %d", i)
			}
		}
		// A secret on a line of its own key never stays.
		if !strings.ContainsAny(text, "\r\n") {
			if line := string(maskText([]byte("password: "+canary+text), nil)); strings.Contains(line, canary) {
				t.Fatalf("the secret stays in %q", line)
			}
		}
	})
}

// TestSecretsInComplaints lets each layer below complain about a secret: the
// YAML reader, the check of keys, the resolver of modes and the command line.
// None of them may repeat it.
func TestSecretsInComplaints(t *testing.T) {
	t.Parallel()
	env := []string{"MY_PASSWORD=" + canary, "DBPW=" + canary}
	for _, text := range []string{
		"redis:\n  password: *hunter2canary\n",
		"redis:\n  password: !hunter2canary x\n",
		"redis:\n  password: !!int hunter2canary\n",
		"redis:\n  password: hunter2canary: x\n",
		"redis:\n  password: a: hunter2canary\n",
		"redis:\n  password:\n  hunter2canary\n",
		"redis:\n  password: x\n  hunter2canary\n",
		"redis:\n  password:hunter2canary\n",
		"redis: {password:hunter2canary, db: 1}\n",
		"redis:\n  password=hunter2canary: 1\n",
		"redis:\n  port: hunter2canary\n  password: hunter2canary\n",
		"x: &a hunter2canary\nredis:\n  password: *a\n  db: *a\n",
		"redis:\n  addr: u:hunter2canary@h:6379\n",
		"redis:\n  host: hunter2canary@h\n  db: x\n",
		"cli:\n  base_url: \"http://u:hunter2canary @h\"\n",
		"redis:\n  db: ${DBPW}\n",
		"mode: ${MY_PASSWORD}\n",
	} {
		dir := t.TempDir()
		path := filepath.Join(dir, "compozy.yaml")
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		for _, args := range [][]string{
			{"config", "validate"}, {"config", "validate", "--format", "json"}, {"config", "show", "--all"},
			{"config", "diagnostics", "--verbose"}, {"config", "diagnostics", "--format", "json", "--verbose"}, {"start"},
		} {
			var out bytes.Buffer
			Run(t.Context(), append(args, "--config", path, "--port", "x"), env, strings.NewReader(""), &out, &out)
			if strings.Contains(out.String(), canary) {
				t.Errorf("%q: %v shows the secret:\n%s", text, args, out.String())
			}
		}
	}
	var out bytes.Buffer
	Run(t.Context(), []string{"config", "show", "--db-password", "my", canary}, nil, strings.NewReader(""), &out, &out)
	if strings.Contains(out.String(), canary) || !strings.Contains(out.String(), "takes no arguments") {
		t.Errorf("the rest of an unquoted password is shown: %s", out.String())
	}
}

// TestOversizedFile gives a file above the limit: the complaint is about the
// file as a whole, and shows nothing of a line of 10 MB.
func TestOversizedFile(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "compozy.yaml")
	if err := os.WriteFile(path, bytes.Repeat([]byte("x"), 10<<20+1), 0o600); err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	status := Run(t.Context(), []string{"config", "validate", "--config", path}, nil, strings.NewReader(""), &out, &out)
	if status != 1 || out.Len() > 1000 || !strings.Contains(out.String(), "compozy/file-limit") || strings.Contains(out.String(), "xxxx") {
		t.Errorf("status %d, %d bytes:\n%.400s", status, out.Len(), out.String())
	}
}
