package search

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/compozy/docs/internal/race"
)

// hostile are queries that would do something if they were anything but text.
var hostile = []string{
	"", " ", "<img src=x onerror=alert(1)>", "(a+)+$", "__proto__", "constructor", "toString hasOwnProperty", "[", "\\", "*", "a*", "*a",
	"\u2028\u2029", "</script><!--", "\x00\x01", "%00", "${1}", "🙂", "🙂🙂 redis", "\uffff", "-", "--", "---", "--mode", "----mode", "_", "._.", "$$", "c++ c# f#",
	"a", "s", "the", "the the of", "İstanbul ΟΔΟΣ ﬁn ｆｕｌｌ", "é", "e\u0301", strings.Repeat("a", 2000), strings.Repeat("ab ", 600), strings.Repeat("𠀀", 300),
	"redis.pool_size", "REDIS_POOL_S", "--redis-pool_size", "REDIS_TLS_ENABLED limit", "redis.limit_cb", "limit aa", "seldom pool",
	"設定", "設定する", "設", "使い方", "データベース", "ﾃﾞｰﾀﾍﾞｰｽ", "はじめに", "redis設定", "配置模式", "การตั้งค่า", "데이터베이스", "𠮷野家",
}

// queries are made of what pages hold: words whole, cut short and mistyped,
// identifiers, and several of them.
func queries(sections []Section, n int) []string {
	r := rand.New(rand.NewPCG(11, 13))
	out := append([]string(nil), hostile...)
	for len(out) < n {
		s := sections[r.IntN(len(sections))]
		source := []string{s.Title, s.Heading, strings.Join(s.Text, " "), strings.Join(s.Inline, " "), strings.Join(s.Code, " ")}
		var words []string
		for range 1 + r.IntN(3) {
			if fields := strings.Fields(source[r.IntN(len(source))]); len(fields) > 0 {
				words = append(words, spoil(r, fields[r.IntN(len(fields))]))
			}
		}
		q := strings.Join(words, " ")
		if r.IntN(4) == 0 {
			q += " "
		}
		out = append(out, q)
	}
	return out
}

// spoil leaves a word as it is, cuts it short, or mistypes it.
func spoil(r *rand.Rand, word string) string {
	runes := []rune(word)
	i := r.IntN(len(runes))
	switch r.IntN(6) {
	case 0:
		return string(runes[:i+1])
	case 1:
		return string(append(runes[:i:i], runes[i+1:]...)) + "x"[:r.IntN(2)]
	case 2:
		if i > 0 {
			runes[i-1], runes[i] = runes[i], runes[i-1]
		}
		return string(runes)
	case 3:
		runes[i] = 'q'
		return string(runes)
	}
	return word
}

// TestTwins holds the client to the engine: equal hits with equal scores, from
// the same files, for hundreds of queries over a small index, one with endings
// and one with beginnings that span many files.
func TestTwins(t *testing.T) {
	t.Parallel()
	count := 120
	if race.Enabled {
		count = len(hostile) + 10
	}
	for _, pages := range []int{1, 40, 160} {
		t.Run(fmt.Sprint(pages), func(t *testing.T) {
			t.Parallel()
			sections := slices.Concat(corpus(pages), strange(), reference())
			files, _ := Build(sections, Options{Synonyms: [][]string{{"k8s", "kubernetes"}, {"ha", "availability"}}})
			e, err := Open(files)
			if err != nil {
				t.Fatal(err)
			}
			c := newClient(t, files)
			found := 0
			for _, q := range queries(sections, count) {
				want := e.Query(q, 8)
				a, err := c.ask(q, 8)
				if err != nil {
					t.Fatalf("query %q: %v", q, err)
				}
				if diff := cmp.Diff(want, a.hits()); diff != "" {
					t.Errorf("query %q: the client's answer differs (-engine +client):\n%s", q, diff)
				}
				needed := []string{}
				for _, n := range e.Needed() {
					if n != manifestName {
						needed = append(needed, strings.TrimPrefix(n, Folder))
					}
				}
				if diff := cmp.Diff(needed, a.Needed); diff != "" {
					t.Errorf("query %q: the client needs other files (-engine +client):\n%s", q, diff)
				}
				if len(want) > 0 {
					found++
				}
			}
			if found < count*2/5 {
				t.Errorf("only %d of %d queries found something: the comparison says little", found, count)
			}
		})
	}
}

// strange is a page whose text looks like what it is not.
func strange() []Section {
	return []Section{
		{Page: "/docs/strange/", Title: "</script><!-- \u2028 __proto__", Text: []string{"constructor and __proto__ are words. 𠮷野家 🙂 toString"}, Code: []string{"--mode=standalone && c++ c#"}},
		{Page: "/docs/strange/", Title: "</script><!-- \u2028 __proto__", Heading: "データベースの設定 <img src=x onerror=alert(1)>", Anchor: "__proto__", Text: []string{"設定する方法と使い方。配置模式 İstanbul ΟΔΟΣ ﬁn ｆｕｌｌ café การตั้งค่า 데이터베이스"}},
		{Page: "/docs/strange/", Title: "</script><!-- \u2028 __proto__", Heading: "はじめに", Anchor: "constructor", Text: []string{"Kubernetes has high availability"}},
	}
}

// TestSameCharacters holds the two tables of characters together.
func TestSameCharacters(t *testing.T) {
	t.Parallel()
	c := newClient(t, nil)
	v, err := c.vm.RunString(`(() => { const out = []; for (let i = 0; i < 0x33000; i++) out.push((isWord(i) ? 1 : 0) + (isDense(i) ? 2 : 0)); return out.join(""); })()`)
	if err != nil {
		t.Fatal(err)
	}
	got := v.String()
	for i := range rune(0x33000) {
		want := '0'
		if isWord(i) {
			want++
		}
		if isDense(i) {
			want += 2
		}
		if rune(got[i]) != want {
			t.Fatalf("U+%04X is %c to the client and %c to the index", i, got[i], want)
		}
	}
}
