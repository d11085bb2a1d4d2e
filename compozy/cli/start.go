package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"strconv"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"github.com/compozy/docs/compozy/cache"
	"github.com/compozy/docs/compozy/cache/snapshot"
	"github.com/compozy/docs/compozy/config"
	"github.com/compozy/docs/compozy/host"
	"github.com/compozy/docs/compozy/mode"
)

const (
	pathHost            = "server.host"
	pathPort            = "server.port"
	pathShutdown        = "server.timeouts.server_shutdown"
	pathPortRelease     = "cli.port_release_timeout"
	pathPortReleasePoll = "cli.port_release_poll_interval"
	pathLogLevel        = "runtime.log_level"
)

func (a *app) startCommand() *cobra.Command {
	restore := &choice{words: []string{"tolerant", restoreStrict}}
	c := &cobra.Command{
		Use:   "start",
		Short: "start the cache and serve /health and /metrics",
		Long: "Opens the cache that the configuration asks for, embedded or external, and serves /health and /metrics. " +
			"Temporal and the MCP proxy are resolved and validated; this build does not launch them. " +
			"Ctrl-C, SIGTERM or closing the terminal stops it cleanly; a second signal stops it at once.",
		Example: "compozy start --standalone\ncompozy start --config prod.yaml --port 8080",
		Annotations: map[string]string{
			exitNote:  "the configuration has errors, or the server failed",
			usualNote: usualFlags(pathHost, pathPort, pathLogLevel, "cli.mode", pathPortRelease),
		},
		RunE: func(c *cobra.Command, _ []string) error {
			l, err := a.load(c)
			if err != nil {
				return err
			}
			if err := a.refuse(l); err != nil {
				return err
			}
			return a.start(c.Context(), l, restore.word == restoreStrict)
		},
	}
	c.Flags().Var(restore, "restore", "What to do with a damaged snapshot: tolerant restores an older one with a warning, strict refuses to start (default: tolerant).")
	addSettingFlags(c.Flags())
	return c
}

// signals subscribes to the signals that ask for an end.
func (a *app) signals() (<-chan os.Signal, func()) {
	if a.host.Signals != nil {
		return a.host.Signals()
	}
	return host.Signals()
}

// lifetime turns signals and the end of parent into two contexts: serving
// ends with the first signal, hurried is over with the second one.
func lifetime(parent context.Context, signals <-chan os.Signal, log *slog.Logger) (serving, hurried context.Context, release func()) {
	serving, end := context.WithCancel(parent)
	hurried, hurry := context.WithCancel(context.WithoutCancel(parent))
	quit := make(chan struct{})
	done := make(chan struct{})
	go func() {
		defer close(done)
		for _, step := range []struct {
			say string
			do  func()
		}{
			{"shutting down; a second signal stops it at once", end},
			{"second signal: stopping at once", hurry},
		} {
			select {
			case s := <-signals:
				log.Info(step.say, "signal", s.String())
				step.do()
			case <-quit:
				return
			}
		}
	}()
	return serving, hurried, func() {
		close(quit)
		<-done
		end()
		hurry()
	}
}

// start runs the server until it is asked to end.
func (a *app) start(ctx context.Context, l *loaded, strict bool) error {
	log := slog.New(a.logHandler(l.Config))
	options, err := a.cacheOptions(l, strict, log)
	if err != nil {
		return err
	}
	signals, unsubscribe := a.signals()
	defer unsubscribe()
	serving, hurried, release := lifetime(ctx, signals, log)
	defer release()

	announce(log, l)
	// The port comes first: a second start on one machine must not touch the
	// first one's snapshots.
	listener, err := a.listen(serving, l.Config, log)
	if err != nil {
		return startError(serving, log, err, strict)
	}
	c, err := cache.Open(serving, l.Config, options)
	if err != nil {
		_ = listener.Close() // nothing was served
		return unreached(l.Config, err, startError(serving, log, err, strict))
	}
	log.Info("cache is open", "mode", string(c.Mode()))
	s := newServer(l.Config, c, log)
	served := make(chan error, 1)
	// Said before the first answer: who got one finds the line in the log.
	log.Info("serving /health and /metrics", "address", listener.Addr().String())
	go func() { served <- s.http.Serve(listener) }()
	if a.host.Ready != nil {
		a.host.Ready()
	}

	select {
	case err := <-served:
		log.Error("the HTTP server stopped unexpectedly", "reason", err)
		_ = shutdown(hurried, l.Config, s.http, c, log) // told in the log
		return exitStatus(exitFindings)
	case <-serving.Done():
	}
	return shutdown(hurried, l.Config, s.http, c, log)
}

