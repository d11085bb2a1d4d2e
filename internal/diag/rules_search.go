package diag

var searchRules = []Rule{
	{
		ID: "search/golden-missing", Severity: Warning, Summary: "a query does not find what readers must find by it",
		Cause: "`search.golden` in source.config.json says which page or section a query must find among its first five pages. The page " +
			"does not say these words where they count, or others say them more.",
		Example: `{"search": {"golden": [{"query": "snapshots", "expect": ["deployment/standalone-mode#persistence"]}]}}`,
		Remedy: "Use the readers' words in the title, a heading or the first paragraph, add them as `keywords` in the page's front " +
			"matter, or as `search.synonyms` when they mean the same everywhere.",
	},
	{
		ID: "search/golden-unexpected", Severity: Warning, Summary: "a query that means nothing finds something",
		Cause:   "A golden query with an empty `expect` stands for what readers type by mistake: it must say that nothing was found.",
		Example: `{"search": {"golden": [{"query": "redis", "expect": []}]}}`,
		Remedy:  "Choose another query if the word has come to mean something, or name the page in `expect`.",
	},
	{
		ID: "search/unknown-target", Severity: Error, Summary: "a golden query expects a page or section that does not exist",
		Cause:   "`expect` names pages as the navigation does, with `#` and the id of a heading for a section. Nothing of this name is published.",
		Example: `{"search": {"golden": [{"query": "redis", "expect": ["configuration/reddis"]}]}}`,
		Remedy:  "Correct the name, or remove the entry if the page is gone for good.",
	},
	{
		ID: "search/recall", Severity: Error, Summary: "search finds less than its floor",
		Cause: "`search.floors` in source.config.json holds what share of the golden queries must find their pages among the first five " +
			"(`recall5`), and how far up on average (`mrr`: 1 is always first, 0.5 second).",
		Example: `{"search": {"floors": {"recall5": 0.95, "mrr": 0.9}, "golden": [{"query": "redis", "expect": ["index"]}]}}`,
		Remedy:  "Mend the queries that search/golden-missing names. Lower the floor only when the queries were wrong.",
	},
	{
		ID: "search/budget", Severity: Error, Summary: "search transfers more than its budget",
		Cause: "`search.budget` in source.config.json limits, in thousands of bytes as a server sends them, the index without the quoted " +
			"text (`index`) and what the first query of a reader loads, the program included (`query`).",
		Example: `{"search": {"golden": [{"query": "cache", "expect": ["index"]}], "budget": {"query": 1}}}`,
		Remedy:  "Look for a page that holds a data set or a log, and keep it out of the prose. Raise the budget if readers gain from it.",
	},
}
