package search

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// print writes units as tests hold them: parts, "=" and the whole, "+" and the
// pieces of CamelCase.
func printUnits(all []unit) string {
	var out []string
	for _, u := range all {
		s := strings.Join(u.parts, ",")
		if u.whole != "" {
			s += "=" + u.whole
		}
		if len(u.extra) > 0 {
			s += "+" + strings.Join(u.extra, "+")
		}
		out = append(out, s)
	}
	return strings.Join(out, " ")
}

func TestUnits(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ text, want string }{
		{"", ""},
		{"The quick, brown fox.", "the quick brown fox"},
		{"snapshot_interval", "snapshot,interval=snapshot_interval"},
		{"--mode=standalone", "mode=--mode standalone"},
		{"-v", "v"},
		{"---", ""},
		{"----mode", "mode"},
		{"redis.standalone.persistence", "redis,standalone,persistence=redis.standalone.persistence"},
		{"end. (see `redis.mode`)", "end see redis,mode=redis.mode"},
		{"well-kept", "well,kept=well-kept"},
		{"ERR unknown command 'FOO'", "err unknown command foo"},
		{"RedisConfig MongoDB IPv4 HTTPServer", "redisconfig+redis+config mongodb ipv4 httpserver+http+server"},
		{"/healthz/live", "healthz,live=healthz/live"},
		{"127.0.0.1:6379", "127,0,0,1,6379=127.0.0.1:6379"},
		{"café ﬁne ｆｕｌｌ İstanbul ΟΔΟΣ", "cafe fine full istanbul οδοσ"},
		{"設定する", "設定,定す"},
		{"使い方", "使い,い方"},
		{"データベース", "デー,ータ,タベ,ベー,ース"},
		{"はじめに", "はじ,じめ,めに"},
		{"配", "配"},
		{"Redis設定", "redis,設定"},
		{"配置，模式。", "配置 模式"},
		{"데이터베이스 설정", "데이터베이스 설정"},
		{"__proto__ constructor", "proto constructor"},
		{strings.Repeat("x", maxWord+1), ""},
		{"a\u2028b", "a b"},
	} {
		if got := printUnits(units(c.text)); got != c.want {
			t.Errorf("units(%q) = %q, want %q", c.text, got, c.want)
		}
	}
}

func TestStem(t *testing.T) {
	t.Parallel()
	for _, group := range []string{
		"snapshot snapshots", "configure configured configuring configuration configurations", "cache caches caching cached",
		"persist persists persistence persistent persisting", "deploy deployment deployments deploying", "directory directories",
	} {
		words := strings.Fields(group)
		for _, w := range words[1:] {
			if stem(w) != stem(words[0]) {
				t.Errorf("%q has the stem %q and %q has %q, want one", words[0], stem(words[0]), w, stem(w))
			}
		}
	}
	for _, pair := range [][2]string{{"redis", "redirect"}, {"mode", "modern"}, {"setting", "set"}, {"設定", "設"}} {
		if stem(pair[0]) == stem(pair[1]) {
			t.Errorf("%q and %q have the same stem %q", pair[0], pair[1], stem(pair[0]))
		}
	}
}

func TestNumbers(t *testing.T) {
	t.Parallel()
	for _, n := range []int{0, 1, base - 1, base, base + 1, base * base, 12345678, maxNumber - 1} {
		text := string(appendNumber(nil, n))
		if got, length := number(text + "!"); got != n || length != len(text) {
			t.Errorf("%d is written as %q and read as %d (%d characters)", n, text, got, length)
		}
	}
	for _, bad := range []string{"", "~", "\"", "|", "||||||||||||||||"} {
		if n, length := number(bad); length != 0 {
			t.Errorf("%q is read as %d", bad, n)
		}
	}
}

func TestLevel(t *testing.T) {
	t.Parallel()
	w := DefaultWeights
	level := func(c counts) int { return w.level(c, 100, 100) }
	order := []struct {
		name string
		counts
	}{
		{"once in the text", counts{text: 1}}, {"three times in code", counts{code: 3}}, {"a hundred times in the text", counts{text: 100}},
		{"in the heading", counts{heading: unitScale}}, {"in the title", counts{title: unitScale}},
		{"in the title and the text", counts{title: unitScale, text: 50}},
	}
	for i := 1; i < len(order); i++ {
		if a, b := level(order[i-1].counts), level(order[i].counts); a >= b {
			t.Errorf("%s weighs %d and %s weighs %d, want more", order[i-1].name, a, order[i].name, b)
		}
	}
	if short, long := level(counts{heading: unitScale}), level(counts{heading: unitScale / 2}); short <= long {
		t.Errorf("a word weighs %d as a heading and %d in a long one, want more", short, long)
	}
	huge := Weights{maxWeight, maxWeight, maxWeight, maxWeight}
	if got := huge.level(counts{1 << 20, 1 << 20, 1 << 20, 1 << 20}, 1, 1<<20); got < 1 || got >= levels {
		t.Errorf("the highest level is %d, want one digit below %d", got, levels)
	}
	if short, long := w.level(counts{text: 2}, 10, 100), w.level(counts{text: 2}, 1000, 100); short <= long {
		t.Errorf("a word weighs %d in a short section and %d in a long one, want more", short, long)
	}
}

