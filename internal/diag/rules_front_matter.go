package diag

var frontMatterRules = []Rule{
	{
		ID: "front-matter/unclosed", Severity: Error, Summary: "the front matter has no closing line",
		Cause:   "A page whose first line is --- (YAML) or +++ (TOML) begins with front matter, which ends at the next line that is the same.",
		Example: "---\ntitle: Redis\n\n# Redis\n",
		Remedy:  "Write --- on its own line after the last key.",
	},
	{
		ID: "front-matter/syntax", Severity: Error, Summary: "the front matter cannot be read",
		Cause:   "The text between the two lines is not valid YAML (or TOML, between +++).",
		Example: "---\ntitle: \"Redis\n---\n",
		Remedy:  "Fix the line shown. Values that contain a colon or a quote need quotes around them.",
	},
	{
		ID: "front-matter/duplicate-key", Severity: Error, Summary: "a key appears twice in the front matter",
		Cause:   "Only one of the two values can take effect, and which one is a guess.",
		Example: "---\ntitle: Redis\ntitle: Cache\n---\n",
		Remedy:  "Remove one of the two.",
	},
	{
		ID: "front-matter/not-a-mapping", Severity: Error, Summary: "the front matter is not keys and values",
		Cause:   "The top level of the front matter is a list or a single value.",
		Example: "---\n- Redis\n---\n",
		Remedy:  "Write lines of the form key: value, such as title: Redis.",
	},
}
