package move

import (
	"bufio"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"iter"
	"time"
	"unicode/utf8"

	"github.com/compozy/docs/compozy/cache/dataset"
)

// Import reads an export and passes each entry to sink, in the order of the
// file and as a cache would hold it: the members of a set sorted, for
// instance. It holds one entry at a time.
//
// The checksum stands at the end, so sink sees entries before they are proven:
// a caller either reads the file twice, with Import and a sink that does
// nothing first, or throws away what it took when the error is not nil. Errors
// of the file are a [*FormatError] with the line; an error of sink is returned
// with the key at which it happened. A file that holds a key twice is refused
// with a [*RepeatedError] inside the FormatError.
func Import(ctx context.Context, r io.Reader, o ReadOptions, sink func(dataset.Entry) error) (Summary, error) {
	d := newDecoder(r, o)
	for e, err := range d.entries(ctx) {
		if err != nil {
			return d.summary, err
		}
		if err := sink(canonical(e)); err != nil {
			return d.summary, fmt.Errorf("import %s: %w", refOf(&e), err)
		}
	}
	return d.summary, nil
}

// Entries gives the entries of an export, for instance to [Inspect] it. The
// iteration ends with the first error; it has been proven against the checksum
// when it ends without one. It can be used once.
func Entries(ctx context.Context, r io.Reader, o ReadOptions) iter.Seq2[dataset.Entry, error] {
	return newDecoder(r, o).entries(ctx)
}

// ReadOptions are what is known of an export before it is read.
type ReadOptions struct {
	// Size is how many bytes the file has, for Progress; 0 when not known.
	Size int64
	// Progress is called after each entry, from the calling goroutine; it may
	// be nil.
	Progress func(Progress)
}

type decoder struct {
	r       *bufio.Reader
	o       ReadOptions
	once    *once // nil: keys may repeat
	began   int   // line on which the last entry begins
	sum     hash.Hash
	buf     []byte
	line    int // of buf, 1-based
	summary Summary
}

func newDecoder(r io.Reader, o ReadOptions) *decoder {
	return &decoder{o: o, once: newOnce(r), r: bufio.NewReaderSize(r, 1<<16), sum: sha256.New(), summary: Summary{Types: map[dataset.Type]int{}}}
}

func (d *decoder) fail(err error) error { return &FormatError{Line: max(d.line, 1), Err: err} }

// next reads a line into buf. The line before it goes into the checksum, which
// does not cover the trailer and so runs one line behind.
func (d *decoder) next() error {
	d.sum.Write(d.buf) // never fails
	d.buf = d.buf[:0]
	d.line++
	for {
		part, err := d.r.ReadSlice('\n')
		d.buf = append(d.buf, part...)
		d.summary.Bytes += int64(len(part))
		switch {
		case len(d.buf) > maxLine:
			return d.fail(fmt.Errorf("the line is longer than %d bytes", maxLine))
		case errors.Is(err, bufio.ErrBufferFull):
			continue
		case errors.Is(err, io.EOF):
			return d.fail(ErrTruncated)
		case err != nil:
			return fmt.Errorf("read line %d: %w", d.line, err)
		}
		if !utf8.Valid(d.buf) {
			// The JSON decoder would replace the bytes and say nothing.
			return d.fail(errors.New("the line is not UTF-8"))
		}
		return nil
	}
}

func (d *decoder) entries(ctx context.Context) iter.Seq2[dataset.Entry, error] {
	return func(yield func(dataset.Entry, error) bool) {
		if err := d.header(); err != nil {
			yield(dataset.Entry{}, err)
			return
		}
		for {
			e, end, err := d.entry(ctx)
			if err != nil {
				yield(dataset.Entry{}, err)
				return
			}
			if end {
				return
			}
			if d.once != nil {
				if err := d.once.add(ctx, &e, d.began); err != nil {
					yield(dataset.Entry{}, &FormatError{Line: d.began, Err: err})
					return
				}
			}
			d.summary.Entries++
			d.summary.Types[e.Type]++
			if d.o.Progress != nil {
				d.o.Progress(Progress{Phase: "read", Done: d.summary.Entries, Bytes: d.summary.Bytes, Size: d.o.Size})
			}
			if !yield(e, nil) {
				return
			}
		}
	}
}

