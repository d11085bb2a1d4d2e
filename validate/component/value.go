package component

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/compozy/docs/internal/diag"
	"github.com/compozy/docs/internal/mdx"
)

// checkValue judges a value that is not nil.
func checkValue(c mdx.Component, p mdx.Prop, a *mdx.Attr) (diag.Diagnostic, bool) {
	if !fits(p.Type, a.Value) {
		return wrongType(c, p, a), true
	}
	text, isText := a.Value.(string)
	if len(p.Enum) == 0 || !isText || slices.Contains(p.Enum, text) {
		return diag.Diagnostic{}, false
	}
	d := diag.New("component/prop-type", place(a.ValueSpan, a.Span), "%s of %s cannot be %q", p.Name, c.Name, text)
	if near := nearestValue(text, p.Enum); near != "" {
		d = d.WithAdvice("did you mean %q?", near)
		d = withValueFix(d, a, near).Unsure(!strings.EqualFold(near, strings.TrimSpace(text)) && !diag.Sole(text, p.Enum))
	}
	return d.WithAdvice("use one of %s", quoted(p.Enum)), true
}

// fits reports whether a value that is not nil is of the type. Text props take
// no numbers: a component that shows `{1.10}` would print 1.1.
func fits(t mdx.PropType, v mdx.Value) bool {
	switch v.(type) {
	case string:
		return t == mdx.PropString || t == mdx.PropNode || t == mdx.PropAny
	case float64:
		return t == mdx.PropNumber || t == mdx.PropNode || t == mdx.PropAny
	case bool:
		return t == mdx.PropBool || t == mdx.PropAny
	case []mdx.Value:
		return t == mdx.PropList || t == mdx.PropAny
	case *mdx.Object:
		return t == mdx.PropObject || t == mdx.PropAny
	case []mdx.Node:
		return t == mdx.PropNode || t == mdx.PropAny
	}
	return t == mdx.PropAny
}

func wrongType(c mdx.Component, p mdx.Prop, a *mdx.Attr) diag.Diagnostic {
	d := diag.New("component/prop-type", place(a.ValueSpan, a.Span), "%s of %s must be %s, not %s",
		p.Name, c.Name, typeName(p.Type), describe(a))
	if text, ok := a.Value.(string); ok {
		switch {
		case p.Type == mdx.PropNumber && isNumber(text), p.Type == mdx.PropBool && (text == "true" || text == "false"):
			d = d.WithAdvice("write %s={%s}", p.Name, text)
			return withWholeFix(d, a, p.Name+"={"+text+"}")
		}
	}
	if n, ok := a.Value.(float64); ok && p.Type == mdx.PropString && a.ValueSpan.HasPlace() {
		// The digits as written: 1.10 must not become 1.1.
		written := strings.TrimSpace(string(a.ValueSpan.Text()))
		if !isNumber(written) {
			written = strconv.FormatFloat(n, 'f', -1, 64)
		}
		d = d.WithAdvice("write %s=%q", p.Name, written)
		return withWholeFix(d, a, p.Name+`="`+written+`"`)
	}
	d = d.WithAdvice("write %s=%s", p.Name, sample(p))
	if len(p.Enum) > 0 {
		d = d.WithAdvice("use one of %s", quoted(p.Enum))
	}
	return d
}

func typeName(t mdx.PropType) string {
	switch t {
	case mdx.PropNumber:
		return "a number"
	case mdx.PropBool:
		return "true or false"
	case mdx.PropList:
		return "a list"
	case mdx.PropObject:
		return "an object"
	case mdx.PropNode:
		return "text or markup"
	}
	return "text"
}

// describe names the value of an attribute for a message.
func describe(a *mdx.Attr) string {
	switch v := a.Value.(type) {
	case string:
		return fmt.Sprintf("the text %q", v)
	case float64:
		return "the number " + strconv.FormatFloat(v, 'f', -1, 64)
	case bool:
		if !a.ValueSpan.HasPlace() {
			return "true (a prop without a value is true)"
		}
		return "the boolean " + strconv.FormatBool(v)
	case []mdx.Value:
		return "a list"
	case *mdx.Object:
		return "an object"
	case []mdx.Node:
		return "markup"
	}
	return "a value of a different type"
}

func isNumber(s string) bool {
	_, err := strconv.ParseFloat(s, 64)
	return err == nil && !strings.ContainsAny(s, "xXpPnN_ ")
}

// nearestValue also finds a word that differs in letter case only, which
// Nearest treats as equal.
func nearestValue(text string, enum []string) string {
	for _, e := range enum {
		if strings.EqualFold(strings.TrimSpace(text), e) {
			return e
		}
	}
	return diag.Nearest(text, enum)
}

// withValueFix replaces the value inside its quotes or braces. A value that
// came through a reference or a spread has no text of its own to replace.
func withValueFix(d diag.Diagnostic, a *mdx.Attr, value string) diag.Diagnostic {
	if !a.ValueSpan.HasPlace() || a.ValueSpan.Start == 0 {
		return d
	}
	old, _ := a.Value.(string)
	written := string(a.ValueSpan.Text())
	switch a.ValueSpan.File.Text()[a.ValueSpan.Start-1] {
	case '"', '\'':
		if written == old {
			return d.WithFix(a.ValueSpan, value, "write "+value)
		}
	case '{':
		if t := strings.TrimSpace(written); t == `"`+old+`"` || t == `'`+old+`'` {
			q, err := json.Marshal(value)
			if err == nil {
				return d.WithFix(a.ValueSpan, string(q), "write "+value)
			}
		}
	}
	return d
}

// withWholeFix replaces an attribute that stands in the tag by itself.
func withWholeFix(d diag.Diagnostic, a *mdx.Attr, text string) diag.Diagnostic {
	if !strings.HasPrefix(string(a.Span.Text()), a.Name) {
		return d
	}
	return d.WithFix(a.Span, text, "write "+text)
}

func quoted(words []string) string {
	q := make([]string, len(words))
	for i, w := range words {
		q[i] = strconv.Quote(w)
	}
	return strings.Join(q, ", ")
}
