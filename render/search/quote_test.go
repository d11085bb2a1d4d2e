package search

import (
	"strings"
	"testing"
)

// TestQuote checks which stretch of a text a result shows and what it marks,
// in the client's own code. Marks are shown as [brackets].
func TestQuote(t *testing.T) {
	t.Parallel()
	c := newClient(t, nil)
	if _, err := c.vm.RunString(`function show(text, marks) {
		const q = quote(text, new Set(marks));
		let out = q.from > 0 ? "…" : "", at = q.from;
		for (const [from, to] of q.spots) {
			if (from < at || to > q.to) continue;
			out += text.slice(at, from) + "[" + text.slice(from, to) + "]";
			at = to;
		}
		return out + text.slice(at, q.to) + (q.to < text.length ? "…" : "");
	}`); err != nil {
		t.Fatal(err)
	}
	filler := strings.Repeat("lorem ipsum ", 40)
	for _, test := range []struct {
		name, text string
		marks      []string
		want       string
	}{
		{"nothing", "", []string{"a"}, ""},
		{"no mark", "Plain words.", []string{"other"}, "Plain words."},
		{"case and accents", "Café CAFE cafés", []string{"cafe"}, "[Café] [CAFE] cafés"},
		{"inside an identifier", "set snapshot_interval: 5m", []string{"interval", "snapshot_interval"}, "set snapshot_[interval]: 5m"},
		{"a beginning", "Redis and redirects", []string{"re*"}, "[Redis] and [redirects]"},
		{"pairs of one word are one mark", "スタンドアロンの設定方法", []string{"設定", "定方"}, "スタンドアロンの[設定方]法"},
		{"beyond the first plane", "🙂 𠮷野家 🙂", []string{"𠮷野"}, "🙂 [𠮷野]家 🙂"},
		{"markup is text", "<b>bold</b> & <script>", []string{"script", "b"}, "<[b]>bold</[b]> & <[script]>"},
		{"names of properties", "__proto__ constructor", []string{"proto", "constructor"}, "__[proto]__ [constructor]"},
	} {
		if got := c.call(t, c.vm.Get("show"), test.text, test.marks); got != test.want {
			t.Errorf("%s: got %q, want %q", test.name, got, test.want)
		}
	}
	got := c.call(t, c.vm.Get("show"), "One redis. "+filler+"A redis with a snapshot here. "+filler, []string{"redis", "snapshot"})
	if !strings.HasPrefix(got, "…") || !strings.HasSuffix(got, "…") || !strings.Contains(got, "A [redis] with a [snapshot] here.") {
		t.Errorf("the stretch with both words is not shown: %q", got)
	}
	if n := len(got); n > 260 {
		t.Errorf("the stretch has %d bytes", n)
	}
}

// TestNear checks what the client suggests when nothing was found.
func TestNear(t *testing.T) {
	t.Parallel()
	files, _ := Build(manual(), Options{})
	c := newClient(t, files)
	for query, want := range map[string]string{"prsstencee": "persistence", "zzzzzzzzzz": "", "zz": ""} {
		a, err := c.ask(query+" ", 5)
		if err != nil || len(a.Hits) > 0 {
			t.Fatalf("the query %q has %v, %v", query, a.Hits, err)
		}
		if a.Near != want {
			t.Errorf("the query %q suggests %q, want %q", query, a.Near, want)
		}
	}
}

func TestHeaviest(t *testing.T) {
	t.Parallel()
	list := []posting{{0, 3}, {1, 9}, {2, 3}, {3, 1}, {4, 39}, {5, 3}}
	for keep, want := range map[int][]int32{6: {0, 1, 2, 3, 4, 5}, 4: {0, 1, 2, 4}, 3: {0, 1, 4}, 1: {4}} {
		var got []int32
		for _, p := range heaviest(list, keep) {
			got = append(got, p.section)
		}
		if len(got) != len(want) {
			t.Errorf("the heaviest %d are %v, want %v", keep, got, want)
			continue
		}
		for i := range got {
			if got[i] != want[i] {
				t.Errorf("the heaviest %d are %v, want %v", keep, got, want)
				break
			}
		}
	}
}
