// Package schema judges trees by JSON Schemas and says where they differ.
//
// It is the only package that imports a JSON Schema library. A schema is
// compiled from text alone: a reference to another file or address is refused,
// so judging a page never reads the disk or the network. What comes back is
// not the library's errors but [Violation] values, one for each cause, in the
// order of the document, with a place and a sentence in plain English.
package schema

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/url"
	"strings"
	"time"

	"github.com/santhosh-tekuri/jsonschema/v5"
)

// Schema is a compiled JSON Schema. It is immutable and safe for concurrent
// use.
type Schema struct {
	compiled *jsonschema.Schema
	raw      any    // the schema as JSON, to read what a keyword demands
	base     string // address that raw has in the library
}

// scheme is that of the addresses schemas have inside the library. It names no
// protocol, so a relative reference cannot reach a file or a host.
const scheme = "schema"

// Compile makes a Schema of a JSON text. The name is for messages. Drafts 4 to
// 2020-12 are known, 2020-12 is the default; formats are checked, among them
// "go-duration", a duration as Go writes it ("30s", "1h30m").
func Compile(name string, text []byte) (s *Schema, err error) {
	defer func() {
		if p := recover(); p != nil { // the library panics on some identifiers
			s, err = nil, fmt.Errorf("schema %s: %v", name, p)
		}
	}()
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	s = &Schema{base: scheme + ":///" + url.PathEscape(name)}
	if err := d.Decode(&s.raw); err != nil {
		return nil, fmt.Errorf("schema %s: not JSON: %w", name, err)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("schema %s: text stands after the end of the schema", name)
	}
	c := jsonschema.NewCompiler()
	c.Draft = jsonschema.Draft2020
	c.AssertFormat = true
	c.Formats["go-duration"] = isGoDuration
	c.LoadURL = func(address string) (io.ReadCloser, error) { return nil, closedError(address) }
	if err := c.AddResource(s.base, bytes.NewReader(text)); err != nil {
		return nil, compileError(name, err)
	}
	if s.compiled, err = c.Compile(s.base); err != nil {
		return nil, compileError(name, err)
	}
	return s, nil
}

// closedError is a reference that leads out of the schema.
type closedError string

// Error names the address, never what may stand there.
func (e closedError) Error() string {
	address := strings.TrimPrefix(string(e), scheme+":///")
	return fmt.Sprintf("the reference %q leads out of the schema; references must stay inside it", address)
}

// compileError says in one line why a schema cannot be compiled.
func compileError(name string, err error) error {
	var closed closedError
	var invalid *jsonschema.ValidationError
	switch {
	case errors.As(err, &closed):
		return fmt.Errorf("schema %s: %w", name, closed)
	case errors.As(err, &invalid):
		for len(invalid.Causes) > 0 {
			invalid = invalid.Causes[0]
		}
		at := invalid.InstanceLocation
		if at == "" {
			at = "the top"
		}
		return fmt.Errorf("schema %s: at %s: %s", name, at, invalid.Message)
	}
	var wrapped *jsonschema.SchemaError
	if errors.As(err, &wrapped) && wrapped.Err != nil {
		err = wrapped.Err
	}
	return fmt.Errorf("schema %s: %s", name, strings.TrimPrefix(err.Error(), "jsonschema: "))
}

// isGoDuration refuses numbers too: a bare number has no unit.
func isGoDuration(v any) bool {
	switch v := v.(type) {
	case string:
		_, err := time.ParseDuration(v)
		return err == nil
	case json.Number, int64, float64:
		return false
	}
	return true
}

// at returns the value at a JSON pointer of the schema, nil when there is none.
func (s *Schema) at(tokens []string) any {
	v := s.raw
	for _, token := range tokens {
		switch x := v.(type) {
		case map[string]any:
			v = x[token]
		case []any:
			i, ok := index(token)
			if !ok || i >= len(x) {
				return nil
			}
			v = x[i]
		default:
			return nil
		}
	}
	return v
}

// pointer splits a JSON pointer as the library writes it: escaped for URLs too.
func pointer(p string) []string {
	if p == "" || p == "/" {
		return nil
	}
	tokens := strings.Split(strings.TrimPrefix(p, "/"), "/")
	for i, token := range tokens {
		if plain, err := url.PathUnescape(token); err == nil {
			token = plain
		}
		tokens[i] = strings.ReplaceAll(strings.ReplaceAll(token, "~1", "/"), "~0", "~")
	}
	return tokens
}

func index(token string) (int, bool) {
	n := 0
	for _, r := range token {
		if r < '0' || r > '9' || n > 1<<30 {
			return 0, false
		}
		n = n*10 + int(r-'0')
	}
	return n, token != ""
}
