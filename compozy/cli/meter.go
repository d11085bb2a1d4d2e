package cli

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"net"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/redis/go-redis/v9"
)

// The names of the metrics; dashboards know them.
const (
	metricOperations = "compozy_cache_operations_total"
	metricDuration   = "compozy_cache_operation_duration_seconds"
)

// operationNames bounds the values of the label operation. Commands come from
// this process only, but a name is text all the same.
const operationNames = 256

// otherOperation counts what comes after them.
const otherOperation = "other"

// buckets are the upper bounds of the durations, in seconds: from the embedded
// cache's microseconds to the timeout of a lost server.
var buckets = []float64{0.00005, 0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5}

// meter counts the operations on a cache and how long they take. It hangs in
// the client, so that every user of the cache is counted, and is safe for
// concurrent use.
type meter struct {
	backend string
	now     func() time.Time

	mu         sync.Mutex
	operations map[operation]uint64
	durations  map[string]*histogram // by operation
}

type operation struct{ name, status string }

type histogram struct {
	counts []uint64 // by bucket, not cumulative
	sum    float64
	total  uint64
}

var _ redis.Hook = (*meter)(nil)

func newMeter(backend string) *meter {
	return &meter{backend: backend, now: time.Now, operations: map[operation]uint64{}, durations: map[string]*histogram{}}
}

// DialHook counts nothing: a connection is no operation.
func (m *meter) DialHook(next redis.DialHook) redis.DialHook {
	return func(ctx context.Context, network, address string) (net.Conn, error) {
		return next(ctx, network, address)
	}
}

// ProcessHook counts a command.
func (m *meter) ProcessHook(next redis.ProcessHook) redis.ProcessHook {
	return func(ctx context.Context, cmd redis.Cmder) error {
		start := m.now()
		err := next(ctx, cmd)
		m.count(cmd.Name(), err, m.now().Sub(start))
		return err
	}
}

// ProcessPipelineHook counts each command of a pipeline with its own outcome,
// and the time of the whole as one operation: nobody can say how it divides.
func (m *meter) ProcessPipelineHook(next redis.ProcessPipelineHook) redis.ProcessPipelineHook {
	return func(ctx context.Context, cmds []redis.Cmder) error {
		start := m.now()
		err := next(ctx, cmds)
		m.count("pipeline", err, m.now().Sub(start))
		m.mu.Lock()
		defer m.mu.Unlock()
		for _, cmd := range cmds {
			m.operations[m.key(cmd.Name(), cmd.Err())]++
		}
		return err
	}
}

func (m *meter) count(name string, err error, took time.Duration) {
	m.mu.Lock()
	defer m.mu.Unlock()
	key := m.key(name, err)
	m.operations[key]++
	h := m.durations[key.name]
	if h == nil {
		h = &histogram{counts: make([]uint64, len(buckets))}
		m.durations[key.name] = h
	}
	h.total++
	h.sum += took.Seconds()
	if i, _ := slices.BinarySearch(buckets, took.Seconds()); i < len(buckets) {
		h.counts[i]++
	}
}

// key returns the labels of an operation. An answer that says "nothing there"
// is a success.
func (m *meter) key(name string, err error) operation {
	key := operation{name: strings.ToLower(name), status: "success"}
	if err != nil && !errors.Is(err, redis.Nil) {
		key.status = "error"
	}
	known := m.operations[operation{key.name, "success"}]+m.operations[operation{key.name, "error"}] > 0
	if !known && len(m.operations) >= operationNames {
		key.name = otherOperation
	}
	return key
}

// text returns the metrics in Prometheus' text format, in a fixed order.
func (m *meter) text() []byte {
	m.mu.Lock()
	defer m.mu.Unlock()
	var b bytes.Buffer
	fmt.Fprintf(&b, "# HELP %s Cache operations.\n# TYPE %s counter\n", metricOperations, metricOperations)
	keys := slices.SortedFunc(maps.Keys(m.operations), func(x, y operation) int {
		return cmp.Or(cmp.Compare(x.name, y.name), cmp.Compare(x.status, y.status))
	})
	for _, key := range keys {
		fmt.Fprintf(&b, "%s{backend=%s,operation=%s,status=%s} %d\n",
			metricOperations, label(m.backend), label(key.name), label(key.status), m.operations[key])
	}
	fmt.Fprintf(&b, "# HELP %s Duration of cache operations.\n# TYPE %s histogram\n", metricDuration, metricDuration)
	for _, name := range slices.Sorted(maps.Keys(m.durations)) {
		h, labels := m.durations[name], fmt.Sprintf("backend=%s,operation=%s", label(m.backend), label(name))
		var sum uint64
		for i, bound := range buckets {
			sum += h.counts[i]
			fmt.Fprintf(&b, "%s_bucket{%s,le=\"%s\"} %d\n", metricDuration, labels, number(bound), sum)
		}
		fmt.Fprintf(&b, "%s_bucket{%s,le=\"+Inf\"} %d\n", metricDuration, labels, h.total)
		fmt.Fprintf(&b, "%s_sum{%s} %s\n%s_count{%s} %d\n", metricDuration, labels, number(h.sum), metricDuration, labels, h.total)
	}
	return b.Bytes()
}

// label quotes the value of a label as the format asks for.
func label(value string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`).Replace(value) + `"`
}

func number(v float64) string { return strconv.FormatFloat(v, 'g', -1, 64) }
