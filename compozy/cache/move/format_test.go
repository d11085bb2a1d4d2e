package move

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"iter"
	"math"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/compozy/docs/compozy/cache/dataset"
)

var created = time.Date(2026, 3, 4, 5, 6, 7, 8e6, time.UTC)

func export(t testing.TB, s slice, cut int) []byte {
	t.Helper()
	var out bytes.Buffer
	if _, err := Export(t.Context(), s.Entries(t.Context()), &out, Options{Created: created, cut: cut}); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// sample has one entry of each kind.
func sample() slice {
	return slice{
		{Key: []byte("greeting"), Type: dataset.String, String: []byte("hé \"you\"\n\u2028")},
		{DB: 1, Key: []byte{}, Type: dataset.String, String: []byte{}},
		{DB: 1, Key: []byte{0xff, 0}, Type: dataset.String, String: []byte{0x80}, ExpireAt: 1790000000000},
		{Key: []byte("h"), Type: dataset.Hash, Hash: []dataset.Field{
			{Name: []byte("a"), Value: []byte("1"), ExpireAt: 1790000000001}, {Name: []byte("b"), Value: []byte("2")},
		}},
		{Key: []byte("l"), Type: dataset.List, List: [][]byte{[]byte("x"), []byte("x")}},
		{Key: []byte("s"), Type: dataset.Set, Set: [][]byte{[]byte("m")}},
		{Key: []byte("z"), Type: dataset.ZSet, ZSet: []dataset.Member{
			{Member: []byte("low"), Score: math.Inf(-1)}, {Member: []byte("mid"), Score: 0.1},
		}},
		{Key: []byte("x"), Type: dataset.Stream, Stream: &dataset.StreamValue{
			LastID:  "5-0",
			Entries: []dataset.StreamEntry{{ID: "1-1", Fields: [][]byte{[]byte("f"), []byte("v")}}},
			Groups: []dataset.Group{
				{Name: "g", LastDelivered: "1-1", Consumers: []string{"c"}, Pending: []dataset.Pending{
					{ID: "1-1", Consumer: "c", DeliveredAt: 1780000000000, Deliveries: 2},
				}},
				{Name: "h", LastDelivered: "0-0"},
			},
		}},
	}
}

// TestFormat fixes the format: files that were written once stay readable.
func TestFormat(t *testing.T) {
	t.Parallel()
	const body = `{"format":"compozy-cache-export","version":1,"created":"2026-03-04T05:06:07.008Z"}
{"db":0,"key":"greeting","type":"string","data":["hé \"you\"\n\u2028"]}
{"db":1,"key":"","type":"string","data":[""]}
{"db":1,"key":{"b64":"/wA="},"type":"string","expire_at":1790000000000,"data":[{"b64":"gA=="}]}
{"db":0,"key":"h","type":"hash","data":["a","1",1790000000001,"b","2"]}
{"db":0,"key":"l","type":"list","data":["x","x"]}
{"db":0,"key":"s","type":"set","data":["m"]}
{"db":0,"key":"z","type":"zset","data":["low","-Inf","mid","0.1"]}
{"db":0,"key":"x","type":"stream","last_id":"5-0","data":["1-1",2,"f","v"],"more":true}
{"group":"g","last_id":"1-1","consumers":["c"],"pending":[["1-1","c",1780000000000,2]],"more":true}
{"group":"h","last_id":"0-0","consumers":[],"pending":[]}
`
	want := body + fmt.Sprintf(`{"entries":8,"lines":11,"sha256":"%x"}`, sha256.Sum256([]byte(body))) + "\n"
	if got := string(export(t, sample(), 0)); got != want {
		t.Fatalf("the export is\n%s\nwant\n%s", got, want)
	}
	var back slice
	sum, err := Import(t.Context(), strings.NewReader(want), ReadOptions{}, func(e dataset.Entry) error {
		back = append(back, e)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	mustEqual(t, back, sample())
	if sum.Entries != 8 || sum.Bytes != int64(len(want)) || !sum.Created.Equal(created) || sum.Version != 1 || sum.Types[dataset.String] != 3 {
		t.Errorf("the summary is %+v", sum)
	}
}

func TestCut(t *testing.T) {
	t.Parallel()
	got := string(export(t, slice{{Key: []byte("k"), Type: dataset.List, List: [][]byte{[]byte("abcdeé"), []byte("z")}}}, 6))
	for _, line := range []string{
		`{"db":0,"key":"k","type":"list","data":[{"text":"abcde","cut":true}],"more":true}`,
		`{"data":["é"],"more":true}`,
		`{"data":["z"]}`,
	} {
		if !strings.Contains(got, "\n"+line+"\n") {
			t.Errorf("the export has no line %s:\n%s", line, got)
		}
	}
}

// TestRoundTrip: whatever the size of the lines, what comes out is what went in.
func TestRoundTrip(t *testing.T) {
	t.Parallel()
	g := newGenerator(t, created)
	g.fieldExpiry = true
	big := make([]byte, 3<<20)
	for i := range big {
		big[i] = byte(g.Uint32())
	}
	for cut, n := range map[int]int{1: 6, 2: 6, 7: 20, 100: 50, 0: 100} {
		for round := range 2 {
			in := g.entries(n)
			if cut == 0 && round == 0 {
				in = append(in, dataset.Entry{DB: 99, Key: []byte("big"), Type: dataset.List, List: [][]byte{big, []byte("x"), big}})
			}
			file := export(t, in, cut)
			mustEqual(t, collect(t, Entries(t.Context(), iotest.HalfReader(bytes.NewReader(file)), ReadOptions{})), in)
			if again := export(t, collect(t, Entries(t.Context(), bytes.NewReader(file), ReadOptions{})), cut); !bytes.Equal(file, again) {
				t.Fatal("an export of what was imported is another file")
			}
		}
	}
}

func drain(r io.Reader) (Summary, error) {
	return Import(context.Background(), r, ReadOptions{}, func(dataset.Entry) error { return nil })
}

// TestDamage: a bit flipped anywhere and a cut anywhere is noticed.
func TestDamage(t *testing.T) {
	t.Parallel()
	file := export(t, sample(), 8)
	bits := []int{0, 5, 7} // 5 turns a letter into a capital
	if *long {
		bits = []int{0, 1, 2, 3, 4, 5, 6, 7}
	}
	for i := range file {
		for _, bit := range bits {
			damaged := bytes.Clone(file)
			damaged[i] ^= 1 << bit
			if _, err := drain(bytes.NewReader(damaged)); err == nil {
				t.Errorf("bit %d of byte %d is flipped, and nobody notices", bit, i)
			}
		}
		_, err := drain(bytes.NewReader(file[:i]))
		if i > 0 && !errors.Is(err, ErrTruncated) {
			t.Errorf("cut at byte %d: %v", i, err)
		}
	}
	lines := bytes.SplitAfter(file, []byte("\n"))
	for i := range lines[:len(lines)-1] {
		without := bytes.Join(append(append([][]byte{}, lines[:i]...), lines[i+1:]...), nil)
		if _, err := drain(bytes.NewReader(without)); err == nil {
			t.Errorf("line %d is gone, and nobody notices", i+1)
		}
	}
	for _, more := range []string{"\n", "x", "{}\n"} {
		if _, err := drain(strings.NewReader(string(file) + more)); err == nil || !strings.Contains(err.Error(), "more data after the trailer") {
			t.Errorf("%q after the trailer: %v", more, err)
		}
	}
	if _, err := drain(bytes.NewReader(bytes.ReplaceAll(file, []byte("\n"), []byte("\r\n")))); !errors.Is(err, ErrChecksum) {
		t.Errorf("with other line ends: %v", err)
	}
}

const head = `{"format":"compozy-cache-export","version":1,"created":"2026-03-04T05:06:07Z"}` + "\n"

func TestErrors(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ name, file, want string }{
		{"nothing", "", "line 1: this is not an export of a compozy cache"},
		{"something else", "hello\n", "line 1: this is not an export of a compozy cache"},
		{"another format", `{"format":"other","version":1}` + "\n", "line 1: this is not an export"},
		{"binary", "\xff\n", "line 1: the line is not UTF-8"},
		{"a newer version", `{"format":"compozy-cache-export","version":2,"frobs":[]}` + "\n", "line 1: the export has an unknown version: it is 2, and this build reads 1"},
		{"no trailer", head, "line 2: the file ends before its trailer"},
		{"half a line", head + `{"db":0`, "line 2: the file ends before its trailer"},
		{"no object", head + "[]\n", "line 2: the line is not a JSON object"},
		{"two objects", head + "{} {}\n", "line 2: there is more data after the JSON object"},
		{"unknown member", head + `{"db":0,"key":"k","type":"string","data":["v"],"color":1}` + "\n", `line 2: json: unknown field "color"`},
		{"wrong kind", head + `{"db":"0"}` + "\n", `line 2: column 9: the member "db" cannot be a string`},
		{"no key", head + `{"db":0,"type":"string","data":["v"]}` + "\n", `"key" is missing`},
		{"no db", head + `{"key":"k","type":"string","data":["v"]}` + "\n", `"db" is missing`},
		{"no type", head + `{"db":0,"key":"k","data":["v"]}` + "\n", `"type" is missing`},
		{"unknown type", head + `{"db":0,"key":"k","type":"blob","data":["v"]}` + "\n", `the type "blob" is not known`},
		{"negative database", head + `{"db":-1,"key":"k","type":"string","data":["v"]}` + "\n", "there is no database -1"},
		{"two values", head + `{"db":0,"key":"k","type":"string","data":["v","w"]}` + "\n", "a string has more than one value"},
		{"no value", head + `{"db":0,"key":"k","type":"string","data":[]}` + "\n", "is not complete"},
		{"no members", head + `{"db":0,"key":"k","type":"set","data":[]}` + "\n", "a set without a value"},
		{"half a field", head + `{"db":0,"key":"k","type":"hash","data":["f"]}` + "\n", "is not complete"},
		{"twice the same field", head + `{"db":0,"key":"k","type":"hash","data":["f","1","f","2"]}` + "\n", `has "f" twice`},
		{"no number", head + `{"db":0,"key":"k","type":"zset","data":["m","NaN"]}` + "\n", `the score "NaN" is not a number`},
		{"a number in a list", head + `{"db":0,"key":"k","type":"list","data":[1]}` + "\n", "the number 1 does not belong here"},
		{"bad base64", head + `{"db":0,"key":"k","type":"list","data":[{"b64":"%"}]}` + "\n", "the base64 is wrong"},
		{"cut in the middle", head + `{"db":0,"key":"k","type":"list","data":[{"text":"a","cut":true},"b"]}` + "\n", "cut in the middle of a line"},
		{"cut at the end", head + `{"db":0,"key":"k","type":"list","data":[{"text":"a","cut":true}]}` + "\n", "is not complete"},
		{"an entry inside another", head + `{"db":0,"key":"k","type":"list","data":["a"],"more":true}` + "\n" + `{"db":0,"key":"l","type":"list","data":["a"]}` + "\n", `line 3: the member "db" does not belong on this line`},
		{"expired before the epoch", head + `{"db":0,"key":"k","type":"string","expire_at":-5,"data":["v"]}` + "\n", `"expire_at" is -5`},
		{"stream without a last ID", head + `{"db":0,"key":"k","type":"stream","data":[]}` + "\n", `a stream has a "last_id"`},
		{"stream going back", head + `{"db":0,"key":"k","type":"stream","last_id":"2-0","data":["2-0",2,"f","v","1-0",2,"f","v"]}` + "\n", "1-0 is not above the one before it, 2-0"},
		{"wrong stream ID", head + `{"db":0,"key":"k","type":"stream","last_id":"2","data":[]}` + "\n", `"2" is not the ID of a stream entry`},
		{"odd fields", head + `{"db":0,"key":"k","type":"stream","last_id":"2-0","data":["2-0",1,"f"]}` + "\n", "a stream entry cannot have 1 strings"},
		{"wrong count in the trailer", head + trailer(head, 7, 1), "line 2: the trailer says 7 entries, the file has 0"},
		{"wrong lines in the trailer", head + trailer(head, 0, 2), "line 2: the trailer does not match the 1 lines before it"},
		{"wrong checksum", head + trailer("", 0, 1), "line 2: the checksum does not match"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			_, err := drain(strings.NewReader(test.file))
			var format *FormatError
			if !errors.As(err, &format) || !strings.Contains(err.Error(), test.want) {
				t.Errorf("the error is %v, want a FormatError with %q", err, test.want)
			}
		})
	}
	// The same file with nothing wrong is read.
	if _, err := drain(strings.NewReader(head + trailer(head, 0, 1))); err != nil {
		t.Error(err)
	}
}

func trailer(body string, entries, lines int) string {
	return fmt.Sprintf(`{"entries":%d,"lines":%d,"sha256":"%x"}`, entries, lines, sha256.Sum256([]byte(body))) + "\n"
}

func TestErrorsOfOthers(t *testing.T) {
	t.Parallel()
	broken := errors.New("broken")
	file := export(t, sample(), 0)
	if _, err := Import(t.Context(), bytes.NewReader(file), ReadOptions{}, func(dataset.Entry) error { return broken }); !errors.Is(err, broken) || !strings.Contains(err.Error(), `"greeting" in database 0`) {
		t.Errorf("the sink fails: %v", err)
	}
	if _, err := drain(io.MultiReader(bytes.NewReader(file[:100]), iotest.ErrReader(broken))); !errors.Is(err, broken) {
		t.Errorf("the reader fails: %v", err)
	}
	if _, err := Export(t.Context(), sample().Entries(t.Context()), failingWriter{broken}, Options{}); !errors.Is(err, broken) {
		t.Errorf("the writer fails: %v", err)
	}
	var source iter.Seq2[dataset.Entry, error] = func(yield func(dataset.Entry, error) bool) { yield(dataset.Entry{}, broken) }
	var out bytes.Buffer
	if _, err := Export(t.Context(), source, &out, Options{}); !errors.Is(err, broken) {
		t.Errorf("the source fails: %v", err)
	}
	if _, err := drain(&out); !errors.Is(err, ErrTruncated) && !errors.Is(err, ErrNotExport) {
		t.Errorf("what a failed export leaves is read: %v", err)
	}
	cancelled, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Export(cancelled, sample().Entries(cancelled), io.Discard, Options{}); !errors.Is(err, context.Canceled) {
		t.Errorf("export when cancelled: %v", err)
	}
	if _, err := Import(cancelled, bytes.NewReader(file), ReadOptions{}, nil); !errors.Is(err, context.Canceled) {
		t.Errorf("import when cancelled: %v", err)
	}
	nan := slice{{Key: []byte("z"), Type: dataset.ZSet, ZSet: []dataset.Member{{Member: []byte("m"), Score: math.NaN()}}}}
	if _, err := Export(t.Context(), nan.Entries(t.Context()), io.Discard, Options{}); err == nil || !strings.Contains(err.Error(), `"z" in database 0`) {
		t.Errorf("a score that is no number: %v", err)
	}
	longKey := slice{{Key: make([]byte, maxName+1), Type: dataset.String}}
	if _, err := Export(t.Context(), longKey.Entries(t.Context()), io.Discard, Options{}); err == nil || len(err.Error()) > 1000 {
		t.Errorf("a key that is too long: %v", err)
	}
}

type failingWriter struct{ err error }

func (w failingWriter) Write([]byte) (int, error) { return 0, w.err }

func TestDropped(t *testing.T) {
	t.Parallel()
	in := slice{
		{Key: []byte("a"), Type: dataset.Set},
		{Key: []byte("b"), Type: dataset.String},
		{DB: 3, Key: []byte("c"), Type: dataset.ZSet},
		{Key: []byte("d"), Type: dataset.Stream, Stream: &dataset.StreamValue{}},
	}
	var out bytes.Buffer
	var seen []Progress
	sum, err := Export(t.Context(), in.Entries(t.Context()), &out, Options{Total: 4, Progress: func(p Progress) { seen = append(seen, p) }})
	if err != nil {
		t.Fatal(err)
	}
	if sum.Entries != 2 || fmt.Sprint(sum.Dropped) != `["a" in database 0 "c" in database 3]` {
		t.Errorf("%d entries, dropped %v", sum.Entries, sum.Dropped)
	}
	if len(seen) != 2 || seen[1].Done != 2 || seen[1].Total != 4 || seen[1].Bytes <= seen[0].Bytes {
		t.Errorf("progress %+v", seen)
	}
	mustEqual(t, collect(t, Entries(t.Context(), &out, ReadOptions{})), slice{in[1], in[3]})
}

func TestInspect(t *testing.T) {
	t.Parallel()
	got, err := Inspect(t.Context(), sample().Entries(t.Context()), InspectOptions{Now: time.UnixMilli(1790000000000), Biggest: 2})
	if err != nil {
		t.Fatal(err)
	}
	if got.Keys != 8 || got.Expiring != 1 || got.Expired != 1 || got.FieldExpiries != 1 || len(got.Databases) != 2 {
		t.Errorf("%+v", got)
	}
	if db := got.Databases[0]; db.DB != 0 || db.Keys != 6 || db.Types[dataset.Hash] != 1 || db.Expiring != 0 {
		t.Errorf("database 0: %+v", db)
	}
	if db := got.Databases[1]; db.DB != 1 || db.Keys != 2 || db.Types[dataset.String] != 2 || db.Expiring != 1 {
		t.Errorf("database 1: %+v", db)
	}
	if !got.First.Equal(time.UnixMilli(1790000000000)) || !got.Last.Equal(got.First) {
		t.Errorf("expiries from %v to %v", got.First, got.Last)
	}
	if len(got.Biggest) != 2 || string(got.Biggest[0].Ref.Key) != "x" || got.Biggest[0].Bytes < got.Biggest[1].Bytes {
		t.Errorf("biggest %v", got.Biggest)
	}
	none, err := Inspect(t.Context(), sample().Entries(t.Context()), InspectOptions{Biggest: -1})
	if err != nil || len(none.Biggest) != 0 {
		t.Errorf("biggest %v, %v", none.Biggest, err)
	}
	file := export(t, sample(), 0)
	if _, err := Inspect(t.Context(), Entries(t.Context(), bytes.NewReader(file[:len(file)-3]), ReadOptions{}), InspectOptions{}); !errors.Is(err, ErrTruncated) {
		t.Errorf("a file that was cut off: %v", err)
	}
}
