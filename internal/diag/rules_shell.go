package diag

var shellRules = []Rule{
	{
		ID: "example/shell-syntax", Severity: Error, Summary: "a command is not valid shell syntax",
		Cause:   "A shell parser reads bash blocks and the commands of console transcripts. It found a mistake.",
		Example: "```bash\ncompozy config show | | head\n```\n",
		Remedy:  "Fix the place shown, or add display=\"why\" if the block is not meant to run.",
	},
	{
		ID: "example/console", Severity: Error, Summary: "a transcript does not begin with a command",
		Cause:   "In a console block, lines that begin with \"$ \" are commands, and the lines that follow are their output. Output without a command, or a block without one, proves nothing.",
		Example: "```console\nlistening on 5001\n$ compozy version\n```\n",
		Remedy:  "Write \"$ \" and the command before its output, or use a different language for the block.",
	},
	{
		ID: "example/command-not-allowed", Severity: Error, Summary: "a command does not exist in the sandbox",
		Cause:   "Commands run in a sandbox that has compozy, redis-server, redis-cli, curl and small file and text tools, each with the options that guides need. A command that the sandbox does not have would prove nothing, so it is not silently skipped.",
		Example: "```bash\ndocker compose up\n```\n",
		Remedy:  "Use the suggested command, or say why only readers can run it: display=\"needs Docker\".",
	},
	{
		ID: "example/exit-status", Severity: Error, Summary: "a command exits with a different status than the page says",
		Cause:   "Every command on a page really runs. This one failed, or it succeeded although the page says that it fails. The notes show what it printed.",
		Example: "```bash\ncompozy config validate --config missing.yaml\n```\n",
		Remedy:  "Fix the command. If it is meant to fail, say so: [exit 2] as the last line of its output in a transcript, exit=\"2\" on a bash fence.",
	},
	{
		ID: "example/output", Severity: Error, Summary: "a command prints something other than the page says",
		Cause:   "The output below a command in a transcript, or in the text output block after a bash block, is compared with what the command printed. [..] matches anything within a line, a line with ... matches any lines, and [PORT], [TIME], [DURATION], [TMP], [PID] and [SIZE] match what differs from run to run.",
		Example: "```console\n$ echo hello\ngoodbye\n```\n",
		Remedy:  "Run docs examples update, which writes the actual output and keeps the wildcards, and review the change.",
	},
	{
		ID: "example/output-unclaimed", Severity: Error, Summary: "expected output is nothing but wildcards",
		Cause:   "A command prints something, and the expected output would match anything else as well. It looks like a checked example but checks nothing.",
		Example: "```console\n$ compozy version\n...\n```\n",
		Remedy:  "Keep a word that matters in one of the lines: compozy [..]. If the output of a command does not matter, send it to /dev/null.",
	},
	{
		ID: "example/hidden-failure", Severity: Error, Summary: "a command fails without anyone noticing",
		Cause:   "The shell hides some failures: the status of a pipeline is that of its last command, set +e and || true continue after a failure, the status of a command inside $( ) is dropped, and nobody looks at how a background job ended. Here compozy, curl, redis-cli or redis-server failed in such a place, and the block would look as if everything had worked. A condition (of if, while, until and !) may fail, and so may the left side of ||, but not because the command line of compozy is wrong.",
		Example: "```bash\ncompozy config show --config missing.yaml | head -3\n```\n",
		Remedy:  "Fix the command. If it is meant to fail, run it alone and say so: exit=\"2\" on a bash fence, [exit 2] as the last line of its output in a transcript, wait $! for a background job.",
	},
	{
		ID: "example/not-reached", Severity: Error, Summary: "a command on the page never runs",
		Cause:   "To readers, this command looks as if it had been run like the others. The shell never reached it: there is an exit before it, the block fails before it as exit=… says, it is in a branch that was not taken, or in a function that nothing calls.",
		Example: "```bash\nexit 0\ncompozy version\n```\n",
		Remedy:  "Change the commands before it so that it is reached, or move it to a block that runs it. If only readers can run the block, add display=\"why\".",
	},
	{
		ID: "example/sandbox", Severity: Error, Summary: "a command reaches out of its sandbox",
		Cause:   "The commands of a page have their own folder, network and environment, and limits on time, output, memory, jobs and recursion. This one used a path outside its folder, or exceeded a limit.",
		Example: "```bash\ncat /etc/passwd\n```\n",
		Remedy:  "Use paths inside the working directory or /tmp, and less of what the message names. If only readers can run it, add display=\"why\".",
	},
}
