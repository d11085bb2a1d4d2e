//go:build !race

package search

// raceEnabled says that the race detector runs.
const raceEnabled = false
