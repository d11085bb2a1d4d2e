package diag

var outlineRules = []Rule{
	{
		ID: "outline/missing-heading", Severity: Error, Summary: "a page is missing a heading that its outline requires",
		Cause:   "\"outline\" in source.config.json lists the headings that a page must have. One of them is not on the page.",
		Example: "{\"outline\": {\"deployment/standalone-mode\": {\"headings\": [\"Limitations and Trade-offs\"]}}}",
		Remedy:  "Write the section, or remove the heading from the outline if the plan has changed.",
	},
	{
		ID: "outline/order", Severity: Error, Summary: "a page's headings are in a different order than its outline",
		Cause:   "\"outline\" in source.config.json lists the headings of a page in the order in which readers should see them.",
		Example: "{\"outline\": {\"guides/move\": {\"headings\": [\"Step 1: Provision\", \"Step 2: Update\"]}}}",
		Remedy:  "Move the section, or change the order in the outline.",
	},
	{
		ID: "outline/missing-link", Severity: Error, Summary: "a page is missing a link that its outline requires",
		Cause:   "\"outline\" in source.config.json lists the pages that a page must link to.",
		Example: "{\"outline\": {\"deployment/standalone-mode\": {\"links\": [\"deployment/production\"]}}}",
		Remedy:  "Add the link where it helps the reader, or remove it from the outline.",
	},
}
