package cli

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"

	"github.com/compozy/docs/compozy/config"
	"github.com/compozy/docs/compozy/mode"
)

// The states of a component. Healthy is said of what answered just now, and of
// nothing else.
const (
	healthy     = "healthy"
	unhealthy   = "unhealthy"
	external    = "external"     // a service of its own, which nobody asked
	notIncluded = "not-included" // would run in this process, and this build has no such part
)

// The overall states. They speak of what this process runs.
const (
	available   = "ok"
	unavailable = "unavailable"
)

// health is the answer of /health.
type health struct {
	Status     string           `json:"status"`
	Components healthComponents `json:"components"`
}

type healthComponents struct {
	Cache    cacheHealth     `json:"cache"`
	Temporal elsewhereHealth `json:"temporal"`
	MCPProxy elsewhereHealth `json:"mcpproxy"`
}

type cacheHealth struct {
	Mode   mode.Mode `json:"mode"`
	Status string    `json:"status"`
	Detail string    `json:"detail,omitempty"`
	// Snapshot is missing where the cache takes none.
	Snapshot *snapshotHealth `json:"snapshot,omitempty"`
}

// elsewhereHealth is a component that this build does not launch.
type elsewhereHealth struct {
	Mode      mode.Mode `json:"mode"`
	Status    string    `json:"status"`
	Detail    string    `json:"detail"`
	component mode.Component
}

// elsewhere says of Temporal and the MCP proxy where they are.
func elsewhere(cfg *config.Config) []elsewhereHealth {
	names := map[mode.Component]string{mode.Temporal: "Temporal", mode.MCPProxy: "the MCP proxy"}
	var out []elsewhereHealth
	for _, c := range []mode.Component{mode.Temporal, mode.MCPProxy} {
		e := elsewhereHealth{component: c, Mode: cfg.Modes().Of(c).Effective, Status: external}
		if e.Mode == mode.Standalone {
			e.Status = notIncluded
			e.Detail = fmt.Sprintf("this build does not launch %s; it is configured to run in the process but is not running", names[c])
		} else {
			e.Detail = fmt.Sprintf("this build does not launch %s and does not contact the external service", names[c])
		}
		out = append(out, e)
	}
	return out
}

// health asks the cache and reports on everything.
func (s *server) health(w http.ResponseWriter, r *http.Request) {
	limit := s.cfg.Duration("redis.ping_timeout")
	ctx, cancel := context.WithTimeout(r.Context(), limit)
	defer cancel()
	answer := health{Status: available}
	answer.Components.Cache = cacheHealth{Mode: s.cache.Mode(), Status: healthy, Snapshot: snapshotsOf(s.cache)}
	others := elsewhere(s.cfg)
	answer.Components.Temporal, answer.Components.MCPProxy = others[0], others[1]
	status := http.StatusOK
	if s.whole() != nil { // the error may quote data
		answer.Components.Cache.Detail = "a command failed halfway; no snapshots are taken until a restart"
	}
	if err := s.cache.Client().Ping(ctx).Err(); err != nil {
		// What the server answered stays in the log: this page is public.
		s.log.Error("the cache does not answer", "error", config.RedactURL(err.Error()))
		answer.Components.Cache.Status = unhealthy
		answer.Components.Cache.Detail = "PING failed"
		// The connection's deadline may be seen before that of the context.
		if timeout := net.Error(nil); errors.As(err, &timeout) && timeout.Timeout() {
			answer.Components.Cache.Detail = fmt.Sprintf("no answer to PING within %s", limit)
		}
		answer.Status, status = unavailable, http.StatusServiceUnavailable
	}
	text, err := encodeJSON(answer)
	if err != nil {
		s.log.Error("encode /health", "error", err)
		http.Error(w, "internal error", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	_, _ = w.Write(text) // a client that went away is no fault of ours
}
