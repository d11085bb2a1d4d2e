package move

import (
	"bufio"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"hash"
	"io"
	"iter"
	"math"
	"strconv"
	"time"
	"unicode/utf8"

	"github.com/compozy/docs/compozy/cache/dataset"
)

// Export writes entries in the format that the package comment describes. The
// file is complete only when the error is nil: it has no trailer otherwise, and
// readers refuse it. Entries without a value are left out and listed.
//
// The same entries with the same Options.Created give the same bytes.
func Export(ctx context.Context, entries iter.Seq2[dataset.Entry, error], w io.Writer, o Options) (Summary, error) {
	if o.Created.IsZero() {
		o.Created = time.Now()
	}
	if o.cut <= 0 {
		o.cut = cutAt
	}
	sum := Summary{Version: formatVersion, Created: o.Created.UTC().Truncate(time.Millisecond), Types: map[dataset.Type]int{}}
	out := &lineWriter{w: bufio.NewWriterSize(w, 1<<16), sum: sha256.New(), cut: o.cut}
	out.buf = fmt.Appendf(out.buf, `{"format":%q,"version":%d,"created":%q}`, formatName, formatVersion, sum.Created.Format(time.RFC3339Nano))
	out.flush()
	for e, err := range entries {
		if err != nil {
			return sum, fmt.Errorf("export: %w", err)
		}
		if err := ctx.Err(); err != nil {
			return sum, fmt.Errorf("export: %w", err)
		}
		if err := check(&e); err != nil {
			return sum, fmt.Errorf("export %s: %w", refOf(&e), err)
		}
		if hollow(&e) {
			sum.Dropped = append(sum.Dropped, refOf(&e))
			continue
		}
		if err := checkNames(&e); err != nil {
			return sum, fmt.Errorf("export %s: %w", refOf(&e), err)
		}
		out.entry(&e)
		if out.err != nil {
			break
		}
		sum.Entries++
		sum.Types[e.Type]++
		if o.Progress != nil {
			o.Progress(Progress{Phase: "export", Done: sum.Entries, Total: o.Total, Bytes: out.bytes})
		}
	}
	sum.SHA256 = hex.EncodeToString(out.sum.Sum(nil))
	out.buf = append(out.buf, trailerLine(sum.Entries, out.lines, sum.SHA256)...)
	out.flush()
	if out.err == nil {
		out.err = out.w.Flush()
	}
	if out.err != nil {
		return sum, fmt.Errorf("write export: %w", out.err)
	}
	sum.Bytes = out.bytes
	return sum, nil
}

func trailerLine(entries, lines int, checksum string) string {
	return fmt.Sprintf(`{"entries":%d,"lines":%d,"sha256":%q}`, entries, lines, checksum)
}

// checkNames refuses the names that cannot be cut over several lines.
func checkNames(e *dataset.Entry) error {
	if len(e.Key) > maxName {
		return fmt.Errorf("a key of %d bytes is longer than the %d that an export holds", len(e.Key), maxName)
	}
	if e.Stream == nil {
		return nil
	}
	for _, g := range e.Stream.Groups {
		if len(g.Name) > maxName {
			return fmt.Errorf("the name of a group has %d bytes, more than the %d that an export holds", len(g.Name), maxName)
		}
		for _, c := range g.Consumers {
			if len(c) > maxName {
				return fmt.Errorf("the name of a consumer has %d bytes, more than the %d that an export holds", len(c), maxName)
			}
		}
	}
	return nil
}

// lineWriter builds lines. The first error stays and ends the writing.
type lineWriter struct {
	w     *bufio.Writer
	sum   hash.Hash
	buf   []byte
	cut   int
	used  int // data on the line so far
	items int // in the open array
	lines int
	bytes int64
	err   error
}

func (l *lineWriter) flush() {
	l.buf = append(l.buf, '\n')
	l.sum.Write(l.buf) // never fails
	if l.err == nil {
		_, l.err = l.w.Write(l.buf)
	}
	l.lines++
	l.bytes += int64(len(l.buf))
	l.buf, l.used, l.items = l.buf[:0], 0, 0
}

func (l *lineWriter) entry(e *dataset.Entry) {
	l.buf = fmt.Appendf(l.buf, `{"db":%d,"key":`, e.DB)
	l.name(e.Key)
	l.buf = fmt.Appendf(l.buf, `,"type":%q`, e.Type)
	if e.ExpireAt != 0 {
		l.buf = fmt.Appendf(l.buf, `,"expire_at":%d`, e.ExpireAt)
	}
	if e.Type == dataset.Stream {
		l.buf = fmt.Appendf(l.buf, `,"last_id":%q`, mustID(e.Stream.LastID))
	}
	l.buf = append(l.buf, `,"data":[`...)
	l.data(e)
	if e.Type == dataset.Stream {
		for i := range e.Stream.Groups {
			l.buf = append(l.buf, `],"more":true}`...)
			l.flush()
			l.group(&e.Stream.Groups[i])
		}
	}
	l.buf = append(l.buf, `]}`...)
	l.flush()
}

