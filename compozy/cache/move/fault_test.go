package move

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"fmt"
	"io"
	"iter"
	"math/big"
	"net"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/compozy/docs/compozy/cache/dataset"
)

// fileSource is an export as a Source.
type fileSource []byte

var _ Source = fileSource(nil)

func (s fileSource) Count() int { return 0 }

func (s fileSource) Entries(ctx context.Context) iter.Seq2[dataset.Entry, error] {
	return Entries(ctx, bytes.NewReader(s), ReadOptions{})
}

// strings of 1 KiB.
func kibibytes(n int) slice {
	var out slice
	for i := range n {
		out = append(out, str(i%3, fmt.Sprintf("key:%05d", i), strings.Repeat("x", 1024)))
	}
	return out
}

// expectIncomplete checks an error and that the report accounts for each key.
func expectIncomplete(t *testing.T, s slice, r Report, err error, want string) {
	t.Helper()
	var incomplete *IncompleteError
	var server *ServerError
	if !errors.As(err, &incomplete) || !errors.As(err, &server) || !strings.Contains(err.Error(), want) {
		t.Fatalf("the error is %v, want a ServerError in an IncompleteError with %q", err, want)
	}
	if !strings.Contains(err.Error(), "missing (") {
		t.Errorf("the error names nothing that is missing: %v", err)
	}
	if len(r.Missing) == 0 || len(r.Missing) > len(s) {
		t.Errorf("%d keys are missing of %d", len(r.Missing), len(s))
	}
}

func TestOutOfMemory(t *testing.T) {
	t.Parallel()
	target := startRedis(t, "--maxmemory", "4mb", "--maxmemory-policy", "noeviction")
	in := kibibytes(6000)
	in = append(in, dataset.Entry{Key: []byte("list"), Type: dataset.List, List: [][]byte{[]byte("a")}})
	state := filepath.Join(t.TempDir(), "state")
	r, err := Migrate(t.Context(), in, target.server, MigrateOptions{StateFile: state})
	expectIncomplete(t, in, r, err, "it is out of memory")
	// The list is exact while the server answers.
	missing := map[string]bool{}
	for _, ref := range r.Missing {
		missing[ref.String()] = true
	}
	there := target.content()
	if len(there)+len(missing) != len(in) {
		t.Errorf("%d keys arrived and %d are missing, of %d", len(there), len(missing), len(in))
	}
	for i := range there {
		if missing[refOf(&there[i]).String()] {
			t.Errorf("%s is called missing and is there", refOf(&there[i]))
		}
	}
	target.do(0, "CONFIG", "SET", "maxmemory", 0)
	r = migrate(t, in, target, MigrateOptions{StateFile: state})
	if !r.Resumed || r.Present != len(there) || r.Moved != len(in)-len(there) || r.Verified != len(in) {
		t.Errorf("resumed: %d moved, %d present, %d verified", r.Moved, r.Present, r.Verified)
	}
	mustEqual(t, target.content(), in)
}

func TestReadOnlyReplica(t *testing.T) {
	t.Parallel()
	target := startRedis(t, "--replicaof", "127.0.0.1 1")
	in := kibibytes(3)
	r, err := Migrate(t.Context(), in, target.server, MigrateOptions{})
	expectIncomplete(t, in, r, err, "it is a read-only replica")
}

func TestCluster(t *testing.T) {
	t.Parallel()
	target := startRedis(t, "--port", freePort(t), "--bind", "127.0.0.1", "--cluster-enabled", "yes")
	_, err := Migrate(t.Context(), kibibytes(3), target.server, MigrateOptions{})
	var server *ServerError
	if !errors.As(err, &server) || !strings.Contains(err.Error(), "it is a Redis Cluster") {
		t.Errorf("the error is %v", err)
	}
	if why := reason(target.server, errors.New("MOVED 866 10.0.0.1:6379")); !strings.Contains(why, "it is a Redis Cluster") {
		t.Errorf("MOVED is explained as %q", why)
	}
}

func freePort(t *testing.T) string {
	// A cluster needs the port plus 10000 too, which the usual range of free
	// ports may be beyond.
	for port := 20000; port < 30000; port++ {
		if isFree(port) && isFree(port+10000) {
			return fmt.Sprint(port)
		}
	}
	t.Fatal("no port is free")
	return ""
}

func isFree(port int) bool {
	l, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", port))
	return err == nil && l.Close() == nil
}

func TestPassword(t *testing.T) {
	t.Parallel()
	const secret = "s3cr3t-w0rd"
	target := startRedis(t, "--requirepass", secret)
	url := "unix://:wrong-" + secret + "@" + target.socket()
	for _, test := range []struct{ url, password, want string }{
		{"unix://" + target.socket(), "", "it asks for a password and none is given"},
		{url, "", "it does not accept the user name and password"},
		{url, secret, ""},
		{"unix://:" + secret + "@" + target.socket(), "", ""},
	} {
		server, err := NewServer(test.url, test.password)
		if err != nil {
			t.Fatal(err)
		}
		_, err = Migrate(t.Context(), slice{str(0, "a", "1")}, server, MigrateOptions{Merge: true})
		if test.want == "" && err != nil || test.want != "" && (err == nil || !strings.Contains(err.Error(), test.want)) {
			t.Errorf("%v, want %q", err, test.want)
		}
		shown := fmt.Sprintf("%v %s %+v %#v %v", server, server, server, server, err)
		if strings.Contains(shown, secret) {
			t.Errorf("the password is shown: %s", shown)
		}
	}
	for _, bad := range []string{"http://:" + secret + "@host", "redis://:" + secret + "@host:port", "redis://:" + secret + "@host/x", "redis://:" + secret + "@host/1", "redis://:" + secret + "@host?nosuch=1", "redis://:" + secret + "/#@host"} {
		if _, err := NewServer(bad, ""); err == nil || strings.Contains(err.Error(), secret) {
			t.Errorf("%s: %v", bad, err)
		}
	}
}

