package config

import (
	"fmt"

	"github.com/compozy/docs/compozy/mode"
)

// servicePorts is the number of consecutive ports that the embedded Temporal
// takes from frontend_port on: frontend, history, matching and worker.
const servicePorts = 4

const (
	serverPort   = "server.port"
	proxyPort    = "mcpproxy.port"
	frontendPort = embedded + "frontend_port"
	uiPort       = embedded + "ui_port"
)

// listener is what takes ports in this process.
type listener struct {
	path        string
	first, last int
}

func (l listener) overlaps(other listener) bool {
	return l.first <= other.last && other.first <= l.last
}

func (l listener) ports() string {
	if l.first == l.last {
		return fmt.Sprintf("port %d", l.first)
	}
	return fmt.Sprintf("the ports %d to %d", l.first, l.last)
}

// checkUIPort judges the port of Temporal's web UI and the block of service
// ports that it must stay out of.
func (d *decoder) checkUIPort() {
	first := d.cfg.Int(frontendPort)
	last := first + servicePorts - 1
	if d.sound(frontendPort) && last > 65535 {
		d.add(frontendPort, d.because(d.new("compozy/frontend-port", frontendPort, "%s is %d, so its last service would take port %d", frontendPort, first, last).
			WithAdvice("the embedded server takes four ports; the first can be at most %d", 65535-servicePorts+1), mode.Temporal))
		d.cfg.bad[frontendPort] = true
	}
	if !d.sound(uiPort, embedded+"enable_ui") || !d.cfg.Bool(embedded+"enable_ui") {
		return
	}
	port := d.cfg.Int(uiPort)
	switch {
	case port == 0:
		d.add(uiPort, d.because(d.new("compozy/ui-port", uiPort, "%s is 0 and the web UI is on", uiPort).
			WithAdvice("set a port between 1 and 65535, or set enable_ui: false"), mode.Temporal))
	case d.sound(frontendPort) && first <= port && port <= last:
		at := d.blame(uiPort, frontendPort)
		d.add(at, d.because(d.new("compozy/ui-port", at, "%s is %d, one of the service ports %d to %d", uiPort, port, first, last).
			WithAdvice("choose a port outside this range"), mode.Temporal))
	}
}

// checkPorts reports two things in this process that want the same port.
func (d *decoder) checkPorts() {
	all := d.listeners()
	for i, a := range all {
		for _, b := range all[i+1:] {
			if !a.overlaps(b) || a.path == frontendPort && b.path == uiPort {
				continue
			}
			// The one that somebody chose is the one to change.
			if d.cfg.IsSet(a.path) && !d.cfg.IsSet(b.path) {
				d.collision(b, a)
			} else {
				d.collision(a, b)
			}
		}
	}
}

// listeners are the ports of what is embedded, in a fixed order.
func (d *decoder) listeners() []listener {
	var out []listener
	add := func(path string, count int) {
		if d.sound(path) && d.cfg.Int(path) > 0 {
			out = append(out, listener{path: path, first: d.cfg.Int(path), last: d.cfg.Int(path) + count - 1})
		}
	}
	add(serverPort, 1)
	if d.effective(mode.Temporal) == mode.Standalone {
		add(frontendPort, servicePorts)
		if d.sound(embedded+"enable_ui") && d.cfg.Bool(embedded+"enable_ui") {
			add(uiPort, 1)
		}
	}
	if d.effective(mode.MCPProxy) == mode.Standalone {
		add(proxyPort, 1)
	}
	return out
}

// collision is reported at b, with a as the other place.
func (d *decoder) collision(a, b listener) {
	dg := d.new("compozy/port-collision", b.path, "%s takes %s, and %s takes %s", b.path, b.ports(), a.path, a.ports())
	if span := d.cfg.place(a.path); d.cfg.IsSet(a.path) && span.HasPlace() {
		dg = dg.WithNote(span, "the other port is set here")
	} else {
		dg = dg.WithAdvice("%s has its default %s", a.path, d.defaultText(a.path))
	}
	d.add(b.path, dg.WithAdvice("change one of the two ports"))
}
