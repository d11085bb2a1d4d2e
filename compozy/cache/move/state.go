package move

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

const (
	stateFormat  = "compozy-cache-migration"
	stateVersion = 1
)

// state is what a migration that was killed leaves to the next one: that the
// keys in the target are its own. Which of them have arrived is not in it. The
// target knows that, and cannot be wrong about it.
type state struct {
	Format  string `json:"format"`
	Version int    `json:"version"`
	Server  string `json:"server"`
	Keys    int    `json:"keys"`
	SHA256  string `json:"sha256"` // of the source
	Run     string `json:"run"`    // part of the temporary names
}

// loadState returns nil when there is no file.
func loadState(path string) (*state, error) {
	data, err := os.ReadFile(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, nil
	case err != nil:
		return nil, fmt.Errorf("read state file: %w", err)
	}
	var s state
	if err := json.Unmarshal(data, &s); err != nil || s.Format != stateFormat {
		return nil, fmt.Errorf("%s is not the state file of a migration; name another one", path)
	}
	if s.Version != stateVersion {
		return nil, fmt.Errorf("%s has version %d, and this build reads %d", path, s.Version, stateVersion)
	}
	return &s, nil
}

// fits reports why a state is not that of the migration at hand.
func (s *state) fits(now *state) error {
	switch {
	case s.Server != now.Server:
		return fmt.Errorf("%w: it went to %s, and this one goes to %s", ErrState, s.Server, now.Server)
	case s.SHA256 != now.SHA256 || s.Keys != now.Keys:
		return fmt.Errorf("%w: its source had different content; remove the file and use merge or replace", ErrState)
	}
	return nil
}

// save replaces the file, so that a kill leaves the old one or the new one.
func (s *state) save(path string) (err error) {
	data, err := json.MarshalIndent(s, "", "  ")
	if err != nil {
		return fmt.Errorf("write state file: %w", err)
	}
	f, err := os.CreateTemp(filepath.Dir(path), ".migration-*")
	if err != nil {
		return fmt.Errorf("write state file: %w", err)
	}
	defer func() {
		if err != nil {
			err = fmt.Errorf("write state file: %w", err)
			_ = os.Remove(f.Name()) // the first error is the one that counts
		}
	}()
	_, err = f.Write(append(data, '\n'))
	if err == nil {
		err = f.Sync()
	}
	if cerr := f.Close(); err == nil {
		err = cerr
	}
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	return err
}
