package move

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/compozy/docs/compozy/cache/dataset"
)

// childEnv makes the test binary a process that migrates and can be killed.
const childEnv = "MOVE_TEST_CHILD"

func TestMain(m *testing.M) {
	if args := os.Getenv(childEnv); args != "" {
		os.Exit(child(strings.Split(args, "\n")))
	}
	os.Exit(m.Run())
}

// child migrates an export file and says how far it is. When it is told to, it
// stops after so many batches and waits to be killed.
func child(args []string) int {
	hold, _ := strconv.Atoi(args[3])
	file, err := os.ReadFile(args[0])
	if err == nil {
		_, err = Migrate(context.Background(), fileSource(file), FromOptions(&redis.Options{Network: "unix", Addr: args[1]}), MigrateOptions{
			StateFile: args[2], Progress: func(p Progress) {
				fmt.Println(p.Phase, p.Done)
				if hold--; p.Phase == "plan" {
					hold++
				} else if hold == 0 {
					wait := make(chan os.Signal, 1)
					signal.Notify(wait, os.Interrupt)
					<-wait
				}
			},
		})
	}
	if err != nil {
		fmt.Println(err)
		return 1
	}
	return 0
}

// TestKill: a migration that is killed at any moment leaves only whole keys
// under their names, and running it again gives what one run would have given.
func TestKill(t *testing.T) {
	t.Parallel()
	target := startRedis(t)
	g := newGenerator(t, time.Now())
	in := g.entries(2000)
	big := dataset.Entry{Key: []byte("big list"), Type: dataset.List}
	for i := range 20_000 {
		big.List = append(big.List, fmt.Appendf(nil, "element %d", i))
	}
	in = append(in, big)
	want := map[string]*dataset.Entry{}
	for i := range in {
		want[refOf(&in[i]).id()] = &in[i]
	}
	dir := t.TempDir()
	file, state := filepath.Join(dir, "file"), filepath.Join(dir, "state")
	if err := os.WriteFile(file, export(t, in, 0), 0o600); err != nil {
		t.Fatal(err)
	}
	rounds := 2
	if *long {
		rounds = 200
	}
	killed, partly, swept := 0, 0, 0
	for range rounds {
		target.do(0, "FLUSHALL")
		for try := range 3 {
			// The first one is sure to come half-way, the others come anywhere.
			if !runAndKill(t, g.Rand, try == 0, file, target.socket(), state) {
				continue
			}
			killed++
			there := 0
			for _, e := range target.content() {
				if strings.HasPrefix(string(e.Key), tempPrefix) {
					if swept++; e.ExpireAt == 0 {
						t.Errorf("%s has no expiry", refOf(&e))
					}
					continue
				}
				there++
				source := want[refOf(&e).id()]
				if source == nil {
					t.Fatalf("%s is not in the source", refOf(&e))
				}
				if why := difference(source, &e, tolerance{}); why != "" {
					t.Fatalf("%s is half moved: %s", refOf(&e), why)
				}
			}
			if there > 0 && there < len(in) {
				partly++
			}
		}
		r := migrate(t, in, target, MigrateOptions{StateFile: state})
		if r.Verified != len(in) {
			t.Errorf("after the kills %d of %d keys are verified", r.Verified, len(in))
		}
		mustEqual(t, target.content(), in) // no temporary names either
		if _, err := os.Stat(state); !os.IsNotExist(err) {
			t.Errorf("the state file is left: %v", err)
		}
	}
	t.Logf("%d rounds, %d kills, %d of them half-way, %d temporary names left by them", rounds, killed, partly, swept)
	if partly < rounds {
		t.Errorf("only %d kills came half-way, so the test has shown little", partly)
	}
}

// runAndKill starts a child and kills it when it is somewhere. It returns
// false when the child had finished.
func runAndKill(t *testing.T, r *rand.Rand, halfway bool, file, socket, state string) bool {
	t.Helper()
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	// The plan reports every key, writing and verifying every batch.
	phase, lines, hold := "write", 1+r.IntN(300), 0
	if halfway {
		hold = lines
	} else if r.IntN(8) == 0 {
		phase = "verify"
	}
	cmd := exec.Command(exe)
	cmd.Env = append(os.Environ(), childEnv+"="+strings.Join([]string{file, socket, state, strconv.Itoa(hold)}, "\n"))
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	for s := bufio.NewScanner(out); s.Scan(); {
		if strings.HasPrefix(s.Text(), phase) {
			if lines--; lines == 0 {
				break
			}
		}
	}
	_ = cmd.Process.Kill() // it may have finished
	return cmd.Wait() != nil
}

