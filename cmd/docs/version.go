package main

import (
	"context"
	"fmt"
	"runtime/debug"
)

var versionCommand = &command{
	name:     "version",
	summary:  "show the version of docs",
	flags:    func(*settings) *flagSet { return &flagSet{} },
	examples: []string{"docs version", "docs --version"},
	run:      runVersion,
}

func runVersion(_ context.Context, in *invocation) int {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		fmt.Fprintln(in.stdout, "docs (built without module information)")
		return exitClean
	}
	writeVersion(in.stdout, info)
	return exitClean
}

// versionName is the version of this build, for reports.
func versionName() string {
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" {
		return info.Main.Version
	}
	return "(devel)"
}

func writeVersion(w *output, info *debug.BuildInfo) {
	fmt.Fprintf(w, "docs %s\n", versionName())
	settings := map[string]string{}
	for _, s := range info.Settings {
		settings[s.Key] = s.Value
	}
	if revision := settings["vcs.revision"]; revision != "" {
		changed := ""
		if settings["vcs.modified"] == "true" {
			changed = ", with local changes"
		}
		fmt.Fprintf(w, "revision %s of %s%s\n", revision, settings["vcs.time"], changed)
	}
	fmt.Fprintf(w, "built with %s for %s/%s\n", info.GoVersion, settings["GOOS"], settings["GOARCH"])
}
