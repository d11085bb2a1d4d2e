package diag

var pageRules = []Rule{
	{
		ID: "page/not-utf8", Severity: Error,
		Summary: "a page is not UTF-8 text",
		Cause:   "The page holds a byte that is no part of a UTF-8 character. It was saved in another encoding, or it is no text.",
		Example: "a page with the word café saved as Latin-1: the é is the single byte E9",
		Remedy:  "Save the page as UTF-8. iconv -f ISO-8859-1 -t UTF-8 converts Latin-1.",
	},
	{
		ID: "page/too-large", Severity: Error,
		Summary: "a page is larger than 1 MiB",
		Cause:   "Nobody reads a page of that size; it is nearly always generated data with the extension of a page.",
		Example: "a page of 1,048,577 bytes",
		Remedy:  "Split the page, or put the data into a file that the page links to.",
	},
	{
		ID: "page/duplicate-route", Severity: Error,
		Summary: "two pages have one address",
		Cause:   "A page's address is its path without extension, and index is its folder's page. Addresses that differ in letter case or Unicode form only count as one, because macOS and Windows would write both to one file.",
		Example: "content/docs/redis.mdx and content/docs/redis/index.mdx",
		Remedy:  "Rename or delete one of the two.",
	},
	{
		ID: "page/missing-title", Severity: Error,
		Summary: "a page has no title",
		Cause:   "The navigation, the browser's tab and search results need a title. It is the title of the front matter, or else the first-level heading.",
		Example: "Some text, and no heading.",
		Remedy:  "Begin the page with \"# Title\", or write \"title: Title\" into its front matter.",
	},
	{
		ID: "page/title-differs", Severity: Warning,
		Summary: "the heading and the front matter give a page two titles",
		Cause:   "The navigation shows the title of the front matter, the page shows its own first-level heading: readers who follow the one arrive at the other.",
		Example: "---\ntitle: Redis\n---\n\n# Cache",
		Remedy:  "Delete the heading (the title is shown as the page's heading), or give both the same text.",
	},
	{
		ID: "page/multiple-h1", Severity: Error,
		Summary: "a page has more than one first-level heading",
		Cause:   "The first-level heading is the page's title. Screen readers and search engines expect one.",
		Example: "# Redis\n\n# Options",
		Remedy:  "Write the others as \"##\".",
	},
	{
		ID: "page/html-nesting", Severity: Warning,
		Summary: "HTML that browsers read as another tree than the one written",
		Cause: "Browsers mend HTML: a cell outside a row loses its tag, a block ends the paragraph that it stands in, " +
			"a tag that is never closed takes in the rest of the page, and one that closes nothing ends a part of the page's frame.",
		Example: "<table>\n<div>not a row</div>\n</table>",
		Remedy:  "Put the element where HTML allows it, and close what is open.",
	},
	{
		ID: "page/heading-order", Severity: Warning,
		Summary: "a heading skips a level",
		Cause:   "Headings are the page's outline: a level 4 under a level 2 leaves a gap in the table of contents and for screen readers.",
		Example: "# Redis\n\n### Options",
		Remedy:  "Use the next level, or add the heading that is missing in between.",
	},
	{
		ID: "page/duplicate-anchor", Severity: Error,
		Summary: "an id is used twice on a page",
		Cause:   "An id attribute repeats another one, or that of a heading. A link with that fragment can reach the first one only.",
		Example: "# Redis\n\n## Options\n\n<div id=\"options\">…</div>",
		Remedy:  "Rename one of the two ids.",
	},
	{
		ID: "page/unknown-front-matter", Severity: Warning,
		Summary: "a key of the front matter means nothing",
		Cause:   "The key is not one that the builder reads, so it has no effect. Often it is misspelt.",
		Example: "---\ntitle: Redis\ndescripton: The cache\n---",
		Remedy:  "Correct or delete the key. Known are aliases, anchors, description, draft, icon, keywords, navigation, title, toc and updated.",
	},
	{
		ID: "page/front-matter-type", Severity: Error,
		Summary: "a value of the front matter has the wrong type",
		Cause:   "The key is known, but its value is of another type than the key takes: a number where text belongs, text where true or false belongs.",
		Example: "---\ntitle: 2026\n---",
		Remedy:  "Write a value of the right type. Quotes make text of a number: title: \"2026\".",
	},
}
