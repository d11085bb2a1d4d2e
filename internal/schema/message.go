package schema

import (
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v5"

	"github.com/compozy/docs/internal/tree"
)

// leaf makes the violations of one error of the library. Its message is not
// used: what the keyword demands is read from the schema.
func (j *judge) leaf(e *jsonschema.ValidationError) {
	path := pointer(e.InstanceLocation)
	n, field := j.node(path)
	_, fragment, _ := strings.Cut(e.AbsoluteKeywordLocation, "#")
	location := pointer(fragment)
	keyword := lastToken(e.KeywordLocation)
	// Its location ends with the property and an index, not with the keyword.
	if len(location) > 2 && strings.Contains(e.Message, " is required, if ") {
		keyword = location[len(location)-3]
	}
	var parent map[string]any // the schema that holds the keyword
	if len(location) > 0 {
		parent, _ = j.schema.at(location[:len(location)-1]).(map[string]any)
	}
	v := Violation{Span: n.Span, Path: path, Keyword: keyword, Value: text(n)}
	if e.Message == "not allowed" { // the schema false
		v.Keyword, v.Message = "false", "is not allowed here"
		if keyword == "unevaluatedProperties" {
			v.Keyword, v.Message, v.Allowed = keyword, unknownKey, propertyNames(parent)
		}
		if field != nil {
			v.Span, v.Key, v.Value = field.KeySpan, true, field.Key
		}
		j.found = append(j.found, v)
		return
	}
	switch keyword {
	case "additionalProperties":
		j.unknownKeys(v, n, parent)
		return
	case "required":
		for _, name := range texts(parent["required"]) {
			if n.Field(name) == nil {
				v.Value, v.Message = name, fmt.Sprintf("must have the key %q", name)
				j.found = append(j.found, v)
			}
		}
		return
	case "dependentRequired", "dependencies":
		v.Value, _ = j.schema.at(location).(string)
		v.Message = fmt.Sprintf("must have the key %q when %q is set", v.Value, location[len(location)-2])
	case "propertyNames":
		v.Message = "has a key that is not allowed"
	default:
		v.Message, v.Allowed = j.demand(keyword, parent, n)
		if v.Message == "" {
			v.Message = "does not fulfil the schema's " + keyword
		}
	}
	j.found = append(j.found, v)
}

const unknownKey = "is not a known key"

// propertyNames returns the keys that a schema for mappings names, sorted.
func propertyNames(parent map[string]any) []string {
	properties, _ := parent["properties"].(map[string]any)
	return slices.Sorted(maps.Keys(properties))
}

// unknownKeys reports each key of a mapping that its schema does not name.
func (j *judge) unknownKeys(v Violation, n *tree.Node, parent map[string]any) {
	known := propertyNames(parent)
	patterns, _ := parent["patternProperties"].(map[string]any)
	for _, f := range n.Fields {
		if _, ok := slices.BinarySearch(known, f.Key); ok || matchesAny(patterns, f.Key) {
			continue
		}
		one := v
		one.Span, one.Key, one.Value, one.Allowed = f.KeySpan, true, f.Key, known
		one.Path = append(slices.Clone(v.Path), f.Key)
		one.Message = unknownKey
		j.found = append(j.found, one)
	}
}

func matchesAny(patterns map[string]any, key string) bool {
	for pattern := range patterns {
		if re, err := regexp.Compile(pattern); err == nil && re.MatchString(key) {
			return true
		}
	}
	return false
}

