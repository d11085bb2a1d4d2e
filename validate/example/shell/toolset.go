package shell

import (
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
)

// tr translates or deletes characters.
func tr(c *call) int {
	f, sets, ok := c.options("d s")
	if !ok {
		return 2
	}
	want := 2
	if f.has("d") || f.has("s") && len(sets) == 1 {
		want = 1
	}
	if len(sets) != want || f.has("d") && f.has("s") {
		return c.refuse("%d sets with these options", len(sets))
	}
	from, ok := charSet(sets[0])
	if !ok {
		return c.refuse("the set %q", sets[0])
	}
	var to []rune
	if want == 2 {
		if to, ok = charSet(sets[1]); !ok || len(to) == 0 {
			return c.refuse("the set %q", sets[1])
		}
	}
	data, err := io.ReadAll(io.LimitReader(c.stdin, diskLimit))
	if err != nil && c.ctx.Err() == nil {
		return c.errorf("%s", reason(err))
	}
	var b strings.Builder
	last := rune(-1)
	for _, ch := range string(data) {
		i := slices.Index(from, ch)
		switch {
		case i >= 0 && f.has("d"):
			continue
		case i >= 0 && len(to) > 0:
			ch = to[min(i, len(to)-1)]
		}
		if i >= 0 && f.has("s") && ch == last {
			continue
		}
		last = ch
		b.WriteRune(ch)
	}
	if _, err := io.WriteString(c.stdout, b.String()); err != nil && !broken(err) {
		return c.errorf("write error: %s", reason(err))
	}
	return 0
}

var classes = map[string]string{"[:upper:]": "A-Z", "[:lower:]": "a-z", "[:digit:]": "0-9", "[:alpha:]": "A-Za-z", "[:alnum:]": "0-9A-Za-z", "[:space:]": " \\t\\n\\r"}

// charSet reads a set of tr: single characters, a-z, [:upper:], \n.
func charSet(s string) ([]rune, bool) {
	for name, set := range classes {
		s = strings.ReplaceAll(s, name, set)
	}
	if strings.Contains(s, "[:") || strings.Contains(s, "[=") {
		return nil, false
	}
	var out []rune
	r := []rune(s)
	escapes := map[rune]rune{'n': '\n', 't': '\t', 'r': '\r', '\\': '\\'}
	for i := 0; i < len(r); i++ {
		ch := r[i]
		if ch == '\\' && i+1 < len(r) {
			i++
			e, ok := escapes[r[i]]
			if !ok {
				return nil, false
			}
			out = append(out, e)
			continue
		}
		if i+2 < len(r) && r[i+1] == '-' && r[i+2] >= ch && r[i+2] < 0x10000 {
			for x := ch; x <= r[i+2]; x++ {
				out = append(out, x)
			}
			i += 2
			continue
		}
		out = append(out, ch)
	}
	return out, true
}

// cut prints fields or characters: -d : -f 1,3 or -c 1-4.
func cut(c *call) int {
	f, names, ok := c.options("d: f: c: s")
	if !ok {
		return 2
	}
	spec, delimiter := f["f"], "\t"
	if f.has("d") {
		delimiter = f["d"]
	}
	if f.has("c") {
		spec, delimiter = f["c"], ""
	}
	ranges, ok := cutRanges(spec)
	if !ok || f.has("d") && len([]rune(delimiter)) != 1 {
		return c.refuse("the list %q", spec)
	}
	return c.input(names, func(_ string, r io.Reader) error {
		return eachLine(r, func(l string) error {
			if delimiter != "" && !strings.Contains(l, delimiter) {
				if f.has("s") {
					return nil
				}
				_, err := fmt.Fprintln(c.stdout, l)
				return err
			}
			var out []string
			for i, field := range strings.Split(l, delimiter) {
				if slices.ContainsFunc(ranges, func(r [2]int) bool { return i+1 >= r[0] && i+1 <= r[1] }) {
					out = append(out, field)
				}
			}
			_, err := fmt.Fprintln(c.stdout, strings.Join(out, delimiter))
			return err
		})
	})
}

func cutRanges(spec string) ([][2]int, bool) {
	var out [][2]int
	for part := range strings.SplitSeq(spec, ",") {
		from, to, open := strings.Cut(part, "-")
		r := [2]int{1, 1 << 30}
		var err error
		if from != "" {
			if r[0], err = strconv.Atoi(from); err != nil || r[0] < 1 {
				return nil, false
			}
		}
		switch {
		case !open:
			r[1] = r[0]
		case to != "":
			if r[1], err = strconv.Atoi(to); err != nil {
				return nil, false
			}
		}
		if from == "" && to == "" {
			return nil, false
		}
		out = append(out, r)
	}
	return out, true
}
