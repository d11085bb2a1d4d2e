package cache_test

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/compozy/docs/compozy/cache"
)

// secureRedis starts a redis-server that speaks TLS only, for the host
// redis.internal, and returns how to reach it and whom to trust.
func secureRedis(t *testing.T, args ...string) (dialFunc, *x509.CertPool) {
	t.Helper()
	path, err := exec.LookPath("redis-server")
	if err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal("redis-server is not installed, and in CI TLS is tested against the real one")
		}
		t.Skip("SKIPPED: redis-server is not installed, so TLS is NOT tested against a real Redis; install it (apt-get install redis-server)")
	}
	certificate, roots := authority(t, "redis.internal")
	dir := t.TempDir()
	key, err := x509.MarshalECPrivateKey(certificate.PrivateKey.(*ecdsa.PrivateKey))
	if err != nil {
		t.Fatal(err)
	}
	for name, block := range map[string]*pem.Block{
		"cert.pem": {Type: "CERTIFICATE", Bytes: certificate.Certificate[0]},
		"key.pem":  {Type: "EC PRIVATE KEY", Bytes: key},
	} {
		if err := os.WriteFile(filepath.Join(dir, name), pem.EncodeToMemory(block), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	// The port is free when it is chosen and may be taken when the server
	// comes; another one is tried then.
	for range 5 {
		listener, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		address := listener.Addr().String()
		_, port, _ := net.SplitHostPort(address)
		listener.Close()
		var log bytes.Buffer
		cmd := exec.Command(path, append([]string{"--port", "0", "--tls-port", port, "--bind", "127.0.0.1", "--dir", dir, "--save", "", "--tls-auth-clients", "no",
			"--tls-cert-file", filepath.Join(dir, "cert.pem"), "--tls-key-file", filepath.Join(dir, "key.pem")}, args...)...)
		cmd.Stdout, cmd.Stderr = &log, &log
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		exited := make(chan struct{})
		go func() {
			_ = cmd.Wait() // why it ended is in the log
			close(exited)
		}()
		t.Cleanup(func() {
			_ = cmd.Process.Kill()
			<-exited
		})
		tick := time.NewTicker(10 * time.Millisecond)
		defer tick.Stop()
		for up := false; !up; {
			select {
			case <-exited:
				up = true
			case <-tick.C:
				if conn, err := net.Dial("tcp", address); err == nil {
					conn.Close()
					return to(func() (net.Conn, error) { return net.Dial("tcp", address) }), roots
				}
			}
		}
		if strings.Contains(log.String(), "Bad directive") {
			if os.Getenv("CI") == "true" {
				t.Fatalf("this redis-server has no TLS: %s", log.String())
			}
			t.Skipf("SKIPPED: this redis-server has no TLS, which is NOT tested against a real Redis: %s", log.String())
		}
	}
	t.Fatal("redis-server finds no free port")
	return nil, nil
}

// TestRealTLS: TLS against the real server, with password and database.
func TestRealTLS(t *testing.T) {
	t.Parallel()
	dial, roots := secureRedis(t, "--requirepass", "hunter2")
	trusting := cache.Options{Dial: dial, TLS: &tls.Config{RootCAs: roots}}
	for _, yaml := range []string{
		"redis:\n  addr: redis.internal:6380\n  tls_enabled: true\n  password: hunter2\n  db: 3",
		"redis:\n  host: redis.internal\n  port: 6380\n  tls_enabled: true\n  password: hunter2\n  db: 3",
		"redis:\n  url: rediss://:hunter2@redis.internal:6380/3",
		"redis:\n  url: redis://:hunter2@redis.internal:6380/3\n  tls_enabled: true",
	} {
		c := open(t, yaml, trusting)
		if err := c.Client().Set(t.Context(), "k", yaml, 0).Err(); err != nil {
			t.Errorf("%q: %v", yaml, err)
		}
		if info, err := c.Client().Do(t.Context(), "CLIENT", "INFO").Text(); err != nil || !strings.Contains(info, " db=3 ") {
			t.Errorf("%q: not in database 3: %q, %v", yaml, info, err)
		}
	}
	for _, test := range []struct {
		name, yaml, setting, reason string
		opts                        cache.Options
	}{
		{"not trusted", "redis:\n  addr: redis.internal:1\n  tls_enabled: true\n  password: hunter2", "redis.tls_enabled", "is not trusted", cache.Options{Dial: dial}},
		{"another host", "redis:\n  addr: other.internal:1\n  tls_enabled: true\n  password: hunter2", "redis.tls_enabled", "is not trusted", trusting},
		{"wrong password", "redis:\n  url: rediss://:hunter2x@redis.internal:1", "redis.url", "does not accept the password", trusting},
		{"no such database", "redis:\n  addr: redis.internal:1\n  tls_enabled: true\n  password: hunter2\n  db: 99", "redis.db", "no such database", trusting},
		{"TLS not asked for", "redis:\n  addr: redis.internal:1\n  password: hunter2\n  max_retries: 0", "redis.addr", "may expect TLS (redis.tls_enabled)", trusting},
	} {
		t.Run(test.name, func(t *testing.T) { expectSettingError(t, test.yaml, test.opts, test.setting, test.reason) })
	}
}

// lenient is a connection whose reads have a minute, until it is told to be
// strict.
type lenient struct {
	net.Conn
	strict *atomic.Bool
}

func (c lenient) SetReadDeadline(t time.Time) error {
	if !t.IsZero() && !c.strict.Load() {
		t = t.Add(time.Minute)
	}
	return c.Conn.SetReadDeadline(t)
}

func (c lenient) SetDeadline(t time.Time) error {
	return errors.Join(c.SetReadDeadline(t), c.SetWriteDeadline(t))
}

// TestRealUsers: what an ACL refuses is told apart from a wrong password.
func TestRealUsers(t *testing.T) {
	t.Parallel()
	opts := cache.Options{Dial: realRedis(t, "--user", "ada", "on", ">pw", "~*", "+@all", "-ping", "--user", "eve", "off", ">pw", "~*", "+@all")}
	for url, reason := range map[string]string{
		"redis://ada:pw@r:1":    "accepts the password, but its ACL does not let this user run PING and SELECT",
		"redis://ada:wrong@r:1": "does not accept the user name and password, or the user is disabled",
		"redis://eve:pw@r:1":    "does not accept the user name and password, or the user is disabled",
	} {
		expectSettingError(t, "redis:\n  url: "+url+"\n  max_retries: 0", opts, "redis.url", reason)
	}
}

// TestRealTimes: the times of the configuration end what takes too long.
func TestRealTimes(t *testing.T) {
	t.Parallel()
	dial := realRedis(t)
	var strict atomic.Bool
	c := open(t, "redis:\n  addr: r:1\n  read_timeout: 50ms\n  max_retries: 0", cache.Options{Dial: func(ctx context.Context, network, address string) (net.Conn, error) {
		conn, err := dial(ctx, network, address)
		return lenient{conn, &strict}, err
	}})
	strict.Store(true)
	var timeout net.Error
	if err := c.Client().Do(t.Context(), "BLPOP", "nosuch", 0).Err(); !errors.As(err, &timeout) || !timeout.Timeout() {
		t.Errorf("read_timeout: a reply that does not come gives %v", err)
	}
	c = open(t, "redis:\n  addr: r:1\n  pool_size: 1\n  pool_timeout: 50ms\n  max_retries: 0", cache.Options{Dial: dial})
	conn := c.Client().Conn()
	defer conn.Close()
	if err := conn.Ping(t.Context()).Err(); err != nil {
		t.Fatal(err)
	}
	if err := c.Client().Ping(t.Context()).Err(); err == nil || !strings.Contains(err.Error(), "pool timeout") {
		t.Errorf("pool_timeout: a second connection from a pool of one gives %v", err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if err := conn.BLPop(ctx, time.Hour, "nosuch").Err(); !errors.Is(err, context.DeadlineExceeded) && !errors.As(err, &timeout) {
		t.Errorf("the caller's deadline gives %v", err)
	}
}

// TestMemoryOfAgents mirrors what agents' memory does, on both servers.
func TestMemoryOfAgents(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name, yaml string
		real       bool
	}{{"embedded", "mode: standalone", false}, {"redis-server", "redis:\n  addr: r:1", true}} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			opts := cache.Options{}
			if test.real {
				opts.Dial = realRedis(t)
			}
			c := open(t, test.yaml, opts)
			appending(t, c)
			locking(t, c)
			watching(t, c)
			events(t, c)
		})
	}
}

func must[T any](t *testing.T, v T, err error) T {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func equal(t *testing.T, what string, got, want any) {
	t.Helper()
	if g, w := fmt.Sprint(got), fmt.Sprint(want); g != w {
		t.Errorf("%s: %s, want %s", what, g, w)
	}
}
