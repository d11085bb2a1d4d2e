package shell

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/aymanbagabas/go-udiff"
)

// maxLine is the longest line that a text tool reads.
const maxLine = 1 << 20

var errEnough = errors.New("enough")

// eachLine calls do for each line, without its ending.
func eachLine(r io.Reader, do func(string) error) error {
	s := bufio.NewScanner(r)
	s.Buffer(make([]byte, 0, 4096), maxLine)
	for s.Scan() {
		if err := do(s.Text()); err != nil {
			if errors.Is(err, errEnough) {
				return nil
			}
			return err
		}
	}
	return s.Err()
}

// unread reads what a tool does not need of its input: the writer must not
// wait for it, and has printed everything when it ends.
func unread(r io.Reader) { _, _ = io.Copy(io.Discard, r) }

// input calls do for each file that is named, the standard input when none is.
func (c *call) input(names []string, do func(name string, r io.Reader) error) int {
	if len(names) == 0 {
		names = []string{"-"}
	}
	status := 0
	for _, name := range names {
		r, ok := c.file(name)
		if !ok {
			status = 1
			continue
		}
		err := do(name, r)
		_ = r.Close() // it was only read
		if err != nil && !broken(err) && c.ctx.Err() == nil {
			status = c.errorf("%s: %s", name, reason(err))
		}
	}
	return status
}

// all is every line of the files.
func (c *call) all(names []string) ([]string, int) {
	var out []string
	size := 0
	status := c.input(names, func(_ string, r io.Reader) error {
		return eachLine(r, func(l string) error {
			if size += len(l) + 1; size > diskLimit {
				return errDiskFull
			}
			out = append(out, l)
			return nil
		})
	})
	return out, status
}

// count reads the number of lines that head and tail take: -n 5, -5.
func (c *call) count(f flags, operands []string) (n int, sign byte, rest []string, ok bool) {
	text := "10"
	if f.has("n") {
		text = f["n"]
	} else if len(operands) > 0 && len(operands[0]) > 1 && operands[0][0] == '-' && isNumber(operands[0]) {
		text, operands = operands[0][1:], operands[1:]
	}
	if text != "" && (text[0] == '-' || text[0] == '+') {
		sign, text = text[0], text[1:]
	}
	n, err := strconv.Atoi(text)
	if err != nil {
		c.errorf("invalid number of lines: '%s'", text)
		return 0, 0, nil, false
	}
	return n, sign, operands, true
}

func head(c *call) int {
	f, names, ok := c.options("n: c: q")
	if !ok {
		return 2
	}
	if f.has("c") {
		n, ok := f.number("c", 0)
		if !ok || n < 0 {
			return c.refuse("-c %s", f["c"])
		}
		return c.input(names, func(_ string, r io.Reader) error {
			_, err := io.Copy(c.stdout, io.LimitReader(r, int64(n)))
			unread(r)
			return err
		})
	}
	n, sign, names, ok := c.count(f, names)
	if !ok {
		return 1
	}
	if sign == '-' {
		list, status := c.all(names)
		return max(status, c.print(list[:max(0, len(list)-n)]))
	}
	if n == 0 {
		return 0
	}
	return c.input(names, func(_ string, r io.Reader) error {
		left := n
		err := eachLine(r, func(l string) error {
			if _, err := fmt.Fprintln(c.stdout, l); err != nil {
				return err
			}
			if left--; left == 0 {
				return errEnough
			}
			return nil
		})
		unread(r)
		return err
	})
}

func tail(c *call) int {
	f, names, ok := c.options("n: q")
	if !ok {
		return 2
	}
	n, sign, names, ok := c.count(f, names)
	if !ok {
		return 1
	}
	list, status := c.all(names)
	from := len(list) - n
	if sign == '+' {
		from = n - 1
	}
	return max(status, c.print(list[min(max(from, 0), len(list)):]))
}

// print writes lines.
func (c *call) print(list []string) int {
	var b bytes.Buffer
	for _, l := range list {
		b.WriteString(l + "\n")
	}
	if _, err := c.stdout.Write(b.Bytes()); err != nil && !broken(err) {
		return c.errorf("write error: %s", reason(err))
	}
	return 0
}

