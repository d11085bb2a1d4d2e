package yaml

import (
	"context"
	"testing"

	"github.com/compozy/docs/internal/source"
)

// The three kinds of examples that the speed is promised of.
const (
	memoryExample     = "mode: standalone\n"
	persistentExample = "redis:\n  mode: standalone\n  standalone:\n    persistence:\n      enabled: true\n      data_dir: ./data/redis\n      snapshot_interval: 5m\n"
	refusedExample    = "mode: standalone\nredis:\n  mode: remote\n  host: redis.internal\n"
	securedExample    = "redis:\n  url: rediss://agent:s3cret@redis.internal:6380/2\n"
)

func bench(b *testing.B, text string, failure *Failure) {
	b.Helper()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			code := source.NewFile("page.mdx", []byte(text))
			out := Run(context.Background(), Example{Code: code, Place: code.Span(0, 1), Failure: failure})
			if len(out.Diagnostics) > 0 {
				b.Error(out.Diagnostics[0].Message)
				return
			}
		}
	})
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "examples/s")
}

func BenchmarkBooting(b *testing.B)     { bench(b, memoryExample, nil) }
func BenchmarkPersistent(b *testing.B)  { bench(b, persistentExample, nil) }
func BenchmarkDistributed(b *testing.B) { bench(b, securedExample, nil) }
func BenchmarkNonBooting(b *testing.B) {
	bench(b, refusedExample, &Failure{Rule: "compozy/mode-remote", Path: "redis.mode"})
}
