package snapshot

import (
	"bufio"
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"syscall"
	"time"
)

// Child writes in a process of its own, so that a crash of BadgerDB costs a
// snapshot and its memory goes back to the system. The process reads the job
// and the records from its standard input, so that neither stands in its
// arguments, and answers on its standard output. The program to start calls
// [Serve].
type Child struct {
	// Command makes the process; its streams are set by Write.
	Command func(ctx context.Context) *exec.Cmd
}

// Self is a Child that starts this program again with the arguments.
func Self(args ...string) (Child, error) {
	path, err := os.Executable()
	if err != nil {
		return Child{}, err
	}
	return Child{Command: func(ctx context.Context) *exec.Cmd {
		return exec.CommandContext(ctx, path, args...)
	}}, nil
}

const (
	// endOfRecords stands where the length of a record would.
	endOfRecords = 1<<32 - 1
	// maxRecord is more than a record can have, whose parts end at 512 MB in
	// Redis; lengths beyond it come from a broken stream.
	maxRecord = 1<<32 - 2
	maxAnswer = maxMeta
)

// answer is a line of the child: how far it has come in reading back, any
// number of times, and then its last word.
type answer struct {
	Done  int64  `json:"done,omitempty"`
	All   int64  `json:"all,omitempty"`
	Meta  string `json:"meta,omitempty"`
	Error string `json:"error,omitempty"`
	Errno int    `json:"errno,omitempty"` // the system's, 0 for none
}

// Write starts the process, streams the records to it and waits for its end.
func (c Child) Write(ctx context.Context, job Job, records Records) (*Meta, error) {
	cmd := c.Command(ctx)
	cmd.Stderr = nil // a crash report can hold data
	cmd.WaitDelay = 5 * time.Second
	apart(cmd)
	in, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	out := &answers{rest: maxAnswer, verified: job.Verified}
	cmd.Stdout = out
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("start the snapshot writer: %w", err)
	}
	t := newTally(job.Key)
	sending, own := send(in, job, t, records)
	if closing := in.Close(); sending == nil {
		sending = closing
	}
	ending := cmd.Wait()
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if own != nil {
		return nil, own
	}
	var a answer
	if err := json.Unmarshal(out.line, &a); err != nil {
		a = answer{}
	}
	switch {
	case a.Errno != 0:
		return nil, fmt.Errorf("snapshot writer: %w", syscall.Errno(a.Errno))
	case a.Error != "":
		return nil, fmt.Errorf("snapshot writer: %s", a.Error)
	case ending != nil:
		return nil, fmt.Errorf("the snapshot writer ended early: %w", ending)
	case sending != nil:
		return nil, fmt.Errorf("send to the snapshot writer: %w", sending)
	}
	m, err := parseMeta([]byte(a.Meta))
	if err != nil {
		return nil, fmt.Errorf("answer of the snapshot writer: %w", err)
	}
	if m.Generation != job.Generation {
		return nil, fmt.Errorf("%w: the writer made generation %d", ErrDamaged, m.Generation)
	}
	return m, t.matches(m)
}

// answers reads the lines of the child, passes on how far it has come, and
// keeps the others up to a limit.
type answers struct {
	open     []byte // a line that has no end yet
	line     []byte
	rest     int
	verified func(done, all int64)
}

func (l *answers) Write(p []byte) (int, error) {
	for _, c := range p {
		if len(l.open) < l.rest {
			l.open = append(l.open, c)
		}
		if c != '\n' {
			continue
		}
		var a answer
		if err := json.Unmarshal(l.open, &a); err == nil && a.All > 0 {
			if l.verified != nil {
				l.verified(a.Done, a.All)
			}
		} else {
			l.line = append(l.line, l.open...)
			l.rest -= len(l.open)
		}
		l.open = l.open[:0]
	}
	return len(p), nil
}

