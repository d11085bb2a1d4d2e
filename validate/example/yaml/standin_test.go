package yaml

import (
	"crypto/tls"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/compozy/docs/compozy/cache"
)

// TestServer holds an example against what the page says that its server
// demands.
func TestServer(t *testing.T) {
	t.Parallel()
	const secret = "hunter2"
	for name, c := range map[string]struct {
		text, server string
		env          []string
		want         string
		says         string
	}{
		"nothing said":             {"redis:\n  addr: r:1\n  password: hunter2\n  db: 3\n", "", nil, "", ""},
		"the password":             {"redis:\n  addr: r:1\n  password: hunter2\n", "password=hunter2", nil, "", ""},
		"a wrong password":         {"redis:\n  addr: r:1\n  password: hunter2\n", "password=other", nil, "4:13-20 example/boot", "redis.password (yaml page.mdx:4): the server at r:1 does not accept the password"},
		"no password":              {"redis:\n  addr: r:1\n", "password=hunter2", nil, "1:1-8 example/boot", "asks for a password and none is set"},
		"a password unasked for":   {"redis:\n  addr: r:1\n  password: hunter2\n", "db=0", nil, "", ""}, // as a Redis whose default user has none
		"from the environment":     {"redis:\n  addr: r:1\n", "password=hunter2", []string{"REDIS_PASSWORD=hunter2"}, "", ""},
		"wrong in the environment": {"redis:\n  addr: r:1\n", "password=other", []string{"REDIS_PASSWORD=hunter2"}, "1:1-8 example/boot", "redis.password (env REDIS_PASSWORD)"},
		"a reference":              {"redis:\n  addr: r:1\n  password: ${REDIS_PASSWORD}\n", "password=hunter2", []string{"REDIS_PASSWORD=hunter2"}, "", ""},
		"an unset reference":       {"redis:\n  addr: r:1\n  password: ${REDIS_PASSWORD}\n", "", nil, "4:13-30 compozy/unset-variable", ""},
		"a user":                   {"redis:\n  url: redis://agent:hunter2@r:1\n", "username=agent password=hunter2", nil, "", ""},
		"another user":             {"redis:\n  url: redis://agent:hunter2@r:1\n", "username=other password=hunter2", nil, "3:8-33 example/boot", "redis.url"},
		"no user":                  {"redis:\n  addr: r:1\n  password: hunter2\n", "username=agent password=hunter2", nil, "4:13-20 example/boot", "does not accept the password"},
		"TLS":                      {"redis:\n  addr: r:1\n  tls_enabled: true\n", "tls", nil, "", ""},
		"TLS to an address":        {"redis:\n  addr: 10.0.0.1:1\n  tls_enabled: true\n", "tls", nil, "", ""},
		"TLS to an IPv6 address":   {"redis:\n  url: rediss://[::1]:1\n", "tls", nil, "", ""},
		"TLS that is not spoken":   {"redis:\n  addr: r:1\n", "tls", nil, "3:9-12 example/boot", "it may expect TLS (redis.tls_enabled)"},
		"TLS that is not answered": {"redis:\n  addr: r:1\n  tls_enabled: true\n", "db=0", nil, "4:16-20 example/boot", "does not speak TLS"},
		"a database":               {"redis:\n  addr: r:1\n  db: 2\n", "db=2", nil, "", ""},
		"a database beyond 15":     {"redis:\n  addr: r:1\n  db: 40\n", "db=40", nil, "", ""},
		"another database":         {"redis:\n  addr: r:1\n  db: 2\n", "db=3", nil, "4:7-8 example/boot", "the client uses database 2, but the server has its data in database 3"},
		"another one in the url":   {"redis:\n  url: redis://r:1/2\n", "db=3", nil, "3:8-21 example/boot", "database 2"},
		"an address":               {"redis:\n  host: r\n  port: 1\n", "addr=r:1", nil, "", ""},
		"another address":          {"redis:\n  addr: r:1\n  max_retries: 0\n", "addr=r:2", nil, "3:9-12 example/boot", `nothing listens at r:1; the server is at "r:2"`},
		"which one counts":         {"redis:\n  url: redis://r:1\n  addr: other:1\n", "addr=r:1", nil, "", ""},
		"no server":                {"mode: standalone\n", "password=hunter2", nil, "1:1-8 example/attribute-value", "has no server"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ex := example(c.text)
			ex.Env = c.env
			if c.server != "" {
				said, err := ParseServer(c.server)
				if err != nil {
					t.Fatal(err)
				}
				ex.Server = said
			}
			out := Run(t.Context(), ex)
			said := messages(out.Diagnostics)
			if d := cmp.Diff(c.want, findings(out.Diagnostics)); d != "" {
				t.Errorf("%s\n%s", d, said)
			}
			if !strings.Contains(said, c.says) {
				t.Errorf("it says %q, not %q", said, c.says)
			}
			if strings.Contains(said+out.Ran, secret) {
				t.Errorf("the password shows: %q, %q", said, out.Ran)
			}
		})
	}
}

