package peer

import (
	"fmt"
	"slices"
	"testing"
	"time"
)

// sample are durations, and how often one did not come to an end.
type sample struct {
	times  []time.Duration
	missed int
}

func (s *sample) add(d time.Duration) { s.times = append(s.times, d) }

// quantile returns the smallest duration that a share of the sample, in
// percent, does not exceed. What did not end is longer than any.
func (s sample) quantile(percent int) (time.Duration, bool) {
	all := len(s.times) + s.missed
	if all == 0 {
		return 0, false
	}
	sorted := slices.Sorted(slices.Values(s.times))
	at := max((all*percent+99)/100-1, 0)
	if at >= len(sorted) {
		return 0, false
	}
	return sorted[at], true
}

// String returns the median and what 95 of 100 stay below.
func (s sample) String() string {
	out := ""
	for _, percent := range []int{50, 95} {
		if d, ok := s.quantile(percent); ok {
			out += fmt.Sprintf("%s / ", milliseconds(d))
		} else {
			out += "none / "
		}
	}
	out = out[:len(out)-3]
	if s.missed > 0 {
		out += fmt.Sprintf(" (%d of %d never)", s.missed, s.missed+len(s.times))
	}
	return out
}

func milliseconds(d time.Duration) string {
	if d < 10*time.Millisecond {
		return fmt.Sprintf("%.1f", float64(d)/float64(time.Millisecond))
	}
	return fmt.Sprintf("%d", d.Round(time.Millisecond)/time.Millisecond)
}

func TestSample(t *testing.T) {
	t.Parallel()
	ms := func(list ...int) (s sample) {
		for _, n := range list {
			s.add(time.Duration(n) * time.Millisecond)
		}
		return s
	}
	hundred := sample{}
	for i := range 100 {
		hundred.add(time.Duration(100-i) * time.Millisecond)
	}
	late := ms(3, 1, 2)
	late.missed = 1
	for _, tt := range []struct {
		s    sample
		want string
	}{
		{sample{}, "none / none"},
		{ms(7), "7.0 / 7.0"},
		{ms(30, 10, 20), "20 / 30"},
		{hundred, "50 / 95"},
		{late, "2.0 / none (1 of 4 never)"},
	} {
		if got := tt.s.String(); got != tt.want {
			t.Errorf("%v is shown as %q, want %q", tt.s, got, tt.want)
		}
	}
}
