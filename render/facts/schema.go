package facts

// Schema is a JSON Schema as a tree of fields.
type Schema struct {
	Name        string // of its file
	Title       string
	Description string
	Root        *Field
}

// Field is one place in a document that a schema describes.
type Field struct {
	// Path is "redis.standalone.persistence.enabled"; the items of a list are
	// "list[]", the values of a map "map.*". The root's is "".
	Path        string
	Name        string // the last part of Path
	Description string
	Types       []string
	Format      string
	Enum        []string // as JSON, strings without quotes
	Default     string   // as JSON, "" without one; an empty text is `""`
	Limits      []string // "at least 1", "longer than 0s"
	Required    bool
	Deprecated  bool

	Env       string
	Flags     []string // with dashes
	Sensitive bool
	// Mode is the mode of a component in which the field is read:
	// "redis=standalone".
	Mode     string
	Formerly []string // older names
	Owner    string   // who reads it when the system itself does not

	// Ref is the path of the field that this one repeats: the schema refers
	// to itself. HasRef tells the root's path from none.
	Ref    string
	HasRef bool
	// Choices are the alternatives of oneOf and anyOf.
	Choices []Choice
	Fields  []*Field // of an object, a list or a map
}

// Choice is a set of alternatives.
type Choice struct {
	All   bool // anyOf: several may apply
	Among []*Field
}

// Find returns the field at a path, or nil.
func (f *Field) Find(path string) *Field {
	if f == nil || f.Path == path {
		return f
	}
	for _, kid := range f.Fields {
		if found := kid.Find(path); found != nil {
			return found
		}
	}
	for _, choice := range f.Choices {
		for _, alternative := range choice.Among {
			for _, kid := range alternative.Fields {
				if found := kid.Find(path); found != nil {
					return found
				}
			}
		}
	}
	return nil
}

// Walk calls do for the field and every field below it, parents first. The
// fields below one for which do says false are left out.
func (f *Field) Walk(do func(*Field) bool) {
	if f == nil || !do(f) {
		return
	}
	for _, kid := range f.Fields {
		kid.Walk(do)
	}
	for _, choice := range f.Choices {
		for _, alternative := range choice.Among {
			for _, kid := range alternative.Fields {
				kid.Walk(do)
			}
		}
	}
}
