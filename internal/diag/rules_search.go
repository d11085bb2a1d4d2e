package diag

var searchRules = []Rule{
	{
		ID: "search/golden-missing", Severity: Warning, Summary: "a golden query does not find what it must find",
		Cause: "`search.golden` in source.config.json says which page or section a query must find among its first five pages. The page " +
			"does not use these words where they count, or other pages use them more.",
		Example: `{"search": {"golden": [{"query": "snapshots", "expect": ["deployment/standalone-mode#persistence"]}]}}`,
		Remedy: "Use your readers' words in the title, a heading or the first paragraph, add them as `keywords` in the page's front " +
			"matter, or add them to `search.synonyms` if they mean the same everywhere.",
	},
	{
		ID: "search/golden-unexpected", Severity: Warning, Summary: "a golden query that must find nothing finds something",
		Cause:   "A golden query with an empty `expect` represents what readers type by mistake: it must find nothing.",
		Example: `{"search": {"golden": [{"query": "redis", "expect": []}]}}`,
		Remedy:  "Choose another query if the word now means something, or name the page in `expect`.",
	},
	{
		ID: "search/unknown-target", Severity: Error, Summary: "a golden query expects a page or section that does not exist",
		Cause:   "`expect` names pages as the navigation does, with `#` and the id of a heading for a section. Nothing with this name is published.",
		Example: `{"search": {"golden": [{"query": "redis", "expect": ["configuration/reddis"]}]}}`,
		Remedy:  "Correct the name, or remove the entry if the page is gone for good.",
	},
	{
		ID: "search/recall", Severity: Error, Summary: "search finds less than its floor requires",
		Cause: "`search.floors` in source.config.json sets what share of the golden queries must find their pages among the first five pages " +
			"(`recall5`), and how far up on average (`mrr`: 1 is always first, 0.5 second).",
		Example: `{"search": {"floors": {"recall5": 0.95, "mrr": 0.9}, "golden": [{"query": "redis", "expect": ["index"]}]}}`,
		Remedy:  "Fix the queries that search/golden-missing names. Lower the floor only if the queries were wrong.",
	},
	{
		ID: "search/budget", Severity: Error, Summary: "search downloads exceed their budget",
		Cause: "`search.budget` in source.config.json limits, in thousands of bytes as sent by a server, the index without the quoted " +
			"text (`index`) and what a reader's first query loads, including the program (`query`).",
		Example: `{"search": {"golden": [{"query": "cache", "expect": ["index"]}], "budget": {"query": 1}}}`,
		Remedy:  "Look for a page that contains a data set or a log, and move that out of the text. Raise the budget if readers benefit from it.",
	},
}
