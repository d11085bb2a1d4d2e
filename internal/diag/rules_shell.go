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
		ID: "example/output-unclaimed", Severity: Error, Summary: "expected output consists of wildcards only",
		Cause:   "A command prints something, and what stands behind it would match anything else as well. It looks like a checked example and checks nothing.",
		Example: "```console\n$ compozy version\n...\n```\n",
		Remedy:  "Leave a word that matters in one of the lines: compozy [..]. A command whose output does not matter can say so itself: > /dev/null.",
	},
	{
		ID: "example/hidden-failure", Severity: Error, Summary: "a command fails where nothing shows it",
		Cause:   "The shell forgets: only the last command of a pipe gives it its status, set +e and || true go on behind a failure, a command inside $( ) is not asked, and nobody looks at how a background job ended. Here compozy, curl, redis-cli or redis-server failed in such a place, and the block would look as if everything had worked. A condition may fail, of if, while, until and !, and the left side of ||; a command line of compozy that is wrong may not.",
		Example: "```bash\ncompozy config show --config missing.yaml | head -3\n```\n",
		Remedy:  "Mend the command. One that is meant to fail stands alone and says so: exit=\"2\" on a bash fence, [exit 2] as the last line of its output in a transcript, wait $! for a background job.",
	},
	{
		ID: "example/not-reached", Severity: Error, Summary: "a command on the page never runs",
		Cause:   "A reader sees this command as one that was run like the others. The shell never came to it: an exit stands in front of it, the block fails before it as exit=… says, it is the branch that was not taken, or the body of a function that nothing calls.",
		Example: "```bash\nexit 0\ncompozy version\n```\n",
		Remedy:  "Let the commands in front of it lead there, or move it into a block that runs it; a block that only a reader can run says display=\"why\".",
	},
	{
		ID: "example/sandbox", Severity: Error, Summary: "a command reaches out of its sandbox",
		Cause:   "The commands of a page have a folder, a network and an environment of their own, and limits on time, output, memory, jobs and recursion. This one used a path outside its folder, or more than the limits allow.",
		Example: "```bash\ncat /etc/passwd\n```\n",
		Remedy:  "Use paths below the working directory or /tmp, and less of what the message names; or say display=\"why\" if only a reader can run it.",
	},
}
