package diag

var navRules = []Rule{
	{
		ID: "nav/missing-page", Severity: Error,
		Summary: "the navigation names a page that does not exist",
		Cause:   "An entry of \"navigation\" in source.config.json is looked up below the content folder, then below its docs folder. No page has that name.",
		Example: "{\"navigation\": [{\"title\": \"Deployment\", \"pages\": [\"deployment/standalon-mode\"]}]}",
		Remedy:  "Correct the name, create the page, or take the entry out. A name is the path below the content folder without extension.",
	},
	{
		ID: "nav/duplicate-page", Severity: Error,
		Summary: "a page stands in the navigation twice",
		Cause:   "Previous and next links follow the navigation. A page with two places would have two of each.",
		Example: "{\"navigation\": [{\"title\": \"A\", \"pages\": [\"quickstart\"]}, {\"title\": \"B\", \"pages\": [\"quickstart\"]}]}",
		Remedy:  "Keep one entry. To point to the page from a second section, add a link entry: {\"title\": \"Quickstart\", \"href\": \"/docs/quickstart/\"}.",
	},
	{
		ID: "nav/unlisted-page", Severity: Warning,
		Summary: "a page is in no section of the navigation",
		Cause:   "The page is built, but readers who browse the navigation never see it.",
		Example: "content/docs/notes.mdx exists and source.config.json does not name \"notes\"",
		Remedy:  "Add the page to a section. If it is meant to be reached through links only, write \"navigation: false\" into its front matter or list it in links.orphans.",
	},
	{
		ID: "nav/broken-link", Severity: Error,
		Summary: "a link of the navigation leads nowhere",
		Cause:   "An entry {\"title\", \"href\"} names an address of the site at which there is no page and no file, or something that is no address.",
		Example: "{\"navigation\": [{\"title\": \"Schema\", \"href\": \"/schemas/confg.json\"}]}",
		Remedy:  "Correct the address. Pages are better named by {\"page\": …}; links are for files and other hosts.",
	},
}
