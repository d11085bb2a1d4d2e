package diag

var exampleRules = []Rule{
	{
		ID: "example/unfenced", Severity: Error, Summary: "an HTML element shows code past the fences",
		Cause:   "Every code block is proven as far as its language allows, or shown with a written reason. Text in <pre> and elements like it looks the same to readers and would be neither.",
		Example: "<pre>\nmode: standalone\n</pre>\n",
		Remedy:  "Write it as a fence with a language; text that is only shown: ```text display=\"why\".",
	},
	{
		ID: "example/empty", Severity: Error, Summary: "an example holds nothing that could be proven",
		Cause:   "The block is empty, or a configuration in which every line is a comment. It would count as a proven example and prove nothing.",
		Example: "```yaml\n# mode: standalone\n```\n",
		Remedy:  "Write the example. An empty configuration is an example of the defaults when it says which: expect=\"redis=distributed\".",
	},
	{
		ID: "example/unused-file", Severity: Error, Summary: "no command uses the file that a block writes",
		Cause:   "file=… writes a block into the folder of its session for the commands that follow. No block of commands with that session stands behind it, so the connection that the page shows does not exist; most often the two names of the session differ.",
		Example: "```yaml file=\"compozy.yaml\" session=\"first\"\nmode: standalone\n```\n",
		Remedy:  "Give the commands the same session, put them behind the file, or remove file=… and session=….",
	},
	{
		ID: "example/unclosed-fence", Severity: Error, Summary: "a code block is not closed",
		Cause:   "The closing fence is missing. The block then goes on to the closing fence of the next block, or to the end of the page, and swallows the text between.",
		Example: "```yaml\nmode: standalone\n\nText.\n\n```json\n{}\n```\n",
		Remedy:  "Close the block with a line of its own that has the same fence. To show a fence inside a block, begin and end that block with a longer one: ````.",
	},
	{
		ID: "example/unclassified", Severity: Error, Summary: "a code block names no language",
		Cause:   "Each code block is proven as far as its language allows, or shown with a written reason. A block without a language is neither.",
		Example: "```\nmode: standalone\n```\n",
		Remedy:  "Write the language behind the fence, for instance ```yaml; for plain text ```text display=\"why it is only shown\".",
	},
	{
		ID: "example/unknown-language", Severity: Error, Summary: "a code block has a language that is not known",
		Cause:   "The first word behind a fence is the language, in lower case. A misspelt one would silently switch off the proof of the block.",
		Example: "```yml\nmode: standalone\n```\n",
		Remedy:  "Use the suggested name, or declare the language under examples.display in source.config.json with a reason.",
	},
	{
		ID: "example/glued-attribute", Severity: Error, Summary: "an attribute is glued to the language",
		Cause:   "A blank stands between the language and what follows. Without it the whole word is taken for a language.",
		Example: "```yaml{1}\nmode: standalone\n```\n",
		Remedy:  "Put a blank behind the language: ```yaml {1}.",
	},
	{
		ID: "example/unknown-attribute", Severity: Error, Summary: "a code block has an attribute that is not known",
		Cause:   "A misspelt attribute would do nothing, and the example would prove less than its writer believes.",
		Example: "```yaml expekt=\"redis=standalone\"\nmode: standalone\n```\n",
		Remedy:  "Use the suggested name or remove the attribute.",
	},
	{
		ID: "example/attribute-value", Severity: Error, Summary: "an attribute of a code block has a value it cannot have",
		Cause:   "The value cannot be read, or the attribute has no meaning for this block.",
		Example: "```yaml display=\"\"\nmode: standalone\n```\n",
		Remedy:  "Write the value that the message asks for.",
	},
	{
		ID: "example/syntax", Severity: Error, Summary: "an example cannot be parsed in its language",
		Cause:   "The code was read by a real parser of its language, which found a mistake.",
		Example: "```json\n{\"mode\": \"standalone\",}\n```\n",
		Remedy:  "Mend the place shown, or say display=\"why\" if it is not meant to be whole.",
	},
	{
		ID: "example/mode", Severity: Error, Summary: "a configuration resolves to another mode than the page says",
		Cause:   "The attribute expect names the effective modes the page claims. The resolver decided otherwise.",
		Example: "```yaml expect=\"redis=distributed\"\nmode: standalone\n```\n",
		Remedy:  "Correct the configuration, or the claim.",
	},
	{
		ID: "example/boot", Severity: Error, Summary: "the cache that an example configures does not work",
		Cause:   "The configuration is valid, and its cache was started for real: the embedded one, which with persistence has to survive a restart, or the client of a server in memory that demands the password, TLS and database that the example states. Starting, using or closing it failed.",
		Example: "```yaml\nmode: standalone\n```\n",
		Remedy:  "Read the reason in the message: it is the running system's own.",
	},
	{
		ID: "example/timeout", Severity: Error, Summary: "an example takes too long",
		Cause:   "An example has ten seconds. This one was stopped.",
		Example: "```yaml\nmode: standalone\n```\n",
		Remedy:  "Make the example smaller.",
	},
	{
		ID: "example/expected-error-missing", Severity: Error, Summary: "a configuration that should be refused is accepted",
		Cause:   "The attribute expect-error says that the configuration fails with a rule at a path. It did not fail.",
		Example: "```yaml expect-error=\"compozy/mode at mode\"\nmode: standalone\n```\n",
		Remedy:  "Break the example as the page says, or remove the attribute.",
	},
	{
		ID: "example/expected-error-different", Severity: Error, Summary: "a configuration is refused for another reason than the page says",
		Cause:   "The attribute expect-error names one rule at one path. The configuration failed with something else, or with more.",
		Example: "```yaml expect-error=\"compozy/mode at mode\"\nmode: standalone\nredis:\n  mode: remote\n```\n",
		Remedy:  "Mend the other mistakes, or name the rule and path that the message shows.",
	},
	{
		ID: "example/schema", Severity: Error, Summary: "a document does not fit the schema of its kind",
		Cause:   "The attribute as names a kind of document. The code was held against the schema of that kind.",
		Example: "```yaml as=\"docker-compose\"\nservices:\n  redis:\n    imge: redis:7\n```\n",
		Remedy:  "Mend the place shown.",
	},
	{
		ID: "example/proof-drop", Severity: Error, Summary: "less is proven on a page than before",
		Cause:   "content/proof.lock.json records how many examples of each page are executed, validated, parsed and shown. A page has fewer now, which is how a check that silently stopped looks.",
		Example: "{\"version\": 1, \"pages\": {\"content/docs/a.mdx\": {\"executed\": 2, \"validated\": 0, \"parsed\": 0, \"display\": 0}}}",
		Remedy:  "Bring the examples back. When they were removed on purpose, run docs examples update --accept and commit the record.",
	},
	{
		ID: "example/proof-unrecorded", Severity: Warning, Summary: "more is proven than the record knows",
		Cause:   "Examples were added or reached a stronger level since content/proof.lock.json was written. Until they are recorded, nobody would notice their loss.",
		Example: "{\"version\": 1, \"pages\": {}}",
		Remedy:  "Run docs examples update --accept and commit the record.",
	},
	{
		ID: "example/proof-record", Severity: Error, Summary: "the record of what was proven cannot be read",
		Cause:   "content/proof.lock.json is no JSON, has keys that are not known, or has another version.",
		Example: "{\"version\": 1, \"pages\": []}",
		Remedy:  "Restore it from version control, or write it anew with docs examples update --accept.",
	},
}
