package cache

import (
	"strconv"
	"strings"
	"time"
)

// maxExpiry is the longest time that a key may have: 100 years. miniredis
// counts in nanoseconds, and beyond 292 years a key would go at once.
const maxExpiry = 876_600 * time.Hour

func itoa[N int | int64](n N) string { return strconv.FormatInt(int64(n), 10) }

// strictInt reads an integer as Redis does: no sign but a minus, no leading
// zero, no space.
func strictInt(s string) (int64, bool) {
	n, err := strconv.ParseInt(s, 10, 64)
	return n, err == nil && itoa(n) == s
}

const (
	notInteger = "ERR value is not an integer or out of range"
	notFloat   = "ERR value is not a valid float"
	syntax     = "ERR syntax error"
)

// expiry reads the time argument of a command; unit is "EX", "PX", "EXAT" or
// "PXAT". What it returns is relative to moment, as miniredis counts, so that
// a key lives neither shorter nor longer by what has passed since.
func (c *call) expiry(unit, text, name string, positive bool) (time.Duration, bool) {
	n, ok := strictInt(text)
	if !ok {
		c.fail(notInteger)
		return 0, false
	}
	step := time.Second
	if unit[0] == 'P' {
		step = time.Millisecond
	}
	now := c.f.instant()
	base := int64(0)
	if strings.HasSuffix(unit, "AT") {
		base = now.UnixNano() / int64(step)
	}
	limit := base + int64(maxExpiry/step)
	if positive && n <= 0 || n > limit || n < -limit {
		c.fail("ERR invalid expire time in '%s' command", name)
		return 0, false
	}
	if base == 0 {
		return time.Duration(n)*step + c.f.pending(), true
	}
	return time.Unix(0, 0).Add(time.Duration(n) * step).Sub(c.f.moment), true
}

// ms gives a duration in milliseconds, one at least.
func ms(d time.Duration) string { return itoa(max(d.Milliseconds(), 1)) }

var expiryUnits = map[string]string{"EXPIRE": "EX", "PEXPIRE": "PX", "EXPIREAT": "EXAT", "PEXPIREAT": "PXAT"}

func doExpire(c *call, args []string) {
	d, ok := c.expiry(expiryUnits[strings.ToUpper(args[0])], args[2], strings.ToLower(args[0]), false)
	if !ok {
		return
	}
	past := d <= c.f.pending()
	set, ok := c.expireAllowed(args[1], d, args[3:])
	switch {
	case !ok:
	case !set:
		c.out = appendInt(c.out, 0)
	case past:
		// The time is past: Redis removes the key.
		c.raw("DEL", args[1])
	default:
		c.raw("PEXPIRE", args[1], ms(d))
	}
}

// expireAllowed reads NX, XX, GT and LT and says whether the time may be set.
// miniredis takes an equal time for a lower one.
func (c *call) expireAllowed(key string, d time.Duration, options []string) (set, ok bool) {
	has := map[string]bool{}
	for _, o := range options {
		switch u := strings.ToUpper(o); u {
		case "NX", "XX", "GT", "LT":
			has[u] = true
		default:
			c.fail("ERR Unsupported option %s", o)
			return false, false
		}
	}
	if has["NX"] && (has["XX"] || has["GT"] || has["LT"]) {
		c.fail("ERR NX and XX, GT or LT options at the same time are not compatible")
		return false, false
	}
	if has["GT"] && has["LT"] {
		c.fail("ERR GT and LT options at the same time are not compatible")
		return false, false
	}
	current := c.f.m.DB(c.db).TTL(key) // 0 for none, which counts as for ever
	switch {
	case has["NX"] && current > 0, has["XX"] && current == 0,
		has["GT"] && (current == 0 || d <= current),
		has["LT"] && current > 0 && d >= current:
		return false, true
	}
	return true, true
}

func doSetex(c *call, args []string) {
	unit := "EX"
	if strings.EqualFold(args[0], "PSETEX") {
		unit = "PX"
	}
	if d, ok := c.expiry(unit, args[2], strings.ToLower(args[0]), true); ok {
		c.raw("PSETEX", args[1], ms(d), args[3])
	}
}

// doSet is SET and GETEX, whose options name the time.
func doSet(c *call, args []string) {
	name := strings.ToLower(args[0])
	first := 3
	if name == "getex" {
		first = 2
	}
	if !completeSet(args[first:]) {
		c.fail(syntax)
		return
	}
	past := false
	for i := first; i+1 < len(args); i++ {
		unit := strings.ToUpper(args[i])
		if unit != "EX" && unit != "PX" && unit != "EXAT" && unit != "PXAT" {
			continue
		}
		d, ok := c.expiry(unit, args[i+1], name, true)
		if !ok {
			return
		}
		args = append([]string(nil), args...)
		past = d <= c.f.pending()
		args[i], args[i+1] = "PX", ms(d)
		i++
	}
	begin := len(c.out)
	c.raw(args...)
	if past && (name == "getex" || string(c.out[begin:]) == replyOK) {
		c.ask("DEL", args[1])
	}
}

// completeSet says whether the options of SET and GETEX have their values and
// go together; miniredis takes the last of two that do not.
func completeSet(options []string) bool {
	times, conditions := 0, 0
	for i := 0; i < len(options); i++ {
		switch strings.ToUpper(options[i]) {
		case "EX", "PX", "EXAT", "PXAT":
			times++
			if i++; i >= len(options) {
				return false
			}
		case "KEEPTTL", "PERSIST":
			times++
		case "NX", "XX":
			conditions++
		}
	}
	return times <= 1 && conditions <= 1
}

func doTtl(c *call, args []string) {
	name := strings.ToUpper(args[0])
	if n := c.asks("PTTL", args[1]); n < 0 {
		c.out = appendInt(c.out, n) // no key, or no end
		return
	}
	d := c.f.m.DB(c.db).TTL(args[1]) - c.f.pending()
	if strings.HasSuffix(name, "EXPIRETIME") {
		d = c.f.instant().Add(d).Sub(time.Unix(0, 0))
	}
	n := int(d / time.Millisecond)
	if name[0] != 'P' {
		n = (n + 500) / 1000 // as Redis rounds
	}
	c.out = appendInt(c.out, n)
}

// doHashExpiry are the commands on the times of fields, which Redis has since
// 7.4. Their seconds cannot be corrected by what has passed, so the clock is
// brought up to now first; that walks all keys.
func doHashExpiry(c *call, args []string) {
	c.f.advance()
	name := strings.ToUpper(args[0])
	fields := -1
	for i := 2; i < len(args); i++ {
		switch unit := strings.ToUpper(args[i]); unit {
		case "FIELDS":
			fields = i
		case "EX", "PX", "EXAT", "PXAT":
			if fields < 0 && i+1 < len(args) {
				if _, ok := c.expiry(unit, args[i+1], strings.ToLower(name), true); !ok {
					return
				}
			}
		}
		if fields >= 0 {
			break
		}
	}
	if name == "HEXPIRE" {
		if _, ok := c.expiry("EX", args[2], "hexpire", true); !ok {
			return
		}
	}
	if fields < 0 || fields+1 >= len(args) {
		c.fail("ERR Mandatory argument FIELDS is missing or not at the right position")
		return
	}
	if n, ok := strictInt(args[fields+1]); !ok || n < 1 || n > int64(len(args)) {
		c.fail("ERR Parameter `numFields` should be greater than 0 and match the number of arguments")
		return
	}
	c.raw(args...)
}
