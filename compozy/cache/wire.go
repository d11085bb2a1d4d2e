package cache

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
)

// The limits of a request. A bulk string of Redis may have 512 MB; that of an
// embedded cache shares the memory of the process around it.
const (
	maxArguments = 1 << 20
	maxBulk      = 64 << 20
	maxRequest   = 128 << 20
	// maxNesting is the depth of arrays in a reply, for instance of a script.
	maxNesting = 512
)

var errProtocol = errors.New("protocol error")

// readRequest reads one command. An empty array gives no arguments and no
// error, as an empty line does to Redis.
func readRequest(r *bufio.Reader) ([]string, error) {
	n, err := readLength(r, '*', maxArguments)
	if err != nil || n <= 0 {
		return nil, err
	}
	args := make([]string, 0, min(n, 64))
	total := 0
	for range n {
		size, err := readLength(r, '$', maxBulk)
		if err != nil {
			return nil, err
		}
		if total += size; size < 0 || total > maxRequest {
			return nil, fmt.Errorf("%w: invalid bulk length", errProtocol)
		}
		buf := make([]byte, size+2)
		if _, err := io.ReadFull(r, buf); err != nil {
			return nil, err
		}
		args = append(args, string(buf[:size]))
	}
	return args, nil
}

func readLength(r *bufio.Reader, kind byte, limit int) (int, error) {
	line, err := r.ReadSlice('\n')
	if err != nil {
		if errors.Is(err, bufio.ErrBufferFull) {
			return 0, fmt.Errorf("%w: too big mbulk count string", errProtocol)
		}
		return 0, err
	}
	line = bytes.TrimRight(line, "\r\n")
	if len(line) == 0 || line[0] != kind {
		return 0, fmt.Errorf("%w: expected '%c'", errProtocol, kind)
	}
	n, err := strconv.Atoi(string(line[1:]))
	if err != nil || n > limit {
		return 0, fmt.Errorf("%w: invalid length", errProtocol)
	}
	return n, nil
}

const (
	replyOK       = "+OK\r\n"
	replyQueued   = "+QUEUED\r\n"
	replyNilArray = "*-1\r\n"
	replyNil      = "$-1\r\n"
)

func appendInt(b []byte, n int) []byte {
	return append(strconv.AppendInt(append(b, ':'), int64(n), 10), '\r', '\n')
}

func appendLen(b []byte, kind byte, n int) []byte {
	return append(strconv.AppendInt(append(b, kind), int64(n), 10), '\r', '\n')
}

func appendBulk(b []byte, s string) []byte {
	return append(append(appendLen(b, '$', len(s)), s...), '\r', '\n')
}

func appendBulks(b []byte, list ...string) []byte {
	b = appendLen(b, '*', len(list))
	for _, s := range list {
		b = appendBulk(b, s)
	}
	return b
}

// appendLine writes an error or a status, which has no line breaks.
func appendLine(b []byte, kind byte, text string) []byte {
	text = strings.NewReplacer("\r", " ", "\n", " ").Replace(text)
	return append(append(append(b, kind), text...), '\r', '\n')
}

func appendError(b []byte, format string, args ...any) []byte {
	return appendLine(b, '-', fmt.Sprintf(format, args...))
}

// oneReply returns the first reply in b. miniredis answers some wrong commands
// twice (XLEN of a list: the error, then a number), after which each reply
// would belong to the command before.
func oneReply(b []byte) []byte {
	if n := skipReply(b, 0); n > 0 {
		return b[:n]
	}
	return []byte("-ERR the embedded cache gave no reply\r\n")
}

// skipReply returns the length of the first reply, 0 if it is not complete.
func skipReply(b []byte, depth int) int {
	end := bytes.Index(b, []byte("\r\n")) + 2
	if end < 3 || depth > maxNesting {
		return 0
	}
	if b[0] != '$' && b[0] != '*' {
		return end
	}
	n, err := strconv.Atoi(string(b[1 : end-2]))
	if err != nil {
		return 0
	}
	if b[0] == '$' {
		if n >= 0 {
			end += n + 2
		}
		return min(end, len(b))
	}
	for range n {
		size := skipReply(b[end:], depth+1)
		if size == 0 {
			return 0
		}
		end += size
	}
	return end
}

// Replies as values: string for a bulk, int, status, failure, []any, nil.
type (
	status  string
	failure string
)

// parseReply reads the one reply in b and returns what follows it.
func parseReply(b []byte, depth int) (any, []byte, error) {
	line, rest, ok := bytes.Cut(b, []byte("\r\n"))
	if !ok || len(line) == 0 || depth > maxNesting {
		return nil, nil, errProtocol
	}
	text := string(line[1:])
	switch line[0] {
	case '+':
		return status(text), rest, nil
	case '-':
		return failure(text), rest, nil
	case ':':
		n, err := strconv.Atoi(text)
		return n, rest, err
	case '$':
		n, err := strconv.Atoi(text)
		if err != nil || n < 0 {
			return nil, rest, err
		}
		if len(rest) < n+2 {
			return nil, nil, errProtocol
		}
		return string(rest[:n]), rest[n+2:], nil
	case '*':
		n, err := strconv.Atoi(text)
		if err != nil || n < 0 {
			return nil, rest, err
		}
		list := make([]any, 0, min(n, 1024))
		for range n {
			var item any
			if item, rest, err = parseReply(rest, depth+1); err != nil {
				return nil, nil, err
			}
			list = append(list, item)
		}
		return list, rest, nil
	}
	return nil, nil, errProtocol
}
