package cache

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"slices"
	"testing"
)

// FuzzRequest: any bytes end in an error or in arguments that, written again,
// are read as the same.
func FuzzRequest(f *testing.F) {
	for _, seed := range []string{"*1\r\n$4\r\nPING\r\n", "*0\r\n", "*-1\r\n", "*1\r\n$9223372036854775807\r\n", "*2\r\n$1\r\na\r\n$0\r\n\r\n", "PING\r\n", "*1\r\n$-1\r\n", "*1048577\r\n"} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		args, err := readRequest(bufio.NewReader(bytes.NewReader(data)))
		if err != nil {
			if !errors.Is(err, errProtocol) && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
				t.Errorf("%q: unexpected %v", data, err)
			}
			return
		}
		again, err := readRequest(bufio.NewReader(bytes.NewReader(appendBulks(nil, args...))))
		if err != nil || !slices.Equal(args, again) {
			t.Errorf("%q, then %q, %v", args, again, err)
		}
	})
}

// FuzzReply: any bytes end, and both readers agree where the first reply does.
func FuzzReply(f *testing.F) {
	for _, seed := range []string{"+OK\r\n", "-ERR x\r\n:1\r\n", "*2\r\n$1\r\na\r\n*-1\r\n", "$-1\r\n", "*1\r\n*1\r\n*1\r\n:1\r\n", ":x\r\n", "*9\r\n"} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		if n := skipReply(data, 0); n < 0 || n > len(data) {
			t.Fatalf("%q: skips %d of %d bytes", data, n, len(data))
		}
		v, rest, err := parseReply(data, 0)
		if err != nil {
			return
		}
		if n := skipReply(data, 0); n != len(data)-len(rest) {
			t.Errorf("%q is %v of %d bytes, and %d are skipped", data, v, len(data)-len(rest), n)
		}
	})
}
