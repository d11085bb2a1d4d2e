package diag

var yamlProofRules = []Rule{
	{
		ID: "example/contradiction", Severity: Error, Summary: "a configuration names two servers, passwords or databases",
		Cause:   "For the connection to Redis one setting counts: url before addr, addr before host and port, and a url's own password, database and TLS before the keys of those names. The example gives a second one that says something else. It has no effect, and a reader who copies the example gets a warning at each start.",
		Example: "```yaml\nredis:\n  url: redis://redis.internal:6379/1\n  db: 2\n```\n",
		Remedy:  "Remove the setting that does not count, or let both say the same. Where the page shows on purpose which one counts, say what the server demands: server=\"db=1\".",
	},
	{
		ID: "example/fragment", Severity: Error, Summary: "a fragment is not the content of its section",
		Cause:   "The attribute fragment names a section of the configuration, and the block is what stands inside it: neither the section's own key again, nor nothing, nor several documents.",
		Example: "```yaml fragment=\"redis.standalone\"\nstandalone:\n  persistence:\n    enabled: false\n```\n",
		Remedy:  "Write only what stands below the section's key, or name the section further out.",
	},
	{
		ID: "example/too-large", Severity: Error, Summary: "a configuration example is too large to run",
		Cause:   "A YAML example has at most 256 KiB and 20,000 keys and values, counting each alias as a copy, and its client opens at most 1,000 connections at once. Beyond that nobody reads it, and running it takes more of a build than a page may.",
		Example: "```yaml\n(more than 256 KiB of configuration)\n```\n",
		Remedy:  "Shorten the example to what the page is about.",
	},
}
