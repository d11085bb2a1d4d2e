package cli

import (
	"bytes"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/spf13/pflag"

	"github.com/compozy/docs/compozy/config"
)

// TestReferenceIsTheTree holds the description against the commands that a
// real call finds: every one that can be run is there with every flag it
// takes, and nothing else.
func TestReferenceIsTheTree(t *testing.T) {
	t.Parallel()
	infos := map[string]CommandInfo{}
	for _, info := range Reference() {
		if _, twice := infos[info.Path]; twice {
			t.Errorf("%s is described twice", info.Path)
		}
		infos[info.Path] = info
	}
	a := &app{stdout: newOutput(io.Discard), stderr: newOutput(io.Discard)}
	n := 0
	for _, c := range everyCommand(a.tree()) {
		info, ok := infos[c.CommandPath()]
		delete(infos, c.CommandPath())
		if wanted := c.Runnable() && !c.Hidden; ok != wanted {
			t.Errorf("%s is described: %t, want %t", c.CommandPath(), ok, wanted)
		}
		if !ok {
			continue
		}
		n++
		if info.Summary != strings.TrimSuffix(c.Short, ".") || info.Summary == "" || !strings.HasPrefix(info.Usage, info.Path) || len(info.ExitNotes) < 2 {
			t.Errorf("%s is described as %+v", c.CommandPath(), info)
		}
		c.InitDefaultHelpFlag()
		var want, got []string
		c.LocalFlags().VisitAll(func(f *pflag.Flag) { want = append(want, f.Name) })
		c.InheritedFlags().VisitAll(func(f *pflag.Flag) { want = append(want, f.Name) })
		for _, f := range info.Flags {
			got = append(got, f.Name)
			flag := lookupFlag(c, f.Name, true)
			if flag == nil || flag.Shorthand != f.Shorthand {
				t.Errorf("%s --%s is none of its flags", c.CommandPath(), f.Name)
				continue
			}
			if f.Own != (settingOf(flag) == "") || f.Setting != settingOf(flag) || (f.Value == "") != (flag.NoOptDefVal != "") {
				t.Errorf("%s --%s is described as %+v", c.CommandPath(), f.Name, f)
			}
			if setting, ok := config.FieldOfFlag(f.Name); ok && setting.Flag == f.Name && !f.Own && (f.Env != setting.Env || f.Default != defaultText(setting)) {
				t.Errorf("%s --%s has the variable %q and the default %q", c.CommandPath(), f.Name, f.Env, f.Default)
			}
		}
		slices.Sort(want)
		slices.Sort(got)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("the flags of %s:\n%s", c.CommandPath(), diff)
		}
	}
	if len(infos) > 0 || n < 14 {
		t.Errorf("%d commands; described and not there: %v", n, infos)
	}
}

// TestReferenceIsStable: two descriptions are equal, and what help prints of a
// command is in its description.
func TestReferenceIsStable(t *testing.T) {
	t.Parallel()
	infos := Reference()
	if diff := cmp.Diff(infos, Reference()); diff != "" {
		t.Error(diff)
	}
	for _, info := range infos {
		var out bytes.Buffer
		args := append(strings.Fields(info.Path)[1:], "--help")
		if got := Run(t.Context(), args, nil, nil, &out, io.Discard); got != exitClean {
			t.Errorf("%q ends with %d", args, got)
		}
		if !strings.Contains(out.String(), "Usage: "+info.Usage+"\n") {
			t.Errorf("help does not say %q:\n%s", info.Usage, &out)
		}
		for _, note := range info.ExitNotes {
			if !strings.Contains(out.String(), note.Meaning) {
				t.Errorf("help of %s does not say %q", info.Path, note.Meaning)
			}
		}
		for _, f := range info.Flags {
			if f.Own && !strings.Contains(out.String(), "--"+f.Name) {
				t.Errorf("help of %s does not name --%s", info.Path, f.Name)
			}
		}
	}
}
