package measure

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/compozy/docs/compozy/cli"
	"github.com/compozy/docs/compozy/host"
)

// moving measures export, import and migration through the command line, on
// the snapshots that were taken before.
func (r *run) moving(ctx context.Context) error {
	most, middle := r.largest(), r.keys[len(r.keys)-2]
	what := commas(most.keys) + " strings of 1 KiB"
	file := filepath.Join(r.dir, "export.jsonl")
	took, err := r.command(ctx, "cache", "export", "--dir", r.dataDir(most), "--file", file)
	if err != nil {
		return err
	}
	size, err := sizeOf(file)
	if err != nil {
		return err
	}
	r.add("export.100k.rate", perSecond(size, took), "MB/s", "compozy cache export of "+what, "bytes of the file; once")
	into := filepath.Join(r.dir, "imported")
	if took, err = r.command(ctx, "cache", "import", file, "--dir", into); err != nil {
		return err
	}
	r.add("import.100k.rate", perSecond(size, took), "MB/s", "compozy cache import of "+what, "bytes of the file; checked, written and read back; once")
	if took, err = r.command(ctx, "cache", "migrate", "--dir", r.dataDir(middle), "--to", "redis://redis.internal:6379"); err != nil {
		return err
	}
	r.add("migrate.10k.rate", float64(middle.keys)/took.Seconds(), "keys/s", "compozy cache migrate of "+commas(middle.keys)+" strings of 1 KiB",
		"to redis-server on the same machine, every key read back; once")
	client := r.redis.client()
	defer client.Close()
	return errors.Join(client.FlushAll(ctx).Err(), os.RemoveAll(file), os.RemoveAll(into))
}

// command runs a command line of compozy and returns how long it took.
func (r *run) command(ctx context.Context, args ...string) (time.Duration, error) {
	var said bytes.Buffer
	ctx = host.With(ctx, host.Host{Dir: r.dir, Dial: r.redis.dial})
	begin := time.Now()
	status := cli.Run(ctx, args, []string{"HOME=" + r.dir}, strings.NewReader(""), io.Discard, &said)
	took := time.Since(begin)
	if status != 0 {
		return 0, fmt.Errorf("compozy %s ends with %d: %s", strings.Join(args[:2], " "), status, said.String())
	}
	return took, nil
}
