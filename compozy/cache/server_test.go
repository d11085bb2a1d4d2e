package cache_test

import (
	"context"
	"net"
	"testing"

	"github.com/redis/go-redis/v9"

	"github.com/compozy/docs/compozy/cache"
)

// TestServerDemandsItsPassword asks a server with the right password, a wrong
// one and none, and one that asks for none.
func TestServerDemandsItsPassword(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ demanded, user, given, want string }{
		{"", "", "", ""},
		{"s3cret", "", "s3cret", ""},
		{"s3cret", "default", "s3cret", ""},
		{"s3cret", "ada", "s3cret", "WRONGPASS invalid username-password pair or user is disabled."},
		{"s3cret", "", "wrong", "WRONGPASS invalid username-password pair or user is disabled."},
		{"s3cret", "", "", "NOAUTH Authentication required."},
	} {
		s, err := cache.NewServer(c.demanded)
		if err != nil {
			t.Fatal(err)
		}
		client := redis.NewClient(&redis.Options{
			Addr: "stand-in:6379", Username: c.user, Password: c.given, MaxRetries: -1,
			Dialer: func(context.Context, string, string) (net.Conn, error) { return s.Dial() },
		})
		got := ""
		if err := client.Set(t.Context(), "a", "b", 0).Err(); err != nil {
			got = err.Error()
		}
		if got != c.want {
			t.Errorf("%+v: the answer is %q", c, got)
		}
		_ = client.Close()
		s.Close()
	}
}

// TestServerKeepsItsLock changes nothing on a connection that gave the
// password before and gives a wrong one now, as Redis does.
func TestServerKeepsItsLock(t *testing.T) {
	t.Parallel()
	s, err := cache.NewServer("s3cret")
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	client := redis.NewClient(&redis.Options{
		Addr: "stand-in:6379", Password: "s3cret",
		Dialer: func(context.Context, string, string) (net.Conn, error) { return s.Dial() },
	})
	defer client.Close()
	one := client.Conn()
	defer one.Close()
	if err := one.Auth(t.Context(), "wrong").Err(); err == nil {
		t.Error("a wrong password is accepted")
	}
	if err := one.Ping(t.Context()).Err(); err != nil {
		t.Errorf("after a wrong password on an open connection: %v", err)
	}
	if err := one.Select(t.Context(), 16).Err(); err == nil {
		t.Error("there is a database 16")
	}
}
