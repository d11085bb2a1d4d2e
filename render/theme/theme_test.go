package theme

import (
	"bytes"
	"compress/gzip"
	"io/fs"
	"math"
	"path"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// colour is a colour in OKLab.
type colour struct{ l, a, b float64 }

var tokenLine = regexp.MustCompile(`--([a-z-]+): light-dark\(oklch\(([^)]*)\), oklch\(([^)]*)\)\);`)

// tokens reads both themes from the style sheet.
func tokens(t *testing.T) map[string][2]colour {
	t.Helper()
	text, err := static.ReadFile("static/tokens.css")
	if err != nil {
		t.Fatal(err)
	}
	out := map[string][2]colour{}
	for _, m := range tokenLine.FindAllStringSubmatch(string(text), -1) {
		out[m[1]] = [2]colour{parseColour(t, m[2]), parseColour(t, m[3])}
	}
	if len(out) < 15 {
		t.Fatalf("the style sheet has %d colours, want at least 15: is it still written as light-dark(oklch(), oklch())?", len(out))
	}
	return out
}

func parseColour(t *testing.T, text string) colour {
	t.Helper()
	var n [3]float64
	fields := strings.Fields(text)
	if len(fields) != 3 {
		t.Fatalf("oklch(%s) has not three parts", text)
	}
	for i, f := range fields {
		v, err := strconv.ParseFloat(f, 64)
		if err != nil {
			t.Fatal(err)
		}
		n[i] = v
	}
	h := n[2] * math.Pi / 180
	return colour{n[0], n[1] * math.Cos(h), n[1] * math.Sin(h)}
}

// over mixes share of c into the ground, as color-mix(in oklab) does.
func (c colour) over(ground colour, share float64) colour {
	mix := func(x, y float64) float64 { return x*share + y*(1-share) }
	return colour{mix(c.l, ground.l), mix(c.a, ground.a), mix(c.b, ground.b)}
}

// luminance is the relative luminance of WCAG 2.
func (c colour) luminance() float64 {
	l := math.Pow(c.l+0.3963377774*c.a+0.2158037573*c.b, 3)
	m := math.Pow(c.l-0.1055613458*c.a-0.0638541728*c.b, 3)
	s := math.Pow(c.l-0.0894841775*c.a-1.2914855480*c.b, 3)
	clip := func(v float64) float64 { return math.Min(math.Max(v, 0), 1) }
	r := clip(4.0767416621*l - 3.3077115913*m + 0.2309699292*s)
	g := clip(-1.2684380046*l + 2.6097574011*m - 0.3413193965*s)
	b := clip(-0.0041960863*l - 0.7034186147*m + 1.7076147010*s)
	return 0.2126*r + 0.7152*g + 0.0722*b
}

func contrast(a, b colour) float64 {
	x, y := a.luminance(), b.luminance()
	return (math.Max(x, y) + 0.05) / (math.Min(x, y) + 0.05)
}

func TestContrastFormula(t *testing.T) {
	t.Parallel()
	white, black := colour{1, 0, 0}, colour{}
	if got := contrast(white, black); math.Abs(got-21) > 0.01 {
		t.Errorf("black on white has a contrast of %.2f, want 21", got)
	}
}

// textColour finds the tokens that text is set in.
var textColour = regexp.MustCompile(`[{;\s]color: var\(--([a-z-]+)\)`)

func TestContrast(t *testing.T) {
	t.Parallel()
	all := tokens(t)
	type pair struct {
		text, ground string
		band         string // mixed into the ground by share
		share        float64
	}
	var pairs []pair
	for _, text := range []string{"ink", "ink-strong", "ink-soft", "accent"} {
		pairs = append(pairs, pair{text: text, ground: "paper"}, pair{text: text, ground: "raised"}, pair{text: text, ground: "sunken"},
			pair{text, "paper", "accent", 0.08})
	}
	pairs = append(pairs, pair{text: "on-accent", ground: "accent"}, pair{"ink", "paper", "accent", 0.24}, pair{"ink-strong", "raised", "accent", 0.12})
	for _, tone := range []string{"note", "success", "caution", "danger", "ink-soft"} {
		for _, text := range []string{tone, "ink", "ink-strong", "accent"} {
			pairs = append(pairs, pair{text, "paper", tone, 0.06}, pair{tone, "paper", tone, 0.08})
		}
	}
	for name := range all {
		if strings.HasPrefix(name, "hl-") || name == "ink" {
			pairs = append(pairs, pair{text: name, ground: "raised"}, pair{name, "raised", "accent", 0.09},
				pair{name, "raised", "success", 0.11}, pair{name, "raised", "danger", 0.10})
		}
	}
	// Text on dark ground in light, and the other way round: what was copied, what a seal says.
	pairs = append(pairs, pair{text: "paper", ground: "ink-strong"})
	for _, text := range []string{"danger", "ink-soft", "ink", "ink-strong"} {
		pairs = append(pairs, pair{text, "paper", "danger", 0.05}, pair{text, "paper", "danger", 0.08})
	}
	// A mark in the code says its sign in its own colour.
	pairs = append(pairs, pair{"success", "raised", "success", 0.11}, pair{"danger", "raised", "danger", 0.10})
	tested := map[string]bool{"tone": true} // stands for the tones
	for _, p := range pairs {
		tested[p.text] = true
	}
	for _, m := range textColour.FindAllStringSubmatch(string(Assets()[0].Data), -1) {
		if !tested[m[1]] {
			t.Errorf("text is set in --%s, whose contrast nothing computes", m[1])
		}
	}
	for _, p := range pairs {
		for i, theme := range []string{"light", "dark"} {
			ground := all[p.ground][i]
			if p.band != "" {
				ground = all[p.band][i].over(ground, p.share)
			}
			if got := contrast(all[p.text][i], ground); got < 4.5 {
				t.Errorf("%s theme: %s on %s (%s %.0f%%) has a contrast of %.2f, want at least 4.5", theme, p.text, p.ground, p.band, p.share*100, got)
			}
		}
	}
}

var (
	usedToken    = regexp.MustCompile(`var\(--([a-z-]+)\)`)
	definedToken = regexp.MustCompile(`--([a-z-]+):`)
)

func TestStyleSheet(t *testing.T) {
	t.Parallel()
	style := string(Assets()[0].Data)
	defined := map[string]bool{}
	for _, m := range definedToken.FindAllStringSubmatch(style, -1) {
		defined[m[1]] = true
	}
	for _, m := range usedToken.FindAllStringSubmatch(style, -1) {
		if !defined[m[1]] {
			t.Errorf("the style sheet uses --%s, which it does not define", m[1])
		}
	}
	for _, bad := range []string{"@import", "url(", "http:", "https:"} {
		if strings.Contains(style, bad) {
			t.Errorf("the style sheet holds %q; it must load nothing", bad)
		}
	}
	if strings.Count(style, "{") != strings.Count(style, "}") {
		t.Error("the style sheet has an unclosed brace")
	}
	if n := len(regexp.MustCompile(`--hl-[a-z]+:`).FindAllString(style, -1)); n != 6 {
		t.Errorf("highlighting has %d hues, want 6", n)
	}
}

func TestAssets(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for _, a := range Assets() {
		if seen[a.Path] || !regexp.MustCompile(`^_docs/[a-z]+\.[0-9a-f]{12}\.(css|js)$`).MatchString(a.Path) {
			t.Errorf("the asset %q has no hashed name of its own", a.Path)
		}
		seen[a.Path] = true
	}
}

// TestBudget holds what a page transfers before its reader does anything. The
// components of a page share the style sheet's part.
func TestBudget(t *testing.T) {
	t.Parallel()
	total := map[string]int{}
	for _, a := range Assets() {
		var b bytes.Buffer
		z := gzip.NewWriter(&b)
		if _, err := z.Write(a.Data); err != nil {
			t.Fatal(err)
		}
		if err := z.Close(); err != nil {
			t.Fatal(err)
		}
		total[path.Ext(a.Path)] += b.Len()
	}
	for ext, most := range map[string]int{".js": 6 << 10, ".css": 12 << 10} {
		if total[ext] == 0 || total[ext] > most {
			t.Errorf("%s has %d bytes after gzip, want at most %d", ext, total[ext], most)
		}
	}
}

func TestSqueeze(t *testing.T) {
	t.Parallel()
	const in = "/* one\n   two */\n  a { b: c; } /* stays */\n\n// gone\n  x(\"// stays\");\n  /* gone */\n"
	const want = "a { b: c; } /* stays */\nx(\"// stays\");\n"
	if got := squeeze(in); got != want {
		t.Errorf("squeeze gives %q, want %q", got, want)
	}
}

// TestScripts holds the scripts to what a strict policy allows, and to the
// other host's door: they name none.
func TestScripts(t *testing.T) {
	t.Parallel()
	for _, a := range Assets() {
		if a.Role == "style" {
			continue
		}
		for _, bad := range []string{"eval(", "new Function", "http:", "https:", "document.write", "setAttribute(\"style", ".cssText"} {
			if strings.Contains(string(a.Data), bad) {
				t.Errorf("%s holds %q", a.Path, bad)
			}
		}
	}
}

// TestTemplatesKeepThePolicy holds the templates to a policy without inline
// script and style.
func TestTemplatesKeepThePolicy(t *testing.T) {
	t.Parallel()
	names, err := fs.Glob(Templates(), "*.html")
	if err != nil || len(names) == 0 {
		t.Fatalf("there are no templates: %v", err)
	}
	bad := regexp.MustCompile(`(?i)<style|\sstyle=|\son[a-z]+=|<script>|javascript:`)
	for _, name := range names {
		text, err := fs.ReadFile(Templates(), name)
		if err != nil {
			t.Fatal(err)
		}
		if m := bad.Find(text); m != nil {
			t.Errorf("%s holds %q, which the policy blocks", name, m)
		}
	}
}
