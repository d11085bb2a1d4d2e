package mermaid

import (
	"strings"
)

var (
	annotation  = lazy(`^<<\w+>>$`)
	namespace   = lazy(`^namespace\s+\S+\s*\{$`)
	classOpen   = lazy(`^class\s+[^\s{}]+?(?:\s*~\w+~)?\s*\{$`)
	classOnly   = lazy(`^class\s+[^\s{}]+?(?:\s*~\w+~)?$`)
	classInline = lazy(`^class\s+[^\s{}]+?\s*\{\s*<<\w+>>\s*\}$`)
	classMember = lazy(`^[^\s:]+?\s*:\s*.+$`)
	relation    = lazy(`^\S+?\s+(?:"[^"]*?"\s+)?(?:<\|--|<\|\.\.|\*--|o--|-->|--\*|--o|--\|>|\.\.>|\.\.\|>|<--|<\.\.|--)\s+(?:"[^"]*?"\s+)?\S+?(?:\s*:\s*.+)?$`)
	classArrow  = lazy(`<\|--|--|\*--|o--|-->|\.\.>|\.\.\|>`)
	classIgnore = lazy(`^(note|click|link|callback|style|classDef|cssClass|direction|accTitle|accDescr)\b`)

	entityOpen  = lazy(`^\S+\s*\{$`)
	attribute   = lazy(`^\S+\s+[^\s"]+(?:\s+(?:PK|FK|UK)(?:\s*,\s*(?:PK|FK|UK)|\s+(?:PK|FK|UK))*)?(?:\s+"[^"]*")?$`)
	cardinality = `(?:\|\||\|o|o\||\|\{|\{\||\}\||\|\}|o\{|\{o|\}o|o\})`
	zeroOrMore  = lazy(`\s\}o(?:--|\.\.)|\s(?:o\})(?:--|\.\.)|(?:--|\.\.)(?:o\}|\}o)\s`)
	erRelation  = lazy(`^\S+\s+` + cardinality + `(?:--|\.\.)` + cardinality + `\s+\S+\s*:\s*.+$`)
	erNoLabel   = lazy(`^\S+\s+` + cardinality + `(?:--|\.\.)` + cardinality + `\s+\S+\s*:?$`)
)

// class checks the statements of a class diagram.
func (c *checker) class() {
	var inNamespace, inClass *statement
	for i := range c.lines[1:] {
		s := c.lines[1+i]
		text := s.text
		switch {
		case inClass != nil && text == "}":
			inClass = nil
		case inClass != nil:
			if strings.ContainsAny(text, "{}") || strings.HasPrefix(text, "<<") && !annotation.MatchString(text) {
				c.fail(s, "write +Type name, +name(Type arg) Type, or <<annotation>>", "%q is not a member of a class", text)
			}
		case namespace.MatchString(text):
			if inNamespace != nil {
				c.fail(s, "close the outer one first", "a namespace is inside another namespace")
			}
			inNamespace = &s
		case text == "}" && inNamespace != nil:
			inNamespace = nil
		case text == "}":
			c.fail(s, "remove it", "nothing is open here")
		case classOpen.MatchString(text):
			inClass = &s
		case classOnly.MatchString(text), classInline.MatchString(text), relation.MatchString(text):
		case classIgnore.MatchString(text):
			c.fail(s, "remove it", "%q has no effect on the drawing", strings.Fields(text)[0])
		case classMember.MatchString(text) && !classArrow.MatchString(text):
		default:
			c.fail(s, "write class A, class A { … }, A : +member, or A <|-- B : label with spaces around the arrow", "%q is not a class diagram statement", text)
		}
	}
	if inClass != nil {
		c.fail(*inClass, "close it with } on its own line", "the class has no end")
	}
	if inNamespace != nil {
		c.fail(*inNamespace, "close it with } on its own line", "the namespace has no end")
	}
}

// er checks the statements of an entity-relationship diagram.
func (c *checker) er() {
	var inEntity *statement
	for i := range c.lines[1:] {
		s := c.lines[1+i]
		switch text := s.text; {
		case inEntity != nil && text == "}":
			inEntity = nil
		case inEntity != nil:
			if !attribute.MatchString(text) {
				c.fail(s, `write type name, then PK, FK or UK, then a comment in quotes`, "%q is not an attribute", text)
			}
		case entityOpen.MatchString(text):
			inEntity = &s
		case erRelation.MatchString(text):
			// The engine knows "zero or more" with this brace only.
			c.written[s.line] = zeroOrMore.ReplaceAllStringFunc(text, func(m string) string { return strings.Replace(m, "}", "{", 1) })
		case erNoLabel.MatchString(text):
			c.fail(s, "write the label after a colon: A ||--o{ B : has", "the relationship has no label")
		default:
			c.fail(s, "write A ||--o{ B : label, or A { … }", "%q is not an entity-relationship diagram statement", text)
		}
	}
	if inEntity != nil {
		c.fail(*inEntity, "close it with } on its own line", "the entity has no end")
	}
}
