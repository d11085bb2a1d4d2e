package diag

var navRules = []Rule{
	{
		ID: "nav/missing-page", Severity: Error,
		Summary: "the navigation names a page that does not exist",
		Cause:   "An entry of \"navigation\" in source.config.json is looked up in the content folder, then in its docs folder. No page has that name.",
		Example: "{\"navigation\": [{\"title\": \"Deployment\", \"pages\": [\"deployment/standalon-mode\"]}]}",
		Remedy:  "Correct the name, create the page, or remove the entry. A name is the path inside the content folder, without the extension.",
	},
	{
		ID: "nav/duplicate-page", Severity: Error,
		Summary: "a page appears in the navigation twice",
		Cause:   "The previous and next links follow the navigation. A page that appears twice would have two of each.",
		Example: "{\"navigation\": [{\"title\": \"A\", \"pages\": [\"quickstart\"]}, {\"title\": \"B\", \"pages\": [\"quickstart\"]}]}",
		Remedy:  "Keep one entry. To link to the page from a second section, add a link entry: {\"title\": \"Quickstart\", \"href\": \"/docs/quickstart/\"}.",
	},
	{
		ID: "nav/unlisted-page", Severity: Warning,
		Summary: "a page is not in the navigation",
		Cause:   "The page is built, but readers who browse the navigation never see it.",
		Example: "content/docs/notes.mdx exists and source.config.json does not name \"notes\"",
		Remedy:  "Add the page to a section. If it should be reached only through links, add \"navigation: false\" to its front matter or list it in links.orphans.",
	},
	{
		ID: "nav/broken-link", Severity: Error,
		Summary: "a link in the navigation leads nowhere",
		Cause:   "An entry {\"title\", \"href\"} names an address of the site that has no page and no file, or something that is not an address.",
		Example: "{\"navigation\": [{\"title\": \"Schema\", \"href\": \"/schemas/confg.json\"}]}",
		Remedy:  "Correct the address. For pages, {\"page\": …} is better; links are for files and external addresses.",
	},
}
