package config

import (
	"net"
	"strings"

	"github.com/compozy/docs/compozy/mode"
	"github.com/compozy/docs/internal/diag"
	"github.com/compozy/docs/internal/source"
)

// check judges settings together. A setting whose own value is wrong is left
// out: one cause, one finding.
func (d *decoder) check() {
	d.checkPersistence()
	d.checkRedis()
	d.checkTemporal()
	d.checkMCPProxy()
	d.checkEffect()
	d.checkPorts()
	d.checkRuntime()
	d.checkProduction()
}

// sound reports whether none of the settings has a wrong value.
func (d *decoder) sound(paths ...string) bool {
	for _, path := range paths {
		if d.cfg.bad[path] {
			return false
		}
	}
	return true
}

func (d *decoder) effective(c mode.Component) mode.Mode { return d.cfg.modes.Of(c).Effective }

// new starts a diagnostic at a setting, the message completed by where the
// value comes from when the file does not show it.
func (d *decoder) new(rule, path, format string, args ...any) diag.Diagnostic {
	return diag.New(rule, d.cfg.place(path), format+"%s", append(args, d.origin(path))...)
}

func (d *decoder) origin(path string) string { return d.won[path].from() }

// show is the value of a setting for a message.
func (d *decoder) show(path string) string {
	if l, ok := d.won[path]; ok {
		return quoted(d.reg.fields[path].shown(l))
	}
	return quoted(d.cfg.Show(path))
}

// because adds a note on the decision that makes a rule apply.
func (d *decoder) because(dg diag.Diagnostic, c mode.Component) diag.Diagnostic {
	decision := d.cfg.modes.Of(c)
	span := source.Span{}
	switch decision.By {
	case mode.ByComponent:
		span = d.cfg.place(c.Key())
	case mode.ByGlobal:
		span = d.cfg.place(mode.Global.Key())
	}
	if !span.HasPlace() {
		span = source.Span{}
	}
	return dg.WithNote(span, "%s runs in %s mode: %s", c, decision.Effective, decision.Reason())
}

// blame picks the setting to point at: the first one that somebody set.
func (d *decoder) blame(paths ...string) string {
	for _, path := range paths {
		if d.cfg.IsSet(path) {
			return path
		}
	}
	return paths[0]
}

const persistence = "redis.standalone.persistence."

func (d *decoder) checkPersistence() {
	enabled := persistence + "enabled"
	if !d.sound(enabled) {
		return
	}
	switch d.effective(mode.Redis) {
	case mode.Standalone:
		if d.cfg.Bool(enabled) {
			d.checkSnapshots()
			return
		}
		d.checkUnusedPersistence("persistence is not enabled", "add enabled: true, or remove the keys")
	case mode.Distributed:
		d.checkUnusedPersistence("Redis runs in distributed mode, where the Redis server keeps the data", "remove the section, or set redis.mode: standalone")
	}
}

func (d *decoder) checkSnapshots() {
	dir, interval := persistence+"data_dir", persistence+"snapshot_interval"
	if d.sound(dir) && strings.TrimSpace(d.cfg.String(dir)) == "" {
		d.add(dir, d.new("compozy/persistence-data-dir", dir, "%s is empty and persistence is enabled", dir).
			WithAdvice("set a directory for the snapshots, for example data_dir: ./data/redis"))
	}
	if d.sound(interval) && d.cfg.Duration(interval) <= 0 {
		d.add(interval, d.new("compozy/persistence-interval", interval, "%s is %s and persistence is enabled", interval, d.show(interval)).
			WithAdvice("set the time between two snapshots, for example 5m"))
	}
}

// checkUnusedPersistence warns of persistence settings that change nothing.
// Who writes enabled: false knows it.
func (d *decoder) checkUnusedPersistence(why, advice string) {
	enabled := persistence + "enabled"
	if d.cfg.IsSet(enabled) && !d.cfg.Bool(enabled) {
		return
	}
	for _, key := range []string{"enabled", "data_dir", "snapshot_interval", "snapshot_on_shutdown", "restore_on_startup"} {
		path := persistence + key
		if !d.cfg.IsSet(path) {
			continue
		}
		dg := d.new("compozy/persistence-no-effect", path, "%s has no effect: %s", path, why).WithAdvice("%s", advice)
		d.add(path, d.because(dg, mode.Redis))
		return
	}
}

