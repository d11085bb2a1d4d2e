package build

import (
	"os"
	"time"

	"github.com/compozy/docs/validate/link"
)

// cacheFolder is the folder below the root for facts that are only dear to
// find out again. It may be removed at any time.
const cacheFolder = ".docs-cache"

// askExternal asks the links to other hosts, when that was wanted.
func (r *run) askExternal() error {
	s := &r.result.Report.Summary
	s.ExternalLinks = len(r.external)
	if !r.o.External {
		return nil
	}
	r.progress("asking external links", 0, 0)
	config := r.src.Config.Links.External
	age, err := time.ParseDuration(config.MaxAge)
	if err != nil {
		age = 0 // the configuration's own check has reported it; 0 is the default
	}
	o := link.Options{MaxAge: age, Ignore: config.Ignore, Now: time.Now}
	if !r.o.NoCache {
		o.Store = answers{r.root}
	}
	answer, err := link.CheckExternal(r.ctx, r.external, o)
	if err != nil {
		return err
	}
	s.ExternalChecked = true
	r.found = append(r.found, answer.Diagnostics...)
	return nil
}

// answers is the file in which the answers of other hosts are kept.
type answers struct{ root *os.Root }

var _ link.Store = answers{}

const answersName = cacheFolder + "/links.json"

// Load returns the stored answers.
func (a answers) Load() ([]byte, error) { return a.root.ReadFile(answersName) }

// Save stores the answers in one step: a run that is killed leaves the old
// ones.
func (a answers) Save(data []byte) error {
	if err := a.root.MkdirAll(cacheFolder, 0o755); err != nil {
		return err
	}
	if err := a.root.WriteFile(answersName+".new", data, 0o644); err != nil {
		return err
	}
	return a.root.Rename(answersName+".new", answersName)
}
