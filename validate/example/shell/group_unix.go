//go:build unix && !linux

package shell

import (
	"os/exec"
	"syscall"
)

// group puts a child into a process group of its own.
func group(cmd *exec.Cmd) { cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} }

// endGroup ends a child and what it started. It holds nothing that is worth
// saving.
func endGroup(cmd *exec.Cmd) {
	_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) // gone already
}