func (d *decoder) checkRedis() {
	const minimum, maximum = "redis.min_retry_backoff", "redis.max_retry_backoff"
	if d.sound(minimum, maximum) && d.cfg.Duration(maximum) < d.cfg.Duration(minimum) {
		at := d.blame(maximum, minimum)
		d.add(at, d.new("compozy/retry-backoff", at, "%s is %s, shorter than %s, which is %s", maximum, d.show(maximum), minimum, d.show(minimum)).
			WithAdvice("make the longest pause at least as long as the shortest"))
	}
	switch d.effective(mode.Redis) {
	case mode.Standalone:
		if d.sound("redis.db") && d.cfg.Int("redis.db") > 15 {
			d.add("redis.db", d.because(d.new("compozy/redis-db", "redis.db", "redis.db is %s, and the embedded server has only databases 0 to 15", d.show("redis.db")).
				WithAdvice("choose one of them, or use an external Redis: redis.mode: distributed"), mode.Redis))
		}
	case mode.Distributed:
		d.checkRedisAddress()
	}
}

// checkRedisAddress follows the order in which the address is read: url, then
// addr, then host and port.
func (d *decoder) checkRedisAddress() {
	const url, addr, host = "redis.url", "redis.addr", "redis.host"
	if !d.sound(url, addr, host, "redis.port") {
		return
	}
	switch {
	case d.cfg.String(url) != "":
		if why := wrongURL(RedisURL, d.cfg.String(url)); why != "" {
			d.cfg.bad[url] = true
			d.add(url, d.new("compozy/redis-url", url, "redis.url is %s, which is not the URL of a Redis server", d.show(url)).WithAdvice("%s", why))
		} else if advice := d.reg.strayParameter(d.cfg.String(url)); advice != "" {
			d.cfg.bad[url] = true
			d.add(url, d.new("compozy/redis-url", url, "redis.url is %s, and db is the only parameter that is read", d.show(url)).WithAdvice("%s", advice))
		}
	case d.cfg.String(addr) != "":
		if why := wrongAddress(d.cfg.String(addr)); why != "" {
			d.cfg.bad[addr] = true
			d.add(addr, d.new("compozy/redis-address", addr, "redis.addr is %s, which is not an address", d.show(addr)).WithAdvice("%s", why))
		}
	case strings.TrimSpace(d.cfg.String(host)) == "":
		d.add(host, d.because(d.new("compozy/redis-address", host, "redis.host is empty, and neither redis.url nor redis.addr is set").
			WithAdvice("set the address of the server, for example addr: redis.internal:6379"), mode.Redis))
	case !d.cfg.IsSet(host) && !d.cfg.IsSet("redis.port") && d.cfg.modes.Redis.By != mode.ByDefault:
		at := d.cfg.modes.Redis.DecidedBy()
		if d.cfg.modes.Redis.By == mode.ByGlobal {
			at = mode.Global.Key()
		}
		d.add("redis.addr", diag.New("compozy/redis-default-address", d.cfg.place(at), "no address is set for Redis, so %s:%s is used", d.cfg.String(host), d.cfg.String("redis.port")).
			WithAdvice("set redis.url or redis.addr to name another server"))
	}
}

func (d *decoder) checkTemporal() {
	switch d.effective(mode.Temporal) {
	case mode.Remote:
		d.checkHostPort()
	case mode.Standalone:
		d.checkTemporalStandalone()
	}
}

func (d *decoder) checkHostPort() {
	const path = "temporal.host_port"
	if !d.sound(path) {
		return
	}
	address := strings.TrimSpace(d.cfg.String(path))
	if address == "" {
		d.add(path, d.because(d.new("compozy/temporal-host-port", path, "%s is empty", path).
			WithAdvice("set the address of the cluster, for example host_port: temporal.internal:7233"), mode.Temporal))
		return
	}
	if why := wrongAddress(address); why != "" {
		d.add(path, d.because(d.new("compozy/temporal-host-port", path, "%s is %s, which is not an address", path, d.show(path)).
			WithAdvice("%s", why), mode.Temporal))
	}
}

const embedded = "temporal.standalone."

