package diag

var ledgerRules = []Rule{
	{
		ID: "ledger/lost-anchor", Severity: Error,
		Summary: "a published id is gone from its page",
		Cause:   "The ledger of addresses, anchors.lock.json, records an id that the page had when it was recorded and has no more: a heading was renamed or removed. Links to it from other sites, chats and bookmarks arrive at the top of the page, and nobody notices.",
		Example: "The ledger records #options of /docs/redis/, and the heading is now \"## Settings\".",
		Remedy:  "Write the old id with the new one into the page's front matter, anchors: {options: settings}; {options: top} where nothing took its place. Or give the heading its old id: ## Settings [#options].",
	},
	{
		ID: "ledger/lost-page", Severity: Error,
		Summary: "a published page is gone",
		Cause:   "The ledger of addresses, anchors.lock.json, records a page that the site has no more, and nothing leads its readers on: it was renamed, moved or deleted.",
		Example: "The ledger records /docs/cache/, the page is now content/docs/redis.mdx, and no redirect starts at /docs/cache/.",
		Remedy:  "Write the old address into the front matter of the page that took its place, aliases: [/docs/cache/], or a redirect into source.config.json.",
	},
	{
		ID: "ledger/record", Severity: Error,
		Summary: "the ledger of addresses cannot be read",
		Cause:   "anchors.lock.json is no JSON, or not in the form in which it is written. What it should protect is not protected.",
		Example: "A merge left its marks in anchors.lock.json.",
		Remedy:  "Restore it from version control, or delete it and write it anew: docs examples update --accept.",
	},
	{
		ID: "ledger/unrecorded", Severity: Warning,
		Summary: "the site has addresses that the ledger does not know",
		Cause:   "Pages or headings were added since anchors.lock.json was written. Until they are recorded, losing them again is not noticed.",
		Example: "A page has a new heading, and the ledger was not written since.",
		Remedy:  "Record them: docs examples update --accept.",
	},
	{
		ID: "link/old-anchor", Severity: Warning,
		Summary: "a link leads to an id that a page keeps for links from outside",
		Cause:   "The id is declared under anchors in the front matter of the page that the link leads to: the place has another id now. The link arrives, but who reads the source looks for a heading that is not there.",
		Example: "[options](./redis.mdx#options), and redis.mdx says anchors: {options: settings}",
		Remedy:  "Link to the new id.",
	},
	{
		ID: "page/old-anchor", Severity: Error,
		Summary: "an old id in the front matter leads nowhere",
		Cause:   "An entry of anchors names a new id that the page does not have, or an old one that cannot be an id. Links to the old id would arrive at the top of the page.",
		Example: "---\ntitle: Redis\nanchors:\n  options: setings\n---\n\n## Settings",
		Remedy:  "Name an id of the page, or top for its top.",
	},
}