func (l *lineWriter) data(e *dataset.Entry) {
	switch e.Type {
	case dataset.String:
		l.piece(e.String)
	case dataset.Hash:
		for _, f := range e.Hash {
			l.piece(f.Name)
			l.piece(f.Value)
			if f.ExpireAt != 0 {
				l.comma()
				l.buf = strconv.AppendInt(l.buf, f.ExpireAt, 10)
			}
		}
	case dataset.List:
		for _, v := range e.List {
			l.piece(v)
		}
	case dataset.Set:
		for _, v := range e.Set {
			l.piece(v)
		}
	case dataset.ZSet:
		for _, m := range e.ZSet {
			l.piece(m.Member)
			l.comma()
			l.buf = append(append(append(l.buf, '"'), formatScore(m.Score)...), '"')
		}
	case dataset.Stream:
		for _, s := range e.Stream.Entries {
			l.piece([]byte(mustID(s.ID).String()))
			l.comma()
			l.buf = strconv.AppendInt(l.buf, int64(len(s.Fields)), 10)
			for _, f := range s.Fields {
				l.piece(f)
			}
		}
	}
}

// group writes a group's lines up to the end of the last array, which it
// leaves open as data does.
func (l *lineWriter) group(g *dataset.Group) {
	l.buf = append(l.buf, `{"group":`...)
	l.name([]byte(g.Name))
	l.buf = fmt.Appendf(l.buf, `,"last_id":%q,"consumers":[`, mustID(g.LastDelivered))
	for _, c := range g.Consumers {
		if l.used >= l.cut {
			l.buf = append(l.buf, `],"more":true}`...)
			l.flush()
			l.buf = append(l.buf, `{"consumers":[`...)
		}
		l.comma()
		l.name([]byte(c))
		l.used += len(c) + 4
	}
	l.buf, l.items = append(l.buf, `],"pending":[`...), 0
	for _, p := range g.Pending {
		if l.used >= l.cut {
			l.buf = append(l.buf, `],"more":true}`...)
			l.flush()
			l.buf = append(l.buf, `{"pending":[`...)
		}
		l.comma()
		l.buf = fmt.Appendf(l.buf, `[%q,`, mustID(p.ID))
		l.name([]byte(p.Consumer))
		l.buf = fmt.Appendf(l.buf, `,%d,%d]`, p.DeliveredAt, p.Deliveries)
		l.used += len(p.Consumer) + 48
	}
}

func (l *lineWriter) comma() {
	if l.items > 0 {
		l.buf = append(l.buf, ',')
	}
	l.items++
}

// name writes BYTES.
func (l *lineWriter) name(b []byte) { l.buf = appendBytes(l.buf, b, false) }

// piece writes PIECE, cut over as many lines as it needs.
func (l *lineWriter) piece(b []byte) {
	for {
		if l.used >= l.cut {
			l.buf = append(l.buf, `],"more":true}`...)
			l.flush()
			l.buf = append(l.buf, `{"data":[`...)
		}
		n := len(b)
		if room := l.cut - l.used; n > room {
			n = runeEdge(b, room)
		}
		l.comma()
		l.buf = appendBytes(l.buf, b[:n], n < len(b))
		l.used += n + 4 // quotes and commas, so that many short ones are cut too
		if n == len(b) {
			return
		}
		b, l.used = b[n:], l.cut
	}
}

// runeEdge moves a cut back to the start of a character, so that text stays
// text; never back to nothing.
func runeEdge(b []byte, at int) int {
	for i := at; i > max(0, at-utf8.UTFMax); i-- {
		if utf8.RuneStart(b[i]) {
			return i
		}
	}
	return max(at, 1)
}

func appendBytes(dst, b []byte, cut bool) []byte {
	text := utf8.Valid(b)
	switch {
	case text && !cut:
		return appendQuoted(dst, b)
	case text:
		dst = appendQuoted(append(dst, `{"text":`...), b)
	default:
		dst = append(dst, `{"b64":"`...)
		dst = base64.StdEncoding.AppendEncode(dst, b)
		dst = append(dst, '"')
	}
	if cut {
		dst = append(dst, `,"cut":true`...)
	}
	return append(dst, '}')
}

// appendQuoted writes valid UTF-8 as a JSON string. Apart from what JSON
// demands it escapes DEL and U+2028 and U+2029, which tools for lines of text
// take for something else.
func appendQuoted(dst, b []byte) []byte {
	const digits = "0123456789abcdef"
	dst = append(dst, '"')
	from := 0
	for i := 0; i < len(b); i++ {
		switch c := b[i]; {
		case c == '"' || c == '\\':
			dst = append(append(dst, b[from:i]...), '\\', c)
		case c == '\n':
			dst = append(append(dst, b[from:i]...), '\\', 'n')
		case c < 0x20 || c == 0x7f:
			dst = append(append(dst, b[from:i]...), '\\', 'u', '0', '0', digits[c>>4], digits[c&15])
		case c == 0xe2 && b[i+1] == 0x80 && b[i+2]&^1 == 0xa8:
			dst = append(append(dst, b[from:i]...), '\\', 'u', '2', '0', '2', digits[b[i+2]&15])
			i += 2
		default:
			continue
		}
		from = i + 1
	}
	return append(append(dst, b[from:]...), '"')
}

// formatScore writes a score so that both Redis and ParseFloat read the same
// number back.
func formatScore(f float64) string {
	switch {
	case math.IsInf(f, 1):
		return "+Inf"
	case math.IsInf(f, -1):
		return "-Inf"
	}
	return strconv.FormatFloat(f, 'g', -1, 64)
}
