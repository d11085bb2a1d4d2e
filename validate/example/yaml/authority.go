package yaml

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"fmt"
	"math/big"
	"net"
	"strings"
	"sync"
	"time"
)

// authority is a certificate authority in memory: it issues the certificates
// of the servers that stand in for those of examples, and only the clients of
// examples trust it. It is safe for concurrent use.
type authority struct {
	cert  *x509.Certificate
	key   crypto.Signer // of the authority
	leaf  crypto.Signer // of every server
	roots *x509.CertPool

	mu     sync.Mutex
	issued map[string]*tls.Certificate // by server name
}

// maxIssued bounds what the authority remembers.
const maxIssued = 1000

// trust is the authority of this process. Its keys are made once, because
// making them is what costs time.
var trust = sync.OnceValues(newAuthority)

func newAuthority() (*authority, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, fmt.Errorf("make the key of the authority: %w", err)
	}
	leaf, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, fmt.Errorf("make the key of the servers: %w", err)
	}
	template := certificate("the authority of the examples")
	template.IsCA, template.BasicConstraintsValid, template.KeyUsage = true, true, x509.KeyUsageCertSign
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		return nil, fmt.Errorf("make the authority: %w", err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		return nil, fmt.Errorf("read the authority: %w", err)
	}
	roots := x509.NewCertPool()
	roots.AddCert(cert)
	return &authority{cert: cert, key: key, leaf: leaf, roots: roots, issued: map[string]*tls.Certificate{}}, nil
}

// certificate is what all certificates share. They hold at any time, so that
// no clock decides about an example.
func certificate(name string) *x509.Certificate {
	return &x509.Certificate{
		SerialNumber: big.NewInt(1),
		Subject:      pkix.Name{CommonName: name},
		NotBefore:    time.Date(1970, time.January, 1, 0, 0, 0, 0, time.UTC),
		NotAfter:     time.Date(9999, time.December, 31, 23, 59, 59, 0, time.UTC),
	}
}

// issue gives the certificate of a server.
func (a *authority) issue(name string) (*tls.Certificate, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if c := a.issued[name]; c != nil {
		return c, nil
	}
	template := certificate("a server in place of an example's")
	template.SerialNumber = big.NewInt(2)
	template.KeyUsage, template.ExtKeyUsage = x509.KeyUsageDigitalSignature, []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}
	if ip := net.ParseIP(name); ip != nil {
		template.IPAddresses = []net.IP{ip}
	} else {
		template.DNSNames = []string{strings.TrimSuffix(name, ".")}
	}
	der, err := x509.CreateCertificate(rand.Reader, template, a.cert, a.leaf.Public(), a.key)
	if err != nil {
		return nil, fmt.Errorf("issue a certificate for %q: %w", name, err)
	}
	c := &tls.Certificate{Certificate: [][]byte{der}, PrivateKey: a.leaf}
	if len(a.issued) >= maxIssued {
		clear(a.issued)
	}
	a.issued[name] = c
	return c, nil
}

// server is the TLS configuration of a server with that name.
func (a *authority) server(name string) (*tls.Config, error) {
	c, err := a.issue(name)
	if err != nil {
		return nil, err
	}
	return &tls.Config{Certificates: []tls.Certificate{*c}, MinVersion: tls.VersionTLS12}, nil
}

// client is the TLS configuration of who trusts those servers.
func (a *authority) client() *tls.Config {
	return &tls.Config{
		RootCAs: a.roots, MinVersion: tls.VersionTLS12,
		// One plain exchange of keys: the post-quantum one, which Go offers
		// too, costs a third of the example and hides nothing from anybody.
		CurvePreferences: []tls.CurveID{tls.X25519},
	}
}
