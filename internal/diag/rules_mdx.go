package diag

var mdxRules = []Rule{
	{
		ID: "mdx/unclosed-element", Severity: Error, Summary: "an element is never closed",
		Cause:   "An opening tag has no closing tag in the same parent. Both must be children of the same page, quote, list item, paragraph, cell, emphasis or link: a tag on a line of its own is a block, a tag beside text belongs to its paragraph.",
		Example: "<Callout>\n\nText.\n",
		Remedy:  "Add the closing tag in the same parent. For blocks put both tags on lines of their own.",
	},
	{
		ID: "mdx/mismatched-tag", Severity: Error, Summary: "a closing tag does not match the open element",
		Cause:   "A closing tag names another element than the one that is open. Names match exactly, letter case included.",
		Example: "<Callout>\n\nText.\n\n</callout>\n",
		Remedy:  "Close elements in the reverse order of their opening, with the same name.",
	},
	{
		ID: "mdx/stray-closing-tag", Severity: Error, Summary: "a closing tag closes nothing",
		Cause:   "A closing tag has no opening tag in the same parent, or stands beside text while its element was opened as a block.",
		Example: "Text.\n\n</Callout>\n",
		Remedy:  "Remove the tag, or put it on a line of its own where its element was opened.",
	},
	{
		ID: "mdx/unknown-component", Severity: Error, Summary: "a component does not exist",
		Cause:   "A tag whose name begins with a capital letter, or has a point in it, names a component, and no component of the library or the site has that name.",
		Example: "<Calout>Text.</Calout>\n",
		Remedy:  "Use the suggested name, or add a template to the site's components folder.",
	},
	{
		ID: "mdx/tag-syntax", Severity: Error, Summary: "a tag cannot be read",
		Cause:   "After < a tag must begin, unless a blank or the end of the line follows. Its name begins with a letter, $ or _.",
		Example: "a <3 b\n",
		Remedy:  "For a literal less-than sign write \\< or put it in code: `<`.",
	},
	{
		ID: "mdx/attribute-syntax", Severity: Error, Summary: "an attribute cannot be read",
		Cause:   "An attribute is name, name=\"value\", name='value' or name={expression}. Values without quotes, typographic quotes, tags as values, and attributes in closing tags are not allowed.",
		Example: "<Callout type=note>Text.</Callout>\n",
		Remedy:  "Put the value in straight quotes or braces.",
	},
	{
		ID: "mdx/unclosed-tag", Severity: Error, Summary: "a tag does not end",
		Cause:   "The page, or the paragraph for a tag beside text, ended before the > of a tag.",
		Example: "Text <Badge\n\nmore text.\n",
		Remedy:  "Finish the tag with > or />.",
	},
	{
		ID: "mdx/unclosed-expression", Severity: Error, Summary: "an expression or comment is never closed",
		Cause:   "A { begins an expression, and no } follows that closes it: in text before the paragraph ends, on a line of its own before the page ends.",
		Example: "Text {frontmatter.title\n\nmore text.\n",
		Remedy:  "Close it with }, or write \\{ for a literal brace.",
	},
	{
		ID: "mdx/bad-expression", Severity: Error, Summary: "an expression is not a plain value",
		Cause:   "Nothing on a page is evaluated. An expression holds one value: a string, number, true, false, null, undefined, template literal, array, object, or a reference to the page's data.",
		Example: "{1 + 1}\n",
		Remedy:  "Write the value itself, or refer to front matter: {frontmatter.title}.",
	},
	{
		ID: "mdx/unknown-reference", Severity: Error, Summary: "a reference names data that is missing",
		Cause:   "A reference begins with frontmatter, site, or a name that this page exports, and goes on with keys that exist.",
		Example: "{frontmatter.titel}\n",
		Remedy:  "Correct the key, or add it to the front matter.",
	},
	{
		ID: "mdx/lazy-line", Severity: Error, Summary: "a line inside a tag or expression lost its quote mark or indent",
		Cause:   "A tag or expression that begins in a quote or list item goes on over lines, and one of them does not carry the container's prefix.",
		Example: "> <Callout\ntype=\"note\">\n",
		Remedy:  "Begin each line of it with the same > or indent.",
	},
	{
		ID: "mdx/html-comment", Severity: Error, Summary: "an HTML comment or declaration on an MDX page",
		Cause:   "MDX has no HTML comments and no <!DOCTYPE>.",
		Example: "<!-- later -->\n",
		Remedy:  "Write {/* later */}.",
	},
	{
		ID: "mdx/autolink", Severity: Error, Summary: "a link in angle brackets on an MDX page",
		Cause:   "In MDX < begins a tag, so <https://example.com> and <a@b.c> are no links.",
		Example: "See <https://example.com>.\n",
		Remedy:  "Write [text](https://example.com), or the bare address.",
	},
	{
		ID: "mdx/esm", Severity: Error, Summary: "an import or export block cannot be read",
		Cause:   "A line that begins with import or export in the first column begins a block of such statements, which ends at a blank line and holds nothing else.",
		Example: "import is a word.\n",
		Remedy:  "Put a blank line after the statements; begin prose with another word.",
	},
	{
		ID: "mdx/void-element", Severity: Error, Summary: "an element without content does not close itself",
		Cause:   "Elements such as br, img and hr have no content. In MDX they must close themselves.",
		Example: "one<br>two\n",
		Remedy:  "Write <br />.",
	},
	{
		ID: "mdx/forbidden-element", Severity: Error, Summary: "an element that can run or load code",
		Cause:   "Pages are untrusted: elements that run code, load it or change the page around them are refused: script, style, object, embed, base, meta, link, applet, frame, html, body and their like.",
		Example: "<script>alert(1)</script>\n",
		Remedy:  "Remove it, or make a component of the site that does what is needed.",
	},
	{
		ID: "mdx/forbidden-attribute", Severity: Error, Summary: "an attribute that can run code",
		Cause:   "Event handlers (on…), srcdoc and names that are not names are refused on HTML elements.",
		Example: "<a href=\"/\" onclick=\"x\">Text</a>\n",
		Remedy:  "Remove the attribute.",
	},
	{
		ID: "mdx/unsafe-url", Severity: Error, Summary: "a URL with a scheme that is not allowed",
		Cause:   "Links and images may use http, https, mailto, tel, no scheme, or data for raster images. javascript and others would run or load code.",
		Example: "[Text](javascript:alert(1))\n",
		Remedy:  "Use an allowed scheme.",
	},
	{
		ID: "mdx/too-deep", Severity: Error, Summary: "the page nests too deep",
		Cause:   "Quotes, lists, elements or values nest hundreds of levels deep, which no reader could follow.",
		Example: "> > > … (501 levels)\n",
		Remedy:  "Flatten the page.",
	},
	{
		ID: "mdx/limit", Severity: Error, Summary: "a table, line or paragraph is too large",
		Cause:   "The tables of one page may have 50,000 cells (short rows are padded, so a small page could make a huge one), a paragraph 30,000 emphasis marks, and a line only so many links. No page written by people comes near.",
		Example: "| a | b | … |\n",
		Remedy:  "Split the table or paragraph, or ship the data as a file.",
	},
}
