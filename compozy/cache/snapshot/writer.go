package snapshot

import (
	"context"
	"os"
	"path/filepath"
)

// Job is a generation to write.
type Job struct {
	Dir        string // to be made; its parent exists
	Generation uint64
	Taken      int64
	Key        []byte // nil for no encryption
	// Verified, unless nil, is told from time to time how many records of all
	// have been read back.
	Verified func(done, all int64) `json:"-"`
}

// verifiedEvery is how many records are read back between two reports.
const verifiedEvery = 1000

// Writer writes a generation into the directory of the job, and its
// description into the file META there. It publishes nothing.
type Writer interface {
	Write(ctx context.Context, job Job, records Records) (*Meta, error)
}

// InProcess writes in this process. BadgerDB maps its files: on a disk that
// fills up in spite of the look beforehand, the system ends the process with
// SIGBUS. Use [Child] where there is a program to start.
type InProcess struct{}

var (
	_ Writer = InProcess{}
	_ Writer = Child{}
)

// Write writes, closes, opens again, compares and seals.
func (InProcess) Write(ctx context.Context, job Job, records Records) (m *Meta, err error) {
	if err := os.Mkdir(job.Dir, 0o700); err != nil {
		return nil, err
	}
	defer recovered("write the generation", &err)
	var own error // from records: not BadgerDB's, so it may be told
	t, err := fill(ctx, job.Dir, job.Key, func(emit func([]byte) error) error {
		var theirs error
		err := records(func(record []byte) error {
			theirs = emit(record)
			return theirs
		})
		if err != nil && theirs == nil {
			own = err
		}
		return err
	})
	switch {
	case own != nil:
		return nil, own
	case ctx.Err() != nil:
		return nil, ctx.Err()
	case err != nil:
		return nil, plain("write the generation", err)
	}
	m = &Meta{
		Generation: job.Generation, Taken: job.Taken, Records: t.records, Bytes: t.bytes,
		Digest: t.digest(), Encrypted: len(job.Key) > 0,
	}
	again := newTally(job.Key)
	err = scan(ctx, job.Dir, job.Key, func(record []byte) error {
		again.add(record)
		if job.Verified != nil && (again.records%verifiedEvery == 0 || again.records == t.records) {
			job.Verified(again.records, t.records)
		}
		return nil
	})
	if err != nil {
		return nil, plain("verify the generation", err)
	}
	if err := again.matches(m); err != nil {
		return nil, err
	}
	if m.Files, err = sealFiles(ctx, job.Dir); err != nil {
		return nil, err
	}
	if _, err := writeSynced(job.Dir, metaName, m.text(), syncDir); err != nil {
		return nil, err
	}
	return m, syncDir(filepath.Dir(job.Dir))
}
