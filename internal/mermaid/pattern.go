package mermaid

import (
	"regexp"
	"sync"
)

// pattern is a regular expression that is compiled at its first use: a program
// that meets no diagram does not pay for the grammar.
type pattern struct {
	regexp func() *regexp.Regexp
}

func lazy(expression string) *pattern {
	return &pattern{sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(expression) })}
}

// MatchString reports whether the text holds a match.
func (p *pattern) MatchString(s string) bool { return p.regexp().MatchString(s) }

// FindString returns the first match, or "".
func (p *pattern) FindString(s string) string { return p.regexp().FindString(s) }

// FindStringSubmatch returns the first match and its groups, or nil.
func (p *pattern) FindStringSubmatch(s string) []string { return p.regexp().FindStringSubmatch(s) }

// ReplaceAllStringFunc replaces each match.
func (p *pattern) ReplaceAllStringFunc(s string, f func(string) string) string {
	return p.regexp().ReplaceAllStringFunc(s, f)
}