func (d *decoder) checkTemporalStandalone() {
	for _, key := range []string{"database_file", "namespace", "cluster_name"} {
		path := embedded + key
		if d.sound(path) && strings.TrimSpace(d.cfg.String(path)) == "" {
			d.add(path, d.because(d.new("compozy/temporal-standalone", path, "%s is empty", path).
				WithAdvice("remove the key to use the default %s", quoted(d.defaultText(path))), mode.Temporal))
		}
	}
	if ip := embedded + "bind_ip"; d.sound(ip) && net.ParseIP(d.cfg.String(ip)) == nil {
		d.add(ip, d.because(d.new("compozy/temporal-standalone", ip, "%s is %s, which is not an IP address", ip, d.show(ip)).
			WithAdvice("write an address such as 127.0.0.1; host names are not looked up"), mode.Temporal))
	}
	require, enable := embedded+"require_ui", embedded+"enable_ui"
	if d.sound(require, enable) && d.cfg.Bool(require) && !d.cfg.Bool(enable) {
		dg := d.new("compozy/require-ui", require, "%s is true and %s is false, so the start would always fail", require, enable).
			WithAdvice("set enable_ui: true, or remove require_ui")
		if span := d.cfg.place(enable); span.HasPlace() {
			dg = dg.WithNote(span, "the web UI is turned off here")
		}
		d.add(require, dg)
	}
	d.checkUIPort()
}

func (d *decoder) defaultText(path string) string { return showRaw(d.reg.fields[path].Default) }

func (d *decoder) checkMCPProxy() {
	const path = "mcpproxy.port"
	if d.effective(mode.MCPProxy) == mode.Standalone && d.sound(path) && d.cfg.Int(path) == 0 {
		d.add(path, d.because(d.new("compozy/mcp-port", path, "%s is 0, and the embedded proxy needs a fixed port", path).
			WithAdvice("remove the key to use the default %s, or set a port", d.defaultText(path)), mode.MCPProxy))
	}
}

func (d *decoder) checkRuntime() {
	const interval, ttl, stale = "runtime.dispatcher_heartbeat_interval", "runtime.dispatcher_heartbeat_ttl", "runtime.dispatcher_stale_threshold"
	d.longer(ttl, interval)
	d.longer(stale, ttl)
	const standard, most = "runtime.task_execution_timeout_default", "runtime.task_execution_timeout_max"
	if d.sound(standard, most) && d.cfg.Duration(standard) > d.cfg.Duration(most) {
		at := d.blame(standard, most)
		d.add(at, d.new("compozy/task-timeout", at, "%s is %s, longer than %s, which is %s", standard, d.show(standard), most, d.show(most)).
			WithAdvice("lower the default, or raise the maximum"))
	}
	const enabled, key = "server.auth.enabled", "server.auth.admin_key"
	if d.sound(enabled, key) && d.cfg.Bool(enabled) && d.cfg.String(key) == "" {
		dg := d.new("compozy/auth-admin-key", key, "%s is not set and %s is true", key, enabled).
			WithAdvice("set SERVER_AUTH_ADMIN_KEY, or write admin_key: ${SERVER_AUTH_ADMIN_KEY}")
		if span := d.cfg.place(enabled); span.HasPlace() {
			dg = dg.WithNote(span, "authentication is enabled here")
		}
		d.add(key, dg)
	}
}

// longer reports a heartbeat time that is not longer than the one it has to
// outlast.
func (d *decoder) longer(long, brief string) {
	if !d.sound(long, brief) || d.cfg.Duration(long) > d.cfg.Duration(brief) {
		return
	}
	at := d.blame(long, brief)
	d.add(at, d.new("compozy/heartbeat", at, "%s is %s, not longer than %s, which is %s", long, d.show(long), brief, d.show(brief)).
		WithAdvice("the ttl must be longer than the interval, and the stale threshold longer than the ttl"))
}

func (d *decoder) checkProduction() {
	const path = "runtime.environment"
	if !d.sound(path) || d.cfg.String(path) != "production" {
		return
	}
	for _, decision := range d.cfg.modes.Decisions() {
		if decision.Effective != mode.Standalone {
			continue
		}
		at := decision.Component.Key()
		if decision.By == mode.ByGlobal {
			at = mode.Global.Key()
		}
		dg := d.new("compozy/production-standalone", at, "%s runs in standalone mode and %s is production", decision.Component, path).
			WithAdvice("run it as a separate service: %s: distributed", decision.Component.Key())
		if span := d.cfg.place(path); span.HasPlace() {
			dg = dg.WithNote(span, "the environment is set here")
		}
		d.add(decision.Component.Key(), dg)
	}
}
