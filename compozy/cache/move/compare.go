package move

import (
	"bytes"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/compozy/docs/compozy/cache/dataset"
)

// tolerance is how far apart times may be to count as equal.
type tolerance struct {
	times time.Duration
	// noFieldExpiry leaves the expiry of hash fields out, which a server
	// before Redis 7.4 does not have.
	noFieldExpiry bool
}

func (t tolerance) near(a, b int64) bool {
	if a == 0 || b == 0 {
		return a == b
	}
	d := a - b
	return max(d, -d) <= t.times.Milliseconds()
}

// difference says how an entry that was read is not as it should be; "" when
// it is. Both are canonical.
func difference(want, got *dataset.Entry, t tolerance) string {
	if want.Type != got.Type {
		return fmt.Sprintf("it is a %s, not a %s", got.Type, want.Type)
	}
	if a, b := items(want), items(got); a != b {
		return fmt.Sprintf("it has %d %s, not %d", b, itemName[want.Type], a)
	}
	if at := different(want, got, t); at != "" {
		return at
	}
	if !t.near(want.ExpireAt, got.ExpireAt) {
		return fmt.Sprintf("its expiry is %s, not %s", moment(got.ExpireAt), moment(want.ExpireAt))
	}
	return ""
}

var itemName = map[dataset.Type]string{
	dataset.Hash: "fields", dataset.List: "elements", dataset.Set: "members", dataset.ZSet: "members", dataset.Stream: "entries",
}

func moment(ms int64) string {
	if ms == 0 {
		return "never"
	}
	return time.UnixMilli(ms).UTC().Format("2006-01-02T15:04:05.000Z")
}

// different compares the values, which have the same type and length.
func different(want, got *dataset.Entry, t tolerance) string {
	switch want.Type {
	case dataset.String:
		if !bytes.Equal(want.String, got.String) {
			return fmt.Sprintf("its value differs (%d bytes, not %d)", len(got.String), len(want.String))
		}
	case dataset.Hash:
		for i, w := range want.Hash {
			g := got.Hash[i]
			if !bytes.Equal(w.Name, g.Name) || !bytes.Equal(w.Value, g.Value) {
				return fmt.Sprintf("the field %q differs", clip(w.Name))
			}
			if !t.noFieldExpiry && !t.near(w.ExpireAt, g.ExpireAt) {
				return fmt.Sprintf("the expiry of the field %q is %s, not %s", clip(w.Name), moment(g.ExpireAt), moment(w.ExpireAt))
			}
		}
	case dataset.List:
		for i := range want.List {
			if !bytes.Equal(want.List[i], got.List[i]) {
				return "the element " + strconv.Itoa(i) + " differs"
			}
		}
	case dataset.Set:
		if !slices.EqualFunc(want.Set, got.Set, bytes.Equal) {
			return "its members differ"
		}
	case dataset.ZSet:
		for i, w := range want.ZSet {
			if g := got.ZSet[i]; w.Score != g.Score || !bytes.Equal(w.Member, g.Member) {
				return fmt.Sprintf("the member %q differs", clip(w.Member))
			}
		}
	case dataset.Stream:
		return differentStream(want.Stream, got.Stream, t)
	}
	return ""
}

func differentStream(want, got *dataset.StreamValue, t tolerance) string {
	for i, w := range want.Entries {
		g := got.Entries[i]
		if mustID(w.ID) != mustID(g.ID) || !slices.EqualFunc(w.Fields, g.Fields, bytes.Equal) {
			return fmt.Sprintf("the entry %s differs", w.ID)
		}
	}
	if mustID(want.LastID) != mustID(got.LastID) {
		return fmt.Sprintf("its last ID is %s, not %s", got.LastID, want.LastID)
	}
	if a, b := len(want.Groups), len(got.Groups); a != b {
		return fmt.Sprintf("it has %d groups, not %d", b, a)
	}
	for i := range want.Groups {
		w, g := &want.Groups[i], &got.Groups[i]
		name := clip([]byte(w.Name))
		switch {
		case w.Name != g.Name:
			return fmt.Sprintf("the group %q is missing", name)
		case w.LastDelivered != g.LastDelivered:
			return fmt.Sprintf("the group %q is at %s, not at %s", name, g.LastDelivered, w.LastDelivered)
		case !slices.Equal(w.Consumers, g.Consumers):
			return fmt.Sprintf("the consumers of the group %q differ", name)
		case len(w.Pending) != len(g.Pending):
			return fmt.Sprintf("the group %q has %d entries pending, not %d", name, len(g.Pending), len(w.Pending))
		}
		for j, p := range w.Pending {
			q := g.Pending[j]
			if mustID(p.ID) != mustID(q.ID) || p.Consumer != q.Consumer || p.Deliveries != q.Deliveries || !t.near(p.DeliveredAt, q.DeliveredAt) {
				return fmt.Sprintf("in the group %q the pending entry %s differs", name, p.ID)
			}
		}
	}
	return ""
}
