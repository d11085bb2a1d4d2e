package shell

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// maxBody is the most that curl reads.
const maxBody = 8 << 20

// request is what the arguments of curl ask for.
type request struct {
	method, url   string
	header        http.Header
	body          []byte
	hasBody       bool
	out, form     string // -o and -w
	silent, shown bool   // -s and -S
	fail, include bool   // -f and -i
	head          bool
	limit         time.Duration
}

// curl asks a server of the session.
func curl(c *call) int {
	q, ok := c.request()
	if !ok {
		return 2
	}
	complain := func(status int, format string, args ...any) int {
		if !q.silent || q.shown {
			fmt.Fprintf(c.stderr, "curl: (%d) %s\n", status, fmt.Sprintf(format, args...))
		}
		return status
	}
	if q.url == "" {
		return complain(2, "no URL specified")
	}
	if !strings.Contains(q.url, "://") {
		q.url = "http://" + q.url
	}
	u, err := url.Parse(q.url)
	if err != nil || u.Host == "" {
		return complain(3, "URL using bad/illegal format or missing URL")
	}
	if u.Scheme != "http" {
		return complain(1, "Protocol %q not supported in the sandbox", u.Scheme)
	}
	r, err := http.NewRequestWithContext(c.ctx, q.method, q.url, bytes.NewReader(q.body))
	if err != nil {
		return complain(3, "URL using bad/illegal format or missing URL")
	}
	r.Header = q.header
	if host := q.header.Get("Host"); host != "" {
		r.Host = host
	}
	if user := u.User; user != nil {
		password, _ := user.Password()
		r.SetBasicAuth(user.Username(), password)
	}
	transport := &http.Transport{DialContext: c.s.net.Dial, DisableKeepAlives: true, DisableCompression: true}
	defer transport.CloseIdleConnections()
	client := &http.Client{Transport: transport, Timeout: q.limit, CheckRedirect: func(*http.Request, []*http.Request) error {
		return http.ErrUseLastResponse
	}}
	answer, err := client.Do(r)
	if err != nil {
		return curlError(err, u, complain)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(io.LimitReader(answer.Body, maxBody))
	if err != nil {
		return complain(56, "Failure when receiving data from the peer")
	}
	if q.fail && answer.StatusCode >= 400 {
		c.writeOut(q.form, answer.StatusCode, len(body))
		return complain(22, "The requested URL returned error: %d", answer.StatusCode)
	}
	status := c.deliver(q, answer, body)
	c.writeOut(q.form, answer.StatusCode, len(body))
	return status
}

// request reads the arguments.
func (c *call) request() (request, bool) {
	q := request{header: http.Header{"User-Agent": {"curl/8"}, "Accept": {"*/*"}}}
	f, rest, ok := curlOptions(c, &q)
	if !ok {
		return q, false
	}
	q.silent, q.shown, q.fail, q.include = f.has("s"), f.has("S"), f.has("f"), f.has("i")
	q.out, q.form, q.head = f["o"], f["w"], f.has("I")
	q.method = f["X"]
	switch {
	case q.method != "":
	case q.head:
		q.method = http.MethodHead
	case q.hasBody:
		q.method = http.MethodPost
	default:
		q.method = http.MethodGet
	}
	q.include = q.include || q.head
	if seconds, err := strconv.ParseFloat(f["m"], 64); err == nil && seconds > 0 && seconds < 1e6 {
		q.limit = time.Duration(seconds * float64(time.Second))
	}
	if len(rest) > 1 {
		c.refuse("more than one URL")
		return q, false
	}
	if len(rest) == 1 {
		q.url = rest[0]
	}
	return q, true
}

// longCurl are the long names of options.
var longCurl = map[string]string{
	"silent": "s", "show-error": "S", "fail": "f", "include": "i", "head": "I", "request": "X", "header": "H",
	"data": "d", "output": "o", "write-out": "w", "max-time": "m", "user": "u", "data-raw": "d",
}

// curlOptions reads options one by one, because -H and -d may stand several
// times.
func curlOptions(c *call, q *request) (flags, []string, bool) {
	f := flags{}
	var rest []string
	args := c.args[1:]
	for len(args) > 0 {
		a := args[0]
		args = args[1:]
		if len(a) < 2 || a[0] != '-' {
			rest = append(rest, a)
			continue
		}
		names := a[1:]
		if strings.HasPrefix(a, "--") {
			short, ok := longCurl[a[2:]]
			if !ok {
				c.refuse("the option %q", a)
				return nil, nil, false
			}
			names = short
		}
		for at := 0; at < len(names); at++ {
			name := names[at : at+1]
			if strings.Contains("sSfiI", name) {
				f[name] = ""
				continue
			}
			if !strings.Contains("XHdowmu", name) {
				c.refuse("the option -%s", name)
				return nil, nil, false
			}
			value := names[at+1:]
			if value == "" {
				if len(args) == 0 {
					c.refuse("the option -%s without a value", name)
					return nil, nil, false
				}
				value, args = args[0], args[1:]
			}
			if !c.curlValue(q, f, name, value) {
				return nil, nil, false
			}
			break
		}
	}
	return f, rest, true
}

// curlValue takes one option with a value.
func (c *call) curlValue(q *request, f flags, name, value string) bool {
	switch name {
	case "H":
		key, text, _ := strings.Cut(value, ":")
		q.header.Set(strings.TrimSpace(key), strings.TrimSpace(text))
	case "u":
		user, password, _ := strings.Cut(value, ":")
		r := http.Request{Header: q.header}
		r.SetBasicAuth(user, password)
	case "d":
		data := []byte(value)
		if file, ok := strings.CutPrefix(value, "@"); ok {
			r, ok := c.file(file)
			if !ok {
				return false
			}
			text, err := io.ReadAll(io.LimitReader(r, maxBody))
			_ = r.Close() // it was only read
			if err != nil {
				c.errorf("%s: %s", file, reason(err))
				return false
			}
			data = bytes.ReplaceAll(text, []byte("\n"), nil)
		}
		if q.hasBody {
			q.body = append(q.body, '&')
		}
		q.body, q.hasBody = append(q.body, data...), true
		if q.header.Get("Content-Type") == "" {
			q.header.Set("Content-Type", "application/x-www-form-urlencoded")
		}
	default:
		f[name] = value
	}
	return true
}

// deliver writes the answer to where it was asked for.
func (c *call) deliver(q request, answer *http.Response, body []byte) int {
	var b bytes.Buffer
	if q.include {
		fmt.Fprintf(&b, "%s %s\r\n", answer.Proto, answer.Status)
		var names []string
		for name := range answer.Header {
			names = append(names, name)
		}
		slices.Sort(names)
		for _, name := range names {
			for _, value := range answer.Header[name] {
				fmt.Fprintf(&b, "%s: %s\r\n", name, value)
			}
		}
		b.WriteString("\r\n")
	}
	if q.method != http.MethodHead {
		b.Write(body)
	}
	if q.out == "" || q.out == "-" {
		if _, err := c.stdout.Write(b.Bytes()); err != nil && !broken(err) {
			return 23
		}
		return 0
	}
	if q.out == os.DevNull {
		return 0
	}
	rel, ok := c.path(q.out)
	if !ok {
		return 23
	}
	w, err := c.s.openFile(c.job, rel, q.out, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o644)
	if err == nil {
		_, err = w.Write(b.Bytes())
		err = errors.Join(err, w.Close())
	}
	if err != nil {
		fmt.Fprintf(c.stderr, "curl: (23) %s\n", reason(err))
		return 23
	}
	return 0
}

// writeOut prints what -w asks for.
func (c *call) writeOut(form string, status, size int) {
	if form == "" {
		return
	}
	io.WriteString(c.stdout, strings.NewReplacer(
		"%{http_code}", fmt.Sprintf("%03d", status), "%{response_code}", fmt.Sprintf("%03d", status),
		"%{size_download}", strconv.Itoa(size), `\n`, "\n", `\t`, "\t", `\r`, "\r", "%%", "%",
	).Replace(form))
}

// curlError gives the status and the words of curl for what went wrong.
func curlError(err error, u *url.URL, complain func(int, string, ...any) int) int {
	number := u.Port()
	if number == "" {
		number = "80"
	}
	var lookup *net.DNSError
	var slow net.Error
	switch {
	case errors.As(err, &lookup):
		return complain(6, "Could not resolve host: %s", u.Hostname())
	case errors.As(err, &slow) && slow.Timeout():
		return complain(28, "Operation timed out")
	case errors.Is(err, syscall.ECONNREFUSED):
		return complain(7, "Failed to connect to %s port %s: Couldn't connect to server", u.Hostname(), number)
	case errors.Is(err, syscall.ENETUNREACH):
		return complain(7, "Failed to connect to %s port %s: the sandbox has no other network", u.Hostname(), number)
	case errors.Is(err, io.EOF):
		return complain(52, "Empty reply from server")
	}
	return complain(56, "Recv failure")
}
