package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/compozy/docs/compozy/cache"
	"github.com/compozy/docs/compozy/config"
	"github.com/compozy/docs/internal/source"
)

// TestHealthOfADegradedCache: it answers and is in use, so the status stays,
// and the answer says what is lost without quoting the command.
func TestHealthOfADegradedCache(t *testing.T) {
	t.Parallel()
	cfg, _ := config.Decode(source.NewFile("compozy.yaml", []byte("mode: standalone\n")), config.Options{Env: patient})
	c, err := cache.Open(t.Context(), cfg, cache.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close(context.Background()) }) // nothing is kept
	s := newServer(cfg, c, slog.New(slog.DiscardHandler))
	ask := func() (*httptest.ResponseRecorder, cacheHealth) {
		w := httptest.NewRecorder()
		s.http.Handler.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/health", nil))
		var h health
		if err := json.Unmarshal(w.Body.Bytes(), &h); err != nil {
			t.Fatal(err)
		}
		return w, h.Components.Cache
	}
	if _, h := ask(); h.Detail != "" {
		t.Errorf("a whole cache has the detail %q", h.Detail)
	}
	s.whole = func() error { return fmt.Errorf("set: %w", errors.New("index out of range: secret")) }
	w, h := ask()
	if w.Code != http.StatusOK || h.Status != healthy || h.Detail != "a command failed halfway; no snapshots are taken until a restart" {
		t.Errorf("a degraded cache gives %d %+v", w.Code, h)
	}
	if strings.Contains(w.Body.String(), "secret") {
		t.Errorf("the answer quotes the command: %s", w.Body)
	}
}
