package diag

// runRules are about the run itself: what keeps a command from doing its work
// at all. They end a run with status 2.
var runRules = []Rule{
	{
		ID: "run/output-not-ours", Severity: Error,
		Summary: "the output folder contains files that docs did not write",
		Cause: "The output folder is not empty and has no .docs-manifest.json, the list of files that a build leaves behind. " +
			"Replacing a folder that docs did not build could destroy work.",
		Example: "docs build --out ~/Documents",
		Remedy:  "Name a new or empty folder with --out. If the folder really is an old build that has lost its manifest, delete the folder and build again.",
	},
	{
		ID: "run/output-overlaps", Severity: Error,
		Summary: "the output folder overlaps something that must not be replaced",
		Cause: "A build replaces its entire output folder, so the folder must not be, contain or lie inside the site's sources, " +
			"and must not be a repository, the root of the file system or a home folder.",
		Example: "docs build --out content",
		Remedy:  "Name a separate folder with --out, or with \"out\" in source.config.json; \"dist\" is the usual name.",
	},
	{
		ID: "run/output-unwritable", Severity: Error,
		Summary: "the site cannot be written",
		Cause: "The new site is prepared next to the output folder and then takes its place in one step, so the parent folder must be writable, " +
			"on the same file system, and have enough space. The last good site is untouched.",
		Example: "docs build --out /sys/dist",
		Remedy:  "Free up space or grant permission as the message says, or choose a different folder with --out.",
	},
	{
		ID: "run/output-conflict", Severity: Error,
		Summary: "a file that docs did not write is in the way",
		Cause: "Files in the output folder that docs did not write are kept. " +
			"One of them has the same name as a file of the site, and only one of the two can be there.",
		Example: "echo hello > dist/index.html, in a dist that has no index.html from a build",
		Remedy:  "Move or remove the file, or put it in the site's public folder if it belongs to the site.",
	},
	{
		ID: "run/locked", Severity: Error,
		Summary: "another build is writing the same output folder",
		Cause:   "Two builds into one folder would undo each other's work, so the second one stops immediately.",
		Example: "docs build & docs build",
		Remedy:  "Wait for the other build or stop it; its process id is in the message. If a build is killed, its lock is released by itself.",
	},
	{
		ID: "run/unknown-page", Severity: Error,
		Summary: "a page named on the command line does not exist",
		Cause:   "docs check was asked to check a page that is not in the content folder. Checking nothing is not a success.",
		Example: "docs check content/docs/no-such-page.mdx",
		Remedy:  "Name the page by its path (content/docs/deployment/standalone-mode.mdx), its id (docs/deployment/standalone-mode) or its address.",
	},
	{
		ID: "run/unknown-revision", Severity: Error,
		Summary: "what changed since a commit cannot be determined",
		Cause: "docs check --changed-since asks git which files have changed since a commit. " +
			"Git is not installed, there is no repository, the name is not a commit, or the clone is shallow and does not reach back to it.",
		Example: "docs check --changed-since no-such-branch",
		Remedy:  "Name a branch, tag or commit of this clone. In CI, fetch the full history first, or check the whole site.",
	},
	{
		ID: "run/unreadable", Severity: Error,
		Summary: "a file named on the command line cannot be read",
		Cause:   "The file does not exist, is not a regular file, is not UTF-8 text, or you do not have permission to read it.",
		Example: "docs render no-such-file.mdx",
		Remedy:  "Check the spelling of the path and the permissions of the file.",
	},
	{
		ID: "run/failed", Severity: Error,
		Summary: "docs could not finish",
		Cause: "A site component fails on a page that uses it, or docs itself has a bug. The message says which. " +
			"A bug in docs is not your mistake: the message names the page or the example where it happened.",
		Example: "a components/Name.html that takes the hundredth letter of an empty text",
		Remedy: "Fix the component. For a bug in docs, run DOCS_STACK=1 docs check and report the output together with the page; " +
			"until it is fixed, write the passage differently.",
	},
}
