package diag

var pageRules = []Rule{
	{
		ID: "page/not-utf8", Severity: Error,
		Summary: "a page is not UTF-8 text",
		Cause:   "The page contains a byte that is not part of a UTF-8 character. It was saved in a different encoding, or it is not text.",
		Example: "a page with the word café saved as Latin-1: the é is the single byte E9",
		Remedy:  "Save the page as UTF-8. iconv -f ISO-8859-1 -t UTF-8 converts Latin-1.",
	},
	{
		ID: "page/too-large", Severity: Error,
		Summary: "a page is larger than 1 MiB",
		Cause:   "Nobody reads a page of that size. It is almost always generated data with the extension of a page.",
		Example: "a page of 1,048,577 bytes",
		Remedy:  "Split the page, or move the data to a file that the page links to.",
	},
	{
		ID: "page/duplicate-route", Severity: Error,
		Summary: "two pages have the same address",
		Cause:   "A page's address is its path without the extension, and index is the page of its folder. Addresses that differ only in case or Unicode form count as the same, because macOS and Windows would write both to one file.",
		Example: "content/docs/redis.mdx and content/docs/redis/index.mdx",
		Remedy:  "Rename or delete one of the two.",
	},
	{
		ID: "page/missing-title", Severity: Error,
		Summary: "a page has no title",
		Cause:   "The navigation, the browser tab and search results need a title. It is the title in the front matter or, without one, the first-level heading.",
		Example: "Some text, and no heading.",
		Remedy:  "Begin the page with \"# Title\", or add \"title: Title\" to its front matter.",
	},
	{
		ID: "page/title-differs", Severity: Warning,
		Summary: "the heading and the front matter give a page different titles",
		Cause:   "The navigation shows the title from the front matter, but the page shows its own first-level heading: readers follow one and arrive at the other.",
		Example: "---\ntitle: Redis\n---\n\n# Cache",
		Remedy:  "Delete the heading (the title is shown as the page's heading), or make the two the same.",
	},
	{
		ID: "page/multiple-h1", Severity: Error,
		Summary: "a page has more than one first-level heading",
		Cause:   "The first-level heading is the page's title. Screen readers and search engines expect exactly one.",
		Example: "# Redis\n\n# Options",
		Remedy:  "Write the others as \"##\".",
	},
	{
		ID: "page/html-nesting", Severity: Warning,
		Summary: "browsers read the HTML as a different structure than it was written",
		Cause: "Browsers repair HTML: a cell outside a row loses its tag, a block ends the paragraph around it, " +
			"a tag that is never closed swallows the rest of the page, and one that closes nothing ends a part of the page around it.",
		Example: "<table>\n<div>not a row</div>\n</table>",
		Remedy:  "Move the element to a place where HTML allows it, and close every open tag.",
	},
	{
		ID: "page/heading-order", Severity: Warning,
		Summary: "a heading skips a level",
		Cause:   "Headings are the page's outline: a level 4 heading under a level 2 leaves a gap in the table of contents and for screen readers.",
		Example: "# Redis\n\n### Options",
		Remedy:  "Use the next level, or add the missing heading in between.",
	},
	{
		ID: "page/duplicate-anchor", Severity: Error,
		Summary: "an id is used twice on a page",
		Cause:   "An id attribute repeats another id, or the id of a heading. A link to it can reach only the first one.",
		Example: "# Redis\n\n## Options\n\n<div id=\"options\">…</div>",
		Remedy:  "Rename one of the two ids.",
	},
	{
		ID: "page/unknown-front-matter", Severity: Warning,
		Summary: "an unknown key in the front matter",
		Cause:   "The builder does not read this key, so it has no effect. Often it is misspelled.",
		Example: "---\ntitle: Redis\ndescripton: The cache\n---",
		Remedy:  "Correct or delete the key. The known keys are aliases, anchors, description, draft, icon, keywords, navigation, title, toc and updated.",
	},
	{
		ID: "page/front-matter-type", Severity: Error,
		Summary: "a value in the front matter has the wrong type",
		Cause:   "The key is known, but its value has a different type than the key accepts: a number instead of text, text instead of true or false.",
		Example: "---\ntitle: 2026\n---",
		Remedy:  "Write a value of the right type. Quotes turn a number into text: title: \"2026\".",
	},
}
