package mdx

import (
	"bytes"
	"regexp"
	"unicode"
	"unicode/utf8"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/parser"
	gtext "github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"

	"github.com/compozy/docs/internal/source"
)

var kindAutolink = ast.NewNodeKind("MDXAutolink")

// autolinkNode is a bare URL, www address or e-mail address.
type autolinkNode struct {
	ast.BaseInline
	text, dest string
	span       source.Span
}

func (n *autolinkNode) Kind() ast.NodeKind            { return kindAutolink }
func (n *autolinkNode) Dump(source []byte, level int) { ast.DumpHelper(n, source, level, nil, nil) }

// autolinkParser reads GFM's extended autolinks. goldmark's own linkify wants
// a dot in every host and keeps characters that GFM leaves out.
type autolinkParser struct{}

// Trigger lists the characters after which, or at the start of text, a bare
// URL may begin. A blank also stands for "start of text" in goldmark.
func (autolinkParser) Trigger() []byte {
	return []byte{' ', '*', '_', '~', '(', '"', '\'', ',', ';', ':', '.', '!', '?', '|', '=', '>', '/', '-', '+', ')', ']', '}', '\\', '#', '$', '%', '&', '@', '^'}
}

func (autolinkParser) Parse(parent ast.Node, block gtext.Reader, pc parser.Context) ast.Node {
	line, seg := block.PeekLine()
	skip := 0
	if c := line[0]; !isAlnum(c) && !bytes.ContainsRune([]byte("_+-."), rune(c)) || c == '_' {
		skip = 1
	}
	before := block.PrecendingCharacter()
	switch _, afterToken := parent.LastChild().(*tokenNode); {
	case line[0] == '\\':
		if len(line) < 2 || !util.IsPunct(line[1]) || line[1] == '<' {
			return nil
		}
		skip, before = 2, rune(line[1])
	case skip == 1:
		before = rune(line[0])
	case afterToken && parent.LastChild().(*tokenNode).token.span.End == seg.Start:
		before = '\n' // the text of an element begins, or goes on behind it
	}
	length, dest := autolink(line[skip:], before)
	if length == 0 && skip == 0 && bytes.ContainsRune([]byte("+-."), rune(line[0])) {
		skip, before = 1, rune(line[0])
		length, dest = autolink(line[1:], before)
	}
	if closer := bytes.IndexByte(line[skip:skip+length], ']'); closer >= 0 && pc.IsInLinkLabel() {
		// The bracket may close a link's text or an image's.
		length, dest = autolink(line[skip:skip+closer], before)
	}
	if length == 0 {
		return nil
	}
	if skip > 0 {
		ast.MergeOrAppendTextSegment(parent, seg.WithStop(seg.Start+skip))
	}
	start := seg.Start + skip
	block.Advance(skip + length)
	n := &autolinkNode{
		text: string(line[skip : skip+length]), dest: dest,
		span: jobOf(pc).text.file.Span(start, start+length),
	}
	n.SetPos(start)
	return n
}

func isAlnum(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c >= 0x80
}

var emailStart = regexp.MustCompile(`^[A-Za-z0-9._+-]+@[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)+`)

