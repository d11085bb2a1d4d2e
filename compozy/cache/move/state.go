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

// hold locks the file of a state that was loaded, until the file returned is
// closed. It is nil when the migration has ended meanwhile and removed it.
func hold(path string) (*os.File, error) {
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("open state file: %w", err)
	}
	if err := lock(f); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return f, nil
}

// save replaces the file, so that a kill leaves the old one or the new one, and
// locks it as hold does.
func (s *state) save(path string) (f *os.File, err error) {
	defer func() {
		if err != nil {
			err = fmt.Errorf("write state file: %w", err)
		}
	}()
	data, err := json.MarshalIndent(s, "", "  ")
	if err != nil {
		return nil, err
	}
	if f, err = os.CreateTemp(filepath.Dir(path), ".migration-*"); err != nil {
		return nil, err
	}
	_, err = f.Write(append(data, '\n'))
	if err == nil {
		err = f.Sync()
	}
	if err == nil {
		err = lock(f)
	}
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err == nil {
		// Without the file, keys that are in the target would be strangers.
		err = syncDir(filepath.Dir(path))
	}
	if err != nil {
		_, _ = f.Close(), os.Remove(f.Name()) // the first error is the one that counts
		return nil, err
	}
	return f, nil
}
