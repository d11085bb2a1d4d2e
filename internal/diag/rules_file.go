package diag

var fileRules = []Rule{
	{
		ID: "file/unreadable", Severity: Error,
		Summary: "a file or folder of the site cannot be read",
		Cause:   "You do not have permission to read it, or it is a broken symbolic link.",
		Example: "content/docs/redis.mdx with mode 000",
		Remedy:  "Make it readable (chmod u+r FILE), or delete it.",
	},
	{
		ID: "file/outside-root", Severity: Error,
		Summary: "a symbolic link leads out of the site's folder",
		Cause:   "Following it would publish files of the machine that builds the site, so it is never followed.",
		Example: "content/docs/passwords.mdx -> /etc/passwd",
		Remedy:  "Copy the file into the site's folder.",
	},
	{
		ID: "file/linked-folder", Severity: Error,
		Summary: "a symbolic link leads to a folder",
		Cause:   "A link to a folder can lead back into itself, and its pages would have two addresses. It is not followed, even inside the site.",
		Example: "content/docs/latest -> v2",
		Remedy:  "Replace the link with the folder itself, or add a redirect in source.config.json.",
	},
	{
		ID: "file/not-regular", Severity: Error,
		Summary: "something that should be a file is not",
		Cause:   "It is a folder named like a page, a named pipe, a socket or a device. Only regular files are read.",
		Example: "a folder content/docs/redis.mdx/",
		Remedy:  "Rename or delete it, or replace it with a file.",
	},
	{
		ID: "file/unportable-name", Severity: Error,
		Summary: "a file name does not work on every system",
		Cause:   "Windows cannot store the name (CON, a:b, a trailing dot), it contains characters that break addresses, or it is longer than 200 bytes. The repository cannot be checked out everywhere.",
		Example: "content/docs/aux.mdx",
		Remedy:  "Rename the file. Letters, digits, \"-\", \"_\" and \".\" work everywhere.",
	},
	{
		ID: "file/collision", Severity: Error,
		Summary: "two sources would be written to the same place",
		Cause:   "A page and a file, or two files, have the same place in the built site. On macOS and Windows, names that differ only in case or Unicode form are the same.",
		Example: "public/images/Logo.svg and public/images/logo.svg",
		Remedy:  "Rename or delete one of the two.",
	},
	{
		ID: "file/reserved", Severity: Error,
		Summary: "a file has a name that the builder uses",
		Cause:   "404.html, sitemap.xml, robots.txt and everything in _docs/ are generated from the site.",
		Example: "public/sitemap.xml",
		Remedy:  "Delete or rename the file.",
	},
}