func TestRarity(t *testing.T) {
	t.Parallel()
	last := maxRarity + 1
	for _, having := range []int{1, 2, 5, 50, 500, 1000} {
		r := rarity(1000, having)
		if r > last || r < minRarity {
			t.Errorf("a term in %d of 1,000 sections has a rarity of %d, after %d", having, r, last)
		}
		last = r
	}
	// 16 × log2(2002/3) is 150.1.
	if got := rarity(1000, 1); got != 150 {
		t.Errorf("the rarity of one in 1,000 is %d, want 150", got)
	}
}

func TestDistance(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		a, b string
		open bool
		want int // far for above the limit of 2
	}{
		{"redis", "redis", false, 0}, {"rdis", "redis", false, 1}, {"rediss", "redis", false, 1}, {"redsi", "redis", false, 1},
		{"rados", "redis", false, 2}, {"mango", "redis", false, far}, {"snpashot", "snapshot", false, 1}, {"erdis", "redis", false, 1},
		{"confgi", "configuration", true, 1}, {"confgi", "configuration", false, far}, {"", "ab", false, 2}, {"ab", "", false, 2}, {"abcdef", "a", false, far},
	} {
		got := distance(encode(c.a), encode(c.b), c.open, 2)
		if got > 2 {
			got = far
		}
		if got != c.want {
			t.Errorf("distance(%q, %q, %v) = %d, want %d", c.a, c.b, c.open, got, c.want)
		}
	}
}

// TestCompareAsBrowsers checks the order against UTF-16, in which the client
// compares.
func TestCompareAsBrowsers(t *testing.T) {
	t.Parallel()
	words := []string{"", "a", "ab", "a*", "b", "é", "設定", "\ue000", "\uffff", "𠮷", "𠮷野", "🙂"}
	for _, a := range words {
		for _, b := range words {
			if got, want := sign(compare(a, b)), sign(cmpUnits(encode(a), encode(b))); got != want {
				t.Errorf("compare(%q, %q) is %d, want %d", a, b, got, want)
			}
		}
	}
}

func cmpUnits(a, b []uint16) int {
	for i := range min(len(a), len(b)) {
		if a[i] != b[i] {
			return int(a[i]) - int(b[i])
		}
	}
	return len(a) - len(b)
}

func sign(n int) int { return max(-1, min(1, n)) }

// FuzzUnits holds what the index relies on: terms have no blank, no control
// character, are not longer than the limits, and are found again by themselves.
func FuzzUnits(f *testing.F) {
	for _, q := range hostile {
		f.Add(q)
	}
	f.Fuzz(func(t *testing.T, text string) {
		for _, u := range units(text) {
			for _, term := range append(append([]string{u.whole}, u.parts...), u.extra...) {
				if size(term) > maxWhole || strings.ContainsAny(term, " \n\t"+prefixMark) {
					t.Errorf("units(%q) has the term %q", text, term)
				}
			}
			if len(u.parts) == 0 {
				t.Errorf("units(%q) has a unit without words", text)
			}
		}
	})
}

// FuzzReadLines checks that a broken file is read as far as it makes sense,
// and that a whole one is read as it was written.
func FuzzReadLines(f *testing.F) {
	var l lines
	l.add("redis", string(appendPostings(nil, 9, []posting{{3, 4}, {70, 39}})))
	l.add("redis.standalone", string(appendPostings(nil, 100, []posting{{3, 4}})))
	f.Add(l.b.String())
	f.Add("\n! a")
	f.Add("\n||||a")
	f.Fuzz(func(t *testing.T, text string) {
		for _, e := range readLines(text) {
			readPostings(e.data, func(section, level int) {
				if section < 0 || level >= len(digits) {
					t.Errorf("%q has the section %d with the level %d", text, section, level)
				}
			})
		}
	})
}

func TestLinesAreReadAsWritten(t *testing.T) {
	t.Parallel()
	want := []entry{
		{"configure", 24, string(appendPostings(nil, 24, []posting{{0, 1}})[1:])}, {"configure.me", 198, ""}, {"設定", 12, ""}, {"設備", 12, ""},
		{"𠮷", 6, ""}, {"𠮸", 6, ""},
	}
	var l lines
	for _, e := range want {
		l.add(e.term, string(appendNumber(nil, e.rarity/rarityStep))+e.data)
	}
	if diff := cmp.Diff(want, readLines(l.b.String()), cmp.AllowUnexported(entry{})); diff != "" {
		t.Errorf("terms change when they are written and read (-written +read):\n%s", diff)
	}
}
