package diag

var shellRules = []Rule{
	{
		ID: "example/shell-syntax", Severity: Error, Summary: "a command cannot be read by the shell",
		Cause:   "Blocks of bash and the commands of console transcripts are read by a shell's parser, which found a mistake.",
		Example: "```bash\ncompozy config show | | head\n```\n",
		Remedy:  "Mend the place shown, or say display=\"why\" if the block is not meant to run.",
	},
	{
		ID: "example/console", Severity: Error, Summary: "a transcript does not begin with a command",
		Cause:   "In a console block the lines that begin with \"$ \" are commands, and what follows each is its output. Output without a command, or a block without one, proves nothing.",
		Example: "```console\nlistening on 5001\n$ compozy version\n```\n",
		Remedy:  "Write \"$ \" and the command in front of its output, or use another language for the block.",
	},
	{
		ID: "example/command-not-allowed", Severity: Error, Summary: "a command does not exist in the sandbox",
		Cause:   "Commands run in a sandbox that has compozy, redis-server, redis-cli, curl and small file and text tools, each with the options that guides need. A command that it does not have would prove nothing, so it is not skipped silently.",
		Example: "```bash\ndocker compose up\n```\n",
		Remedy:  "Use the suggested command, or say why only a reader can run it: display=\"needs Docker\".",
	},
	{
		ID: "example/exit-status", Severity: Error, Summary: "a command ends with another status than the page says",
		Cause:   "Every command of a page really runs. This one failed, or succeeded where the page says that it fails. The notes show what it printed.",
		Example: "```bash\ncompozy config validate --config missing.yaml\n```\n",
		Remedy:  "Mend the command. One that is meant to fail says so: [exit 2] as the last line of its output in a transcript, exit=\"2\" on a bash fence.",
	},
	{
		ID: "example/output", Severity: Error, Summary: "a command prints something else than the page says",
		Cause:   "What stands behind a command of a transcript, or in the text output block behind a bash block, was compared with what the command printed. [..] stands for anything within a line, a line ... for any lines, and [PORT], [TIME], [DURATION], [TMP], [PID] and [SIZE] for what differs from run to run.",
		Example: "```console\n$ echo hello\ngoodbye\n```\n",
		Remedy:  "Run docs examples update, which writes what is printed and keeps the wildcards, and read the change.",
	},
	{
		ID: "example/sandbox", Severity: Error, Summary: "a command reaches out of its sandbox",
		Cause:   "The commands of a page have a folder, a network and an environment of their own, and limits on time, output, memory, jobs and recursion. This one used a path outside its folder, or more than the limits allow.",
		Example: "```bash\ncat /etc/passwd\n```\n",
		Remedy:  "Use paths below the working directory or /tmp, and less of what the message names; or say display=\"why\" if only a reader can run it.",
	},
}
