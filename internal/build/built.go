package build

import (
	"os"
	"path/filepath"

	"github.com/compozy/docs/internal/site"
	"github.com/compozy/docs/internal/source"
)

// Built returns the folder of a site that was built, and the base path it was
// built for. out is the folder as the user named it, "" for the
// configuration's. A folder that is not there, or that no build wrote, is
// refused.
func Built(root, out string) (dir, basePath string, err error) {
	text, err := os.ReadFile(filepath.Join(root, site.ConfigName))
	if err != nil {
		return "", "", refuseBecause(err, "run/unreadable", "name the folder of a site with --root", "%q cannot be read", filepath.Join(root, site.ConfigName))
	}
	config, _ := site.LoadConfig(source.NewFile(site.ConfigName, text))
	if config == nil {
		return "", "", refuse("run/unreadable", "docs check shows what is wrong with it", "%q is not a valid configuration", site.ConfigName)
	}
	if out == "" {
		out = filepath.Join(root, filepath.FromSlash(config.Out))
	}
	if _, err := os.Stat(filepath.Join(out, manifestName)); err != nil {
		return "", "", refuseBecause(err, "run/unreadable", "build the site first: docs build", "there is no built site in %q", out)
	}
	return out, config.Site.BasePath, nil
}
