package dataset_test

import (
	"bytes"
	"errors"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/compozy/docs/compozy/cache/dataset"
)

func b(s string) []byte { return []byte(s) }

// samples has every type, each with its corners.
func samples() []dataset.Entry {
	return []dataset.Entry{
		{Type: dataset.String},
		{DB: 15, Key: b("\x00\xff"), ExpireAt: math.MaxInt64, Type: dataset.String, String: bytes.Repeat(b("x"), 70_000)},
		{Key: b("h"), Type: dataset.Hash, Hash: []dataset.Field{{}, {Name: b("a"), Value: b("\n"), ExpireAt: 7}, {Name: b("b")}}},
		{Key: b("l"), Type: dataset.List, List: [][]byte{b("2"), {}, b("2")}},
		{Key: b("s"), Type: dataset.Set, Set: [][]byte{{}, b("a"), b("b")}},
		{Key: b("z"), Type: dataset.ZSet, ZSet: []dataset.Member{
			{Member: b("x"), Score: math.Inf(-1)}, {Member: b("a"), Score: math.Copysign(0, -1)},
			{Member: b("b"), Score: 0}, {Member: b("y"), Score: math.Inf(1)}}},
		{Key: b("x"), Type: dataset.Stream, Stream: &dataset.StreamValue{LastID: "0-0"}},
		{Key: b("x"), Type: dataset.Stream, Stream: &dataset.StreamValue{
			Entries: []dataset.StreamEntry{{ID: "1-0", Fields: [][]byte{b("k"), {}}}, {ID: "18446744073709551615-1"}},
			LastID:  "18446744073709551615-2",
			Groups: []dataset.Group{{LastDelivered: "0-0"}, {
				Name: "g", LastDelivered: "1-0", Consumers: []string{"", "c"},
				Pending: []dataset.Pending{{ID: "0-0", Consumer: "c"}, {ID: "0-3", Consumer: "", DeliveredAt: 5, Deliveries: 9}},
			}},
		}},
	}
}

func TestRoundTrip(t *testing.T) {
	t.Parallel()
	for _, e := range samples() {
		enc, err := dataset.Encode(b("before"), &e)
		if err != nil || !bytes.HasPrefix(enc, b("before")) {
			t.Fatalf("%s: %v", e.Name(), err)
		}
		got, err := dataset.Decode(enc[len("before"):])
		if err != nil {
			t.Fatalf("%s: %v", e.Name(), err)
		}
		if diff := cmp.Diff(e, got, cmpopts.EquateEmpty()); diff != "" {
			t.Errorf("%s (-want +got):\n%s", e.Name(), diff)
		}
	}
}

// TestEveryDamageIsSeen: a flipped bit, a missing or an added byte anywhere.
func TestEveryDamageIsSeen(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(1, 2))
	for _, e := range samples() {
		enc, err := dataset.Encode(nil, &e)
		if err != nil {
			t.Fatal(err)
		}
		at := make([]int, 0, 300)
		for i := range min(len(enc), 300) {
			at = append(at, min(i, len(enc)-1))
			if len(enc) > 300 {
				at[i] = random.IntN(len(enc))
			}
		}
		for _, i := range at {
			for bit := range 8 {
				enc[i] ^= 1 << bit
				if _, err := dataset.Decode(enc); !errors.Is(err, dataset.ErrDamaged) {
					t.Errorf("%s: bit %d of byte %d flipped: %v", e.Name(), bit, i, err)
				}
				enc[i] ^= 1 << bit
			}
			if _, err := dataset.Decode(enc[:i]); !errors.Is(err, dataset.ErrDamaged) {
				t.Errorf("%s: cut at %d: %v", e.Name(), i, err)
			}
		}
		if _, err := dataset.Decode(append(bytes.Clone(enc), 0)); !errors.Is(err, dataset.ErrDamaged) {
			t.Errorf("%s: one byte more: %v", e.Name(), err)
		}
	}
}

