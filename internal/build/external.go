package build

import (
	"io/fs"
	"time"

	"github.com/compozy/docs/internal/store"
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
		o.Store = answers{store.Open(r.root, cacheFolder+"/links", answersLimit)}
	}
	answer, err := link.CheckExternal(r.ctx, r.external, o)
	if err != nil {
		return err
	}
	s.ExternalChecked = true
	r.found = append(r.found, answer.Diagnostics...)
	return nil
}

// answersLimit bounds the stored answers of other hosts, in bytes.
const answersLimit = 32 << 20

// answers are the answers of other hosts, one fact of the cache.
type answers struct{ kept *store.Store }

var _ link.Store = answers{}

// Load returns the stored answers.
func (a answers) Load() ([]byte, error) {
	data, ok := a.kept.Get("links", "answers")
	if !ok {
		return nil, fs.ErrNotExist
	}
	return data, nil
}

// Save stores the answers. What cannot be stored is asked again the next time;
// that is no reason to keep quiet about what was found this time.
func (a answers) Save(data []byte) error {
	_ = a.kept.Put("links", "answers", data)
	return nil
}
