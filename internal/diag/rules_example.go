package diag

var exampleRules = []Rule{
	{
		ID: "example/unfenced", Severity: Error, Summary: "an HTML element shows code outside a fence",
		Cause:   "Every code block is either proven as far as its language allows or shown with a stated reason. Text in <pre> and similar elements looks the same to readers, but would be neither.",
		Example: "<pre>\nmode: standalone\n</pre>\n",
		Remedy:  "Write it as a fence with a language. For text that is only shown, use ```text display=\"why\".",
	},
	{
		ID: "example/empty", Severity: Error, Summary: "an example contains nothing to prove",
		Cause:   "The block is empty, or it is a configuration in which every line is a comment. It would count as a proven example while proving nothing.",
		Example: "```yaml\n# mode: standalone\n```\n",
		Remedy:  "Write the example. An empty configuration can be an example of the defaults if it says what they are: expect=\"redis=distributed\".",
	},
	{
		ID: "example/unused-file", Severity: Error, Summary: "no command uses the file that a block writes",
		Cause:   "file=… writes a block into the folder of its session, for the commands that follow. No later command block belongs to that session, so the commands never see the file. Usually the two session names differ.",
		Example: "```yaml file=\"compozy.yaml\" session=\"first\"\nmode: standalone\n```\n",
		Remedy:  "Give the commands the same session, move them after the file, or remove file=… and session=….",
	},
	{
		ID: "example/unclosed-fence", Severity: Error, Summary: "a code block is not closed",
		Cause:   "The closing fence is missing. The block continues to the closing fence of the next block, or to the end of the page, and swallows the text in between.",
		Example: "```yaml\nmode: standalone\n\nText.\n\n```json\n{}\n```\n",
		Remedy:  "Close the block with the same fence on its own line. To show a fence inside a block, open and close that block with a longer one: ````.",
	},
	{
		ID: "example/unclassified", Severity: Error, Summary: "a code block has no language",
		Cause:   "Each code block is either proven as far as its language allows or shown with a stated reason. Without a language, it is neither.",
		Example: "```\nmode: standalone\n```\n",
		Remedy:  "Write the language after the fence, for example ```yaml. For plain text, use ```text display=\"why it is only shown\".",
	},
	{
		ID: "example/unknown-language", Severity: Error, Summary: "a code block has an unknown language",
		Cause:   "The first word after a fence is the language, in lowercase. A misspelled one would silently turn off the block's proof.",
		Example: "```yml\nmode: standalone\n```\n",
		Remedy:  "Use the suggested name, or declare the language in examples.display of source.config.json with a reason.",
	},
	{
		ID: "example/glued-attribute", Severity: Error, Summary: "there is no space between the language and an attribute",
		Cause:   "The language ends at the first space. Without a space, the whole word is taken as the language.",
		Example: "```yaml{1}\nmode: standalone\n```\n",
		Remedy:  "Add a space after the language: ```yaml {1}.",
	},
	{
		ID: "example/unknown-attribute", Severity: Error, Summary: "a code block has an unknown attribute",
		Cause:   "A misspelled attribute would do nothing, and the example would prove less than its author thinks.",
		Example: "```yaml expekt=\"redis=standalone\"\nmode: standalone\n```\n",
		Remedy:  "Use the suggested name, or remove the attribute.",
	},
	{
		ID: "example/attribute-value", Severity: Error, Summary: "an attribute of a code block has an invalid value",
		Cause:   "The value cannot be parsed, or the attribute means nothing on this block.",
		Example: "```yaml display=\"\"\nmode: standalone\n```\n",
		Remedy:  "Write a value that the message asks for.",
	},
	{
		ID: "example/syntax", Severity: Error, Summary: "an example cannot be parsed in its language",
		Cause:   "A real parser for the language read the code and found a mistake.",
		Example: "```json\n{\"mode\": \"standalone\",}\n```\n",
		Remedy:  "Fix the place shown, or add display=\"why\" if the example is not meant to be complete.",
	},
	{
		ID: "example/mode", Severity: Error, Summary: "a configuration resolves to a different mode than the page says",
		Cause:   "The attribute expect names the effective modes that the page claims. The resolver came to a different result.",
		Example: "```yaml expect=\"redis=distributed\"\nmode: standalone\n```\n",
		Remedy:  "Correct the configuration, or the claim.",
	},
	{
		ID: "example/boot", Severity: Error, Summary: "the cache that an example configures does not work",
		Cause:   "The configuration is valid, and its cache was really started: either the embedded cache, which must survive a restart if persistence is on, or a client of an in-memory server that requires the password, TLS and database that the example states. Starting, using or closing it failed.",
		Example: "```yaml\nmode: standalone\n```\n",
		Remedy:  "Read the reason in the message: it comes from the running system.",
	},
	{
		ID: "example/timeout", Severity: Error, Summary: "an example takes too long",
		Cause:   "An example may run for ten seconds. This one did not finish and was stopped.",
		Example: "```yaml\nmode: standalone\n```\n",
		Remedy:  "Make the example smaller.",
	},
	{
		ID: "example/expected-error-missing", Severity: Error, Summary: "a configuration that should be refused is accepted",
		Cause:   "The attribute expect-error says that the configuration fails, with which rule and at which path. It did not fail.",
		Example: "```yaml expect-error=\"compozy/mode at mode\"\nmode: standalone\n```\n",
		Remedy:  "Break the example as the page says, or remove the attribute.",
	},
	{
		ID: "example/expected-error-different", Severity: Error, Summary: "a configuration is refused for a different reason than the page says",
		Cause:   "The attribute expect-error names one rule at one path. The configuration failed with a different error, or with more than one.",
		Example: "```yaml expect-error=\"compozy/mode at mode\"\nmode: standalone\nredis:\n  mode: remote\n```\n",
		Remedy:  "Fix the other mistakes, or name the rule and the path that the message shows.",
	},
	{
		ID: "example/schema", Severity: Error, Summary: "a document does not match the schema of its kind",
		Cause:   "The attribute as names a kind of document, and the code is validated against the schema of that kind.",
		Example: "```yaml as=\"docker-compose\"\nservices:\n  redis:\n    imge: redis:7\n```\n",
		Remedy:  "Fix the place shown.",
	},
	{
		ID: "example/proof-drop", Severity: Error, Summary: "a page proves less than before",
		Cause:   "content/proof.lock.json records how many examples on each page are executed, validated, parsed and shown. A page now has fewer, which is what it looks like when a check has silently stopped.",
		Example: "{\"version\": 1, \"pages\": {\"content/docs/a.mdx\": {\"executed\": 2, \"validated\": 0, \"parsed\": 0, \"display\": 0}}}",
		Remedy:  "Restore the examples. If you removed them on purpose, run docs examples update --accept and commit the record.",
	},
	{
		ID: "example/proof-unrecorded", Severity: Warning, Summary: "a page proves more than the record says",
		Cause:   "Examples were added, or reached a stronger proof level, after content/proof.lock.json was written. Until they are recorded, nobody would notice their loss.",
		Example: "{\"version\": 1, \"pages\": {}}",
		Remedy:  "Run docs examples update --accept and commit the record.",
	},
	{
		ID: "example/proof-record", Severity: Error, Summary: "the record of what was proven cannot be read",
		Cause:   "content/proof.lock.json is not valid JSON, has unknown keys, or has a different version.",
		Example: "{\"version\": 1, \"pages\": []}",
		Remedy:  "Restore it from version control, or regenerate it with docs examples update --accept.",
	},
}
