package diag

var outlineRules = []Rule{
	{
		ID: "outline/missing-heading", Severity: Error, Summary: "a page lacks a heading that its outline demands",
		Cause:   "\"outline\" in source.config.json lists the headings that a page must have. One of them is not on the page.",
		Example: "{\"outline\": {\"deployment/standalone-mode\": {\"headings\": [\"Limitations and Trade-offs\"]}}}",
		Remedy:  "Write the section, or take the heading out of the outline when the plan has changed.",
	},
	{
		ID: "outline/order", Severity: Error, Summary: "a page's headings stand in another order than its outline",
		Cause:   "\"outline\" in source.config.json lists the headings of a page in the order in which readers should meet them.",
		Example: "{\"outline\": {\"guides/move\": {\"headings\": [\"Step 1: Provision\", \"Step 2: Update\"]}}}",
		Remedy:  "Move the section, or change the order of the outline.",
	},
	{
		ID: "outline/missing-link", Severity: Error, Summary: "a page lacks a link that its outline demands",
		Cause:   "\"outline\" in source.config.json lists the pages that a page must link to.",
		Example: "{\"outline\": {\"deployment/standalone-mode\": {\"links\": [\"deployment/production\"]}}}",
		Remedy:  "Add the link where it helps the reader, or take it out of the outline.",
	},
}