// leastClose is for who sets server.timeouts.server_shutdown to 0s: that no
// request may delay the end does not make it an unclean one.
const leastClose = time.Second

// closeLimit is the time that closing the cache may take, and where it is from.
func closeLimit(cfg *config.Config) (limit time.Duration, from string) {
	limit, from = cfg.Duration(pathShutdown), pathShutdown
	if limit < leastClose {
		limit, from = leastClose, "the least that the cache gets"
	}
	if persistent(cfg) && cfg.Bool(persistence+"snapshot_on_shutdown") {
		limit += lastSnapshot
		from += fmt.Sprintf(" and %s for the last snapshot", lastSnapshot)
	}
	return limit, from
}

// shutdown lets the requests in progress end within
// server.timeouts.server_shutdown, then closes the cache. Nobody can use the
// cache any more when it is closed.
func shutdown(hurried context.Context, cfg *config.Config, server *http.Server, c *cache.Cache, log *slog.Logger) error {
	end := func(what string, limit time.Duration, from string, stop func(context.Context) error) error {
		ctx, cancel := context.WithTimeout(hurried, limit)
		defer cancel()
		// A cache that is asked to close under a context that has ended takes
		// its last snapshot all the same; after a second signal nobody asks.
		err := hurried.Err()
		if err == nil {
			err = stop(ctx)
		}
		if err == nil {
			return nil
		}
		why := config.RedactURL(err.Error())
		switch {
		case hurried.Err() != nil:
			why = "a second signal stopped it"
		case ctx.Err() != nil:
			why = fmt.Sprintf("it took longer than %s (%s)", limit, from)
		}
		log.Error(what+" did not stop cleanly", "reason", why)
		return exitStatus(exitFindings)
	}
	served := end("the HTTP server", cfg.Duration(pathShutdown), pathShutdown, server.Shutdown)
	if served != nil {
		_ = server.Close() // what is left of it
	}
	limit, from := closeLimit(cfg)
	closed := end("the cache", limit, from, c.Close)
	if served == nil && closed == nil {
		log.Info("stopped")
	}
	return cmp.Or(served, closed)
}

// startError is why the server did not come up. An end that was asked for in
// the meantime is none.
func startError(serving context.Context, log *slog.Logger, err error, strict bool) error {
	if serving.Err() != nil && errors.Is(err, context.Canceled) {
		log.Info("stopped before it was up")
		return nil
	}
	var told *failure
	if errors.As(err, &told) {
		return told
	}
	f := &failure{status: exitFindings, message: "the cache did not come up: " + config.RedactURL(err.Error())}
	if strict && errors.Is(err, snapshot.ErrDamaged) {
		f.help("--restore tolerant continues with the newest intact snapshot, if there is one")
	}
	return remedied(f, err)
}

// unreached adds what to do when the external Redis is the reason, and above
// all when nobody asked for one: distributed is the built-in default.
func unreached(cfg *config.Config, cause, err error) error {
	var f *failure
	var setting *cache.SettingError
	if !errors.As(err, &f) || !errors.As(cause, &setting) {
		return err
	}
	if cfg.Modes().Redis.By == mode.ByDefault && setting.Setting == "redis.host" && !cfg.IsSet(setting.Setting) && !cfg.IsSet("redis.port") {
		return f.help("no mode is set, so an external Redis is expected; without one: compozy start --standalone, or mode: standalone in the file")
	}
	return f
}

