package shell

import (
	"strings"
	"testing"
)

// TestTools holds the tools to what those of GNU print.
func TestTools(t *testing.T) {
	t.Parallel()
	for name, script := range map[string]string{
		"cat":      "$ printf 'a\\nb' > f\n$ cat f f\na\nba\nb\n$ cat -n f\n     1  a\n     2  b\n$ cat < f\na\nb\n$ cat missing\ncat: missing: No such file or directory\n[exit 1]\n$ cat .\ncat: .: Is a directory\n[exit 1]\n",
		"ls":       "$ mkdir -p d/e .h; touch b a d/x\n$ ls\na\nb\nd\n$ ls -A d a\na\n\nd:\ne\nx\n$ ls -a\n.\n..\n.h\na\nb\nd\n$ ls -F d\ne/\nx\n$ ls -d d\nd\n$ ls *\na\nb\n\nd:\ne\nx\n",
		"mkdir":    "$ mkdir a\n$ mkdir a\nmkdir: cannot create directory 'a': File exists\n[exit 1]\n$ mkdir x/y\nmkdir: cannot create directory 'x/y': No such file or directory\n[exit 1]\n$ mkdir -pv x/y\nmkdir: created directory 'x/y'\n$ rmdir x/y && ls x\n$ touch x/f; rmdir x/f\nrmdir: failed to remove 'x/f': Not a directory\n[exit 1]\n",
		"rm":       "$ mkdir -p a/b; touch f\n$ rm a\nrm: cannot remove 'a': Is a directory\n[exit 1]\n$ rm missing\nrm: cannot remove 'missing': No such file or directory\n[exit 1]\n$ rm -f missing\n$ rm -rv a f\nremoved 'a'\nremoved 'f'\n$ ls\n",
		"cp mv":    "$ mkdir -p d; echo 1 > a; cp a b; cp a b d; mv b c; ls . d\n.:\na\nc\nd\n\nd:\na\nb\n$ cp d e\ncp: 'd' to 'e': -r not specified; omitting directory\n[exit 1]\n$ cp -r d e; ls e\na\nb\n$ cp -r d d/d\ncp: 'd' and 'd/d' are the same file, or one is inside the other\n[exit 1]\n$ cp a a\ncp: 'a' and 'a' are the same file, or one is inside the other\n[exit 1]\n$ mv missing x\nmv: cannot stat 'missing': No such file or directory\n[exit 1]\n$ cat e/a c\n1\n1\n",
		"chmod":    "$ touch f; chmod 600 f; chmod u-w,go+r f; test -w f\n[exit 1]\n$ chmod +w f && test -w f\n$ chmod 600 missing\nchmod: cannot access 'missing': No such file or directory\n[exit 1]\n",
		"tee":      "$ echo a | tee f g\na\n$ echo b | tee -a f > /dev/null; cat f g\na\nb\na\n",
		"head":     "$ seq 20 > f\n$ head -n 2 f\n1\n2\n$ head -1 f\n1\n$ head -n -18 f\n1\n2\n$ head -c 3 f\n1\n2\n$ seq 100000 | head -n 1\n1\n$ head f | tail -n 1\n10\n",
		"tail":     "$ seq 20 > f\n$ tail -n 2 f\n19\n20\n$ tail -1 f\n20\n$ tail -n +19 f\n19\n20\n$ tail -n x f\ntail: invalid number of lines: 'x'\n[exit 1]\n",
		"grep":     "$ printf 'one\\nTwo\\nthree a.b\\n' > f\n$ grep o f\none\nTwo\n$ grep -i two f\nTwo\n$ grep -c o f\n2\n$ grep -n Two f\n2:Two\n$ grep -v o f\nthree a.b\n$ grep -q x f\n[exit 1]\n$ grep -F a.b f\nthree a.b\n$ grep -E 'one|Two' f\none\nTwo\n$ grep 'o\\|x' f\none\nTwo\n$ grep 'e+' f\n[exit 1]\n$ grep -o 'e*' f | head -n 1\n...\n$ grep o f f\nf:one\nf:Two\nf:one\nf:Two\n$ grep -w on f\n[exit 1]\n$ grep -x one f\none\n$ grep a missing\ngrep: missing: No such file or directory\n[exit 2]\n$ grep '^[^]a]*$' f\none\nTwo\n",
		"sort":     "$ printf '10\\n9\\nb\\na\\na\\n' > f\n$ sort -u f\n10\n9\na\nb\n$ printf '10\\n9\\n-1\\n' | sort -n\n-1\n9\n10\n$ sort -r f | head -n 1\nb\n$ sort f | uniq -c | tail -n 1\n      1 b\n$ sort f | uniq -d\na\n",
		"wc":       "$ printf 'a b\\né\\n' > f\n$ wc -l < f\n2\n$ wc -l f\n2 f\n$ wc f\n      2       3       7 f\n$ wc -m f\n6 f\n$ wc -l f f\n      2 f\n      2 f\n      4 total\n",
		"tr":       "$ echo hello | tr a-z A-Z\nHELLO\n$ echo hello | tr -d l\nheo\n$ echo aabb | tr -s ab\nab\n$ echo 'a b' | tr ' ' '\\n'\na\nb\n$ echo aB | tr '[:upper:]' '[:lower:]'\nab\n",
		"cut":      "$ echo a:b:c | cut -d : -f 2-\nb:c\n$ echo abcdef | cut -c 1,3\nac\n$ echo abc | cut -d : -f 1\nabc\n",
		"diff":     "$ echo a > a; echo b > b; cp a c\n$ diff a c\n$ diff -u a b\n--- a\n+++ b\n@@ -1 +1 @@\n-a\n+b\n[exit 1]\n$ diff -q a b\nFiles a and b differ\n[exit 1]\n",
		"names":    "$ basename /a/b.txt .txt\nb\n$ dirname /a/b.txt\n/a\n$ seq 3 -1 1 | tr '\\n' ' '\n3 2 1\n",
		"env":      "$ A=1 printenv A\n1\n$ env A=2 printenv A\n2\n$ env -i B=3 env\nB=3\n$ printenv MISSING\n[exit 1]\n$ env A=1 -u HOME env | grep -c -e HOME -e '^A=1'\n1\n",
		"which":    "$ which compozy cat\n/usr/local/bin/compozy\n/usr/local/bin/cat\n$ type echo\necho\n$ command -v docker\n[exit 1]\n$ which redis-server docker\n/usr/local/bin/redis-server\n[exit 1]\n",
		"sleep":    "$ sleep 0.01\n$ sleep x\nsleep: invalid time interval \"x\"\n[exit 1]\n",
		"globs":    "$ mkdir d; touch d/a.txt d/b.txt d/c\n$ echo d/*.txt\nd/a.txt d/b.txt\n$ cd d; echo *\na.txt b.txt c\n$ echo /home/docs/d/*.txt ~/d/c\n/home/docs/d/a.txt /home/docs/d/b.txt /home/docs/d/c\n",
		"tests":    "$ touch f; [ -f f ] && [ ! -d f ] && [ -d /tmp ] && [[ -r f ]] && echo yes\nyes\n$ [ -e /etc/passwd ]\n[exit 1]\n$ cd /etc\n[..]no such file or directory[..]\n[exit 1]\n",
		"null":     "$ echo a > /dev/null; cat /dev/null; cat < /dev/null\n",
		"compozy":  "$ compozy version\ncompozy [..]\n...\n$ compozy config validate --config missing.yaml\n[..]missing.yaml[..]\n...\n[exit 2]\n$ compozy nonsense\n[..]nonsense[..]\n...\n[exit 2]\n",
		"nothing ": "$ kill\nkill: usage: kill [-s sigspec | -sigspec] pid | jobspec ...\n[exit 1]\n$ kill 99\nkill: (99) - No such process\n[exit 1]\n",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			clean(t, console(t, open(t, Options{Redis: StandIn}), strings.ReplaceAll(script, "     1  a\n     2  b", "     1\ta\n     2\tb")))
		})
	}
}

