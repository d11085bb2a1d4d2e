package cli

import (
	"context"
	"log/slog"
	"net/http"
	"time"

	"github.com/compozy/docs/compozy/cache"
	"github.com/compozy/docs/compozy/config"
)

// server answers /health and /metrics. It is safe for concurrent use.
type server struct {
	cfg   *config.Config
	cache *cache.Cache
	meter *meter
	// whole is the cache's Health: an error once a command has failed halfway.
	whole func() error
	log   *slog.Logger
	http  *http.Server
}

// newServer prepares the server; from here on the cache's operations are
// counted.
func newServer(cfg *config.Config, c *cache.Cache, log *slog.Logger) *server {
	s := &server{cfg: cfg, cache: c, meter: newMeter(string(c.Mode())), whole: c.Health, log: log}
	c.Client().AddHook(s.meter)
	s.http = &http.Server{
		Handler:           s.handler(),
		ReadTimeout:       cfg.Duration("server.timeouts.http_read"),
		WriteTimeout:      cfg.Duration("server.timeouts.http_write"),
		IdleTimeout:       cfg.Duration("server.timeouts.http_idle"),
		ReadHeaderTimeout: cfg.Duration("server.timeouts.http_read_header"),
		MaxHeaderBytes:    64 << 10,
		ErrorLog:          slog.NewLogLogger(log.Handler(), slog.LevelDebug),
	}
	return s
}

func (s *server) handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /health", s.health)
	mux.HandleFunc("GET /metrics", s.metrics)
	return headers(within(s.cfg.Duration("server.timeout"), mux))
}

// headers are for browsers that come by: nothing here is a page, and nothing
// may be kept.
func headers(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Cache-Control", "no-store")
		next.ServeHTTP(w, r)
	})
}

// within bounds the work on one request; 0 means no bound.
func within(limit time.Duration, next http.Handler) http.Handler {
	if limit <= 0 {
		return next
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ctx, cancel := context.WithTimeout(r.Context(), limit)
		defer cancel()
		next.ServeHTTP(w, r.WithContext(ctx))
	})
}

func (s *server) metrics(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
	_, _ = w.Write(append(s.meter.text(), snapshotMetrics(s.cache)...)) // as in health
}
