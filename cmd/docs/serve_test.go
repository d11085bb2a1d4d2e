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

func TestServe(t *testing.T) {
	t.Parallel()
	root := writeSite(t)
	var errs bytes.Buffer
	if got := run(t.Context(), []string{"serve", "--root", root}, nil, nil, io.Discard, &errs); got != exitUsage || !strings.Contains(errs.String(), "docs build") {
		t.Errorf("without a built site the status is %d: %s", got, &errs)
	}
	if got := run(t.Context(), []string{"build", "--root", root}, nil, nil, io.Discard, &errs); got != exitClean {
		t.Fatalf("the build ends with %d: %s", got, &errs)
	}
	if got := run(t.Context(), []string{"serve", "--root", root, "--addr", "0.0.0.0:0"}, nil, nil, io.Discard, &errs); got != exitUsage {
		t.Errorf("an address for everybody gives the status %d, want 2", got)
	}

	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	reader, writer := io.Pipe()
	ended := make(chan int, 1)
	go func() {
		ended <- run(ctx, []string{"serve", "--root", root, "--addr", "127.0.0.1:0"}, nil, nil, writer, io.Discard)
	}()
	line, err := bufio.NewReader(reader).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	_, url, ok := strings.Cut(strings.TrimSpace(line), " on ")
	if !ok {
		t.Fatalf("no address in %q", line)
	}
	r, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(r.Body)
	r.Body.Close()
	if err != nil || r.StatusCode != 200 || !strings.Contains(string(text), "Hello.") {
		t.Errorf("the start page is %d %v", r.StatusCode, err)
	}
	port := strings.TrimSuffix(strings.TrimPrefix(url, "http://"), "/")
	errs.Reset()
	if got := run(t.Context(), []string{"serve", "--root", root, "--addr", port}, nil, nil, io.Discard, &errs); got != exitUsage || !strings.Contains(errs.String(), "in use") {
		t.Errorf("a taken port gives the status %d: %s", got, &errs)
	}
	stop()
	if got := <-ended; got != exitClean {
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
