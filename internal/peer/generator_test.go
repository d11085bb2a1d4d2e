package peer

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// generator is one of those that are compared.
type generator struct {
	name  string
	needs string // a file that is there when it is installed
	bare  bool   // it has no theme, so its pages say nothing of it

	// write writes a site of some pages. The pages of a large one are in no
	// navigation, with any generator: no reader has a use for ten thousand links
	// beside each page.
	write  func(dir string, pages []page, large bool) error
	source func(slug string) string // the file that a writer of a page saves

	build []string // in the folder of the site
	out   string   // where the built pages are then

	serve func(port int) []string
	// served is the address of a page's text while it is served, which is not
	// that of the page where the browser renders it.
	served func(slug string) string
	push   push
}

// files writes files below a folder.
type files map[string]string

func (f files) write(dir string) error {
	var errs []error
	for name, text := range f {
		file := filepath.Join(dir, filepath.FromSlash(name))
		errs = append(errs, os.MkdirAll(filepath.Dir(file), 0o755), os.WriteFile(file, []byte(text), 0o644))
	}
	return errors.Join(errs...)
}

// front returns a page with front matter: its title and description, and
// whatever else a generator wants.
func (p page) front(more string) string {
	return fmt.Sprintf("---\ntitle: %q\ndescription: %q\n%s---\n\n%s", p.title, p.description, more, p.body)
}

// sections returns the folders of pages and the pages of each, in order.
func sections(pages []page) (names []string, of map[string][]page) {
	of = map[string][]page{}
	for _, p := range pages {
		s := p.section()
		if !slices.Contains(names, s) {
			names = append(names, s)
		}
		of[s] = append(of[s], p)
	}
	return names, of
}

// text returns a value as JSON, which is JavaScript too.
func text(v any) string {
	out, err := json.Marshal(v)
	if err != nil {
		panic(err) // strings, lists and maps of them always have a form
	}
	return string(out)
}

func heading(section string) string { return strings.ReplaceAll(path.Base(section), "-", " ") }

func generators(docs, peers string) []generator {
	hugo := filepath.Join(peers, "bin", "hugo")
	module := func(name string) string { return filepath.Join(peers, "node_modules", filepath.FromSlash(name)) }
	vitepress := []string{node(peers), module("vitepress/bin/vitepress.js")}
	astro := []string{node(peers), module("astro/bin/astro.mjs")}
	folderURL := func(slug string) string { return "/" + slug + "/" }
	return []generator{
		{
			name: "ours", needs: docs, write: writeOurs,
			source: func(slug string) string { return "content/" + slug + ".md" },
			build:  []string{docs, "build"}, out: "dist",
			serve: func(port int) []string {
				return []string{docs, "serve", "--addr", fmt.Sprintf("127.0.0.1:%d", port)}
			},
			served: folderURL, push: pushEvents,
		},
		{
			name: "starlight", needs: module("@astrojs/starlight/package.json"), write: writeStarlight,
			source: func(slug string) string { return "src/content/docs/" + slug + ".md" },
			build:  slices.Concat(astro, []string{"build"}), out: "dist",
			serve: func(port int) []string {
				return slices.Concat(astro, []string{"dev", "--host", "127.0.0.1", "--port", strconv.Itoa(port)})
			},
			served: folderURL, push: pushVite,
		},
		{
			name: "vitepress", needs: module("vitepress/package.json"), write: writeVitePress,
			source: func(slug string) string { return slug + "/index.md" },
			build:  slices.Concat(vitepress, []string{"build"}), out: ".vitepress/dist",
			serve: func(port int) []string {
				return slices.Concat(vitepress, []string{"dev", "--host", "127.0.0.1", "--port", strconv.Itoa(port), "--strictPort"})
			},
			// The page itself is an empty frame that loads this module.
			served: func(slug string) string { return "/" + slug + "/index.md?import" }, push: pushVite,
		},
		{
			name: "hugo", needs: hugo, bare: true, write: writeHugo,
			source: func(slug string) string { return "content/" + slug + ".md" },
			build:  []string{hugo}, out: "public",
			serve: func(port int) []string {
				return []string{hugo, "server", "--bind", "127.0.0.1", "--port", strconv.Itoa(port), "--noBuildLock"}
			},
			served: folderURL, push: pushLiveReload,
		},
	}
}

