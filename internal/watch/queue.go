package watch

import (
	"errors"
	"sync"
	"syscall"
	"time"

	"github.com/fsnotify/fsnotify"
)

// platform is what this package needs of the machine. Tests put faults into it.
type platform struct {
	open   func() (system, error)
	deaf   func(folder string) string // why the system does not tell of all changes in a folder; "" when it does
	events int                        // names that may wait
	every  time.Duration              // how often to look at what the system does not tell
}

var onThisSystem = platform{
	open: func() (system, error) {
		w, err := fsnotify.NewWatcher()
		if err != nil {
			return system{}, err
		}
		return system{w, w.Events, w.Errors}, nil
	},
	deaf:   deaf,
	events: maxPaths,
	every:  500 * time.Millisecond,
}

// system tells of changes in folders.
type system struct {
	notifier
	told   <-chan fsnotify.Event
	faults <-chan error
}

type notifier interface {
	Add(folder string) error
	Remove(folder string) error
	Close() error
}

var _ notifier = (*fsnotify.Watcher)(nil)

// queue takes events from the system as they come, so that the system's own
// queue stays empty and both channels are always read: the system stands still,
// and cannot even be closed, while nobody reads its faults. Events of one name
// become one, therefore a queue holds no more than there are names.
type queue struct {
	system
	limit int
	bell  chan struct{} // holds one ring when something waits
	ended sync.WaitGroup

	mu    sync.Mutex
	names []string // in the order in which they were heard of
	ops   map[string]fsnotify.Op
	lost  error // why events are missing
}

func newQueue(s system, limit int) *queue {
	q := &queue{system: s, limit: limit, bell: make(chan struct{}, 1), ops: map[string]fsnotify.Op{}}
	q.ended.Go(q.drain)
	return q
}

func (q *queue) drain() {
	told, faults := q.told, q.faults
	for told != nil || faults != nil {
		select {
		case e, ok := <-told:
			if !ok {
				told = nil
				continue
			}
			q.put(e)
		case err, ok := <-faults:
			if !ok {
				faults = nil
				continue
			}
			q.fail(err)
		}
	}
}

func (q *queue) put(e fsnotify.Event) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if _, ok := q.ops[e.Name]; !ok {
		if len(q.names) >= q.limit {
			q.lose(fsnotify.ErrEventOverflow)
			return
		}
		q.names = append(q.names, e.Name)
	}
	q.ops[e.Name] |= e.Op
	q.ring()
}

func (q *queue) fail(err error) {
	// A folder that was moved and then removed: fsnotify takes back the watch,
	// and the kernel has done so before.
	if errors.Is(err, syscall.EINVAL) {
		return
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	q.lose(err)
}

func (q *queue) lose(err error) {
	q.lost = err
	q.names = nil
	clear(q.ops)
	q.ring()
}

func (q *queue) ring() {
	select {
	case q.bell <- struct{}{}:
	default:
	}
}

// take returns what waits, and why something is missing.
func (q *queue) take() (names []string, ops map[string]fsnotify.Op, lost error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	names, ops, lost = q.names, q.ops, q.lost
	q.names, q.ops, q.lost = nil, map[string]fsnotify.Op{}, nil
	return names, ops, lost
}

func (q *queue) close() error {
	err := q.system.Close()
	q.ended.Wait()
	return err
}
