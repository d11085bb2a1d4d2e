package site

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// handbook is a site with every kind of target.
func handbook() disk {
	return disk{
		ConfigName: `{
  "site": {"url": "https://docs.example.com", "basePath": "/base"},
  "redirects": [
    {"from": "/docs/old", "to": "/docs/configuration/redis/#options"},
    {"from": "/docs/older/", "to": "/docs/old/"},
    {"from": "/docs/away/", "to": "https://example.org/x"},
    {"from": "/docs/file.html", "to": "/images/m.svg"}
  ]
}`,
		"content/index.mdx":                        "# Home",
		"content/docs/index.mdx":                   "# Docs",
		"content/docs/deployment/standalone.mdx":   "# Standalone",
		"content/docs/deployment/diagram.png":      "png",
		"content/docs/configuration/redis.mdx":     "# Redis\n\n## Options",
		"content/docs/configuration/index.mdx":     "# Configuration",
		"content/docs/configuration/plain.md":      "# Plain",
		"content/docs/base/page.mdx":               "# In base",
		"content/docs/Über uns.mdx":                "# About",
		"content/docs/v1.2.mdx":                    "# Version",
		"public/images/m.svg":                      "<svg/>",
		"public/images/a b.svg":                    "<svg/>",
		"public/downloads/page/index.html":         "x",
		"schemas/config.json":                      "{}",
		"content/docs/deployment/deep/er/page.mdx": "# Deep",
	}
}

