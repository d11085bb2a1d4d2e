package main

import (
	"bufio"
	"bytes"
	"context"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// writeSite writes a site of one page and returns its folder.
func writeSite(t *testing.T) string {
	t.Helper()
	root := t.TempDir()
	for name, text := range map[string]string{
		"source.config.json": `{"site": {"title": "Site"}}`,
		"content/index.mdx":  "---\ntitle: Start\n---\n\nHello.\n",
	} {
		p := filepath.Join(root, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(p), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(p, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return root
}

// served is a running docs serve.
type served struct {
	url   string
	lines *bufio.Reader
	ended chan int
}

// startServe starts docs serve on a free port and returns when it says where.
func startServe(t *testing.T, ctx context.Context, args ...string) *served {
	t.Helper()
	return startServeIn(t, ctx, nil, args...)
}

// startServeIn is startServe with an environment.
func startServeIn(t *testing.T, ctx context.Context, env []string, args ...string) *served {
	t.Helper()
	reader, writer := io.Pipe()
	s := &served{lines: bufio.NewReader(reader), ended: make(chan int, 1)}
	go func() {
		s.ended <- run(ctx, append([]string{"serve", "--addr", "127.0.0.1:0"}, args...), env, nil, writer, writer)
		writer.Close()
	}()
	line, err := s.lines.ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	_, url, ok := strings.Cut(strings.TrimSpace(line), " on ")
	if !ok {
		t.Fatalf("no address in %q", line)
	}
	s.url = url
	return s
}

// until reads what is printed up to a line that holds a text.
func (s *served) until(t *testing.T, text string) string {
	t.Helper()
	var all strings.Builder
	for {
		line, err := s.lines.ReadString('\n')
		all.WriteString(line)
		if strings.Contains(line, text) {
			return all.String()
		}
		if err != nil {
			t.Fatalf("%q is not printed in\n%s", text, &all)
		}
	}
}

func (s *served) get(t *testing.T, path string) string {
	t.Helper()
	r, err := http.Get(s.url + path)
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(r.Body)
	r.Body.Close()
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestServeBuilt(t *testing.T) {
	t.Parallel()
	root := writeSite(t)
	var errs bytes.Buffer
	if got := run(t.Context(), []string{"serve", "--root", root, "--built"}, nil, nil, io.Discard, &errs); got != exitUsage || !strings.Contains(errs.String(), "docs build") {
		t.Errorf("without a built site the status is %d: %s", got, &errs)
	}
	if got := run(t.Context(), []string{"build", "--root", root}, nil, nil, io.Discard, &errs); got != exitClean {
		t.Fatalf("the build ends with %d: %s", got, &errs)
	}
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	s := startServe(t, ctx, "--root", root, "--built")
	if page := s.get(t, ""); !strings.Contains(page, "Hello.") || strings.Contains(page, "live.js") {
		t.Errorf("the start page is %q", page)
	}
	stop()
	if got := <-s.ended; got != exitClean {
		t.Errorf("a stopped server ends with %d, want 0", got)
	}
}

// TestServe follows a writer: a page, a mistake, its mending, a new page.
func TestServe(t *testing.T) {
	t.Parallel()
	root := writeSite(t)
	save := func(name, text string) {
		t.Helper()
		name = filepath.Join(root, "content", name)
		if err := os.WriteFile(name+"~", []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		if err := os.Rename(name+"~", name); err != nil { // never half of it
			t.Fatal(err)
		}
	}
	var errs bytes.Buffer
	if got := run(t.Context(), []string{"serve", "--root", root, "--addr", "0.0.0.0:0"}, nil, nil, io.Discard, &errs); got != exitUsage {
		t.Errorf("an address for everybody gives the status %d, want 2", got)
	}
	if got := run(t.Context(), []string{"serve", "--root", root, "--out", "x"}, nil, nil, io.Discard, &errs); got != exitUsage {
		t.Errorf("a folder for what is not written gives the status %d, want 2", got)
	}
	errs.Reset()
	if got := run(t.Context(), []string{"serve", "--root", t.TempDir()}, nil, nil, &errs, &errs); got != exitUsage || !strings.Contains(errs.String(), "docs new site") {
		t.Errorf("without a site the status is %d: %s", got, &errs)
	}
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	s := startServe(t, ctx, "--root", root)
	if page := s.get(t, ""); !strings.Contains(page, "Hello.") || !strings.Contains(page, "/_docs/live.js") {
		t.Errorf("the start page is %q", page)
	}
	s.until(t, "1 page, 0 links")
	save("index.mdx", "---\ntitle: Start\n---\n\nGoodbye.\n")
	s.until(t, "content/index.mdx · 0 findings")
	if page := s.get(t, ""); !strings.Contains(page, "Goodbye.") {
		t.Errorf("a saved page is not shown: %q", page)
	}
	save("index.mdx", "---\ntitle: Start\n---\n\nGoodbye, <Cal>.\n")
	if said := s.until(t, "content/index.mdx · 2 errors"); !strings.Contains(said, "mdx/") || !strings.Contains(said, "5 | Goodbye, <Cal>.") {
		t.Errorf("a mistake is told as\n%s", said)
	}
	if page := s.get(t, ""); !strings.Contains(page, "Goodbye.") {
		t.Errorf("the last good page is gone: %q", page)
	}
	save("index.mdx", "---\ntitle: Start\n---\n\n[New](/new/)\n")
	if said := s.until(t, "content/index.mdx · 1 error"); !strings.Contains(said, "link/") {
		t.Errorf("a link to nothing is told as\n%s", said)
	}
	save("new.mdx", "# New\n")
	s.until(t, "content/new.mdx · 0 findings")
	if page := s.get(t, "new/"); !strings.Contains(page, "<h1") {
		t.Errorf("a new page is not shown: %q", page)
	}
	port := strings.TrimSuffix(strings.TrimPrefix(s.url, "http://"), "/")
	errs.Reset()
	if got := run(t.Context(), []string{"serve", "--root", root, "--addr", port}, nil, nil, io.Discard, &errs); got != exitUsage || !strings.Contains(errs.String(), "in use") {
		t.Errorf("a taken port gives the status %d: %s", got, &errs)
	}
	go io.Copy(io.Discard, s.lines)
	stop()
	if got := <-s.ended; got != exitClean {
		t.Errorf("a stopped server ends with %d, want 0", got)
	}
	if _, err := os.Stat(filepath.Join(root, "dist")); err == nil {
		t.Error("the preview wrote a site")
	}
}

// TestServeHeld: a terminal that takes nothing (Ctrl-S, a pager) holds neither
// the pages nor the end.
func TestServeHeld(t *testing.T) {
	t.Parallel()
	root := writeSite(t)
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	s := startServe(t, ctx, "--root", root)
	for _, words := range []string{"Hello, <Cal>.", "Goodbye.", "Hello again."} {
		if err := os.WriteFile(filepath.Join(root, "content", "index.mdx"), []byte("---\ntitle: Start\n---\n\n"+words+"\n"), 0o644); err != nil {
			t.Fatal(err)
		}
		s.get(t, "")
	}
	if page := s.get(t, ""); !strings.Contains(page, "Hello again.") {
		t.Errorf("a saved page is not shown: %q", page)
	}
	stop()
	if got := <-s.ended; got != exitClean {
		t.Errorf("a stopped server ends with %d, want 0", got)
	}
}

// TestServeWithoutConfiguration: a configuration that cannot be read for a
// moment is told of once, and is no other base path.
func TestServeWithoutConfiguration(t *testing.T) {
	t.Parallel()
	root := writeSite(t)
	save := func(text string) {
		t.Helper()
		name := filepath.Join(root, "source.config.json")
		if err := os.WriteFile(name+"~", []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		if err := os.Rename(name+"~", name); err != nil { // never half of it
			t.Fatal(err)
		}
	}
	const good = `{"site": {"title": "Site", "basePath": "/base"}}`
	save(good)
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	s := startServe(t, ctx, "--root", root)
	s.until(t, "1 page, 0 links")
	save("{")
	said := s.until(t, "· 1 error")
	save(good)
	said += s.until(t, "· 0 findings")
	if strings.Contains(said, "base path") || strings.Count(said, "· 1 error") != 1 {
		t.Errorf("it is told as\n%s", said)
	}
	save(strings.Replace(good, "/base", "/other", 1))
	s.until(t, `the base path is now "/other"`)
	go io.Copy(io.Discard, s.lines)
	stop()
	if got := <-s.ended; got != exitClean {
		t.Errorf("a stopped server ends with %d, want 0", got)
	}
}

func TestInterruptedBuild(t *testing.T) {
	t.Parallel()
	root := writeSite(t)
	ctx, stop := context.WithCancel(t.Context())
	stop()
	var errs bytes.Buffer
	if got := run(ctx, []string{"build", "--root", root}, nil, nil, io.Discard, &errs); got != exitUsage || errs.String() != "docs: interrupted; nothing was written\n" {
		t.Errorf("an interrupted build ends with %d and says %q", got, &errs)
	}
	if _, err := os.Stat(filepath.Join(root, "dist")); err == nil {
		t.Error("an interrupted build wrote a site")
	}
}
