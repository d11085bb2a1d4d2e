package measure

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"
)

// redisServer is a redis-server of our own on a socket, which keeps nothing.
type redisServer struct {
	cmd     *exec.Cmd
	socket  string
	version string
}

// startTime is how long a server may take to come up.
const startTime = time.Minute

func startRedis(ctx context.Context, dir string) (*redisServer, error) {
	path, err := exec.LookPath("redis-server")
	if err != nil {
		return nil, errors.New("redis-server is not installed: there is nothing to compare with, and nothing to migrate to")
	}
	out, err := exec.CommandContext(ctx, path, "--version").Output()
	if err != nil {
		return nil, fmt.Errorf("ask redis-server for its version: %w", err)
	}
	s := &redisServer{socket: filepath.Join(dir, "redis")}
	for word := range strings.FieldsSeq(string(out)) {
		if v, ok := strings.CutPrefix(word, "v="); ok {
			s.version = v
		}
	}
	s.cmd = exec.CommandContext(ctx, path, "--port", "0", "--unixsocket", s.socket, "--dir", dir, "--save", "", "--appendonly", "no")
	if err := s.cmd.Start(); err != nil {
		return nil, fmt.Errorf("start redis-server: %w", err)
	}
	client := s.client()
	defer client.Close()
	if err := until(ctx, func() bool { return client.Ping(ctx).Err() == nil }); err != nil {
		s.stop()
		return nil, fmt.Errorf("wait for redis-server: %w", err)
	}
	return s, nil
}

func (s *redisServer) stop() {
	_ = s.cmd.Process.Kill()
	_ = s.cmd.Wait() // it says that it was killed
}

func (s *redisServer) client() *redis.Client {
	return redis.NewClient(&redis.Options{Network: "unix", Addr: s.socket, Protocol: 2, PoolSize: 32, DisableIdentity: true})
}

// dial leads every address to the server.
func (s *redisServer) dial(ctx context.Context, _, _ string) (net.Conn, error) {
	var d net.Dialer
	return d.DialContext(ctx, "unix", s.socket)
}

var errSlow = errors.New("it does not come up")

// until asks every millisecond whether something is so.
func until(ctx context.Context, so func() bool) error {
	ctx, cancel := context.WithTimeoutCause(ctx, startTime, errSlow)
	defer cancel()
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	for {
		if so() {
			return nil
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
}
