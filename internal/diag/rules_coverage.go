package diag

var coverageRules = []Rule{
	{
		ID: "coverage/not-exercised", Severity: Error, Summary: "no example exercises a part of the system that the floor demands",
		Cause:   "\"examples.coverage\" in source.config.json lists what the examples must exercise: settings, values, modes, rules, commands and flags. A pattern matches something that no example used in a run that passed.",
		Example: "{\"examples\": {\"coverage\": {\"fields\": [\"redis.*\"]}}}",
		Remedy:  "Add an example of the kind that the note names, or add the name to \"ignore\" with a reason.",
	},
	{
		ID: "coverage/unknown-name", Severity: Error, Summary: "the coverage floor names something that does not exist",
		Cause:   "A pattern that matches nothing demands nothing: the name is misspelled, or the system no longer has what it names.",
		Example: "{\"examples\": {\"coverage\": {\"fields\": [\"reddis.*\"]}}}",
		Remedy:  "Use the suggested name, or remove the entry. * matches any text.",
	},
	{
		ID: "coverage/needless-ignore", Severity: Warning, Summary: "a coverage exemption is not needed",
		Cause:   "The name is ignored, but either an example exercises it anyway or no pattern asks for it. Leftover exemptions hide the next gap.",
		Example: "{\"examples\": {\"coverage\": {\"fields\": [\"mode\"], \"ignore\": [{\"name\": \"mode\", \"reason\": \"no example yet\"}]}}}",
		Remedy:  "Remove the entry.",
	},
}