func TestCurl(t *testing.T) {
	t.Parallel()
	s := open(t, Options{})
	clean(t, console(t, s, `$ compozy start --standalone &
$ curl -s localhost:5001/health -o out -w '%{http_code} %{size_download}\n'
200 [..]
$ grep -c '"status": "ok"' out
1
$ curl -sS -f http://localhost:5001/nothing
curl: (22) The requested URL returned error: 404
[exit 22]
$ curl -s -i http://127.0.0.1:5001/health | head -n 2
HTTP/1.1 200 OK
Cache-Control: no-store
$ curl -s -I http://localhost:5001/health | grep -c .
[SIZE]
$ curl -s -X POST -d a=b -H 'Accept: text/plain' -o /dev/null -w '%{http_code}\n' http://localhost:5001/health
405
$ curl -sS http://localhost:5002/
curl: (7) Failed to connect to localhost port 5002: Couldn't connect to server
[exit 7]
$ curl -s http://localhost:5002/
[exit 7]
$ curl -sS http://example.com/
curl: (6) Could not resolve host: example.com
[exit 6]
$ curl
curl: (2) no URL specified
[exit 2]
`))
	finds(t, console(t, s, "$ curl -sk http://localhost:5001/\n"), `2:3 example/command-not-allowed the sandbox's curl does not support this: the option -k`)
}

func TestRedisWords(t *testing.T) {
	t.Parallel()
	for line, want := range map[string]string{
		`SET a b`:       "SET|a|b",
		`SET a "x y"`:   "SET|a|x y",
		`SET a 'x "y"'`: `SET|a|x "y"`,
		`SET a "x\ny"`:  "SET|a|x\ny",
		`SET a ""`:      "SET|a|",
		"  GET\ta  ":    "GET|a",
		``:              "",
	} {
		got, ok := redisWords(line)
		if text := strings.Join(got, "|"); text != want || !ok {
			t.Errorf("%q is %q, %v; want %q", line, text, ok, want)
		}
	}
	if _, ok := redisWords(`SET a "x`); ok {
		t.Error("an open quote is taken")
	}
}

// BenchmarkConsole runs a transcript of three commands of the system, each
// time in a session of its own.
func BenchmarkConsole(b *testing.B) {
	for b.Loop() {
		s, err := NewSession(Options{Redis: StandIn})
		if err != nil {
			b.Fatal(err)
		}
		if err := s.WriteFile("compozy.yaml", []byte("mode: standalone\n")); err != nil {
			b.Fatal(err)
		}
		o := console(b, s, "$ compozy version\ncompozy [..]\n...\n$ compozy config validate\ncompozy.yaml is valid: no findings\n$ compozy config show\nCOMPONENT[..]\n...\n")
		clean(b, o)
		if err := s.Close(); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "blocks/s")
}