func writeOurs(dir string, pages []page, large bool) error {
	var navigation []any
	out, more := files{"content/index.md": "---\ntitle: Start\n---\n\nHello.\n"}, ""
	if large {
		more = "navigation: false\n"
	}
	names, of := sections(pages)
	for _, name := range names {
		var list []string
		for _, p := range of[name] {
			list = append(list, strings.TrimPrefix(p.slug, "docs/"))
			out["content/"+p.slug+".md"] = p.front(more)
		}
		navigation = append(navigation, map[string]any{"title": heading(name), "pages": list})
	}
	config := map[string]any{"site": map[string]any{"title": "Peer", "url": "https://docs.example.com"}}
	if !large {
		config["navigation"] = navigation
	}
	out["source.config.json"] = text(config)
	return out.write(dir)
}

func writeStarlight(dir string, pages []page, large bool) error {
	sidebar := []any{}
	out := files{
		"package.json":                `{"private": true, "type": "module", "dependencies": {"astro": "*", "@astrojs/starlight": "*"}}`,
		"tsconfig.json":               `{"extends": "astro/tsconfigs/base"}`,
		"src/content/docs/index.md":   "---\ntitle: Start\n---\n\nHello.\n",
		"src/content.config.ts":       "import { defineCollection } from 'astro:content';\nimport { docsLoader } from '@astrojs/starlight/loaders';\nimport { docsSchema } from '@astrojs/starlight/schema';\nexport const collections = { docs: defineCollection({ loader: docsLoader(), schema: docsSchema() }) };\n",
		"src/content/docs/.gitignore": "",
	}
	names, of := sections(pages)
	for _, name := range names {
		var list []string
		for _, p := range of[name] {
			list = append(list, p.slug)
			out["src/content/docs/"+p.slug+".md"] = p.front("")
		}
		sidebar = append(sidebar, map[string]any{"label": heading(name), "items": list})
	}
	if large {
		sidebar = []any{"index"} // without one it lists all pages
	}
	out["astro.config.mjs"] = fmt.Sprintf(`import { defineConfig, passthroughImageService } from 'astro/config';
import starlight from '@astrojs/starlight';
export default defineConfig({
  site: 'https://docs.example.com',
  image: { service: passthroughImageService() },
  devToolbar: { enabled: false },
  vite: { server: { fs: { strict: false } } },
  integrations: [starlight({ title: 'Peer', sidebar: %s })],
});
`, text(sidebar))
	return out.write(dir)
}

func writeVitePress(dir string, pages []page, large bool) error {
	var sidebar []any
	out := files{"package.json": `{"private": true, "type": "module"}`, "index.md": "---\ntitle: Start\n---\n\nHello.\n"}
	names, of := sections(pages)
	for _, name := range names {
		var items []any
		for _, p := range of[name] {
			items = append(items, map[string]any{"text": p.title, "link": "/" + p.slug + "/"})
			// It shows no title of its own, and takes double braces for its own.
			p.body = "# " + p.title + "\n\n" + strings.ReplaceAll(p.body, "{{", "{ {")
			out[p.slug+"/index.md"] = p.front("")
		}
		sidebar = append(sidebar, map[string]any{"text": heading(name), "items": items})
	}
	if large {
		sidebar = nil
	}
	// Angle brackets of the text are text and not Vue's.
	out[".vitepress/config.mjs"] = fmt.Sprintf(`import { defineConfig } from 'vitepress';
export default defineConfig({
  title: 'Peer',
  cleanUrls: true,
  head: [['link', { rel: 'icon', href: '/favicon.svg' }]],
  sitemap: { hostname: 'https://docs.example.com' },
  ignoreDeadLinks: %t,
  markdown: { html: false },
  vite: { server: { fs: { strict: false } } },
  themeConfig: { search: { provider: 'local' }, sidebar: %s },
});
`, len(names) > 1, text(sidebar))
	return out.write(dir)
}

// writeHugo writes a site with the least of a theme: Hugo alone, for its speed.
func writeHugo(dir string, pages []page, _ bool) error {
	out := files{
		"hugo.toml":                    "baseURL = 'https://docs.example.com/'\ntitle = 'Peer'\ndisableKinds = ['taxonomy', 'term']\n",
		"content/_index.md":            "---\ntitle: Start\n---\n\nHello.\n",
		"layouts/_default/baseof.html": "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>{{ .Title }}</title></head><body><main>{{ block \"main\" . }}{{ end }}</main></body></html>\n",
		"layouts/_default/single.html": "{{ define \"main\" }}<h1>{{ .Title }}</h1>{{ .TableOfContents }}{{ .Content }}{{ end }}\n",
		"layouts/_default/list.html":   "{{ define \"main\" }}<h1>{{ .Title }}</h1>{{ .Content }}{{ end }}\n",
	}
	for _, p := range pages {
		out["content/"+p.slug+".md"] = p.front("")
	}
	return out.write(dir)
}