func grep(c *call) int {
	f, operands, ok := c.options("q v c i n F E w x o h H l r s e: A: B: C: m: quiet silent invert-match count ignore-case line-number fixed-strings extended-regexp only-matching")
	if !ok {
		return 2
	}
	for long, short := range map[string]string{
		"quiet": "q", "silent": "q", "invert-match": "v", "count": "c", "ignore-case": "i", "line-number": "n",
		"fixed-strings": "F", "extended-regexp": "E", "only-matching": "o",
	} {
		if f.has(long) {
			f[short] = ""
		}
	}
	for _, name := range []string{"r", "A", "B", "C", "m", "l"} {
		if f.has(name) {
			return c.refuse("the option -%s", name)
		}
	}
	expression, given := f["e"]
	if !given {
		if len(operands) == 0 {
			c.errorf("no pattern")
			return 2
		}
		expression, operands = operands[0], operands[1:]
	}
	re, err := regexp.Compile(grepPattern(expression, f))
	if err != nil {
		return c.refuse("the pattern %q", expression)
	}
	found := false
	status := c.input(operands, func(name string, r io.Reader) error {
		before := ""
		if len(operands) > 1 && !f.has("h") || f.has("H") {
			before = name + ":"
		}
		n, count := 0, 0
		err := eachLine(r, func(l string) error {
			n++
			if re.MatchString(l) == f.has("v") {
				return nil
			}
			found = true
			count++
			if f.has("q") {
				return errEnough
			}
			if f.has("c") {
				return nil
			}
			mark := before
			if f.has("n") {
				mark += strconv.Itoa(n) + ":"
			}
			out := []string{l}
			if f.has("o") && !f.has("v") {
				out = re.FindAllString(l, -1)
			}
			for _, l := range out {
				if _, err := fmt.Fprintln(c.stdout, mark+l); err != nil {
					return err
				}
			}
			return nil
		})
		if f.has("c") && !f.has("q") {
			fmt.Fprintf(c.stdout, "%s%d\n", before, count)
		}
		unread(r)
		return err
	})
	switch {
	case found && (status == 0 || f.has("q")):
		return 0
	case status != 0:
		return 2
	}
	return 1
}

// grepPattern translates a pattern into Go's form.
func grepPattern(p string, f flags) string {
	switch {
	case f.has("F"):
		p = regexp.QuoteMeta(p)
	case !f.has("E"):
		p = basic(p)
	}
	if f.has("w") {
		p = `\b(?:` + p + `)\b`
	}
	if f.has("x") {
		p = `^(?:` + p + `)$`
	}
	if f.has("i") {
		p = `(?i)` + p
	}
	return p
}

// basic turns a basic regular expression into an extended one: what has a
// meaning with a backslash there has it without one here, and the reverse.
func basic(p string) string {
	var b strings.Builder
	inSet := false
	for i := 0; i < len(p); i++ {
		ch := p[i]
		switch {
		case inSet:
			inSet = ch != ']'
			b.WriteByte(ch)
		case ch == '[':
			inSet = true
			b.WriteByte(ch)
			if i+1 < len(p) && p[i+1] == '^' {
				i++
				b.WriteByte('^')
			}
			if i+1 < len(p) && p[i+1] == ']' {
				i++
				b.WriteString(`\]`)
			}
		case ch == '\\' && i+1 < len(p):
			i++
			if !strings.ContainsRune("(){}+?|", rune(p[i])) {
				b.WriteByte('\\')
			}
			b.WriteByte(p[i])
		case strings.IndexByte("(){}+?|", ch) >= 0:
			b.WriteByte('\\')
			b.WriteByte(ch)
		case ch == '*' && (i == 0 || i == 1 && p[0] == '^'):
			b.WriteString(`\*`)
		default:
			b.WriteByte(ch)
		}
	}
	return b.String()
}

func sortLines(c *call) int {
	f, names, ok := c.options("r n u b")
	if !ok {
		return 2
	}
	list, status := c.all(names)
	compare := strings.Compare
	if f.has("n") {
		compare = func(a, b string) int {
			x, y := leading(a), leading(b)
			switch {
			case x < y:
				return -1
			case x > y:
				return 1
			}
			return strings.Compare(a, b)
		}
	}
	slices.SortStableFunc(list, compare)
	if f.has("r") {
		slices.Reverse(list)
	}
	if f.has("u") {
		list = slices.Compact(list)
	}
	return max(status, c.print(list))
}

