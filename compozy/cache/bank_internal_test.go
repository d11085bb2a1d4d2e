package cache

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/compozy/docs/compozy/cache/dataset"
	"github.com/compozy/docs/compozy/cache/snapshot"
)

// TestBank: transfers between accounts run while snapshots are taken; the sum
// is the same in every generation.
func TestBank(t *testing.T) {
	t.Parallel()
	const accounts, each = 50, 100
	generations := 12
	if *long {
		generations = 200
	}
	f, err := newFront(time.Now, time.Second)
	if err != nil {
		t.Fatal(err)
	}
	defer f.close()
	c := &Cache{front: f}
	for i := range accounts {
		if err := f.m.DB(i%databases).Set(fmt.Sprintf("account:%d", i), fmt.Sprint(each)); err != nil {
			t.Fatal(err)
		}
	}
	// Other keys make the cut long enough for a transfer to fall into it, if
	// one could.
	for i := range 8000 {
		if err := f.m.DB(i%databases).Set(fmt.Sprintf("b%d", i), ""); err != nil {
			t.Fatal(err)
		}
	}
	dir := t.TempDir()
	p, err := newPersister(t.Context(), settings{dir: dir, stopTicks: func() {}}, Persistence{}, c.freeze, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	defer p.stop(context.Background())
	quit := make(chan struct{})
	var wg sync.WaitGroup
	var made atomic.Int64
	for range 4 {
		wg.Go(func() { transfer(t, f, accounts, quit, &made) })
	}
	var last string
	changed := 0
	for range generations {
		// Some lie between two snapshots, however busy the machine is. A single
		// one may move nothing.
		before := made.Load()
		eventually(t, "transfers", func() bool { return made.Load() >= before+8 || t.Failed() })
		if _, err := p.snapshot(t.Context()); err != nil {
			t.Error(err)
			break
		}
		read, err := snapshot.Open(dir, snapshot.Options{ReadOnly: true})
		if err != nil {
			t.Fatal(err)
		}
		sum, n, state := 0, 0, ""
		_, err = read.Restore(t.Context(), true, func(e dataset.Entry) error {
			if len(e.String) == 0 {
				return nil
			}
			var amount int
			_, err := fmt.Sscan(string(e.String), &amount)
			sum, n, state = sum+amount, n+1, state+string(e.String)+","
			return err
		})
		if err != nil || n != accounts || sum != accounts*each {
			t.Errorf("%d accounts with %d, %v", n, sum, err)
			break
		}
		if state != last {
			changed++
		}
		last = state
	}
	close(quit)
	wg.Wait()
	if changed < generations/2 {
		t.Errorf("only %d of %d generations differ from the one before: nobody transferred", changed, generations)
	}
}

// transfer moves money in transactions of a connection of its own, and counts
// them.
func transfer(t *testing.T, f *front, accounts int, quit <-chan struct{}, made *atomic.Int64) {
	conn, err := f.dial()
	if err != nil {
		t.Error(err)
		return
	}
	defer conn.Close()
	r := rand.New(rand.NewPCG(rand.Uint64(), 0))
	buf := make([]byte, 4096)
	for {
		select {
		case <-quit:
			return
		default:
		}
		from, to, amount := r.IntN(accounts), r.IntN(accounts), r.IntN(50)
		var b []byte
		for _, args := range [][]string{
			{"MULTI"},
			{"SELECT", fmt.Sprint(from % databases)}, {"DECRBY", fmt.Sprintf("account:%d", from), fmt.Sprint(amount)},
			{"SELECT", fmt.Sprint(to % databases)}, {"INCRBY", fmt.Sprintf("account:%d", to), fmt.Sprint(amount)},
			{"EXEC"},
		} {
			b = appendBulks(b, args...)
		}
		if _, err := conn.Write(b); err != nil {
			t.Error(err)
			return
		}
		// Five times a line, and then the four replies of EXEC.
		for lines := 0; lines < 10; {
			n, err := conn.Read(buf)
			if err != nil {
				t.Error(err)
				return
			}
			lines += bytes.Count(buf[:n], []byte("\n"))
		}
		made.Add(1)
	}
}
