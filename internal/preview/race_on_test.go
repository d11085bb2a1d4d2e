//go:build race

package preview

// raceEnabled says that the race detector runs: it makes the hostile site no
// more hostile, and building it takes ten times as long.
const raceEnabled = true