func TestResolve(t *testing.T) {
	t.Parallel()
	s, ds := indexed(t, handbook())
	for _, d := range ds {
		if d.Rule != "config/redirect-chain" {
			t.Errorf("finding %q", lines(ds))
		}
	}
	const standalone = "docs/deployment/standalone"
	tests := []struct {
		from, dest string
		kind       TargetKind
		href       string
		path       string // Path of an internal target, Reason of an invalid one
	}{
		// Addresses from the root.
		{standalone, "/docs/configuration/redis/", TargetPage, "/base/docs/configuration/redis/", "/docs/configuration/redis/"},
		{standalone, "/docs/configuration/redis", TargetPage, "/base/docs/configuration/redis/", "/docs/configuration/redis/"},
		{standalone, "/docs/configuration/redis.html", TargetPage, "/base/docs/configuration/redis/", "/docs/configuration/redis/"},
		{standalone, "/docs/configuration/redis/index.html", TargetPage, "/base/docs/configuration/redis/", "/docs/configuration/redis/"},
		{standalone, "/docs/configuration/index", TargetPage, "/base/docs/configuration/", "/docs/configuration/"},
		{standalone, "/docs//configuration/./redis/../redis", TargetPage, "/base/docs/configuration/redis/", "/docs/configuration/redis/"},
		{standalone, "/", TargetPage, "/base/", "/"},
		{standalone, "/index.html", TargetPage, "/base/", "/"},
		{standalone, "/docs/v1.2", TargetPage, "/base/docs/v1.2/", "/docs/v1.2/"},
		// What the builder writes itself.
		{standalone, "/proof/", TargetAsset, "/base/proof/", "/proof/"},
		{standalone, "/proof", TargetAsset, "/base/proof/", "/proof/"},
		{standalone, "/proof.json", TargetAsset, "/base/proof.json", "/proof.json"},
		// The base path, given.
		{standalone, "/base/docs/configuration/redis/", TargetPage, "/base/docs/configuration/redis/", "/docs/configuration/redis/"},
		{standalone, "/base", TargetPage, "/base/", "/"},
		{standalone, "/base/", TargetPage, "/base/", "/"},
		{standalone, "/base/images/m.svg", TargetAsset, "/base/images/m.svg", "/images/m.svg"},
		{standalone, "/base/docs/nothing/", TargetMissing, "/base/docs/nothing/", "/docs/nothing/"},
		{standalone, "/basement/", TargetMissing, "/basement/", "/basement/"},
		{standalone, "/docs/base/page/", TargetPage, "/base/docs/base/page/", "/docs/base/page/"},
		// Queries and fragments.
		{standalone, "/docs/configuration/redis/?a=b&c#options", TargetPage, "/base/docs/configuration/redis/?a=b&c#options", "/docs/configuration/redis/"},
		{standalone, "#here", TargetPage, "#here", "/docs/deployment/standalone/"},
		{standalone, "#", TargetPage, "#", "/docs/deployment/standalone/"},
		{standalone, "?x=1", TargetPage, "?x=1", "/docs/deployment/standalone/"},
		{standalone, "#h%C3%A9", TargetPage, "#h%C3%A9", "/docs/deployment/standalone/"},
		{standalone, "#50%", TargetPage, "#50%25", "/docs/deployment/standalone/"},
		{standalone, "/docs/?q=\"<x>", TargetPage, "/base/docs/?q=%22%3Cx%3E", "/docs/"},
		// Source files.
		{standalone, "../configuration/redis.mdx", TargetPage, "/base/docs/configuration/redis/", "/docs/configuration/redis/"},
		{standalone, "../configuration/redis.mdx#options", TargetPage, "/base/docs/configuration/redis/#options", "/docs/configuration/redis/"},
		{standalone, "../configuration/plain.md", TargetPage, "/base/docs/configuration/plain/", "/docs/configuration/plain/"},
		{standalone, "../configuration/redis.md", TargetMissing, "../configuration/redis.md", "/docs/configuration/redis.md"},
		{standalone, "../configuration/index.mdx", TargetPage, "/base/docs/configuration/", "/docs/configuration/"},
		{standalone, "configuration/redis.mdx", TargetPage, "/base/docs/configuration/redis/", "/docs/configuration/redis/"},
		{standalone, "docs/configuration/redis.mdx", TargetPage, "/base/docs/configuration/redis/", "/docs/configuration/redis/"},
		{standalone, "/docs/configuration/redis.mdx", TargetPage, "/base/docs/configuration/redis/", "/docs/configuration/redis/"},
		{standalone, "/configuration/redis.mdx", TargetPage, "/base/docs/configuration/redis/", "/docs/configuration/redis/"},
		{standalone, "/content/docs/configuration/redis.mdx", TargetPage, "/base/docs/configuration/redis/", "/docs/configuration/redis/"},
		{standalone, "/docs/configuration/redis.mdx/", TargetMissing, "/docs/configuration/redis.mdx/", "/docs/configuration/redis.mdx/"},
		{standalone, "standalone.mdx", TargetPage, "/base/docs/deployment/standalone/", "/docs/deployment/standalone/"},
		{standalone, "../../../public/images/m.svg", TargetAsset, "/base/images/m.svg", "/images/m.svg"},
		// Relative addresses: from the file, else from the address.
		{standalone, "../configuration/redis", TargetPage, "/base/docs/configuration/redis/", "/docs/configuration/redis/"},
		{standalone, "../configuration/redis/", TargetPage, "/base/docs/configuration/redis/", "/docs/configuration/redis/"},
		{standalone, "../../configuration/redis/", TargetPage, "/base/docs/configuration/redis/", "/docs/configuration/redis/"},
		{standalone, "./", TargetPage, "/base/docs/deployment/standalone/", "/docs/deployment/standalone/"},
		{standalone, "..", TargetPage, "/base/docs/", "/docs/"},
		{standalone, "deep/er/page", TargetPage, "/base/docs/deployment/deep/er/page/", "/docs/deployment/deep/er/page/"},
		{standalone, "./diagram.png", TargetAsset, "/base/docs/deployment/diagram.png", "/docs/deployment/diagram.png"},
		{standalone, "diagram.png", TargetAsset, "/base/docs/deployment/diagram.png", "/docs/deployment/diagram.png"},
		{"docs", "deployment/standalone", TargetPage, "/base/docs/deployment/standalone/", "/docs/deployment/standalone/"},
		{"docs/deployment/deep/er/page", "../../standalone", TargetPage, "/base/docs/deployment/standalone/", "/docs/deployment/standalone/"},
		{"index", "docs/", TargetPage, "/base/docs/", "/docs/"},
		{"", "docs/", TargetPage, "/base/docs/", "/docs/"},
		{"", "/docs/", TargetPage, "/base/docs/", "/docs/"},
		// Assets.
		{standalone, "/images/m.svg", TargetAsset, "/base/images/m.svg", "/images/m.svg"},
		{standalone, "/images/m.svg/", TargetMissing, "/images/m.svg/", "/images/m.svg/"},
		{standalone, "/images/a%20b.svg", TargetAsset, "/base/images/a%20b.svg", "/images/a b.svg"},
		{standalone, "/images/a b.svg", TargetAsset, "/base/images/a%20b.svg", "/images/a b.svg"},
		{standalone, "/schemas/config.json", TargetAsset, "/base/schemas/config.json", "/schemas/config.json"},
		{standalone, "/images/none.svg", TargetMissing, "/images/none.svg", "/images/none.svg"},
		// Encoding.
		{standalone, "/docs/%C3%9Cber%20uns/", TargetPage, "/base/docs/%C3%9Cber%20uns/", "/docs/Über uns/"},
		{standalone, "/docs/U\u0308ber uns/", TargetPage, "/base/docs/%C3%9Cber%20uns/", "/docs/Über uns/"},
		{standalone, "/docs/Configuration/redis/", TargetMissing, "/docs/Configuration/redis/", "/docs/Configuration/redis/"},
		{standalone, "/docs/100%", TargetInvalid, "/docs/100%", `a "%" in it is not followed by two hexadecimal digits`},
		{standalone, "/docs%2Fconfiguration", TargetInvalid, "/docs%2Fconfiguration", "it contains an encoded slash"},
		{standalone, "/docs/%00", TargetInvalid, "/docs/%00", "it encodes bytes that are not text"},
		{standalone, "/docs/%FF", TargetInvalid, "/docs/%FF", "it encodes bytes that are not text"},
		{standalone, `\docs`, TargetInvalid, `\docs`, "it contains a backslash"},
		{standalone, `/\evil.example`, TargetInvalid, `/\evil.example`, "it contains a backslash"},
		{standalone, "/docs\n/x", TargetInvalid, "/docs\n/x", "it contains a control character"},
		{standalone, "", TargetInvalid, "", "it is empty"},
		{"", "#x", TargetInvalid, "#x", "it has no path"},
		{standalone, "../../../../../etc/passwd", TargetInvalid, "../../../../../etc/passwd", "it leads out of the site"},
		{standalone, "/../x", TargetInvalid, "/../x", "it leads out of the site"},
		// Redirects.
		{standalone, "/docs/old/", TargetRedirect, "/base/docs/configuration/redis/#options", "/docs/old/"},
		{standalone, "/docs/old#mine", TargetRedirect, "/base/docs/configuration/redis/#mine", "/docs/old/"},
		{standalone, "/docs/older", TargetRedirect, "/base/docs/configuration/redis/#options", "/docs/older/"},
		{standalone, "../old/", TargetRedirect, "/base/docs/configuration/redis/#options", "/docs/old/"},
		{standalone, "/docs/away/", TargetRedirect, "https://example.org/x", "/docs/away/"},
		{standalone, "/docs/file.html", TargetRedirect, "/base/images/m.svg", "/docs/file.html"},
		// Other hosts.
		{standalone, "https://example.org/a?b#c", TargetExternal, "https://example.org/a?b#c", ""},
		{standalone, "HTTP://example.org", TargetExternal, "HTTP://example.org", ""},
		{standalone, "//example.org/x", TargetExternal, "//example.org/x", ""},
		{standalone, "mailto:a@example.org", TargetExternal, "mailto:a@example.org", ""},
		{standalone, "tel:+4930", TargetExternal, "tel:+4930", ""},
		{standalone, "data:image/png;base64,AAAA", TargetExternal, "data:image/png;base64,AAAA", ""},
		{standalone, "data:image/svg+xml,<svg/>", TargetInvalid, "data:image/svg+xml,<svg/>", "only raster images can be data: URLs"},
		{standalone, "data:text/html,x", TargetInvalid, "data:text/html,x", "only raster images can be data: URLs"},
		{standalone, "javascript:alert(1)", TargetInvalid, "javascript:alert(1)", "the scheme javascript: is not allowed"},
		{standalone, "ftp://example.org/", TargetInvalid, "ftp://example.org/", "the scheme ftp: is not allowed"},
		{standalone, "https://", TargetInvalid, "https://", "it has no host"},
		{standalone, "https:///x", TargetInvalid, "https:///x", "it has no host"},
		{standalone, "https://[::1", TargetInvalid, "https://[::1", "it is not a valid URL"},
		{standalone, "mailto:", TargetInvalid, "mailto:", "nothing follows mailto:"},
		// This site by its full address.
		{standalone, "https://docs.example.com/base/docs/configuration/redis/#options", TargetPage, "/base/docs/configuration/redis/#options", "/docs/configuration/redis/"},
		{standalone, "https://docs.example.com/base/docs/none/", TargetMissing, "https://docs.example.com/base/docs/none/", "/docs/none/"},
		{standalone, "https://docs.example.com/other/", TargetExternal, "https://docs.example.com/other/", ""},
		{standalone, "https://docs.example.com.evil.test/base/", TargetExternal, "https://docs.example.com.evil.test/base/", ""},
		{standalone, "https://docs.example.com:8080/base/", TargetExternal, "https://docs.example.com:8080/base/", ""},
	}
	for _, test := range tests {
		t.Run(test.from+" "+test.dest, func(t *testing.T) {
			t.Parallel()
			got := s.Resolve(s.Lookup(test.from), test.dest)
			path := got.Path
			if got.Kind == TargetInvalid {
				path = got.Reason
			}
			type answer struct {
				Kind       TargetKind
				Href, Path string
			}
			if diff := cmp.Diff(answer{test.kind, test.href, test.path}, answer{got.Kind, got.Href, path}); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			if got.Kind == TargetPage && got.Page == nil || got.Kind == TargetAsset && got.Asset == nil || got.Kind == TargetRedirect && got.Redirect == nil {
				t.Error("the target lacks what its kind promises")
			}
		})
	}
}

