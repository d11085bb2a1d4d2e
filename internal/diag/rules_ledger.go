package diag

var ledgerRules = []Rule{
	{
		ID: "ledger/lost-anchor", Severity: Error,
		Summary: "a page has lost a published id",
		Cause:   "The ledger of addresses, anchors.lock.json, records an id that the page no longer has: a heading was renamed or removed. Links to it from other sites, chats and bookmarks now open at the top of the page, and nobody notices.",
		Example: "The ledger records #options of /docs/redis/, and the heading is now \"## Settings\".",
		Remedy:  "Map the old id to the new one in the page's front matter: anchors: {options: settings}, or {options: top} if nothing replaces it. Or give the heading its old id: ## Settings [#options].",
	},
	{
		ID: "ledger/lost-page", Severity: Error,
		Summary: "a published page is gone",
		Cause:   "The ledger of addresses, anchors.lock.json, records a page that the site no longer has, and nothing redirects its readers: it was renamed, moved or deleted.",
		Example: "The ledger records /docs/cache/, the page is now content/docs/redis.mdx, and no redirect starts at /docs/cache/.",
		Remedy:  "Add the old address to the front matter of the page that replaces it, aliases: [/docs/cache/], or add a redirect to source.config.json.",
	},
	{
		ID: "ledger/record", Severity: Error,
		Summary: "the ledger of addresses cannot be read",
		Cause:   "anchors.lock.json is not valid JSON, or not in the form in which docs writes it. The addresses that it should protect are not protected.",
		Example: "A merge left conflict markers in anchors.lock.json.",
		Remedy:  "Restore it from version control, or delete it and regenerate it: docs examples update --accept.",
	},
	{
		ID: "ledger/unrecorded", Severity: Warning,
		Summary: "the site has addresses that are not in the ledger",
		Cause:   "Pages or headings were added after anchors.lock.json was written. Until they are recorded, nobody would notice their loss.",
		Example: "A page has a new heading, and the ledger has not been updated.",
		Remedy:  "Record them: docs examples update --accept.",
	},
	{
		ID: "link/old-anchor", Severity: Warning,
		Summary: "a link uses an old id that its page keeps for outside links",
		Cause:   "The front matter of the target page declares the id under anchors: the place has a new id now. The link still works, but anyone who reads the source looks for a heading that does not exist.",
		Example: "[options](./redis.mdx#options), and redis.mdx says anchors: {options: settings}",
		Remedy:  "Link to the new id.",
	},
	{
		ID: "page/old-anchor", Severity: Error,
		Summary: "an old id in the front matter leads nowhere",
		Cause:   "An entry in anchors names a new id that the page does not have, or an old one that cannot be an id. Links to the old id would open at the top of the page.",
		Example: "---\ntitle: Redis\nanchors:\n  options: setings\n---\n\n## Settings",
		Remedy:  "Use an id of the page, or top for the top of the page.",
	},
}
