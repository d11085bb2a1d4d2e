package cache

import (
	"bytes"
	"context"
	_ "embed" // the lists
	"errors"
	"fmt"
	"io"
	"net"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"
)

// Support says how far the embedded server does a command.
type Support string

// The degrees of support.
const (
	Supported Support = "supported" // no difference to redis-server is known
	Differs   Support = "differs"   // some calls are answered in another way
	Refused   Support = "refused"   // not done, on purpose
	Missing   Support = "missing"   // not there
)

// CommandInfo describes a command of Redis for a page of reference.
type CommandInfo struct {
	Name    string // upper case
	Group   string // as COMMAND DOCS names it: "sorted-set"
	Support Support
	Reason  string // why it is refused
	// Differences are calls that redis-server answers in another way, found
	// by giving both the same commands.
	Differences []Difference
}

// Difference is a call with both answers, as redis-cli prints values.
type Difference struct {
	Call, Redis, Embedded string
}

//go:embed groups.txt
var groupList string

//go:embed differences.txt
var differenceList string

// groups returns the names of the groups in their order, and the group of each
// command by upper-case name.
var groups = sync.OnceValues(func() ([]string, map[string]string) {
	var names []string
	of := map[string]string{}
	for line := range strings.Lines(groupList) {
		if name, list, ok := strings.Cut(line, ": "); ok && !strings.HasPrefix(line, "#") {
			names = append(names, name)
			for command := range strings.FieldsSeq(list) {
				of[strings.ToUpper(command)] = name
			}
		}
	}
	return names, of
})

// notSupported is in the reply to every command that is absent.
const notSupported = " is not supported by the embedded cache"

// differences returns the known differences by upper-case name. Calls of
// commands that are absent differ by that alone and are left out.
var differences = sync.OnceValue(func() map[string][]Difference {
	out := map[string][]Difference{}
	for line := range strings.Lines(differenceList) {
		fields := strings.Split(strings.TrimSuffix(line, "\n"), "\t")
		if len(fields) != 3 || strings.HasPrefix(line, "#") || strings.Contains(fields[2], notSupported) {
			continue
		}
		_, call, _ := strings.Cut(fields[0], ": [")
		call = unquoted(strings.TrimSuffix(call, "]"))
		name, _, _ := strings.Cut(call, " ")
		name = strings.ToUpper(name)
		out[name] = append(out[name], Difference{Call: call, Redis: fields[1], Embedded: fields[2]})
	}
	return out
})

var plainWord = regexp.MustCompile(`"([A-Za-z0-9._:*+$@(\[-]+)"`)

// unquoted writes a call as one types it: quotes stand only where they must.
func unquoted(call string) string { return plainWord.ReplaceAllString(call, "$1") }

// Commands describes every command of Redis, by group and name.
func Commands() []CommandInfo {
	order, group := groups()
	var out []CommandInfo
	for name, c := range commands() {
		info := CommandInfo{Name: name, Group: group[name], Support: Supported}
		switch {
		case c.absent && refused[name] != "":
			info.Support, info.Reason = Refused, refused[name]
		case c.absent:
			info.Support = Missing
		case len(differences()[name]) > 0:
			info.Support, info.Differences = Differs, slices.Clone(differences()[name])
		}
		out = append(out, info)
	}
	slices.SortFunc(out, func(a, b CommandInfo) int {
		if a.Group != b.Group {
			return slices.Index(order, a.Group) - slices.Index(order, b.Group)
		}
		return strings.Compare(a.Name, b.Name)
	})
	return out
}

// probeTime ends a probe of one command that waits for something.
const probeTime = 5 * time.Second

// Probe starts an embedded server of its own, gives it every command once, and
// returns the names of those that it does, sorted. What a list says of a
// command can be held against it.
func Probe(ctx context.Context) ([]string, error) {
	f, err := newFront(time.Now, time.Second)
	if err != nil {
		return nil, err
	}
	defer f.close()
	var there []string
	for name, c := range commands() {
		ok, err := f.probe(ctx, name, c.arity)
		if err != nil {
			return nil, fmt.Errorf("probe %s: %w", name, err)
		}
		if ok {
			there = append(there, name)
		}
	}
	slices.Sort(there)
	return there, nil
}

// probe asks on a connection of its own, because some commands change what a
// connection may do. The arguments are as many as the command needs, so that
// it gets past the check of their number, and are no number, so that nothing
// waits for a time.
func (f *front) probe(ctx context.Context, name string, arity int) (bool, error) {
	conn, err := f.dial()
	if err != nil {
		return false, err
	}
	defer conn.Close()
	if err := conn.SetDeadline(probeEnd(ctx)); err != nil {
		return false, err
	}
	args := []string{name}
	for len(args) < max(arity, -arity) {
		args = append(args, "x")
	}
	if _, err := conn.Write(appendBulks(nil, args...)); err != nil {
		return false, err
	}
	reply, err := firstLine(conn)
	if err != nil {
		return false, err
	}
	text := strings.ToLower(string(reply))
	return !strings.Contains(text, notSupported) && !strings.HasPrefix(text, "-err unknown command"), nil
}

func probeEnd(ctx context.Context) time.Time {
	end := time.Now().Add(probeTime)
	if by, ok := ctx.Deadline(); ok && by.Before(end) {
		return by
	}
	return end
}

// firstLine reads up to the end of a reply's first line.
func firstLine(conn net.Conn) ([]byte, error) {
	var out []byte
	buf := make([]byte, 512)
	for {
		n, err := conn.Read(buf)
		out = append(out, buf[:n]...)
		if line, _, ok := bytes.Cut(out, []byte("\r\n")); ok {
			return line, nil
		}
		if errors.Is(err, io.EOF) {
			return nil, errors.New("the connection ends without a reply")
		}
		if err != nil {
			return nil, err
		}
	}
}