func TestResolveFragment(t *testing.T) {
	t.Parallel()
	s, _ := indexed(t, handbook())
	got := s.Resolve(nil, "/docs/#caf%C3%A9")
	if got.Fragment != "café" || !got.HasFragment {
		t.Errorf("fragment %q (%v), want the decoded one", got.Fragment, got.HasFragment)
	}
	if got := s.Resolve(nil, "/docs/old/"); got.Page != s.Lookup("configuration/redis") || got.Fragment != "options" {
		t.Errorf("the redirect ends at %v with fragment %q", got.Page, got.Fragment)
	}
}

func TestSuggest(t *testing.T) {
	t.Parallel()
	s, _ := indexed(t, handbook())
	tests := []struct {
		dest, want string
		sure       bool
	}{
		{"/docs/deployment/redis/", "/docs/configuration/redis/", true},
		{"/docs/configuration/rediss", "/docs/configuration/redis/", true},
		{"/Docs/Configuration/Redis", "/docs/configuration/redis/", true},
		{"/docs/configuration/redis.md", "/docs/configuration/redis/", true},
		{"/docs/deployment/standalon.mdx", "/docs/deployment/standalone/", true},
		{"/docs/configuration/standalon.mdx", "/docs/deployment/standalone/", false},
		{"/img/m.svg", "/images/m.svg", true},
		{"/images/n.svg", "/images/m.svg", false},
		{"/docs/something-else-entirely/", "", false},
	}
	for _, test := range tests {
		if got := s.Suggest(s.Resolve(nil, test.dest)); got != test.want {
			t.Errorf("for %q the suggestion is %q, want %q", test.dest, got, test.want)
		}
		if got := s.Sure(s.Resolve(nil, test.dest)); got != test.sure {
			t.Errorf("that %q means %q is sure is %v, want %v", test.dest, test.want, got, test.sure)
		}
	}
	redis := s.Lookup("configuration/redis")
	for fragment, want := range map[string]string{"option": "options", "Options": "options", "zzz": ""} {
		if got := s.NearestAnchor(redis, fragment); got != want {
			t.Errorf("for #%s the suggestion is %q, want %q", fragment, got, want)
		}
	}
}