// demand says what a keyword demands of a value, and its choices if it has any.
func (j *judge) demand(keyword string, parent map[string]any, n *tree.Node) (string, []string) {
	limit := plain(parent[keyword])
	switch keyword {
	case "type":
		if parent["format"] == "go-duration" && (n.Kind == tree.Int || n.Kind == tree.Float) {
			return durationMessage(n.Text), []string{"string"}
		}
		types := texts(parent["type"])
		return typeMessage(types), types
	case "enum":
		values := texts(parent["enum"])
		return enumMessage(values), values
	case "const":
		return "must be " + limit, []string{limit}
	case "minimum", "maximum":
		if low, high := parent["minimum"], parent["maximum"]; low != nil && high != nil {
			return fmt.Sprintf("must be between %s and %s", plain(low), plain(high)), nil
		}
		if keyword == "minimum" {
			return "must be at least " + limit, nil
		}
		return "must be at most " + limit, nil
	case "exclusiveMinimum":
		return "must be greater than " + limit, nil
	case "exclusiveMaximum":
		return "must be less than " + limit, nil
	case "multipleOf":
		return "must be a multiple of " + limit, nil
	case "minLength":
		if limit == "1" {
			return "must not be empty", nil
		}
		return fmt.Sprintf("must have at least %s characters", limit), nil
	case "maxLength":
		return "must have at most " + count(limit, "character"), nil
	case "pattern":
		return "must match the pattern " + limit, nil
	case "format":
		if limit == "go-duration" {
			return durationMessage(n.Text), nil
		}
		return "must be " + formatName(limit), nil
	case "minItems":
		return "must have at least " + count(limit, "entry"), nil
	case "maxItems":
		return "must have at most " + count(limit, "entry"), nil
	case "uniqueItems":
		return "must not hold an entry twice", nil
	case "minProperties":
		return "must have at least " + count(limit, "key"), nil
	case "maxProperties":
		return "must have at most " + count(limit, "key"), nil
	case "contains", "minContains":
		return "must hold an entry of the right form", nil
	case "maxContains":
		return "holds too many entries of one form", nil
	case "items", "additionalItems", "unevaluatedItems":
		return "has too many entries", nil
	case "not":
		return "has a form that is not allowed", nil
	case "oneOf":
		return "fits more than one of the allowed forms", nil
	}
	return "", nil
}

func count(n, noun string) string {
	if n == "1" {
		return "1 " + noun
	}
	if stem, ok := strings.CutSuffix(noun, "y"); ok && noun == "entry" {
		return n + " " + stem + "ies"
	}
	return n + " " + noun + "s"
}

func durationMessage(value string) string {
	if value != "" && strings.Trim(value, "0123456789.") == "" {
		return fmt.Sprintf("must be a duration with a unit, such as %ss, %sm or %sh", value, value, value)
	}
	return "must be a duration, such as 500ms, 30s, 5m or 1h30m"
}

func enumMessage(values []string) string {
	if len(values) == 1 {
		return "must be " + values[0]
	}
	return "must be one of " + strings.Join(values, ", ")
}

var typeNames = map[string]string{
	"null": "null", "boolean": "true or false", "integer": "an integer", "number": "a number",
	"string": "text", "array": "a list", "object": "a mapping",
}

func typeMessage(types []string) string {
	names := make([]string, len(types))
	for i, t := range types {
		names[i] = typeNames[t]
	}
	return "must be " + strings.Join(names, " or ")
}

var formatNames = map[string]string{
	"date-time": "a date and time, such as 2006-01-02T15:04:05Z", "date": "a date, such as 2006-01-02",
	"time": "a time, such as 15:04:05Z", "duration": "an ISO 8601 duration, such as PT30S",
	"hostname": "a host name", "email": "an e-mail address", "ipv4": "an IPv4 address", "ipv6": "an IPv6 address",
	"uri": "an absolute URL", "iri": "an absolute URL", "uri-reference": "a URL or a path", "iri-reference": "a URL or a path",
	"uri-template": "a URI template", "regex": "a regular expression", "json-pointer": "a JSON pointer", "uuid": "a UUID",
}

func formatName(format string) string {
	if name := formatNames[format]; name != "" {
		return name
	}
	return "of the format " + format
}

// texts returns a list of the schema as texts; a single value is a list of one.
func texts(v any) []string {
	list, ok := v.([]any)
	if !ok {
		if v == nil {
			return nil
		}
		list = []any{v}
	}
	out := make([]string, len(list))
	for i := range list {
		out[i] = plain(list[i])
	}
	return out
}

// plain returns a value of the schema as an author writes it: an empty string
// in quotes, other strings without, the rest as JSON.
func plain(v any) string {
	if s, ok := v.(string); ok && s != "" {
		return s
	}
	if v == nil {
		return "null"
	}
	text, err := json.Marshal(v)
	if err != nil {
		return ""
	}
	return string(text)
}
