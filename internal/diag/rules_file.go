package diag

var fileRules = []Rule{
	{
		ID: "file/unreadable", Severity: Error,
		Summary: "a file or folder of the site cannot be read",
		Cause:   "This user has no right to read it, or it is a symbolic link that leads nowhere.",
		Example: "content/docs/redis.mdx with mode 000",
		Remedy:  "Give the user the right to read it (chmod u+r FILE), or delete it.",
	},
	{
		ID: "file/outside-root", Severity: Error,
		Summary: "a symbolic link leaves the site's folder",
		Cause:   "Following it would publish files of the machine that builds the site. It is never followed.",
		Example: "content/docs/passwords.mdx -> /etc/passwd",
		Remedy:  "Copy the file into the site's folder.",
	},
	{
		ID: "file/linked-folder", Severity: Error,
		Summary: "a symbolic link leads to a folder",
		Cause:   "A link to a folder can lead into itself, and its pages would have two addresses. It is not followed, even inside the site.",
		Example: "content/docs/latest -> v2",
		Remedy:  "Put the folder itself there, or add a redirect in source.config.json.",
	},
	{
		ID: "file/not-regular", Severity: Error,
		Summary: "something with the name of a file is none",
		Cause:   "It is a folder with the name of a page, a named pipe, a socket or a device. Only regular files are read.",
		Example: "a folder content/docs/redis.mdx/",
		Remedy:  "Rename or delete it, or replace it by a file.",
	},
	{
		ID: "file/unportable-name", Severity: Error,
		Summary: "a file name does not work on every system",
		Cause:   "Windows cannot store the name (CON, a:b, a trailing dot), or it holds characters that break addresses, or it is longer than 200 bytes. Such a repository cannot be checked out everywhere.",
		Example: "content/docs/aux.mdx",
		Remedy:  "Rename the file. Letters, digits, \"-\", \"_\" and \".\" work everywhere.",
	},
	{
		ID: "file/collision", Severity: Error,
		Summary: "two sources would be written to one place",
		Cause:   "A page and a file, or two files, have the same place in the built site. Letter case and Unicode form do not distinguish them on macOS and Windows.",
		Example: "public/images/Logo.svg and public/images/logo.svg",
		Remedy:  "Rename or delete one of the two.",
	},
	{
		ID: "file/reserved", Severity: Error,
		Summary: "a file takes a place that the builder fills",
		Cause:   "404.html, sitemap.xml, robots.txt and everything below _docs/ are made from the site itself.",
		Example: "public/sitemap.xml",
		Remedy:  "Delete or rename the file.",
	},
}
