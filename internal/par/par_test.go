package par

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
)

func TestMapKeepsOrder(t *testing.T) {
	t.Parallel()
	items := make([]int, 1000)
	for i := range items {
		items[i] = i
	}
	for _, workers := range []int{0, 1, 8, 2000} {
		out, err := Map(context.Background(), workers, items, nil, func(_ context.Context, i int) (int, error) { return i * i, nil })
		if err != nil {
			t.Fatal(err)
		}
		for i, got := range out {
			if got != i*i {
				t.Fatalf("%d workers: result %d is %d", workers, i, got)
			}
		}
	}
	if out, err := Map(context.Background(), 4, []int(nil), nil, func(context.Context, int) (int, error) { return 0, nil }); len(out) != 0 || err != nil {
		t.Errorf("no items give %v, %v", out, err)
	}
}

func TestMapJoinsErrorsInOrder(t *testing.T) {
	t.Parallel()
	_, err := Map(context.Background(), 8, []int{0, 1, 2, 3, 4, 5, 6, 7}, nil, func(_ context.Context, i int) (int, error) {
		if i%3 == 0 {
			return 0, fmt.Errorf("item %d", i)
		}
		return 0, nil
	})
	if got := strings.ReplaceAll(fmt.Sprint(err), "\n", ", "); got != "item 0, item 3, item 6" {
		t.Error(got)
	}
}

func TestMapStopsWithItsContext(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(context.Background())
	var done atomic.Int64
	_, err := Map(ctx, 2, make([]int, 100), nil, func(ctx context.Context, _ int) (int, error) {
		switch n := done.Add(1); {
		case n == 3:
			cancel()
		case n > 3:
			<-ctx.Done() // not faster than the worker that cancels
		}
		return 0, nil
	})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("the error is %v", err)
	}
	if n := done.Load(); n > 5 {
		t.Errorf("%d items were begun after the context was done", n)
	}
}

func TestMapNamesTheItemOfAPanic(t *testing.T) {
	t.Parallel()
	defer func() {
		if got := fmt.Sprint(recover()); !strings.Contains(got, "boom") || !strings.Contains(got, "while working on page-7") {
			t.Errorf("the panic says %q", got)
		}
	}()
	_, _ = Map(context.Background(), 4, []int{5, 6, 7}, func(i int) string { return fmt.Sprintf("page-%d", i) }, func(_ context.Context, i int) (int, error) {
		if i == 7 {
			panic("boom")
		}
		return 0, nil
	})
	t.Error("the panic is lost")
}
