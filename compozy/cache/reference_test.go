package cache

import (
	"os/exec"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestCommandsAreProbed: what the list says a command does is what a server
// answers.
func TestCommandsAreProbed(t *testing.T) {
	t.Parallel()
	there, err := Probe(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	counts := map[Support]int{}
	for _, c := range Commands() {
		counts[c.Support]++
		if said := c.Support == Supported || c.Support == Differs; said != slices.Contains(there, c.Name) {
			t.Errorf("%s is said to be %s, and the server does it: %t", c.Name, c.Support, !said)
		}
		if (c.Reason != "") != (c.Support == Refused) || (len(c.Differences) > 0) != (c.Support == Differs) {
			t.Errorf("%s is described as %+v", c.Name, c)
		}
		if c.Group == "" {
			t.Errorf("%s is in no group", c.Name)
		}
	}
	if counts[Supported] < 100 || counts[Differs] < 10 || counts[Refused] != len(refused) || counts[Missing] < 20 {
		t.Errorf("the commands are %v", counts)
	}
	if diff := cmp.Diff(Commands(), Commands()); diff != "" {
		t.Error(diff)
	}
}

func TestUnquoted(t *testing.T) {
	t.Parallel()
	for call, want := range map[string]string{
		`"OBJECT" "FREQ" "k"`: "OBJECT FREQ k", `"SET" "a b" ""`: `SET "a b" ""`, `"EVAL" "return 1" "0"`: `EVAL "return 1" 0`, `"ZRANGE" "z" "[a" "-1"`: "ZRANGE z [a -1",
	} {
		if got := unquoted(call); got != want {
			t.Errorf("%s is %s, want %s", call, got, want)
		}
	}
}

// TestGroups holds the groups against the ones that Redis tells.
func TestGroups(t *testing.T) {
	t.Parallel()
	socket := RedisServer(t)
	cli, err := exec.LookPath("redis-cli")
	if err != nil {
		t.Skip("SKIPPED: redis-cli is not installed, so the groups are not compared")
	}
	_, of := groups()
	known := 0
	for name, group := range of {
		out, err := exec.Command(cli, "-s", socket, "COMMAND", "DOCS", name).Output()
		if err != nil {
			t.Fatal(err)
		}
		lines := strings.Split(string(out), "\n")
		i := slices.Index(lines, "group")
		if i < 0 {
			continue // newer than this server
		}
		known++
		if lines[i+1] != group {
			t.Errorf("%s is in %s, Redis says %s", name, group, lines[i+1])
		}
	}
	if known < 200 {
		t.Errorf("%d commands were compared", known)
	}
}