func (d *decoder) header() error {
	if err := d.next(); err != nil {
		if errors.Is(err, ErrTruncated) && !looksLikeHeader(d.buf) {
			return d.fail(ErrNotExport)
		}
		return err
	}
	// Versions may differ in all members but these two.
	var h struct {
		Format  string `json:"format"`
		Version int    `json:"version"`
	}
	if err := decodeLine(d.buf, &h, false); err != nil || h.Format != formatName {
		return d.fail(ErrNotExport)
	}
	if h.Version != formatVersion {
		return d.fail(fmt.Errorf("%w: it is %d, and this build reads %d", ErrVersion, h.Version, formatVersion))
	}
	var full struct {
		Format  string    `json:"format"`
		Version int       `json:"version"`
		Created time.Time `json:"created"`
	}
	if err := decodeLine(d.buf, &full, true); err != nil {
		return d.fail(err)
	}
	d.summary.Version, d.summary.Created = full.Version, full.Created.UTC()
	return nil
}

func looksLikeHeader(b []byte) bool {
	const start = `{"format":"` + formatName
	n := min(len(b), len(start))
	return n > 0 && string(b[:n]) == start[:n]
}

// entry reads the lines of one entry, or the trailer.
func (d *decoder) entry(ctx context.Context) (dataset.Entry, bool, error) {
	var b builder
	for first := true; ; first = false {
		if err := ctx.Err(); err != nil {
			return dataset.Entry{}, false, fmt.Errorf("read export: %w", err)
		}
		if err := d.next(); err != nil {
			return dataset.Entry{}, false, err
		}
		var l line
		if err := decodeLine(d.buf, &l, true); err != nil {
			return dataset.Entry{}, false, d.fail(err)
		}
		if first && l.isTrailer() {
			return dataset.Entry{}, true, d.trailer(&l)
		}
		var err error
		if first {
			d.began = d.line
			err = b.start(&l)
		} else {
			err = b.more(&l)
		}
		if err == nil && !l.More {
			err = b.finish()
		}
		if err != nil {
			return dataset.Entry{}, false, d.fail(err)
		}
		if !l.More {
			return b.e, false, nil
		}
	}
}

func (d *decoder) trailer(l *line) error {
	if err := l.only("entries", "lines", "sha256"); err != nil {
		return d.fail(err)
	}
	d.summary.SHA256 = hex.EncodeToString(d.sum.Sum(nil))
	switch {
	case l.SHA256 != d.summary.SHA256:
		return d.fail(fmt.Errorf("%w: the trailer says %q, the content has %q", ErrChecksum, clip([]byte(l.SHA256)), d.summary.SHA256))
	case l.Lines == nil || *l.Lines != d.line-1:
		return d.fail(fmt.Errorf("the trailer does not match the %d lines before it", d.line-1))
	case *l.Entries != d.summary.Entries:
		return d.fail(fmt.Errorf("the trailer says %d entries, the file has %d", *l.Entries, d.summary.Entries))
	}
	// The trailer is not under the checksum, and the JSON decoder takes its
	// names in any case.
	if want := trailerLine(d.summary.Entries, d.line-1, d.summary.SHA256); string(d.buf) != want+"\n" {
		return d.fail(fmt.Errorf("the trailer is not %s", want))
	}
	switch _, err := d.r.ReadByte(); {
	case err == nil:
		d.line++
		return d.fail(errors.New("there is more data after the trailer"))
	case !errors.Is(err, io.EOF):
		return fmt.Errorf("read line %d: %w", d.line+1, err)
	}
	return nil
}
