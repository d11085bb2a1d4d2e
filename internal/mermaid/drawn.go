package mermaid

import (
	"context"
	"sync"
)

// MarkID begins the ids of what [Drawn] returns. Replace it with an id of the
// page; a chart that says the word itself loses nothing but that word.
const MarkID = "Chart0Id0Mark"

// maxDrawn bounds what is kept: a preview lives for days.
const maxDrawn = 500

type drawing struct {
	text, title, description string
}

var drawn = struct {
	sync.Mutex
	all map[drawing]func() ([]byte, *Error)
}{all: map[drawing]func() ([]byte, *Error){}}

// Drawn is [Render] without an end and with a memory: drawing takes a good part
// of a second, and the same chart is asked for by checks, by pages, and again
// by the next build of a preview. The caller must not modify the bytes.
func Drawn(source, title, description string) ([]byte, *Error) {
	key := drawing{source, title, description}
	drawn.Lock()
	draw, ok := drawn.all[key]
	if !ok {
		if len(drawn.all) >= maxDrawn {
			clear(drawn.all)
		}
		draw = sync.OnceValues(func() ([]byte, *Error) {
			return Render(context.Background(), source, Options{ID: MarkID, Title: title, Description: description})
		})
		drawn.all[key] = draw
	}
	drawn.Unlock()
	return draw()
}
