package lang_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/compozy/docs/internal/source"
	"github.com/compozy/docs/validate/example/lang"
)

// parse returns one line for each problem: place, text there, message, the
// other place.
func parse(t testing.TB, language, text string) string {
	t.Helper()
	problems, ok := lang.Parse(language, source.NewFile("page.mdx", []byte(text)))
	if !ok {
		t.Fatalf("the language %q is not known", language)
	}
	var out []string
	for _, p := range problems {
		at, _ := p.Span.Bounds()
		line := fmt.Sprintf("%d:%d %q %s", at.Line, at.Column, p.Span.Text(), p.Message)
		if p.Other.HasPlace() {
			other, _ := p.Other.Bounds()
			line += fmt.Sprintf(" (%d:%d)", other.Line, other.Column)
		}
		if p.Advice == "" {
			line += " WITHOUT ADVICE"
		}
		out = append(out, line)
	}
	return strings.Join(out, "\n")
}

func TestGood(t *testing.T) {
	t.Parallel()
	for language, texts := range good {
		t.Run(language, func(t *testing.T) {
			t.Parallel()
			if len(texts) < 4 {
				t.Errorf("%d texts, want at least 4", len(texts))
			}
			for _, text := range texts {
				if got := parse(t, language, text); got != "" {
					t.Errorf("%s\nis refused:\n%s", text, got)
				}
			}
		})
	}
}

func TestBroken(t *testing.T) {
	t.Parallel()
	for language, texts := range broken {
		t.Run(language, func(t *testing.T) {
			t.Parallel()
			if len(texts) < 4 {
				t.Errorf("%d texts, want at least 4", len(texts))
			}
			for _, test := range texts {
				if diff := cmp.Diff(test[1], parse(t, language, test[0])); diff != "" {
					t.Errorf("%s\n(-want +got):\n%s", test[0], diff)
				}
			}
		})
	}
}

// TestEveryLanguageIsTested keeps the tables of this test in step with the
// languages.
func TestEveryLanguageIsTested(t *testing.T) {
	t.Parallel()
	alias := map[string]string{"javascript": "js", "typescript": "ts"}
	for _, name := range lang.Names() {
		if a := alias[name]; a != "" {
			if lang.Title(name) != lang.Title(a) {
				t.Errorf("%s and %s are not one language", name, a)
			}
			continue
		}
		if good[name] == nil || broken[name] == nil || lang.Title(name) == "" {
			t.Errorf("the language %q has no test or no title", name)
		}
	}
	if _, ok := lang.Parse("cobol", source.NewFile("p", []byte("x"))); ok || lang.Title("cobol") != "" {
		t.Error("cobol is known")
	}
}

// TestPlacesInAPage reads a quoted fence: places are those of the page.
func TestPlacesInAPage(t *testing.T) {
	t.Parallel()
	page := source.NewFile("page.mdx", []byte("# A\n\n> ```go\n> x := \"日本\"\n> y := = 2\n> ```\n"))
	var text []byte
	var pieces []source.Piece
	for n := 4; n <= 5; n++ {
		line, start := page.Line(n)
		pieces = append(pieces, source.Piece{Inner: len(text), Outer: start + 2, Len: len(line) - 2})
		text = append(append(text, line[2:]...), '\n')
	}
	problems, _ := lang.Parse("go", source.NewInset(page, text, pieces))
	if len(problems) != 1 {
		t.Fatalf("%+v", problems)
	}
	if at, _ := problems[0].Span.Bounds(); at != (source.Position{Line: 5, Column: 8}) {
		t.Errorf("the problem stands at %v of the page", at)
	}
}

// TestBounds reads texts that are made to hurt: each is answered, with a
// problem or without.
func TestBounds(t *testing.T) {
	t.Parallel()
	hostile := map[string]string{
		"long":     strings.Repeat("x ", 200<<10),
		"brackets": strings.Repeat("(", 30<<10),
		"braces":   strings.Repeat("{", 30<<10),
		"not":      "x = " + strings.Repeat("!", 30<<10),
		"minus":    "SELECT " + strings.Repeat("- ", 15<<10) + "1",
		"arrows":   strings.Repeat("a=>", 10<<10),
		"ternary":  strings.Repeat("a?", 15<<10),
		"dots":     strings.Repeat("a.", 15<<10),
		"if":       strings.Repeat("if x then ", 3<<10),
		"elements": strings.Repeat("<a>", 10<<10),
		"quotes":   strings.Repeat("> ", 15<<10),
		"tags":     strings.Repeat("<a b='", 5<<10),
		"NUL":      "a\x00b",
		"no UTF-8": "a\xffb",
		"blank":    " \n\t\n",
		"empty":    "",
	}
	for name, text := range hostile {
		for _, language := range lang.Names() {
			if language == "javascript" || language == "typescript" {
				continue // other names of js and ts
			}
			code := source.NewFile("page.mdx", []byte(text))
			problems, _ := lang.Parse(language, code)
			for _, p := range problems {
				if p.Span.File != code || p.Span.Start < 0 || p.Span.End > code.Len() {
					t.Errorf("%s as %s: %q stands at %d to %d", name, language, p.Message, p.Span.Start, p.Span.End)
				}
			}
			if (name == "long" || name == "NUL" || name == "no UTF-8" || name == "blank" || name == "empty") && len(problems) != 1 {
				t.Errorf("%s as %s: %d problems, want 1", name, language, len(problems))
			}
		}
	}
}

func FuzzParse(f *testing.F) {
	for language, texts := range good {
		for _, text := range texts {
			f.Add(language, text)
		}
	}
	for language, texts := range broken {
		for _, test := range texts {
			f.Add(language, test[0])
		}
	}
	// The grammar of SQL is compiled at its first use, which under a fuzzer's
	// instrumentation takes longer than it grants one input.
	lang.Parse("sql", source.NewFile("page.mdx", []byte("SELECT 1")))
	f.Fuzz(func(t *testing.T, language, text string) {
		code := source.NewFile("page.mdx", []byte(text))
		problems, _ := lang.Parse(language, code)
		for i, p := range problems {
			for _, at := range []source.Span{p.Span, p.Other} {
				if !at.IsZero() && (at.File != code || at.Start < 0 || at.Start > at.End || at.End > code.Len()) {
					t.Fatalf("%s %q: %q stands at %d to %d", language, text, p.Message, at.Start, at.End)
				}
			}
			if i > 0 && p.Span.Start < problems[i-1].Span.Start {
				t.Fatalf("%s %q: the problems are not in order", language, text)
			}
			if p.Message == "" || strings.Contains(p.Message, "\n") {
				t.Fatalf("%s %q: the message is %q", language, text, p.Message)
			}
		}
	})
}

func BenchmarkParse(b *testing.B) {
	for _, language := range lang.Names() {
		texts := good[language]
		if len(texts) == 0 {
			continue
		}
		b.Run(language, func(b *testing.B) {
			for b.Loop() {
				if got := parse(b, language, texts[0]); got != "" {
					b.Fatal(got)
				}
			}
		})
	}
}
