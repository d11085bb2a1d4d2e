package measure

import (
	"context"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/compozy/docs/compozy/cli"
	"github.com/compozy/docs/compozy/host"
	"github.com/compozy/docs/internal/measure/record"
)

// TestMain makes the test's program compozy when it is started as that.
func TestMain(m *testing.M) {
	if args := os.Args[1:]; IsCommand(args) {
		ctx := host.With(context.Background(), host.Host{Signals: host.LastSignals})
		os.Exit(cli.Run(ctx, args, os.Environ(), os.Stdin, os.Stdout, os.Stderr))
	}
	os.Exit(m.Run())
}

// names are the figures that pages may rely on.
const names = `config.load expiry.100k.lateness expiry.100k.share export.100k.rate import.100k.rate memory.100k-strings memory.10k-hashes memory.empty
	migrate.10k.rate restore.100k.rate restore.100k.time restore.10k.time restore.1k.time snapshot.100k.pause snapshot.100k.rate snapshot.100k.size
	snapshot.100k.time snapshot.10k.time snapshot.1k.time start.cache start.health throughput.1-connection.rate throughput.1-connection.share
	throughput.16-connections.rate throughput.16-connections.share throughput.pipeline-of-100.rate throughput.pipeline-of-100.share`

// TestRun takes every figure from very little data.
func TestRun(t *testing.T) {
	if _, err := exec.LookPath("redis-server"); err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal("redis-server is not installed")
		}
		t.Skip("SKIPPED: redis-server is not installed, so nothing is measured")
	}
	day := time.Date(2026, 1, 31, 23, 0, 0, 0, time.UTC)
	r, err := Run(t.Context(), Options{Quick: true, Now: func() time.Time { return day }})
	if err != nil {
		t.Fatal(err)
	}
	want := strings.Fields(names)
	slices.Sort(want)
	if resident(os.Getpid()) == 0 {
		want = slices.DeleteFunc(want, func(name string) bool { return name == "memory.empty" })
	}
	if diff := cmp.Diff(want, slices.Sorted(slices.Values(r.Names()))); diff != "" {
		t.Errorf("the figures are others (+) than expected (-):\n%s", diff)
	}
	for name, f := range r.Figures {
		// Next to nothing is stored here, so a growth may come out as none.
		if f.Label == "" || f.Note == "" || f.Unit == "" || f.Value <= 0 && !strings.HasPrefix(name, "memory.10") && !strings.HasPrefix(name, "expiry.") {
			t.Errorf("%s is %+v", name, f)
		}
	}
	if r.Date != "2026-01-31" || r.Machine.CPUs < 1 || r.Machine.Redis == "" {
		t.Errorf("the record says %q, %+v", r.Date, r.Machine)
	}
	text, err := r.Marshal()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := record.Parse(text); err != nil {
		t.Error(err)
	}
}

func TestSampleHasSixtyLines(t *testing.T) {
	t.Parallel()
	if got := strings.Count(sample, "\n"); got != 60 {
		t.Errorf("the sample has %d lines, and the figure says 60", got)
	}
	if _, err := decode(sample); err != nil {
		t.Error(err)
	}
}

// TestValuesAreTheSame: two runs measure the same data.
func TestValuesAreTheSame(t *testing.T) {
	t.Parallel()
	a, b := newValues(), newValues()
	first := a.next(1024)
	if len(first) != 1024 || first != b.next(1024) || first == a.next(1024) {
		t.Error("the values differ between runs, or repeat within one")
	}
}