// listen opens the port of the API. A busy one is tried again for
// cli.port_release_timeout: after a restart the system may hold it a while.
func (a *app) listen(ctx context.Context, cfg *config.Config, log *slog.Logger) (net.Listener, error) {
	address := net.JoinHostPort(cfg.String(pathHost), strconv.Itoa(cfg.Int(pathPort)))
	deadline := time.NewTimer(cfg.Duration(pathPortRelease))
	defer deadline.Stop()
	poll := time.NewTicker(max(cfg.Duration(pathPortReleasePoll), time.Millisecond))
	defer poll.Stop()
	waiting := false
	for {
		listener, err := a.host.ListenOn(ctx, "tcp", address)
		switch {
		case err == nil:
			return listener, nil
		case !errors.Is(err, syscall.EADDRINUSE):
			return nil, portError(ctx, cfg, err)
		case !waiting:
			waiting = true
			log.Warn("the port is in use; waiting for it", "address", address, "for", cfg.Duration(pathPortRelease).String())
		}
		select {
		case <-poll.C:
		case <-deadline.C:
			return nil, portError(ctx, cfg, err)
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}

// portError names the setting behind an address that cannot be used.
func portError(ctx context.Context, cfg *config.Config, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	port, _ := config.FieldAt(pathPort)
	host, _ := config.FieldAt(pathHost)
	f := &failure{status: exitFindings}
	switch {
	case errors.Is(err, syscall.EADDRINUSE):
		f.message = fmt.Sprintf("%s %d (%s): another program listens on this port", pathPort, cfg.Int(pathPort), cfg.Source(pathPort))
		return f.help("stop the other program, or choose another port: %s", giving(cfg, port, "N"))
	case errors.Is(err, syscall.EACCES):
		f.message = fmt.Sprintf("%s %d (%s): this user is not allowed to listen on this port", pathPort, cfg.Int(pathPort), cfg.Source(pathPort))
		return f.help("choose a port above 1023: %s", giving(cfg, port, "N"))
	}
	f.message = fmt.Sprintf("%s %q (%s): this machine cannot listen on this address", pathHost, cfg.Show(pathHost), cfg.Source(pathHost))
	return f.help("choose an address of this machine, 127.0.0.1 or 0.0.0.0 for all: %s", giving(cfg, host, "ADDRESS"))
}

// giving says how another value is given: a flag does not win over the file.
func giving(cfg *config.Config, f *config.Field, value string) string {
	if cfg.Source(f.Path).Kind == config.FromYAML {
		return f.Path + " in the file, which wins over the flag --" + f.Flag
	}
	return fmt.Sprintf("--%s %s, %s or %s in the file", f.Flag, value, f.Env, f.Path)
}

// announce logs what was decided, and what this build leaves to others.
func announce(log *slog.Logger, l *loaded) {
	file := l.shownFile()
	if file == "" {
		file = "none"
	}
	log.Info("starting", "configuration", file)
	for _, d := range l.Modes().Decisions() {
		log.Info("mode resolved", "component", string(d.Component), "effective", string(d.Effective), "reason", d.Reason())
	}
	for _, e := range elsewhere(l.Config) {
		log.Warn(e.Detail, "component", string(e.component), "status", e.Status)
	}
	if l.Bool("server.auth.enabled") {
		log.Warn("server.auth.enabled has no effect on /health and /metrics: they contain no secrets and need no key")
	}
	if l.Modes().Redis.Effective == mode.Standalone && !persistent(l.Config) {
		log.Info("the embedded cache keeps its data in memory only (" + persistence + "enabled is false)")
	}
}

// logHandler writes the log as cli.mode asks for, at the level that cli.quiet,
// cli.debug and runtime.log_level give.
func (a *app) logHandler(cfg *config.Config) slog.Handler {
	levels := map[string]slog.Level{"debug": slog.LevelDebug, "info": slog.LevelInfo, "warn": slog.LevelWarn, "error": slog.LevelError}
	level := levels[cfg.String(pathLogLevel)]
	switch {
	case cfg.Bool("cli.quiet"):
		level = slog.LevelError
	case cfg.Bool("cli.debug"):
		level = slog.LevelDebug
	}
	options := &slog.HandlerOptions{Level: level}
	if cfg.String("cli.mode") == "json" {
		return slog.NewJSONHandler(a.stderr, options)
	}
	return slog.NewTextHandler(a.stderr, options)
}