// autolink returns the length of the autolink that b begins with and where it
// leads. before is the character in front of it, '\n' at the start of a line.
func autolink(b []byte, before rune) (length int, dest string) {
	lower := bytes.ToLower(b[:min(len(b), 8)])
	switch {
	case bytes.HasPrefix(lower, []byte("http://")), bytes.HasPrefix(lower, []byte("https://")):
		if isASCIILetter(before) {
			return 0, ""
		}
		scheme := bytes.Index(b, []byte("://")) + 3
		n := urlLength(b, scheme, false)
		if n == 0 {
			return 0, ""
		}
		return n, string(b[:n])
	case bytes.HasPrefix(lower, []byte("www.")):
		if before != '\n' && before != ' ' && before != '\t' && before != '*' && before != '_' && before != '~' && before != '(' && before != '[' && before != ']' && !unicode.IsSpace(before) {
			return 0, ""
		}
		n := urlLength(b, 0, true)
		if n == 0 {
			return 0, ""
		}
		return n, "http://" + string(b[:n])
	}
	if before == '/' || before < utf8.RuneSelf && isAlnum(byte(before)) || len(b) == 0 || b[0] == '\n' {
		return 0, ""
	}
	// An address is at most 320 bytes long (RFC 3696); without the bound each
	// word of a long line would search the rest of it.
	near := b[:min(len(b), 321)]
	if bytes.IndexByte(near, '@') <= 0 {
		return 0, ""
	}
	m := emailStart.Find(near)
	if m == nil {
		return 0, ""
	}
	if last := m[len(m)-1]; last == '-' || last == '_' {
		return 0, ""
	}
	if len(m) < len(b) && b[len(m)] == '@' {
		return 0, ""
	}
	return len(m), "mailto:" + string(m)
}

func isASCIILetter(r rune) bool { return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' }

// urlLength returns the length of a URL whose host begins at host, after
// GFM's rules for its end.
func urlLength(b []byte, host int, needDot bool) int {
	i, ok := hostEnd(b, host, needDot)
	if !ok {
		// Underscores behind the whole URL are no part of its host but end
		// emphasis around it.
		stop := trimURL(b, host, i)
		if stop == i || i < len(b) && bytes.IndexByte([]byte("/:?#"), b[i]) >= 0 {
			return 0
		}
		if i, ok = hostEnd(b[:stop], host, needDot); !ok {
			return 0
		}
	}
	for i < len(b) {
		r, n := utf8.DecodeRune(b[i:])
		if r == '<' || r == '\n' || unicode.IsSpace(r) || r < 0x20 {
			break
		}
		i += n
	}
	i = trimURL(b, host, i)
	if i <= host {
		return 0
	}
	return i
}

// maxHost bounds a host, whose names have 253 bytes at most (RFC 1035): without
// it each "www." of a long word would search the rest of that.
const maxHost = 512

// hostEnd returns where the run of a host's characters ends, and whether they
// make a host: no underscore stands in its last two parts.
func hostEnd(b []byte, host int, needDot bool) (end int, ok bool) {
	i, dots := host, 0
	underscore, lastUnderscore := false, false
	for i < len(b) {
		if i-host > maxHost {
			return i, false
		}
		r, n := utf8.DecodeRune(b[i:])
		switch {
		case r == '.':
			dots++
			lastUnderscore, underscore = underscore, false
		case r == '_':
			underscore = true
		case r != '-' && (r < utf8.RuneSelf && !isAlnum(byte(r)) || r >= utf8.RuneSelf && (unicode.IsSpace(r) || unicode.IsPunct(r) || r == utf8.RuneError)):
			n = 0
		}
		if n == 0 {
			break
		}
		i += n
	}
	return i, i > host && b[host] != '.' && !underscore && !lastUnderscore && (!needDot || dots > 0)
}

// trimURL leaves trailing punctuation, unbalanced parentheses and things that
// look like character references out of a URL.
func trimURL(b []byte, host, end int) int {
	opens, closes := bytes.Count(b[host:end], []byte{'('}), bytes.Count(b[host:end], []byte{')'})
	for end > host {
		switch c := b[end-1]; c {
		case '!', '"', '\'', '*', ',', '.', ':', '?', '_', '~', ']':
			end--
		case ')':
			if closes <= opens {
				return end
			}
			closes--
			end--
		case ';':
			at := end - 2
			for at > host && (b[at] >= 'a' && b[at] <= 'z' || b[at] >= 'A' && b[at] <= 'Z' || b[at] >= '0' && b[at] <= '9') {
				at--
			}
			if b[at] == '&' && at < end-2 {
				end = at
			} else {
				end--
			}
		default:
			return end
		}
	}
	return end
}
