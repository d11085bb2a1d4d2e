package shell

import (
	"io"
	"os"
	"sync"
)

// held keeps back what a tool prints until it ends. A tool behind a pipe and
// the one before it print to the same screen, and which of them is faster must
// not decide the order of the lines: what the tool behind makes of its input
// comes when that input has ended, and with it whoever wrote it.
type held struct {
	mu    sync.Mutex
	parts []heldPart
	room  int // bytes that may still be kept back
}

// heldPart is one write.
type heldPart struct {
	to   io.Writer
	data []byte
}

// hold keeps back what a call prints, when there is an order to keep, until
// release is called. A job prints as it goes, because others watch it; so does
// a tool whose output another tool reads.
func (c *call) hold(limit int) (release func()) {
	if c.stdin == nil || c.job != nil {
		return func() {}
	}
	h := &held{room: limit}
	if _, pipe := c.stdout.(*os.File); !pipe {
		c.stdout = heldWriter{h, c.stdout}
	}
	if _, pipe := c.stderr.(*os.File); !pipe {
		c.stderr = heldWriter{h, c.stderr}
	}
	return h.release
}

// release prints what was kept back; what comes later is printed at once.
func (h *held) release() {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, p := range h.parts {
		_, _ = p.to.Write(p.data) // its writer was told that it went well
	}
	h.parts, h.room = nil, 0
}

// heldWriter is one of the streams whose common order is kept.
type heldWriter struct {
	held *held
	to   io.Writer
}

// Write keeps p back. What is too much for that goes out as it comes.
func (w heldWriter) Write(p []byte) (int, error) {
	if w.held.keep(w.to, p) {
		return len(p), nil
	}
	w.held.release()
	return w.to.Write(p)
}

func (h *held) keep(to io.Writer, p []byte) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	if len(p) > h.room {
		return false
	}
	h.room -= len(p)
	h.parts = append(h.parts, heldPart{to, append([]byte(nil), p...)})
	return true
}