func FuzzResolve(f *testing.F) {
	s, _ := indexed(f, handbook())
	for _, seed := range []string{"/docs/", "../configuration/redis.mdx#x", "//h", "a:b", "%", "?#", "/base/..", "./.././..", "\\", "https://docs.example.com/base", "/docs/old/?a#b"} {
		f.Add(seed)
	}
	from := s.Lookup("docs/deployment/standalone")
	f.Fuzz(func(t *testing.T, dest string) {
		got := s.Resolve(from, dest)
		switch got.Kind {
		case TargetPage, TargetAsset:
			if strings.ContainsAny(got.Href, " \"<>\\\n") {
				t.Fatalf("%q prints as %q", dest, got.Href)
			}
			// What a page prints leads to the same place.
			again := s.Resolve(from, got.Href)
			if again.Kind != got.Kind || again.Page != got.Page || again.Asset != got.Asset || again.Href != got.Href {
				t.Fatalf("%q prints as %q, which prints as %q", dest, got.Href, again.Href)
			}
		case TargetInvalid:
			if got.Reason == "" {
				t.Fatalf("%q is invalid for no reason", dest)
			}
		case TargetMissing:
			if !strings.HasPrefix(got.Path, "/") {
				t.Fatalf("%q: the missing path is %q", dest, got.Path)
			}
		}
		s.Suggest(got)
	})
}
