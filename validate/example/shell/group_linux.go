package shell

import (
	"os/exec"
	"syscall"
)

// group puts a child into a process group of its own, and ends it with us.
func group(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
}

// endGroup ends a child and what it started. It holds nothing that is worth
// saving.
func endGroup(cmd *exec.Cmd) {
	_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) // gone already
}
