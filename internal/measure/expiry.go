package measure

import (
	"context"
	"fmt"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/compozy/docs/compozy/cache"
)

// expiry measures what expired keys cost among many others, and how long they
// still count where no command names them.
func (r *run) expiry(ctx context.Context) error {
	cfg, err := decode("mode: standalone\n", patience...)
	if err != nil {
		return err
	}
	c, err := cache.Open(ctx, cfg, cache.Options{})
	if err != nil {
		return err
	}
	n := r.largest().keys
	err = inPipes(ctx, c.Client(), n, func(p redis.Pipeliner, i int) {
		var ttl time.Duration
		if i%10 == 0 {
			ttl = time.Hour
		}
		p.Set(ctx, fmt.Sprintf("key:%06d", i), "v", ttl)
	})
	if err != nil {
		return err
	}
	begin := time.Now()
	_, before := c.Walks()
	var worst time.Duration
	for range r.rounds {
		late, err := lateness(ctx, c.Client(), int64(n))
		if err != nil {
			return err
		}
		worst = max(worst, late)
	}
	_, after := c.Walks()
	share := 100 * float64(after-before) / float64(time.Since(begin))
	what := commas(n) + " keys, a tenth of them with a time"
	r.add("expiry.100k.lateness", milliseconds(worst), "ms", "How long an expired key still counts in DBSIZE, at "+what,
		fmt.Sprintf("worst of %d; a command that names the key never sees it late", r.rounds))
	r.add("expiry.100k.share", share, "%", "Share of the time spent on looking for expired keys, at "+what, "while those keys were waited for")
	return c.Close(ctx)
}

// lateness gives a key a short time and waits until it counts no more.
func lateness(ctx context.Context, client *redis.Client, others int64) (time.Duration, error) {
	const life = 50 * time.Millisecond
	end := time.Now().Add(life)
	if err := client.Set(ctx, "short", "v", life).Err(); err != nil {
		return 0, err
	}
	var failed error
	err := until(ctx, func() bool {
		n, err := client.DBSize(ctx).Result()
		failed = err
		return err != nil || n == others
	})
	if failed != nil {
		err = failed
	}
	return max(0, time.Since(end)), err
}