func TestNotNormal(t *testing.T) {
	t.Parallel()
	stream := func(s dataset.StreamValue) dataset.Entry { return dataset.Entry{Type: dataset.Stream, Stream: &s} }
	group := func(g dataset.Group) dataset.Entry {
		return stream(dataset.StreamValue{LastID: "0-0", Groups: []dataset.Group{g}})
	}
	for name, e := range map[string]dataset.Entry{
		"no type":              {},
		"hll":                  {Type: "hll"},
		"database 16":          {DB: 16, Type: dataset.String},
		"database -1":          {DB: -1, Type: dataset.String},
		"expiry before 1970":   {ExpireAt: -1, Type: dataset.String},
		"empty hash":           {Type: dataset.Hash},
		"fields not sorted":    {Type: dataset.Hash, Hash: []dataset.Field{{Name: b("b")}, {Name: b("a")}}},
		"repeated field":       {Type: dataset.Hash, Hash: []dataset.Field{{}, {}}},
		"field before 1970":    {Type: dataset.Hash, Hash: []dataset.Field{{ExpireAt: -1}}},
		"empty list":           {Type: dataset.List},
		"empty set":            {Type: dataset.Set},
		"repeated member":      {Type: dataset.Set, Set: [][]byte{b("a"), b("a")}},
		"empty sorted set":     {Type: dataset.ZSet},
		"NaN":                  {Type: dataset.ZSet, ZSet: []dataset.Member{{Score: math.NaN()}}},
		"members not sorted":   {Type: dataset.ZSet, ZSet: []dataset.Member{{Score: 2}, {Score: 1}}},
		"no stream":            {Type: dataset.Stream},
		"no last ID":           stream(dataset.StreamValue{}),
		"last ID too low":      stream(dataset.StreamValue{LastID: "1-0", Entries: []dataset.StreamEntry{{ID: "2-0"}}}),
		"ID 0-0":               stream(dataset.StreamValue{LastID: "1-0", Entries: []dataset.StreamEntry{{ID: "0-0"}}}),
		"ID written otherwise": stream(dataset.StreamValue{LastID: "01-0"}),
		"odd fields":           stream(dataset.StreamValue{LastID: "1-0", Entries: []dataset.StreamEntry{{ID: "1-0", Fields: [][]byte{{}}}}}),
		"group at $":           group(dataset.Group{LastDelivered: "$"}),
		"consumers not sorted": group(dataset.Group{LastDelivered: "0-0", Consumers: []string{"b", "a"}}),
		"unknown consumer":     group(dataset.Group{LastDelivered: "0-0", Pending: []dataset.Pending{{ID: "1-0", Consumer: "c"}}}),
		"pending twice": group(dataset.Group{LastDelivered: "0-0", Consumers: []string{"c"},
			Pending: []dataset.Pending{{ID: "1-0", Consumer: "c"}, {ID: "1-0", Consumer: "c"}}}),
	} {
		if got, err := dataset.Encode(b("kept"), &e); !errors.Is(err, dataset.ErrNotNormal) || string(got) != "kept" {
			t.Errorf("%s: %q, %v", name, got, err)
		}
	}
}

// FuzzDecode: no bytes make Decode fail otherwise than with ErrDamaged, and
// what it accepts has one encoding only. The checksum is put right, because a
// fuzzer that must guess it tests nothing else.
func FuzzDecode(f *testing.F) {
	for _, e := range samples() {
		enc, err := dataset.Encode(nil, &e)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(enc[:len(enc)-4])
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		sealed := dataset.Seal(bytes.Clone(body))
		e, err := dataset.Decode(sealed)
		if err != nil {
			if !errors.Is(err, dataset.ErrDamaged) {
				t.Fatalf("error %v", err)
			}
			return
		}
		again, err := dataset.Encode(nil, &e)
		if err != nil {
			t.Fatalf("decoded, and not encoded again: %v", err)
		}
		if !bytes.Equal(again, sealed) {
			t.Fatalf("two encodings:\n%x\n%x", sealed, again)
		}
	})
}
