package move

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"

	"github.com/compozy/docs/compozy/cache/dataset"
)

// line is any line but the header. Pointers tell an absent member from zero.
type line struct {
	DB        *int         `json:"db"`
	Key       *bytesValue  `json:"key"`
	Type      dataset.Type `json:"type"`
	ExpireAt  *int64       `json:"expire_at"`
	LastID    *string      `json:"last_id"`
	Data      []item       `json:"data"`
	Group     *bytesValue  `json:"group"`
	Consumers []bytesValue `json:"consumers"`
	Pending   []pending    `json:"pending"`
	More      bool         `json:"more"`
	Entries   *int         `json:"entries"`
	Lines     *int         `json:"lines"`
	SHA256    string       `json:"sha256"`
}

func (l *line) isTrailer() bool { return l.Entries != nil }

// only reports a member that this kind of line does not have.
func (l *line) only(names ...string) error {
	for _, m := range []struct {
		name string
		set  bool
	}{
		{"db", l.DB != nil},
		{"key", l.Key != nil},
		{"type", l.Type != ""},
		{"expire_at", l.ExpireAt != nil},
		{"last_id", l.LastID != nil},
		{"data", l.Data != nil},
		{"group", l.Group != nil},
		{"consumers", l.Consumers != nil},
		{"pending", l.Pending != nil},
		{"more", l.More},
		{"entries", l.Entries != nil},
		{"lines", l.Lines != nil},
		{"sha256", l.SHA256 != ""},
	} {
		if m.set && !slices.Contains(names, m.name) {
			return fmt.Errorf("the member %q does not belong on this line", m.name)
		}
	}
	return nil
}

// decodeLine decodes exactly one JSON object.
func decodeLine(b []byte, v any, strict bool) error {
	if trimmed := bytes.TrimSpace(b); len(trimmed) == 0 || trimmed[0] != '{' {
		return errors.New("the line is not a JSON object")
	}
	d := json.NewDecoder(bytes.NewReader(b))
	if strict {
		d.DisallowUnknownFields()
	}
	if err := d.Decode(v); err != nil {
		return jsonError(err)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return errors.New("there is more data after the JSON object")
	}
	return nil
}

// jsonError says the same without the names of Go types.
func jsonError(err error) error {
	var kind *json.UnmarshalTypeError
	if errors.As(err, &kind) {
		return fmt.Errorf("column %d: the member %q cannot be a %s", kind.Offset, kind.Field, kind.Value)
	}
	var syntax *json.SyntaxError
	if errors.As(err, &syntax) {
		return fmt.Errorf("column %d: %v", syntax.Offset, err)
	}
	if errors.Is(err, io.ErrUnexpectedEOF) {
		return errors.New("the JSON object is not complete")
	}
	return err
}

// bytesValue is BYTES of the grammar.
type bytesValue []byte

// UnmarshalJSON reads a string or {"b64": …}.
func (v *bytesValue) UnmarshalJSON(b []byte) error {
	var it item
	if err := it.UnmarshalJSON(b); err != nil {
		return err
	}
	if it.number || it.cut {
		return errors.New("a name is a string or {\"b64\": …}, and is not cut")
	}
	*v = it.bytes
	return nil
}

// item is one element of a "data" array.
type item struct {
	bytes  []byte
	cut    bool
	number bool
	n      int64
}

// UnmarshalJSON reads a PIECE or an integer.
func (it *item) UnmarshalJSON(b []byte) error {
	switch {
	case len(b) >= 2 && b[0] == '"':
		text, err := unquote(b)
		it.bytes = text
		return err
	case b[0] == '{':
		var o struct {
			Text *string `json:"text"`
			B64  *string `json:"b64"`
			Cut  bool    `json:"cut"`
		}
		if err := decodeLine(b, &o, true); err != nil {
			return err
		}
		it.cut = o.Cut
		switch {
		case (o.Text == nil) == (o.B64 == nil), o.Text != nil && !o.Cut:
			return errors.New("a value is a string, {\"b64\": …}, or one of {\"text\": …} and {\"b64\": …} with \"cut\"")
		case o.Text != nil:
			it.bytes = []byte(*o.Text)
		default:
			raw, err := base64.StdEncoding.Strict().DecodeString(*o.B64)
			if err != nil {
				return fmt.Errorf("the base64 is wrong: %w", err)
			}
			it.bytes = raw
		}
		return nil
	}
	n, err := strconv.ParseInt(string(b), 10, 64)
	if err != nil {
		return errors.New("an item is a string, an object or an integer")
	}
	it.number, it.n = true, n
	return nil
}

// unquote reads a JSON string. Nearly all have no escapes and are only copied.
func unquote(b []byte) ([]byte, error) {
	if inner := b[1 : len(b)-1]; bytes.IndexByte(inner, '\\') < 0 {
		return bytes.Clone(inner), nil
	}
	var s string
	if err := json.Unmarshal(b, &s); err != nil {
		return nil, jsonError(err)
	}
	return []byte(s), nil
}

// pending is PENDING of the grammar.
type pending dataset.Pending

// UnmarshalJSON reads [ID, consumer, delivered at, deliveries].
func (p *pending) UnmarshalJSON(b []byte) error {
	var raw []item
	if err := json.Unmarshal(b, &raw); err != nil {
		return jsonError(err)
	}
	if len(raw) != 4 || raw[0].number || raw[1].number || raw[0].cut || raw[1].cut || !raw[2].number || !raw[3].number {
		return errors.New("a pending entry is [ID, consumer, delivered at, deliveries]")
	}
	*p = pending{ID: string(raw[0].bytes), Consumer: string(raw[1].bytes), DeliveredAt: raw[2].n, Deliveries: raw[3].n}
	return nil
}