var number = regexp.MustCompile(`^\s*-?\d+(?:\.\d+)?`)

// leading is the number that a line begins with.
func leading(l string) float64 {
	n, _ := strconv.ParseFloat(strings.TrimSpace(number.FindString(l)), 64) // none is 0
	return n
}

func uniq(c *call) int {
	f, names, ok := c.options("c d u")
	if !ok {
		return 2
	}
	list, status := c.all(names)
	var out []string
	for i := 0; i < len(list); {
		n := 1
		for i+n < len(list) && list[i+n] == list[i] {
			n++
		}
		switch {
		case f.has("d") && n == 1, f.has("u") && n > 1:
		case f.has("c"):
			out = append(out, fmt.Sprintf("%7d %s", n, list[i]))
		default:
			out = append(out, list[i])
		}
		i += n
	}
	return max(status, c.print(out))
}

func wc(c *call) int {
	f, names, ok := c.options("l w c m")
	if !ok {
		return 2
	}
	if len(f) == 0 {
		f = flags{"l": "", "w": "", "c": ""}
	}
	kinds := []string{"l", "w", "m", "c"}
	var total [4]int
	show := func(counts [4]int, name string) {
		var fields []string
		for i, k := range kinds {
			if f.has(k) {
				fields = append(fields, strconv.Itoa(counts[i]))
			}
		}
		if len(fields) > 1 || len(names) > 1 {
			for i := range fields {
				fields[i] = fmt.Sprintf("%7s", fields[i])
			}
		}
		if name != "-" {
			fields = append(fields, name)
		}
		fmt.Fprintln(c.stdout, strings.Join(fields, " "))
	}
	status := c.input(names, func(name string, r io.Reader) error {
		data, err := io.ReadAll(io.LimitReader(r, diskLimit))
		if err != nil {
			return err
		}
		counts := [4]int{bytes.Count(data, []byte("\n")), len(bytes.Fields(data)), utf8.RuneCount(data), len(data)}
		for i := range total {
			total[i] += counts[i]
		}
		show(counts, name)
		return nil
	})
	if len(names) > 1 {
		show(total, "total")
	}
	return status
}

// diff compares two files; its output is the unified form.
func diff(c *call) int {
	f, names, ok := c.options("u q brief unified")
	if !ok {
		return 2
	}
	if len(names) != 2 {
		c.errorf("two files are needed")
		return 2
	}
	var texts [2]string
	for i, name := range names {
		r, ok := c.file(name)
		if !ok {
			return 2
		}
		data, err := io.ReadAll(io.LimitReader(r, diskLimit))
		_ = r.Close() // it was only read
		if err != nil {
			c.errorf("%s: %s", name, reason(err))
			return 2
		}
		texts[i] = string(data)
	}
	switch {
	case texts[0] == texts[1]:
		return 0
	case f.has("q") || f.has("brief"):
		fmt.Fprintf(c.stdout, "Files %s and %s differ\n", names[0], names[1])
	case !f.has("u") && !f.has("unified"):
		return c.refuse("show a difference without -u")
	default:
		io.WriteString(c.stdout, udiff.Unified(names[0], names[1], texts[0], texts[1]))
	}
	return 1
}

// seq prints numbers.
func seq(c *call) int {
	numbers := []int{1, 1, 1}
	args := c.args[1:]
	if len(args) == 0 || len(args) > 3 {
		return c.errorf("one to three numbers are needed")
	}
	for i, a := range args {
		n, err := strconv.Atoi(a)
		if err != nil {
			return c.refuse("the number %q", a)
		}
		switch {
		case i == len(args)-1:
			numbers[2] = n
		default:
			numbers[i] = n
		}
	}
	first, by, last := numbers[0], numbers[1], numbers[2]
	if by == 0 {
		return c.errorf("invalid Zero increment value: '0'")
	}
	for n, count := first, 0; (by > 0 && n <= last || by < 0 && n >= last) && c.ctx.Err() == nil; n += by {
		if count++; count > maxLine {
			return c.refuse("more than %d numbers", maxLine)
		}
		if _, err := fmt.Fprintln(c.stdout, n); err != nil {
			return 0 // its reader has enough
		}
	}
	return 0
}
