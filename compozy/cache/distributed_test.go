package cache_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"io"
	"math/big"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"

	"github.com/compozy/docs/compozy/cache"
	"github.com/compozy/docs/compozy/mode"
)

type dialFunc = func(ctx context.Context, network, address string) (net.Conn, error)

// realRedis starts a redis-server and returns how to reach it.
func realRedis(t *testing.T, args ...string) dialFunc {
	t.Helper()
	socket := cache.RedisServer(t, args...)
	return func(ctx context.Context, _, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, "unix", socket)
	}
}

func TestRealRedis(t *testing.T) {
	t.Parallel()
	dial := realRedis(t, "--requirepass", "pa ss")
	var addresses []string
	var mu sync.Mutex
	spy := func(ctx context.Context, network, address string) (net.Conn, error) {
		mu.Lock()
		defer mu.Unlock()
		addresses = append(addresses, address)
		return dial(ctx, network, address)
	}
	for _, test := range []struct{ name, yaml, address string }{
		{"url wins", "redis:\n  url: redis://:pa%20ss@url.internal:7000/2\n  addr: addr.internal:1\n  host: host.internal\n  password: wrong\n  db: 9", "url.internal:7000"},
		{"url without a port", "redis:\n  url: redis://:pa%20ss@url.internal/2", "url.internal:6379"},
		{"then addr", "redis:\n  addr: addr.internal:7001\n  host: host.internal\n  password: pa ss\n  db: 2", "addr.internal:7001"},
		{"then host and port", "redis:\n  host: host.internal\n  port: 7002\n  password: pa ss\n  db: 2", "host.internal:7002"},
		{"then the default", "redis:\n  password: pa ss\n  db: 2", "localhost:6379"},
	} {
		mu.Lock()
		addresses = nil
		mu.Unlock()
		c := open(t, test.yaml, cache.Options{Dial: spy})
		if c.Mode() != mode.Distributed {
			t.Errorf("%s: mode %q", test.name, c.Mode())
		}
		if err := c.Client().Set(t.Context(), "k", test.name, 0).Err(); err != nil {
			t.Errorf("%s: %v", test.name, err)
		}
		info, err := c.Client().Do(t.Context(), "CLIENT", "INFO").Text()
		if err != nil || !strings.Contains(info, " db=2 ") {
			t.Errorf("%s: not in database 2: %q, %v", test.name, info, err)
		}
		mu.Lock()
		for _, address := range addresses {
			if address != test.address {
				t.Errorf("%s: dialled %q, want %q", test.name, address, test.address)
			}
		}
		mu.Unlock()
	}
}

func TestRealRedisErrors(t *testing.T) {
	t.Parallel()
	locked, free := realRedis(t, "--requirepass", "right"), realRedis(t)
	for _, test := range []struct {
		name, yaml, setting, reason string
		dial                        dialFunc
	}{
		{"wrong password", "redis:\n  addr: r:1\n  password: hunter2", "redis.password", "does not accept the password", locked},
		{"wrong password in the url", "redis:\n  url: redis://:hunter2@r:1", "redis.url", "does not accept the password", locked},
		{"no password", "redis:\n  addr: r:1", "redis.password", "asks for a password", locked},
		{"no such database", "redis:\n  addr: r:1\n  db: 99", "redis.db", "no such database", free},
		{"no such database in the url", "redis:\n  url: redis://:hunter2@r:1/99", "redis.url", "", free},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			expectSettingError(t, test.yaml, cache.Options{Dial: test.dial}, test.setting, test.reason)
		})
	}
}

func expectSettingError(t *testing.T, yaml string, opts cache.Options, setting, reason string) {
	t.Helper()
	c, err := cache.Open(t.Context(), load(t, yaml), opts)
	if err == nil {
		_ = c.Close(t.Context())
		t.Fatal("the cache opened")
	}
	var at *cache.SettingError
	if !errors.As(err, &at) {
		t.Fatalf("error %T: %v, want a *SettingError", err, err)
	}
	if at.Setting != setting || !strings.Contains(at.Reason, reason) {
		t.Errorf("blames %s: %s; want %s: …%s…", at.Setting, at.Reason, setting, reason)
	}
	if !strings.HasPrefix(err.Error(), setting+" ") {
		t.Errorf("the error does not begin with the setting: %v", err)
	}
	if strings.Contains(err.Error(), "hunter2") {
		t.Errorf("the password shows: %v", err)
	}
}

func to(conn func() (net.Conn, error)) dialFunc {
	return func(context.Context, string, string) (net.Conn, error) { return conn() }
}

// serve starts a server that treats each connection as told, and returns how
// to reach it. It is a real socket: over net.Pipe, where each write waits for
// its read, a failing TLS handshake would block both ends.
func serve(t *testing.T, handle func(net.Conn)) dialFunc {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { listener.Close() })
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			go func() {
				defer conn.Close()
				handle(conn)
			}()
		}
	}()
	return to(func() (net.Conn, error) { return net.Dial("tcp", listener.Addr().String()) })
}

