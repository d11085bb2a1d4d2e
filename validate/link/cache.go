package link

import (
	"encoding/json"
	"fmt"
	"time"
)

// Store keeps the answers of other hosts between runs, as one blob. It belongs
// in the cache folder: losing it costs time only.
type Store interface {
	Load() ([]byte, error)
	Save([]byte) error
}

const (
	cacheVersion = 1
	// maxCached bounds the file; a site with more addresses asks the rest.
	maxCached = 50_000
)

// cache holds answers by address. A dead address is not kept: once it is
// mended, the next run must see it.
type cache struct {
	Version int               `json:"version"`
	Answers map[string]cached `json:"answers"`
}

type cached struct {
	answer
	At time.Time `json:"at"`
}

// loadCache returns what the store holds; anything that cannot be read, or is
// of another version, counts as nothing.
func loadCache(s Store) *cache {
	empty := &cache{Version: cacheVersion, Answers: map[string]cached{}}
	if s == nil {
		return empty
	}
	data, err := s.Load()
	if err != nil {
		return empty
	}
	var c cache
	if json.Unmarshal(data, &c) != nil || c.Version != cacheVersion || c.Answers == nil {
		return empty
	}
	return &c
}

// good reports whether the address answered well not too long ago. An answer
// from the future is not believed: some clock was wrong.
func (c *cache) good(address string, now time.Time, maxAge time.Duration) bool {
	a, ok := c.Answers[address]
	return ok && a.ok() && !a.At.After(now) && now.Sub(a.At) <= maxAge
}

func (a answer) ok() bool { return a.Status >= 200 && a.Status < 400 && a.Problem == "" && !a.Private }

func (c *cache) answer(address string) answer { return c.Answers[address].answer }

func (c *cache) put(address string, a answer, now time.Time) {
	if !a.ok() || len(c.Answers) >= maxCached {
		delete(c.Answers, address)
		return
	}
	c.Answers[address] = cached{answer: a, At: now.UTC().Truncate(time.Second)}
}

// save writes the answers that are still young enough.
func (c *cache) save(s Store, now time.Time, maxAge time.Duration) error {
	if s == nil {
		return nil
	}
	for address, a := range c.Answers {
		if now.Sub(a.At) > maxAge {
			delete(c.Answers, address)
		}
	}
	data, err := json.MarshalIndent(c, "", " ") // map keys come out sorted
	if err == nil {
		err = s.Save(append(data, '\n'))
	}
	if err != nil {
		return fmt.Errorf("save answers of other hosts: %w", err)
	}
	return nil
}
