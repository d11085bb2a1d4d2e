package record

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestRoundTrip(t *testing.T) {
	t.Parallel()
	r := Record{Version: 1, Date: "2026-01-31", Machine: Machine{OS: "linux", Arch: "amd64", CPUs: 2, CPU: "Fast <1>", MemoryGiB: 7.8, Go: "go1.26", Redis: "7.0.15"},
		Figures: map[string]Figure{"b": {Value: 12, Unit: "ms", Label: "B", Note: "once"}, "a": {Value: 0.5, Label: "A"}}}
	text, err := r.Marshal()
	if err != nil {
		t.Fatal(err)
	}
	back, err := Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(r, back); diff != "" {
		t.Error(diff)
	}
	if got, want := r.Machine.String(), "2 cores of Fast <1>, 7.8 GiB of memory, linux/amd64, Go 1.26, redis-server 7.0.15"; got != want {
		t.Errorf("the machine is %q, want %q", got, want)
	}
}

func TestText(t *testing.T) {
	t.Parallel()
	for v, want := range map[float64]string{0: "0", 1234.5: "1,200", 0.004567: "0.0046", 99.9: "100", 1234567: "1,200,000", 12: "12", -1234: "-1,200", 2.96: "3", 0.5: "0.5"} {
		if got := (Figure{Value: v}).Text(); got != want {
			t.Errorf("%v is %q, want %q", v, got, want)
		}
	}
}

func TestParseRefuses(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		"", "{", "[]", `{"version":2,"date":"2026-01-31"}`, `{"version":1,"date":"today"}`, `{"version":1,"date":"2026-01-31","more":1}`,
		`{"version":1,"date":"2026-01-31","figures":{"a":{"value":1}}}`, `{"version":1,"date":"2026-01-31"} {}`,
	} {
		if _, err := Parse([]byte(text)); err == nil {
			t.Errorf("%q is read", text)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(`{"version":1,"date":"2026-01-31","figures":{"a":{"value":1,"label":"A"}}}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		r, err := Parse(text)
		if err != nil {
			return
		}
		for _, name := range r.Names() {
			r.Figures[name].Text()
		}
	})
}

func TestNames(t *testing.T) {
	t.Parallel()
	r := Record{Figures: map[string]Figure{"a.10k.x": {}, "a.1k.x": {}, "b": {}, "a.100k.x": {}, "a.1k.a": {}}}
	if diff := cmp.Diff([]string{"a.1k.a", "a.1k.x", "a.10k.x", "a.100k.x", "b"}, r.Names()); diff != "" {
		t.Error(diff)
	}
}