// silent reads and never answers.
func silent(conn net.Conn) { _, _ = io.Copy(io.Discard, conn) }

// answering says one thing and hangs up.
func answering(text string) func(net.Conn) {
	return func(conn net.Conn) {
		if _, err := conn.Read(make([]byte, 4096)); err == nil {
			_, _ = io.WriteString(conn, text)
		}
	}
}

// repeating says one thing to all it is asked.
func repeating(text string) func(net.Conn) {
	return func(conn net.Conn) {
		for {
			if _, err := conn.Read(make([]byte, 4096)); err != nil {
				return
			}
			_, _ = io.WriteString(conn, text)
		}
	}
}

// greeting says one thing before it is asked any, and hangs up.
func greeting(text string) func(net.Conn) {
	return func(conn net.Conn) { _, _ = io.WriteString(conn, text) }
}

func TestConnectionErrors(t *testing.T) {
	t.Parallel()
	// The system gives this port to nobody, as it might one that was closed.
	const closed = "127.0.0.1:1"
	noHost := to(func() (net.Conn, error) {
		return nil, &net.DNSError{Err: "no such host", Name: "nosuch", IsNotFound: true}
	})
	for _, test := range []struct {
		name, yaml, setting, reason string
		dial                        dialFunc
	}{
		{"nothing listens at addr", "redis:\n  addr: " + closed, "redis.addr", "nothing listens at " + closed, nil},
		{"nothing listens at url", "redis:\n  url: redis://:hunter2@" + closed, "redis.url", "nothing listens", nil},
		{"no such host", "redis:\n  host: nosuch", "redis.host", `no host has the name "nosuch"`, noHost},
		{"no answer", "redis:\n  addr: r:1\n  ping_timeout: 30ms", "redis.ping_timeout", "did not answer within 30ms", serve(t, silent)},
		{"no Redis", "redis:\n  addr: r:1\n  max_retries: 0", "redis.addr", "does not answer like Redis", serve(t, answering("HTTP/1.1 400 Bad Request\r\n\r\n"))},
		{"loading", "redis:\n  addr: r:1\n  max_retries: 0", "redis.addr", "is still loading its data; try again", serve(t, repeating("-LOADING Redis is loading the dataset in memory\r\n"))},
		{"full", "redis:\n  addr: r:1\n  max_retries: 0", "redis.addr", "as its maxclients allows", serve(t, greeting("-ERR max number of clients reached\r\n"))},
		{"protected", "redis:\n  addr: r:1\n  max_retries: 0", "redis.addr", "is in protected mode and only talks to its own machine", serve(t, greeting("-DENIED Redis is running in protected mode because protected mode is enabled and no password is set for the default user.\r\n"))},
		{"hangs up", "redis:\n  addr: r:1\n  max_retries: -1", "redis.addr", "closed the connection", serve(t, answering(""))},
		{"no TLS", "redis:\n  addr: r:1\n  tls_enabled: true", "redis.tls_enabled", "does not speak TLS", serve(t, answering("-ERR unknown command\r\n"))},
		{"no TLS and no answer", "redis:\n  addr: r:1\n  ping_timeout: 30ms\n  tls_enabled: true", "redis.ping_timeout", "did not answer within 30ms; it may not speak TLS", serve(t, silent)},
		{"no TLS and no answer for the url", "redis:\n  url: rediss://:hunter2@r:1\n  ping_timeout: 30ms", "redis.ping_timeout", "did not answer within 30ms; it may not speak TLS", serve(t, silent)},
		{"no TLS for the url", "redis:\n  url: rediss://:hunter2@r:1", "redis.url", "does not speak TLS", serve(t, answering("-ERR unknown command\r\n"))},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			expectSettingError(t, test.yaml, cache.Options{Dial: test.dial}, test.setting, test.reason)
		})
	}
}

func TestTLS(t *testing.T) {
	t.Parallel()
	certificate, roots := authority(t, "redis.internal")
	server := miniredis.RunT(t)
	dial := serve(t, func(conn net.Conn) {
		plain, err := server.Dial()
		if err != nil {
			return
		}
		defer plain.Close()
		inner := tls.Server(conn, &tls.Config{Certificates: []tls.Certificate{certificate}})
		go func() { _, _ = io.Copy(inner, plain) }()
		_, _ = io.Copy(plain, inner)
	})
	for _, yaml := range []string{"redis:\n  addr: redis.internal:1\n  tls_enabled: true", "redis:\n  url: rediss://redis.internal:1"} {
		c := open(t, yaml, cache.Options{Dial: dial, TLS: &tls.Config{RootCAs: roots}})
		if err := c.Client().Set(t.Context(), "k", "v", 0).Err(); err != nil {
			t.Errorf("%q: %v", yaml, err)
		}
	}
	expectSettingError(t, "redis:\n  addr: redis.internal:1\n  tls_enabled: true", cache.Options{Dial: dial}, "redis.tls_enabled", "is not trusted")
	expectSettingError(t, "redis:\n  addr: other.internal:1\n  tls_enabled: true", cache.Options{Dial: dial, TLS: &tls.Config{RootCAs: roots}}, "redis.tls_enabled", "is not trusted")
}

