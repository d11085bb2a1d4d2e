package diag

var secondRules = []Rule{
	{
		ID:       "second/link-mismatch",
		Severity: Warning,
		Summary:  "two independent Markdown parsers disagree about a link",
		Cause: "Every page is read by two parsers that share no code. One of them sees a link where the other " +
			"sees text, or they see different destinations. Other tools will differ too, and one of the two readings was not checked.",
		Example: "The modes:\n[modes]: ./modes.mdx\n\nSee [modes].",
		Remedy: "Write the link in its plainest form, `[text](destination)`, put definitions after a blank line, " +
			"and escape brackets that are meant as text.",
	},
	{
		ID:       "second/heading-mismatch",
		Severity: Warning,
		Summary:  "two independent Markdown parsers disagree about a heading",
		Cause: "Every page is read by two parsers that share no code. A heading that only one of them sees is missing " +
			"from some outlines, and links to it may lead nowhere.",
		Example: "[^unused]: ## Nobody refers to this note",
		Remedy:  "Write headings with `#` marks and a space, with a blank line before and after.",
	},
	{
		ID:       "second/fence-mismatch",
		Severity: Error,
		Summary:  "two independent Markdown parsers disagree about a code block",
		Cause: "Every page is read by two parsers that share no code. A code block that one of them does not see, " +
			"or that ends elsewhere, could slip past the checks that every example goes through.",
		Example: "````md\n```\nshown\n```\n````\n\n```yaml\nmode: standalone\n`````",
		Remedy: "Open and close the block with the same fence, each on its own line; use four backticks around a block " +
			"that itself shows three.",
	},
	{
		ID:       "second/failed",
		Severity: Warning,
		Summary:  "the second Markdown parser could not read a page",
		Cause: "Something on the page stops the second, independent parser, so its links, headings and " +
			"code blocks were read only once.",
		Example: "(input on which the second parser gives up)",
		Remedy:  "Look for unusual constructs on the page and simplify them.",
	},
	{
		ID:       "second/skipped",
		Severity: Info,
		Summary:  "a page is too large or too complex for the second parser",
		Cause: "The second parser's work grows faster than the page, so very long pages, and paragraphs with " +
			"thousands of brackets, are read only once.",
		Example: "(a page of more than a megabyte)",
		Remedy:  "Split the page, or leave it: the first parser has checked it.",
	},
}
