package diag

var yamlProofRules = []Rule{
	{
		ID: "example/contradiction", Severity: Error, Summary: "a configuration names two servers, passwords or databases",
		Cause:   "Only one setting decides how to connect to Redis: url beats addr, addr beats host and port, and the password, database and TLS in a url beat the keys of those names. The example sets a second one to a different value. It has no effect, and readers who copy the example get a warning at every start.",
		Example: "```yaml\nredis:\n  url: redis://redis.internal:6379/1\n  db: 2\n```\n",
		Remedy:  "Remove the setting that has no effect, or make the two agree. If the page shows on purpose which one wins, state what the server requires: server=\"db=1\".",
	},
	{
		ID: "example/fragment", Severity: Error, Summary: "a fragment is not the content of its section",
		Cause:   "The attribute fragment names a section of the configuration, and the block must be the content of that section: not the section's own key again, not empty, and not several documents.",
		Example: "```yaml fragment=\"redis.standalone\"\nstandalone:\n  persistence:\n    enabled: false\n```\n",
		Remedy:  "Write only what belongs under the section's key, or name the enclosing section.",
	},
	{
		ID: "example/too-large", Severity: Error, Summary: "a configuration example is too large to run",
		Cause:   "A YAML example can have at most 256 KiB and 20,000 keys and values, counting each alias as a copy, and its client can open at most 1,000 connections at once. Nobody would read a larger one, and running it would take too much of a build.",
		Example: "```yaml\n(more than 256 KiB of configuration)\n```\n",
		Remedy:  "Shorten the example to what the page is about.",
	},
}
