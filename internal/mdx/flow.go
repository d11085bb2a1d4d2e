package mdx

// ahead walks the lines after the cursor's without side effects: it consumes
// the prefixes of the open containers down to inner.
type ahead struct {
	p     *blockParser
	chain []*block
	line  int
}

func (p *blockParser) lookAhead(inner *block) *ahead {
	a := &ahead{p: p, line: p.line}
	for b := inner; b != nil; b = b.parent {
		if b.kind == kindQuote || b.kind == kindItem || b.kind == kindFootnote {
			a.chain = append(a.chain, b)
		}
	}
	return a
}

// next returns the content of the following line; lazy says that the line does
// not continue the containers.
func (a *ahead) next() (c cursor, ok, lazy bool) {
	if a.line+1 >= len(a.p.text.lines) {
		return c, false, false
	}
	a.line++
	c = newCursor(a.p.text, a.line)
	for i := len(a.chain) - 1; i >= 0; i-- {
		if !c.enter(a.chain[i], true) {
			return c, false, true
		}
	}
	return c, true, false
}

// flowHome returns the container that a flow line at the cursor would stand
// in: the deepest block the line matches that is a container.
func flowHome(container *block) *block {
	for !container.kind.isContainer() || container.kind == kindList {
		container = container.parent
	}
	return container
}

// beginFlow opens a flow line: tags and expressions with nothing but blanks
// around them, possibly over several lines.
func (p *blockParser) beginFlow(container *block) (*block, startResult) {
	if p.wasted > 8*len(p.text.bytes)+1<<16 {
		return nil, noBlock
	}
	home := flowHome(container)
	a := p.lookAhead(home)
	s := &scanner{file: p.text.file, lazyAt: -1}
	s.add(p.rest(), p.next)
	// A line that could continue a paragraph lazily makes all that follows it,
	// without a blank line between, lazy as well: MDX refuses a construct that
	// goes on over such lines, and so do we.
	follows := !p.allClosed && p.tip.kind == kindParagraph
	s.more = func() bool {
		c, ok, lazy := a.next()
		if ok && follows {
			ok, lazy = false, true
		}
		if lazy {
			s.lazyAt = p.text.lines[a.line].start
			a.line--
		}
		if !ok {
			s.more = nil
			return false
		}
		s.add(p.text.content(a.line, c.offset), c.offset)
		return true
	}

	var tokens []token
	var soft []*problem
	for {
		start := s.pos
		var tok token
		var bad *problem
		switch {
		case s.has("<"):
			if s.pos+1 >= len(s.buf) || isSpace(rune(s.buf[s.pos+1])) {
				p.wasted += len(s.buf)
				return nil, noBlock
			}
			tok.tag, bad = scanTag(s, &soft)
			if bad != nil {
				tok.broken = brokenName(s, start)
			}
		case s.has("{"):
			if bad = skipBraces(s); bad == nil {
				var p2 *problem
				if tok.value, _, p2 = parseBraces(s, start, s.pos); p2 != nil {
					soft = append(soft, p2)
				}
			}
		default:
			p.wasted += len(s.buf)
			return nil, noBlock
		}
		tok.span = s.span(start, s.pos)
		if bad != nil && !bad.lazy && !bad.atEnd && len(s.pieces) == 1 {
			// The mistake and everything before it is on this line: read as text,
			// the line shows it again, and the rest of the line is read too.
			p.wasted += len(s.buf)
			return nil, noBlock
		}
		if bad != nil {
			return p.brokenFlow(home, s, a, append(tokens, tok), soft, bad)
		}
		tokens = append(tokens, tok)
		if s.blanks() {
			break
		}
	}
	b := p.add(home, kindFlow, p.next)
	b.tokens = tokens
	b.endLine = a.line
	p.opaqueTokens(tokens)
	p.reportSoft(s, soft)
	return b, opened
}

// brokenFlow reports a flow line that cannot be read. The lines up to the
// mistake are dropped, so that one mistake is one finding; when nothing ends
// the construct, only its first line is.
func (p *blockParser) brokenFlow(home *block, s *scanner, a *ahead, tokens []token, soft []*problem, bad *problem) (*block, startResult) {
	p.wasted += len(s.buf)
	p.lost = true
	b := p.add(home, kindFlow, p.next)
	b.tokens = tokens
	b.endLine = a.line
	if bad.atEnd || bad.lazy {
		b.endLine = p.line
	}
	p.opaque = append(p.opaque, p.span(p.next, p.text.lines[b.endLine].end))
	p.reportSoft(s, soft)
	p.report(bad.diagnostic(s))
	return b, opened
}

func (p *blockParser) reportSoft(s *scanner, soft []*problem) {
	for _, problem := range soft {
		p.report(problem.diagnostic(s))
	}
}

func (p *blockParser) opaqueTokens(tokens []token) {
	for _, t := range tokens {
		p.opaque = append(p.opaque, t.span)
	}
}

// brokenName returns the name of a tag that could not be read to its end, with
// a slash in front when it is a closing tag, so that its counterpart is not
// reported as well; "" if it has none.
func brokenName(s *scanner, start int) string {
	at := start + 1
	slash := ""
	for at < len(s.buf) && (s.buf[at] == '/' || slash != "" && isSpaceOrTab(s.buf[at])) {
		slash = "/"
		at++
	}
	end := at
	for end < len(s.buf) && (isIDPart(rune(s.buf[end])) || s.buf[end] == '.' || s.buf[end] == ':' || s.buf[end] >= 0x80) {
		end++
	}
	if end == at {
		return ""
	}
	return slash + string(s.buf[at:end])
}

// beginESM takes a block of import and export statements.
func (p *blockParser) beginESM(container *block) (*block, startResult) {
	if flowHome(container) != p.root || container.kind == kindParagraph || p.offset != p.text.lines[p.line].start || p.next != p.offset || !esmStart(p.rest()) {
		return nil, noBlock
	}
	if !p.allClosed && p.tip.kind == kindParagraph {
		return nil, noBlock // lazy text
	}
	p.closeUnmatched()
	if p.tip.kind == kindTable {
		p.close(p.tip)
	}
	first := p.line
	last, exports, problem := scanESM(p.text, first)
	span := p.span(p.text.lines[first].start, p.text.lines[last].end)
	p.opaque = append(p.opaque, span)
	if problem != nil {
		p.lost = true
		p.report(*problem)
	}
	for _, e := range exports {
		p.exports[e.name] = e.value
	}
	p.line = last
	return nil, tookLines
}
