package measure

import (
	"bytes"
	"context"
	_ "embed" // the configuration
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	"github.com/compozy/docs/compozy/cache"
	"github.com/compozy/docs/compozy/config"
	"github.com/compozy/docs/internal/diag"
	"github.com/compozy/docs/internal/source"
)

// sample is a configuration of 60 lines with every kind of value.
//
//go:embed sample.yaml
var sample string

// patience is the environment of a cache that is measured: the time that a busy
// machine takes is a figure, and no reason to give up.
var patience = []string{"REDIS_PING_TIMEOUT=5m", "REDIS_READ_TIMEOUT=5m", "REDIS_WRITE_TIMEOUT=5m", "REDIS_POOL_TIMEOUT=5m"}

// decode reads a configuration that must be right.
func decode(text string, env ...string) (*config.Config, error) {
	cfg, found := config.Decode(source.NewFile("compozy.yaml", []byte(text)), config.Options{Env: env})
	if diag.HasErrors(found) {
		return nil, fmt.Errorf("the configuration is refused: %s", found[0].Message)
	}
	return cfg, nil
}

// start measures reading a configuration, opening the cache, and the whole
// process.
func (r *run) start(ctx context.Context) error {
	const each = 20 // one is too short for the clock
	took, err := times(r.runs, func() error {
		for range each {
			if _, err := decode(sample); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	r.add("config.load", milliseconds(took)/each, "ms", "Reading, validating and resolving a configuration of 60 lines",
		"median of many readings in a running process")

	cfg, err := decode("mode: standalone\n", patience...)
	if err != nil {
		return err
	}
	took, err = times(r.runs, func() error {
		c, err := cache.Open(ctx, cfg, cache.Options{}) // waits for the answer to a PING
		if err != nil {
			return err
		}
		return c.Close(ctx)
	})
	if err != nil {
		return err
	}
	r.add("start.cache", milliseconds(took), "ms", "Opening the embedded cache, a PING, and closing it", "median in a running process")
	return r.process(ctx)
}

// process measures compozy start until /health answers, and what memory it has
// then.
func (r *run) process(ctx context.Context) error {
	path := filepath.Join(r.dir, "compozy.yaml")
	program, err := os.Executable()
	if err != nil {
		return err
	}
	var memory []float64
	var all []time.Duration
	for range max(r.runs/3, 1) {
		port, err := freePort(ctx)
		if err != nil {
			return err
		}
		text := fmt.Sprintf("mode: standalone\nserver:\n  host: 127.0.0.1\n  port: %d\n", port)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			return err
		}
		took, rss, err := r.oneProcess(ctx, program, path, fmt.Sprintf("http://127.0.0.1:%d/health", port))
		if err != nil {
			return err
		}
		all, memory = append(all, took), append(memory, rss)
	}
	r.add("start.health", milliseconds(median(all)), "ms", "From the start of the process to the first answer of /health",
		"compozy start with mode: standalone, median of several starts")
	least := memory[0]
	for _, m := range memory {
		least = min(least, m)
	}
	if least > 0 {
		r.add("memory.empty", least/(1<<20), "MiB", "Memory of the process with an empty embedded cache",
			"resident size of compozy start once /health answers")
	}
	return nil
}

func (r *run) oneProcess(ctx context.Context, program, file, address string) (took time.Duration, memory float64, err error) {
	var said bytes.Buffer
	cmd := exec.CommandContext(ctx, program, "start", "--config", file)
	cmd.Stdout, cmd.Stderr = &said, &said
	cmd.Env = []string{"HOME=" + r.dir, "PATH=" + os.Getenv("PATH")}
	begin := time.Now()
	if err := cmd.Start(); err != nil {
		return 0, 0, err
	}
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	err = until(ctx, func() bool {
		request, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
		if err != nil {
			return false
		}
		response, err := client.Do(request)
		if err != nil {
			return false
		}
		_ = response.Body.Close() // nothing is read from it
		return response.StatusCode == http.StatusOK
	})
	took, memory = time.Since(begin), resident(cmd.Process.Pid)
	_ = cmd.Process.Signal(os.Interrupt)
	ended := cmd.Wait()
	if err != nil {
		return 0, 0, errors.Join(fmt.Errorf("/health does not answer: %w", err), ended, errors.New(said.String()))
	}
	return took, memory, nil
}

// freePort is a port that nobody listens on now.
func freePort(ctx context.Context) (int, error) {
	var lc net.ListenConfig
	l, err := lc.Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port, nil
}