// serve accepts connections and gives each to do.
func serve(t *testing.T, do func(net.Conn)) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer conn.Close()
				do(conn)
			}()
		}
	}()
	return l.Addr().String()
}

func TestNoServer(t *testing.T) {
	t.Parallel()
	silent := serve(t, func(conn net.Conn) { _, _ = io.Copy(io.Discard, conn) })
	rude := serve(t, func(net.Conn) {})
	http := serve(t, func(conn net.Conn) { _, _ = conn.Write([]byte("HTTP/1.1 400 Bad Request\r\n\r\n")) })
	untrusted := serve(t, func(conn net.Conn) {
		_ = tls.Server(conn, &tls.Config{Certificates: []tls.Certificate{certificate(t)}}).Handshake()
	})
	demanding := func(version uint16) string {
		return serve(t, func(conn net.Conn) {
			_ = tls.Server(conn, &tls.Config{Certificates: []tls.Certificate{certificate(t)}, ClientAuth: tls.RequireAnyClientCert, MaxVersion: version}).Handshake()
			_, _ = io.Copy(io.Discard, conn) // a reset could overtake the alert
		})
	}
	anybody := &tls.Config{InsecureSkipVerify: true}
	for _, test := range []struct {
		name, want string
		o          redis.Options
	}{
		{"client certificate, TLS 1.2", "it refuses the TLS connection (tls: handshake failure); perhaps it requires a client certificate", redis.Options{Addr: demanding(tls.VersionTLS12), TLSConfig: anybody}},
		{"client certificate, TLS 1.3", "it refuses the TLS connection (tls: certificate required); perhaps it requires a client certificate", redis.Options{Addr: demanding(tls.VersionTLS13), TLSConfig: anybody}},
		{"closes TLS", "it closed the connection; it was stopped, or requires a client certificate", redis.Options{Addr: rude, TLSConfig: anybody}},
		{"nobody there", "nothing listens there", redis.Options{Network: "unix", Addr: filepath.Join(t.TempDir(), "s")}},
		{"silent", "it does not answer in time", redis.Options{Addr: silent, ReadTimeout: 50 * time.Millisecond}},
		{"closes", "it closed the connection", redis.Options{Addr: rude}},
		{"no Redis", "HTTP", redis.Options{Addr: http}},
		{"no TLS", "it does not speak TLS", redis.Options{Addr: http, TLSConfig: &tls.Config{ServerName: "localhost"}}},
		{"not trusted", "its certificate is not trusted", redis.Options{Addr: untrusted, TLSConfig: &tls.Config{ServerName: "localhost"}}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			_, err := Migrate(t.Context(), kibibytes(3), FromOptions(&test.o), MigrateOptions{})
			var server *ServerError
			if !errors.As(err, &server) || !strings.Contains(err.Error(), test.want) || !strings.Contains(err.Error(), test.o.Addr) {
				t.Errorf("the error is %v, want a ServerError with %q", err, test.want)
			}
			for _, err := range Read(t.Context(), FromOptions(&test.o)) {
				if !errors.As(err, &server) {
					t.Errorf("Read gives %v", err)
				}
			}
		})
	}
}

func certificate(t *testing.T) tls.Certificate {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "localhost"}, DNSNames: []string{"localhost"},
		NotBefore: time.Unix(0, 0), NotAfter: time.Date(2100, 1, 1, 0, 0, 0, 0, time.UTC),
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
}

// TestServerKilled: the server dies half-way, loses everything, and comes back.
func TestServerKilled(t *testing.T) {
	t.Parallel()
	in := kibibytes(3000)
	for _, phase := range []string{"write", "verify"} {
		target := startRedis(t)
		state := filepath.Join(t.TempDir(), "state")
		r, err := Migrate(t.Context(), in, target.server, MigrateOptions{StateFile: state, Progress: func(p Progress) {
			if p.Phase == phase && p.Done > 1000 {
				target.kill()
			}
		}})
		expectIncomplete(t, in, r, err, target.socket())
		target.start()
		r = migrate(t, in, target, MigrateOptions{StateFile: state})
		if !r.Resumed || r.Moved != len(in) {
			t.Errorf("killed in %s, run again: %+v", phase, r)
		}
		mustEqual(t, target.content(), in)
	}
}

// TestRace: a key that somebody makes while the migration runs is not
// overwritten.
func TestRace(t *testing.T) {
	t.Parallel()
	target := startRedis(t)
	in := kibibytes(2000)
	last := in[len(in)-1]
	made := false
	r, err := Migrate(t.Context(), in, target.server, MigrateOptions{Progress: func(p Progress) {
		if p.Phase == "write" && !made {
			made = true
			target.do(last.DB, "SET", last.Key, "theirs")
		}
	}})
	var incomplete *IncompleteError
	if !errors.As(err, &incomplete) || len(r.Conflicts) != 1 || r.Verified != len(in)-1 {
		t.Errorf("%v: conflicts %v, %d verified", err, r.Conflicts, r.Verified)
	}
	if got := target.do(last.DB, "GET", last.Key); got != "theirs" {
		t.Errorf("the key is %.20q", got)
	}
	if n := len(target.content()); n != len(in) {
		t.Errorf("%d keys are there, want %d: temporary ones are left", n, len(in))
	}
}
