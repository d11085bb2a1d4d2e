package cli

import (
	"fmt"
	"io"
	"runtime"
	"runtime/debug"
	"strings"

	"github.com/spf13/cobra"
)

func (a *app) versionCommand() *cobra.Command {
	return &cobra.Command{
		Use:     "version",
		Short:   "show the version and build of compozy",
		Example: "compozy version\ncompozy --version",
		RunE: func(*cobra.Command, []string) error {
			io.WriteString(a.stdout, versionText())
			return nil
		},
	}
}

// versionText names the build, as far as it knows itself.
func versionText() string {
	var b strings.Builder
	info, ok := debug.ReadBuildInfo()
	if !ok {
		info = &debug.BuildInfo{GoVersion: runtime.Version()}
	}
	version := info.Main.Version
	if version == "" {
		version = "(devel)"
	}
	fmt.Fprintf(&b, "compozy %s\n", version)
	settings := map[string]string{}
	for _, s := range info.Settings {
		settings[s.Key] = s.Value
	}
	if revision := settings["vcs.revision"]; revision != "" {
		changed := ""
		if settings["vcs.modified"] == "true" {
			changed = ", with local changes"
		}
		fmt.Fprintf(&b, "revision %s of %s%s\n", revision, settings["vcs.time"], changed)
	}
	fmt.Fprintf(&b, "built with %s for %s/%s\n", info.GoVersion, runtime.GOOS, runtime.GOARCH)
	return b.String()
}