// send writes the job and the records. The second error is that of records
// itself, which is about the data and not about the process.
func send(to io.Writer, job Job, t *tally, records Records) (sending, own error) {
	w := bufio.NewWriterSize(to, 256<<10)
	head, err := json.Marshal(job)
	if err != nil {
		return nil, err
	}
	if err := frame(w, head); err != nil {
		return err, nil
	}
	err = records(func(record []byte) error {
		t.add(record)
		sending = frame(w, record)
		return sending
	})
	if sending != nil {
		return sending, nil
	}
	if err != nil {
		// Without its end the child drops what it has.
		return nil, err
	}
	if err := binary.Write(w, binary.BigEndian, uint32(endOfRecords)); err != nil {
		return err, nil
	}
	return w.Flush(), nil
}

func frame(w *bufio.Writer, b []byte) error {
	if len(b) > maxRecord {
		return errors.New("a record is larger than 4 GB")
	}
	if _, err := w.Write(binary.BigEndian.AppendUint32(nil, uint32(len(b)))); err != nil {
		return err
	}
	_, err := w.Write(b)
	return err
}

// Serve is the whole of the process that a [Child] starts: it reads the job
// and the records, writes the generation, answers, and returns the exit
// status. An input that ends before its end mark leaves nothing published.
//
// The caller ends the process with the status at once. When nobody waits for
// the answer any more, Serve does not wait for BadgerDB either: whoever takes
// the directory over removes the files under it, and it would try to write
// them for ever.
func Serve(ctx context.Context, stdin io.Reader, stdout io.Writer) int {
	parent := os.Getppid()
	lost, done := make(chan struct{}), make(chan int, 1)
	go func() { done <- respond(ctx, stdin, stdout, func() { close(lost) }) }()
	alive := time.NewTicker(time.Second)
	defer alive.Stop()
	for {
		select {
		case status := <-done:
			return status
		case <-lost:
			return 1
		case <-alive.C:
			if os.Getppid() != parent {
				return 1
			}
		}
	}
}

// respond does the work and answers. It calls lost when the input breaks off.
func respond(ctx context.Context, stdin io.Reader, stdout io.Writer, lost func()) int {
	a := answer{}
	say := json.NewEncoder(stdout)
	m, err := serve(ctx, bufio.NewReaderSize(stdin, 256<<10), lost, func(done, all int64) {
		_ = say.Encode(answer{Done: done, All: all}) // whoever reads no more needs none
	})
	if err != nil {
		a.Error = err.Error()
		var errno syscall.Errno
		if errors.As(err, &errno) {
			a.Errno = int(errno)
		}
	} else {
		a.Meta = string(m.text())
	}
	if writing := say.Encode(a); err != nil || writing != nil {
		return 1
	}
	return 0
}

func serve(ctx context.Context, in *bufio.Reader, lost func(), verified func(done, all int64)) (*Meta, error) {
	head, err := unframe(in)
	if err != nil {
		return nil, fmt.Errorf("read the job: %w", err)
	}
	var job Job
	if err := json.Unmarshal(head, &job); err != nil || job.Dir == "" {
		return nil, errors.New("the job is not one")
	}
	job.Verified = verified
	return InProcess{}.Write(ctx, job, func(emit func([]byte) error) error {
		for {
			record, err := unframe(in)
			if errors.Is(err, errEnd) {
				return nil
			}
			if err != nil {
				lost()
				return fmt.Errorf("read the records: %w", err)
			}
			if err := emit(record); err != nil {
				return err
			}
		}
	})
}

var errEnd = errors.New("end of records")

func unframe(in *bufio.Reader) ([]byte, error) {
	var head [4]byte
	if _, err := io.ReadFull(in, head[:]); err != nil {
		return nil, noEOF(err)
	}
	n := binary.BigEndian.Uint32(head[:])
	if n == endOfRecords {
		return nil, errEnd
	}
	b := make([]byte, n)
	_, err := io.ReadFull(in, b)
	return b, noEOF(err)
}

// noEOF: an end is never in order before the end mark.
func noEOF(err error) error {
	if errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	return err
}
