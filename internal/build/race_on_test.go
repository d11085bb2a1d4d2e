//go:build race

package build

// raceEnabled says that tests run with the race detector, which takes several
// times as long.
const raceEnabled = true
