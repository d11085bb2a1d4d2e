package measure

import (
	"math"
	"os"
	"runtime"
	"strconv"
	"strings"

	"github.com/compozy/docs/internal/measure/record"
)

// machine describes this one. What the system does not tell stays empty.
func machine(redisVersion string) record.Machine {
	m := record.Machine{OS: runtime.GOOS, Arch: runtime.GOARCH, CPUs: runtime.NumCPU(), Go: runtime.Version(), Redis: redisVersion}
	m.CPU = valueIn("/proc/cpuinfo", "model name")
	if kib, err := strconv.ParseFloat(strings.TrimSuffix(valueIn("/proc/meminfo", "MemTotal"), " kB"), 64); err == nil {
		m.MemoryGiB = math.Round(kib/(1<<20)*10) / 10
	}
	return m
}

// valueIn returns what a file of lines "key: value" says first of a key.
func valueIn(file, key string) string {
	text, err := os.ReadFile(file)
	if err != nil {
		return "" // another system
	}
	for line := range strings.Lines(string(text)) {
		if k, v, ok := strings.Cut(line, ":"); ok && strings.TrimSpace(k) == key {
			return strings.Join(strings.Fields(v), " ")
		}
	}
	return ""
}

// resident is the memory of a process in bytes; 0 when the system does not
// tell.
func resident(pid int) float64 {
	kib, err := strconv.ParseFloat(strings.TrimSuffix(valueIn("/proc/"+strconv.Itoa(pid)+"/status", "VmRSS"), " kB"), 64)
	if err != nil {
		return 0
	}
	return kib * 1024
}
