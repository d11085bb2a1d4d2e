//go:build race

package search

// raceEnabled says that the race detector runs, under which the work of these
// tests takes ten times as long and says nothing more.
const raceEnabled = true
