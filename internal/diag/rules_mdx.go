package diag

var mdxRules = []Rule{
	{
		ID: "mdx/unclosed-element", Severity: Error, Summary: "an element is never closed",
		Cause:   "An opening tag has no closing tag in the same parent. Both must be in the same page, quote, list item, paragraph, cell, emphasis or link: a tag on its own line is a block, a tag next to text belongs to the paragraph.",
		Example: "<Callout>\n\nText.\n",
		Remedy:  "Add the closing tag in the same parent. For a block, put each tag on its own line.",
	},
	{
		ID: "mdx/mismatched-tag", Severity: Error, Summary: "a closing tag does not match the open element",
		Cause:   "A closing tag names a different element than the one that is open. Names must match exactly, including case.",
		Example: "<Callout>\n\nText.\n\n</callout>\n",
		Remedy:  "Close elements in the reverse order, with the same names.",
	},
	{
		ID: "mdx/stray-closing-tag", Severity: Error, Summary: "a closing tag closes nothing",
		Cause:   "A closing tag has no opening tag in the same parent, or it is next to text although its element was opened as a block.",
		Example: "Text.\n\n</Callout>\n",
		Remedy:  "Remove the tag, or put it on its own line in the same parent as its opening tag.",
	},
	{
		ID: "mdx/unknown-component", Severity: Error, Summary: "a component does not exist",
		Cause:   "A tag whose name begins with a capital letter or contains a period is a component, and neither the built-in components nor the site's own include one with that name.",
		Example: "<Calout>Text.</Calout>\n",
		Remedy:  "Use the suggested name, or add a template to the site's components folder.",
	},
	{
		ID: "mdx/tag-syntax", Severity: Error, Summary: "a tag cannot be read",
		Cause:   "Unless a space or the end of the line follows, < begins a tag, and the name of a tag begins with a letter, $ or _.",
		Example: "a <3 b\n",
		Remedy:  "For a literal less-than sign, write \\< or put it in code: `<`.",
	},
	{
		ID: "mdx/attribute-syntax", Severity: Error, Summary: "an attribute cannot be read",
		Cause:   "An attribute is written as name, name=\"value\", name='value' or name={expression}. Unquoted values, curly quotes, tags as values, and attributes in closing tags are not allowed.",
		Example: "<Callout type=note>Text.</Callout>\n",
		Remedy:  "Put the value in straight quotes or braces.",
	},
	{
		ID: "mdx/unclosed-tag", Severity: Error, Summary: "a tag does not end",
		Cause:   "The page, or the paragraph for a tag next to text, ends before the tag's closing >.",
		Example: "Text <Badge\n\nmore text.\n",
		Remedy:  "Finish the tag with > or />.",
	},
	{
		ID: "mdx/unclosed-expression", Severity: Error, Summary: "an expression or comment is never closed",
		Cause:   "A { begins an expression, and no } closes it: within text, before the end of the paragraph; on its own line, before the end of the page.",
		Example: "Text {frontmatter.title\n\nmore text.\n",
		Remedy:  "Close it with }, or write \\{ for a literal brace.",
	},
	{
		ID: "mdx/bad-expression", Severity: Error, Summary: "an expression is not a plain value",
		Cause:   "Nothing on a page is evaluated. An expression is a single value: a string, number, true, false, null, undefined, template literal, array, object, or a reference to the page's data.",
		Example: "{1 + 1}\n",
		Remedy:  "Write the value itself, or refer to front matter: {frontmatter.title}.",
	},
	{
		ID: "mdx/unknown-reference", Severity: Error, Summary: "a reference names data that does not exist",
		Cause:   "A reference begins with frontmatter, site, or a name that the page exports, followed by keys that exist.",
		Example: "{frontmatter.titel}\n",
		Remedy:  "Correct the key, or add it to the front matter.",
	},
	{
		ID: "mdx/lazy-line", Severity: Error, Summary: "a line inside a tag or expression lacks its quote mark or indentation",
		Cause:   "A tag or expression that begins in a quote or list item spans several lines, and one of them lacks the prefix of its container.",
		Example: "> <Callout\ntype=\"note\">\n",
		Remedy:  "Begin each of its lines with the same > or indentation.",
	},
	{
		ID: "mdx/html-comment", Severity: Error, Summary: "an HTML comment or declaration on an MDX page",
		Cause:   "MDX has no HTML comments and no <!DOCTYPE>.",
		Example: "<!-- later -->\n",
		Remedy:  "Write {/* later */}.",
	},
	{
		ID: "mdx/autolink", Severity: Error, Summary: "a link in angle brackets on an MDX page",
		Cause:   "In MDX, < begins a tag, so <https://example.com> and <a@b.c> are not links.",
		Example: "See <https://example.com>.\n",
		Remedy:  "Write [text](https://example.com) or the bare address.",
	},
	{
		ID: "mdx/esm", Severity: Error, Summary: "an import or export block cannot be read",
		Cause:   "A line that begins with import or export in the first column starts a block of such statements, which ends at a blank line and can contain nothing else.",
		Example: "import is a word.\n",
		Remedy:  "Put a blank line after the statements. To begin a paragraph, use a different first word.",
	},
	{
		ID: "mdx/void-element", Severity: Error, Summary: "an element without content is not self-closing",
		Cause:   "Elements such as br, img and hr have no content. In MDX they must be self-closing.",
		Example: "one<br>two\n",
		Remedy:  "Write <br />.",
	},
	{
		ID: "mdx/forbidden-element", Severity: Error, Summary: "an element that can run or load code",
		Cause:   "Pages are untrusted. Elements that run code, load it or change the page around them are refused: script, style, object, embed, base, meta, link, applet, frame, html, body and similar.",
		Example: "<script>alert(1)</script>\n",
		Remedy:  "Remove it, or write a site component that does what you need.",
	},
	{
		ID: "mdx/forbidden-attribute", Severity: Error, Summary: "an attribute that can run code",
		Cause:   "Event handlers (on…), srcdoc and malformed names are refused on HTML elements.",
		Example: "<a href=\"/\" onclick=\"x\">Text</a>\n",
		Remedy:  "Remove the attribute.",
	},
	{
		ID: "mdx/unsafe-url", Severity: Error, Summary: "a URL with a scheme that is not allowed",
		Cause:   "Links and images can use http, https, mailto or tel, no scheme at all, or data for raster images. javascript and others could run or load code.",
		Example: "[Text](javascript:alert(1))\n",
		Remedy:  "Use an allowed scheme.",
	},
	{
		ID: "mdx/too-deep", Severity: Error, Summary: "the page is nested too deeply",
		Cause:   "Quotes, lists, elements or values are nested hundreds of levels deep, which no reader could follow.",
		Example: "> > > … (501 levels)\n",
		Remedy:  "Flatten the page.",
	},
	{
		ID: "mdx/limit", Severity: Error, Summary: "a table, line or paragraph is too large",
		Cause:   "The tables of a page can have 50,000 cells in total (short rows are padded, so a small source could become a huge table), a paragraph 30,000 emphasis marks, and a line a limited number of links. No page written by hand comes close.",
		Example: "| a | b | … |\n",
		Remedy:  "Split the table or paragraph, or provide the data as a file.",
	},
}