// TestState: a state file is only good for the migration that wrote it.
func TestState(t *testing.T) {
	t.Parallel()
	target := startRedis(t)
	in := slice{str(0, "a", "1")}
	path := filepath.Join(t.TempDir(), "state")
	ctx, cancel := context.WithCancel(t.Context())
	if _, err := Migrate(ctx, in, target.server, MigrateOptions{StateFile: path, Progress: func(p Progress) {
		if p.Phase == "write" {
			cancel()
		}
	}}); err == nil {
		t.Fatal("the migration was not interrupted")
	}
	other := startRedis(t)
	for _, test := range []struct {
		name, want string
		s          slice
		to         *instance
	}{
		{"another server", "it went to " + target.socket(), in, other},
		{"another source", "its source had different content", slice{str(0, "a", "2")}, target},
	} {
		_, err := Migrate(t.Context(), test.s, test.to.server, MigrateOptions{StateFile: path})
		if err == nil || !strings.Contains(err.Error(), "the state file belongs to another migration") || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: %v", test.name, err)
		}
	}
	// What an application did to its keys meanwhile is not undone.
	target.do(0, "SET", "a", "changed")
	if r, err := Migrate(t.Context(), in, target.server, MigrateOptions{StateFile: path}); err == nil || len(r.Conflicts) != 1 {
		t.Errorf("a changed key: %v, %+v", err, r)
	}
	target.do(0, "SET", "a", "1")
	if r := migrate(t, in, target, MigrateOptions{StateFile: path}); !r.Resumed || r.Present != 1 {
		t.Errorf("resumed: %+v", r)
	}
	for content, want := range map[string]string{
		"hello": "is not the state file of a migration",
		"{}":    "is not the state file of a migration",
		`{"format":"compozy-cache-migration","version":9}`: "has version 9, and this build reads 1",
	} {
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := Migrate(t.Context(), in, target.server, MigrateOptions{StateFile: path}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("a state file %q: %v", content, err)
		}
	}
	// The texts of the system look like those of a connection, and no server is
	// to blame.
	for _, nowhere := range []string{filepath.Join(path, "below", "a file"), filepath.Join(t.TempDir(), "none", "a file"), t.TempDir()} {
		_, err := Migrate(t.Context(), in, target.server, MigrateOptions{StateFile: nowhere, Merge: true})
		var server *ServerError
		if err == nil || !strings.Contains(err.Error(), "state file") || errors.As(err, &server) {
			t.Errorf("a state file that cannot be written: %v", err)
		}
	}
}

// TestTwoAtOnce: a second migration does not take the first, which is still
// running, for one that was killed.
func TestTwoAtOnce(t *testing.T) {
	t.Parallel()
	target := startRedis(t)
	in := newGenerator(t, time.Now()).entries(2 * batchKeys)
	path := filepath.Join(t.TempDir(), "state")
	second := 0
	again := func() {
		second++
		if r, err := Migrate(t.Context(), in, target.server, MigrateOptions{StateFile: path}); !errors.Is(err, ErrRunning) {
			t.Errorf("a second one beside the first gives %v, %d of %d keys present", err, r.Present, r.Keys)
		}
		if _, err := Migrate(t.Context(), in, target.server, MigrateOptions{StateFile: path, DryRun: true}); errors.Is(err, ErrRunning) {
			t.Errorf("a dry run, which touches nothing, gives %v", err)
		}
	}
	r := migrate(t, in, target, MigrateOptions{StateFile: path, Progress: func(p Progress) {
		if p.Phase == "write" && second == 0 {
			again()
		}
	}})
	if second == 0 || r.Verified != len(in) {
		t.Errorf("%d others, %d of %d keys verified", second, r.Verified, len(in))
	}
	// Killed half-way and going on, it is as well the only one.
	target.do(0, "FLUSHALL")
	ctx, cancel := context.WithCancel(t.Context())
	if _, err := Migrate(ctx, in, target.server, MigrateOptions{StateFile: path, Progress: func(p Progress) {
		if p.Phase == "write" {
			cancel()
		}
	}}); err == nil {
		t.Fatal("the end of the context ended nothing")
	}
	second = 0
	r = migrate(t, in, target, MigrateOptions{StateFile: path, Progress: func(p Progress) {
		if p.Phase == "write" && second == 0 {
			again()
		}
	}})
	if second == 0 || !r.Resumed || r.Verified != len(in) {
		t.Errorf("%d others, resumed %t, %d of %d keys verified", second, r.Resumed, r.Verified, len(in))
	}
}

// TestStateFileGone: somebody who tidies up while a migration runs does not
// make it fail.
func TestStateFileGone(t *testing.T) {
	t.Parallel()
	target := startRedis(t)
	path := filepath.Join(t.TempDir(), "state")
	migrate(t, slice{str(0, "k", "v")}, target, MigrateOptions{StateFile: path, Progress: func(p Progress) {
		if p.Phase == "verify" {
			if err := os.Remove(path); err != nil {
				t.Error(err)
			}
		}
	}})
}