func TestContradictions(t *testing.T) {
	t.Parallel()
	const found = " example/contradiction"
	for name, c := range map[string]struct{ text, want, says string }{
		"the same twice":     {"redis:\n  url: redis://:p@r:1/2\n  addr: r:1\n  host: r\n  port: 1\n  password: p\n  db: 2\n", "", ""},
		"a second password":  {"redis:\n  url: redis://:p@r:1\n  password: q\n", "4:13-14" + found, "redis.password is not the password in redis.url"},
		"a password unsent":  {"redis:\n  url: redis://r:1\n  password: q\n", "4:13-14" + found, "is set but never sent"},
		"a second database":  {"redis:\n  url: redis://r:1/1\n  db: 2\n", "4:7-8" + found, "redis.db is 2, and redis.url names the database 1"},
		"no database":        {"redis:\n  url: redis://r:1\n  db: 2\n", "4:7-8" + found, "names the database 0"},
		"a second address":   {"redis:\n  url: redis://r:1\n  addr: s:1\n", "4:9-12" + found, `redis.addr is "s:1", and redis.url leads to "r:1"`},
		"a second host":      {"redis:\n  url: redis://r:1\n  host: s\n", "4:9-10" + found, ""},
		"a second port":      {"redis:\n  url: redis://r\n  port: 7000\n", "4:9-13" + found, "leads to the port \"6379\""},
		"TLS off":            {"redis:\n  url: rediss://r:1\n  tls_enabled: false\n", "4:16-21" + found, "turns TLS on"},
		"TLS on":             {"redis:\n  url: redis://r:1\n  tls_enabled: true\n", "3:8-19" + found, "means no TLS"},
		"addr and host":      {"redis:\n  addr: r:1\n  host: s\n", "4:9-10" + found, ""},
		"addr and port":      {"redis:\n  addr: r:1\n  port: 2\n", "4:9-10" + found, ""},
		"addr with the same": {"redis:\n  addr: r:1\n  host: r\n  port: 1\n", "", ""},
		"standalone":         {"mode: standalone\nredis:\n  addr: r:1\n  host: s\n", "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			out := Run(t.Context(), example(c.text))
			if d := cmp.Diff(c.want, findings(out.Diagnostics)); d != "" {
				t.Errorf("%s\n%s", d, messages(out.Diagnostics))
			}
			if said := messages(out.Diagnostics); !strings.Contains(said, c.says) {
				t.Errorf("it says %q, not %q", said, c.says)
			}
		})
	}
	ex := example("redis:\n  url: redis://r:1\n  password: q\n")
	ex.Failure = &Failure{Rule: "compozy/no-effect", Path: "redis.password", Span: ex.Place}
	if out := Run(t.Context(), ex); len(out.Diagnostics) > 0 || len(out.Refused) != 1 {
		t.Errorf("a page that shows the warning: %q, %d warnings shown", messages(out.Diagnostics), len(out.Refused))
	}
	ex = example("redis:\n  url: redis://:p@r:1\n")
	ex.Env = []string{"REDIS_PASSWORD=q"}
	if got := findings(Run(t.Context(), ex).Diagnostics); got != "1:1-8"+found {
		t.Errorf("a second password in the environment: %q", got)
	}
	ex = example("redis:\n  addr: r:1\n")
	ex.Env = []string{"REDIS_URL=redis://s:1"}
	if got := findings(Run(t.Context(), ex).Diagnostics); got != "3:9-12"+found {
		t.Errorf("a url in the environment: %q", got)
	}
}

func TestParseServer(t *testing.T) {
	t.Parallel()
	got, err := ParseServer(" password=a=b tls db=2  addr=[::1]:6379 username=agent")
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(map[string]string{"password": "a=b", "tls": "", "db": "2", "addr": "[::1]:6379", "username": "agent"}, got); d != "" {
		t.Error(d)
	}
	for text, want := range map[string]string{
		"pasword=x":    `"pasword" is not something that a server can require`,
		"tls=yes":      "takes no value",
		"password":     "needs a value",
		"password=":    "needs a value",
		"db=two":       "not a database number",
		"db=-1":        "not a database number",
		"addr=r":       "not an address",
		"tls tls":      "appears twice",
		"username=joe": "needs a password",
		"=":            "not something that a server can require",
	} {
		if _, err := ParseServer(text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q gives %v, want …%s…", text, err, want)
		}
	}
}

// FuzzParseServer holds that whatever is accepted is made of known words with
// values that a server can demand.
func FuzzParseServer(f *testing.F) {
	for _, text := range []string{"password=s3cret tls db=2", "addr=[::1]:1 username=a password=b", "tls=", "db=99999999999999999999", "=x", "é=1"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		said, err := ParseServer(text)
		if err != nil {
			if said != nil {
				t.Errorf("%q is refused and read", text)
			}
			return
		}
		if len(said) != len(strings.Fields(text)) {
			t.Errorf("%q gives %d words", text, len(said))
		}
		for key, value := range said {
			if !slices.Contains(serverKeys, key) || (value == "") != (key == "tls") {
				t.Errorf("%q gives %q=%q", text, key, value)
			}
		}
	})
}

// TestAuthority holds that a client trusts a server under its own name only.
func TestAuthority(t *testing.T) {
	t.Parallel()
	a, err := trust()
	if err != nil {
		t.Fatal(err)
	}
	for name, trusted := range map[string]bool{"redis.internal": true, "other.internal": false, "10.0.0.1": false} {
		cfg, err := a.server("redis.internal")
		if err != nil {
			t.Fatal(err)
		}
		near, far := cache.Pipe()
		server := tls.Server(far, cfg)
		go func() {
			defer server.Close()
			_ = server.Handshake() // the client's side is looked at
		}()
		secured := a.client()
		secured.ServerName = name
		client := tls.Client(near, secured)
		if err := client.HandshakeContext(t.Context()); (err == nil) != trusted {
			t.Errorf("a client of %q meets redis.internal: %v", name, err)
		}
		_ = client.Close()
	}
	for i := range maxIssued + 1 {
		if _, err := a.issue(fmt.Sprintf("r%d", i)); err != nil {
			t.Fatal(err)
		}
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if len(a.issued) > maxIssued {
		t.Errorf("%d certificates are remembered", len(a.issued))
	}
}
