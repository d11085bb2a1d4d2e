package peer

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/websocket"
)

// push listens as an open page does to what a server says of changes, until
// the context ends. The moments at which it was told of one arrive in the
// channel, which closes when the connection does.
type push func(ctx context.Context, base, slug string) (<-chan time.Time, error)

var (
	_ push = pushEvents
	_ push = pushVite
	_ push = pushLiveReload
)

// told is how many moments a channel holds for a reader who looks late.
const told = 64

// pushEvents listens to server-sent events.
func pushEvents(ctx context.Context, base, slug string) (<-chan time.Time, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, base+"/_docs/live?page="+url.QueryEscape("/"+slug+"/"), nil)
	if err != nil {
		return nil, err
	}
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		return nil, err
	}
	if answer.StatusCode != http.StatusOK {
		answer.Body.Close()
		return nil, fmt.Errorf("the stream answers %s", answer.Status)
	}
	out, lines := make(chan time.Time, told), bufio.NewScanner(answer.Body)
	lines.Buffer(nil, 1<<24) // findings come in one line
	// A listener that says nothing of what it shows is told that first.
	for lines.Scan() && lines.Text() != "event: page" {
	}
	go func() {
		defer close(out)
		defer answer.Body.Close()
		for lines.Scan() {
			if lines.Text() == "event: page" {
				note(out)
			}
		}
	}()
	return out, lines.Err()
}

func note(out chan<- time.Time) {
	select {
	case out <- time.Now():
	default: // a reader who is this late has no use for it
	}
}

var viteToken = regexp.MustCompile(`wsToken = "([^"]*)"`)

// pushVite listens to Vite's socket, whose key is in the script that an open
// page loads.
func pushVite(ctx context.Context, base, _ string) (<-chan time.Time, error) {
	client, err := get(ctx, base+"/@vite/client")
	if err != nil {
		return nil, err
	}
	address := strings.Replace(base, "http", "ws", 1) + "/"
	if m := viteToken.FindStringSubmatch(client); m != nil {
		address += "?token=" + url.QueryEscape(m[1])
	}
	return socket(ctx, address, "vite-hmr", base, "", func(message map[string]any) bool {
		return message["type"] == "update" || message["type"] == "full-reload" || message["type"] == "custom"
	})
}

// pushLiveReload listens to the socket of Hugo.
func pushLiveReload(ctx context.Context, base, _ string) (<-chan time.Time, error) {
	hello := `{"command":"hello","protocols":["http://livereload.com/protocols/official-7"],"ver":"2.0.8"}`
	return socket(ctx, strings.Replace(base, "http", "ws", 1)+"/livereload", "", base, hello, func(message map[string]any) bool {
		return message["command"] == "reload"
	})
}

// socket listens to a web socket whose messages are JSON.
func socket(ctx context.Context, address, protocol, origin, hello string, isChange func(map[string]any) bool) (<-chan time.Time, error) {
	ws, err := websocket.Dial(address, protocol, origin)
	if err != nil {
		return nil, err
	}
	stop := context.AfterFunc(ctx, func() { ws.Close() })
	if hello != "" {
		err = websocket.Message.Send(ws, hello)
	}
	// Both greet, and after that a change is heard.
	var greeting string
	if err = errors.Join(err, websocket.Message.Receive(ws, &greeting)); err != nil {
		ws.Close()
		return nil, err
	}
	out := make(chan time.Time, told)
	go func() {
		defer close(out)
		defer stop()
		for {
			var text string
			if err := websocket.Message.Receive(ws, &text); err != nil {
				return
			}
			var message map[string]any
			if json.Unmarshal([]byte(text), &message) == nil && isChange(message) {
				note(out)
			}
		}
	}()
	return out, nil
}

// get returns what is at an address.
func get(ctx context.Context, address string) (string, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return "", err
	}
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		return "", err
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err == nil && answer.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s answers %s", address, answer.Status)
	}
	return string(body), err
}

// TestPush listens to stand-ins that speak each of the protocols: a greeting,
// something else, then a change.
func TestPush(t *testing.T) {
	t.Parallel()
	sockets := func(greeting, other, change string) http.Handler {
		return websocket.Handler(func(ws *websocket.Conn) {
			for _, m := range []string{greeting, other, change} {
				if websocket.Message.Send(ws, m) != nil {
					return
				}
			}
			_, _ = io.Copy(io.Discard, ws) // until the listener leaves
		})
	}
	mux := http.NewServeMux()
	mux.HandleFunc("/_docs/live", func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprint(w, "retry: 1\n\nevent: page\ndata: {}\n\nevent: findings\ndata: []\n\nevent: page\ndata: {}\n\n")
		w.(http.Flusher).Flush()
		<-r.Context().Done()
	})
	mux.HandleFunc("/@vite/client", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, `const wsToken = "a+b";`) })
	vite := sockets(`{"type":"connected"}`, `{"type":"ping"}`, `{"type":"update"}`)
	mux.HandleFunc("/{$}", func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Query().Get("token") != "a+b" {
			w.WriteHeader(http.StatusForbidden)
			return
		}
		vite.ServeHTTP(w, r)
	})
	mux.Handle("/livereload", sockets(`{"command":"hello"}`, `not JSON`, `{"command":"reload"}`))
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	for name, listen := range map[string]push{"events": pushEvents, "vite": pushVite, "livereload": pushLiveReload} {
		ctx, cancel := context.WithCancel(t.Context())
		changes, err := listen(ctx, server.URL, "docs/a")
		if err != nil {
			t.Errorf("%s: %v", name, err)
		} else if at, ok := <-changes; !ok || at.IsZero() {
			t.Errorf("%s: it is not told of a change", name)
		}
		cancel()
		for range changes {
			t.Errorf("%s: it is told of two changes, want one", name)
		}
	}
}
