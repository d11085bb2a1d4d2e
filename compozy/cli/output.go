package cli

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"sync"
	"syscall"
	"unicode"
	"unicode/utf8"

	"github.com/compozy/docs/internal/diag"
)

// output is a stream that remembers that it broke, so that commands need not
// look at each write. It is safe for concurrent use: the server's log and the
// command write to one stream.
type output struct {
	w  io.Writer
	mu sync.Mutex
	// err is the first one; nothing is written after it.
	err error
}

func newOutput(w io.Writer) *output { return &output{w: w} }

func (o *output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.err == nil {
		_, o.err = o.w.Write(p)
	}
	return len(p), nil
}

// failure returns why the stream broke; a reader that went away is no failure.
func (o *output) failure() error {
	o.mu.Lock()
	defer o.mu.Unlock()
	if errors.Is(o.err, syscall.EPIPE) || errors.Is(o.err, io.ErrClosedPipe) {
		return nil
	}
	return o.err
}

// terminal reports whether somebody is looking at the stream.
func (o *output) terminal() bool {
	f, ok := o.w.(*os.File)
	if !ok {
		return false
	}
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0 && f.Name() != os.DevNull
}

// widestCell is how far a value widens its column. A longer one has its line
// for itself, and the rest of its row follows below, in place.
const widestCell = 56

// table writes rows with aligned columns, two blanks apart, without trailing
// blanks.
func table(w io.Writer, rows [][]string) {
	var widths []int
	for _, row := range rows {
		for i := range row {
			row[i] = diag.Printable(row[i])
			if i == len(widths) {
				widths = append(widths, 0)
			}
			if n := utf8.RuneCountInString(row[i]); i < len(row)-1 && n <= widestCell {
				widths[i] = max(widths[i], n)
			}
		}
	}
	var b strings.Builder
	for _, row := range rows {
		var line strings.Builder
		column := 0
		for i, cell := range row {
			line.WriteString(cell)
			room := widths[i] - utf8.RuneCountInString(cell) + 2
			column += widths[i] + 2
			switch {
			case i == len(row)-1:
			case room < 2:
				line.WriteString("\n" + strings.Repeat(" ", column))
			default:
				line.WriteString(strings.Repeat(" ", room))
			}
		}
		b.WriteString(strings.TrimRight(line.String(), " ") + "\n")
	}
	io.WriteString(w, b.String())
}

// writeJSON writes a value indented, and in a form that a terminal shows
// rather than obeys.
func writeJSON(w io.Writer, v any) error {
	text, err := encodeJSON(v)
	if err != nil {
		return fmt.Errorf("encode the answer: %w", err)
	}
	_, err = w.Write(text)
	return err
}

func encodeJSON(v any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(v); err != nil {
		return nil, err
	}
	var out []byte
	// What is not printable stands inside strings only.
	for _, r := range b.String() {
		switch {
		case r == '\n' || unicode.IsPrint(r):
			out = utf8.AppendRune(out, r)
		case r < 0x10000:
			out = fmt.Appendf(out, `\u%04x`, r)
		default:
			r -= 0x10000
			out = fmt.Appendf(out, `\u%04x\u%04x`, 0xD800+r>>10, 0xDC00+r&0x3FF)
		}
	}
	return out, nil
}
