package measure

import (
	"context"
	"encoding/base64"
	"fmt"
	"math/rand/v2"

	"github.com/redis/go-redis/v9"
)

// inPipe is how many commands one packet holds while data is filled in.
const inPipe = 200

// values gives texts of a length that do not repeat and that nothing can
// compress to less than three quarters, the same ones in each run.
type values struct{ source *rand.Rand }

func newValues() *values { return &values{rand.New(rand.NewPCG(1, 2))} }

func (v *values) next(n int) string {
	raw := make([]byte, n*3/4+3)
	for i := range raw {
		raw[i] = byte(v.source.Uint32())
	}
	return base64.StdEncoding.EncodeToString(raw)[:n]
}

// fill writes strings of 1 KiB and returns the bytes of keys and values.
func fill(ctx context.Context, client *redis.Client, keys int) (int64, error) {
	var bytes int64
	v := newValues()
	err := inPipes(ctx, client, keys, func(p redis.Pipeliner, i int) {
		key, value := fmt.Sprintf("string:%06d", i), v.next(1024)
		bytes += int64(len(key) + len(value))
		p.Set(ctx, key, value, 0)
	})
	return bytes, err
}

// fillHashes writes hashes of 20 fields.
func fillHashes(ctx context.Context, client *redis.Client, hashes int) error {
	v := newValues()
	return inPipes(ctx, client, hashes, func(p redis.Pipeliner, i int) {
		fields := make([]any, 0, 40)
		for f := range 20 {
			fields = append(fields, fmt.Sprintf("field:%02d", f), v.next(16))
		}
		p.HSet(ctx, fmt.Sprintf("hash:%05d", i), fields...)
	})
}

// inPipes gives n commands in packets.
func inPipes(ctx context.Context, client *redis.Client, n int, add func(p redis.Pipeliner, i int)) error {
	for i := 0; i < n; {
		pipe := client.Pipeline()
		for end := min(n, i+inPipe); i < end; i++ {
			add(pipe, i)
		}
		if _, err := pipe.Exec(ctx); err != nil {
			return err
		}
	}
	return nil
}
