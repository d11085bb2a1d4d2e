package cache

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"
)

// TestPanicsAreHeld: a panic around a command, at a tick of the clock or in a
// cut is remembered, and neither ends the process nor holds the cache.
func TestPanicsAreHeld(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		do   func(t *testing.T, c *Cache, broken *atomic.Bool) error
		want string
	}{
		"a tick": {func(_ *testing.T, c *Cache, broken *atomic.Bool) error {
			broken.Store(true)
			c.front.walk()
			return nil
		}, "the tick of the clock: no clock"},
		"a cut": {func(t *testing.T, c *Cache, _ *atomic.Bool) error {
			return c.freeze(t.Context(), func(*miniredis.Miniredis) error { panic("no cut") })
		}, "a snapshot: no cut"},
		"before a cut": {func(t *testing.T, c *Cache, broken *atomic.Bool) error {
			broken.Store(true)
			return c.freeze(t.Context(), func(*miniredis.Miniredis) error { t.Error("a degraded cache is given out"); return nil })
		}, "the tick of the clock: no clock"},
		"a command that is no call": {func(t *testing.T, c *Cache, broken *atomic.Bool) error {
			answered(t, c, "WATCH key", broken)
			return nil
		}, "WATCH: no clock"},
		"a command that may wait": {func(t *testing.T, c *Cache, broken *atomic.Bool) error {
			answered(t, c, "XREAD BLOCK 1 STREAMS key $", broken)
			return nil
		}, "no clock"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var broken atomic.Bool
			f, err := newFront(func() time.Time {
				if broken.Load() {
					panic("no clock")
				}
				return time.Now()
			}, time.Second)
			if err != nil {
				t.Fatal(err)
			}
			defer f.close()
			c := &Cache{front: f}
			err = test.do(t, c, &broken)
			if err != nil && !errors.Is(err, ErrDegraded) {
				t.Errorf("the error is %v", err)
			}
			if got := f.failure(); got == nil || !strings.Contains(got.Error(), test.want) {
				t.Errorf("the cache says %v, want %q", got, test.want)
			}
			broken.Store(false)
			if got := answered(t, c, "PING"); !strings.Contains(got, "PONG") {
				t.Errorf("afterwards it answers %q", got)
			}
		})
	}
}

// answered sends a command on a new connection and returns the line that is answered.
// What breaks does so once the connection is there.
func answered(t *testing.T, c *Cache, line string, breaks ...*atomic.Bool) string {
	t.Helper()
	conn, err := c.front.dial()
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	for _, each := range breaks {
		each.Store(true)
	}
	words := strings.Fields(line)
	request := fmt.Sprintf("*%d\r\n", len(words))
	for _, word := range words {
		request += fmt.Sprintf("$%d\r\n%s\r\n", len(word), word)
	}
	if _, err := io.WriteString(conn, request); err != nil {
		t.Fatal(err)
	}
	answer, err := bufio.NewReader(conn).ReadString('\n')
	if err != nil {
		t.Errorf("%q is answered by %q: %v", line, answer, err)
	}
	return answer
}
