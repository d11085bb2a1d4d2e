package diag

var coverageRules = []Rule{
	{
		ID: "coverage/not-exercised", Severity: Error, Summary: "no example exercises a part of the system that the floor names",
		Cause:   "\"examples.coverage\" in source.config.json lists what the examples must exercise: settings, values, modes, rules, commands and flags. Something that a pattern matches is used by no example that ran and passed.",
		Example: "{\"examples\": {\"coverage\": {\"fields\": [\"redis.*\"]}}}",
		Remedy:  "Add an example of the kind that the note names, or put the name under \"ignore\" with the reason.",
	},
	{
		ID: "coverage/unknown-name", Severity: Error, Summary: "the floor of the coverage names nothing that exists",
		Cause:   "A pattern that matches nothing demands nothing: the name is misspelt, or the system has lost what it named.",
		Example: "{\"examples\": {\"coverage\": {\"fields\": [\"reddis.*\"]}}}",
		Remedy:  "Use the suggested name, or remove the entry. * stands for any text.",
	},
	{
		ID: "coverage/needless-ignore", Severity: Warning, Summary: "an exemption from the coverage exempts nothing",
		Cause:   "The name is ignored, and either an example exercises it all the same or no pattern asks for it. Exemptions that are left over hide the next gap.",
		Example: "{\"examples\": {\"coverage\": {\"fields\": [\"mode\"], \"ignore\": [{\"name\": \"mode\", \"reason\": \"no example yet\"}]}}}",
		Remedy:  "Remove the entry.",
	},
}
