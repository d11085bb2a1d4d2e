package diag

// runRules are about the run itself: what keeps a command from doing its work
// at all. They end a run with status 2.
var runRules = []Rule{
	{
		ID: "run/output-not-ours", Severity: Error,
		Summary: "the output folder holds files of somebody else",
		Cause: "The output folder is not empty and has no .docs-manifest.json, the list that a build leaves of the files it wrote. " +
			"Replacing a folder that a build did not make could destroy work.",
		Example: "docs build --out ~/Documents",
		Remedy:  "Name a new or an empty folder with --out. If the folder really is an old build whose manifest was lost, remove the folder and build again.",
	},
	{
		ID: "run/output-overlaps", Severity: Error,
		Summary: "the output folder is, holds, or lies in something that must not be replaced",
		Cause: "A build replaces its output folder as a whole. The folder may therefore not be, contain or lie inside the site's sources, " +
			"and may not be a repository, the root of the file system, or a home folder.",
		Example: "docs build --out content",
		Remedy:  "Name a folder of its own with --out, or with \"out\" in source.config.json; \"dist\" is the usual name.",
	},
	{
		ID: "run/output-unwritable", Severity: Error,
		Summary: "the site cannot be written",
		Cause: "The new site is prepared beside the output folder and takes its place in one step, so the folder around the output must be writable, " +
			"on the same file system, and have room for the site. The last good site is untouched.",
		Example: "docs build --out /sys/dist",
		Remedy:  "Make room or grant permission as the message says, or choose another place with --out.",
	},
	{
		ID: "run/output-conflict", Severity: Error,
		Summary: "a file of somebody else stands where a page belongs",
		Cause: "Files in the output folder that a build did not write are kept. " +
			"One of them has the name of a file of the site, and the two cannot both be there.",
		Example: "echo hello > dist/index.html, in a dist without an index.html of its own",
		Remedy:  "Move or remove the file, or put it into the site's public folder if it belongs to the site.",
	},
	{
		ID: "run/locked", Severity: Error,
		Summary: "another build is writing the same output folder",
		Cause:   "Two builds into one folder at once would undo each other's work, so the second one stops at once.",
		Example: "docs build & docs build",
		Remedy:  "Wait for the other build or stop it; its process id is in the message. A lock left by a build that was killed frees itself.",
	},
	{
		ID: "run/unknown-page", Severity: Error,
		Summary: "a page named on the command line does not exist",
		Cause:   "docs check was asked for a page that is not in the content folder. Checking nothing is not a success.",
		Example: "docs check content/docs/no-such-page.mdx",
		Remedy:  "Name the page by its path (content/docs/deployment/standalone-mode.mdx), its id (docs/deployment/standalone-mode) or its address.",
	},
	{
		ID: "run/unknown-revision", Severity: Error,
		Summary: "what changed since a commit cannot be found out",
		Cause: "docs check --changed-since asks git which files differ from those of a commit. " +
			"There is no git or no repository, the name stands for no commit, or the clone is shallow and ends before it.",
		Example: "docs check --changed-since no-such-branch",
		Remedy:  "Name a branch, a tag or a commit of this clone. In CI fetch the whole history first, or check the whole site.",
	},
	{
		ID: "run/unreadable", Severity: Error,
		Summary: "a file named on the command line cannot be read",
		Cause:   "The file does not exist, is not a regular file, is no UTF-8 text, or may not be read.",
		Example: "docs render no-such-file.mdx",
		Remedy:  "Check the spelling of the path and the permissions of the file.",
	},
	{
		ID: "run/failed", Severity: Error,
		Summary: "docs cannot do its work",
		Cause: "A component of the site fails on a page that uses it, or docs itself has a mistake. The message says which. " +
			"A mistake in docs is not yours: it stands beside the page or the example at which it happened.",
		Example: "a components/Name.html that takes the hundredth letter of an empty text",
		Remedy: "Mend the component. For a mistake in docs itself, type DOCS_STACK=1 docs check and report what it prints with the page; " +
			"until then write the place in another way.",
	},
}