// TestServerRefusesTLS: a server that wants a client certificate does speak
// TLS, and nobody is told to turn it off.
func TestServerRefusesTLS(t *testing.T) {
	t.Parallel()
	certificate, roots := authority(t, "redis.internal")
	for _, test := range []struct {
		name, said string
		version    uint16
	}{
		{"1.2", "handshake failure", tls.VersionTLS12},
		{"1.3", "certificate required", tls.VersionTLS13},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			dial := serve(t, func(conn net.Conn) {
				_ = tls.Server(conn, &tls.Config{Certificates: []tls.Certificate{certificate}, ClientAuth: tls.RequireAnyClientCert, MaxVersion: test.version}).Handshake()
				_, _ = io.Copy(io.Discard, conn) // a reset could overtake the alert
			})
			want := "the server at redis.internal:1 refuses the TLS connection (tls: " + test.said + "); it may require a client certificate"
			opts := cache.Options{Dial: dial, TLS: &tls.Config{RootCAs: roots}}
			expectSettingError(t, "redis:\n  addr: redis.internal:1\n  tls_enabled: true\n  max_retries: 0", opts, "redis.tls_enabled", want)
			expectSettingError(t, "redis:\n  url: rediss://redis.internal:1\n  max_retries: 0", opts, "redis.url", want)
		})
	}
	closing := serve(t, func(conn net.Conn) {
		inner := tls.Server(conn, &tls.Config{Certificates: []tls.Certificate{certificate}})
		_, _ = inner.Read(make([]byte, 1))
	})
	expectSettingError(t, "redis:\n  addr: redis.internal:1\n  tls_enabled: true\n  max_retries: 0",
		cache.Options{Dial: closing, TLS: &tls.Config{RootCAs: roots}}, "redis.tls_enabled", "closed the TLS connection; it may require a client certificate")
}

// authority makes a certificate for a host and the pool that trusts it.
func authority(t *testing.T, host string) (tls.Certificate, *x509.CertPool) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: host}, DNSNames: []string{host},
		NotBefore: time.Unix(0, 0), NotAfter: time.Date(2100, 1, 1, 0, 0, 0, 0, time.UTC),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	parsed, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	roots := x509.NewCertPool()
	roots.AddCert(parsed)
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, roots
}

// TestClientOptions: what the configuration says reaches the client.
func TestClientOptions(t *testing.T) {
	t.Parallel()
	server := miniredis.RunT(t)
	c := open(t, strings.Join([]string{
		"redis:", "  addr: " + server.Addr(), "  pool_size: 7", "  min_idle_conns: 1", "  max_idle_conns: 5", "  max_retries: 2",
		"  dial_timeout: 2s", "  read_timeout: 4s", "  write_timeout: 6s", "  pool_timeout: 8s",
		"  min_retry_backoff: 10ms", "  max_retry_backoff: 20ms",
	}, "\n"), cache.Options{})
	o := c.Client().Options()
	for _, test := range []struct {
		name      string
		got, want any
	}{
		{"pool_size", o.PoolSize, 7},
		{"min_idle_conns", o.MinIdleConns, 1},
		{"max_idle_conns", o.MaxIdleConns, 5},
		{"max_retries", o.MaxRetries, 2},
		{"dial_timeout", o.DialTimeout, 2 * time.Second},
		{"read_timeout", o.ReadTimeout, 4 * time.Second},
		{"write_timeout", o.WriteTimeout, 6 * time.Second},
		{"pool_timeout", o.PoolTimeout, 8 * time.Second},
		{"min_retry_backoff", o.MinRetryBackoff, 10 * time.Millisecond},
		{"max_retry_backoff", o.MaxRetryBackoff, 20 * time.Millisecond},
	} {
		if test.got != test.want {
			t.Errorf("%s is %v, want %v", test.name, test.got, test.want)
		}
	}
	none := open(t, "redis:\n  addr: "+server.Addr()+"\n  max_retries: 0\n  read_timeout: 0s\n  write_timeout: 0s", cache.Options{}).Client().Options()
	if none.MaxRetries != 0 || none.ReadTimeout != 0 || none.WriteTimeout != 0 {
		t.Errorf("zero means none: retries %d, read %v, write %v", none.MaxRetries, none.ReadTimeout, none.WriteTimeout)
	}
}
