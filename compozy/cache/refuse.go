package cache

import (
	"fmt"
	"strconv"

	"github.com/alicebob/miniredis/v2/server"
)

// databases is the number of databases of the embedded server, as in Redis.
const databases = 16

// refused are the commands on which the embedded server answers something that
// Redis would not, in a way that loses data.
var refused = map[string]string{
	"DUMP":    "its format is not that of Redis and holds strings only",
	"RESTORE": "its format is not that of Redis and holds strings only",
	"PFADD":   "a HyperLogLog cannot be read out again",
	"PFCOUNT": "a HyperLogLog cannot be read out again",
	"PFMERGE": "a HyperLogLog cannot be read out again",
}

// refuse is the hook before each command; true means that the command is
// answered. Commands come in upper case.
func refuse(peer *server.Peer, cmd string, args ...string) bool {
	if why, ok := refused[cmd]; ok {
		peer.WriteError(fmt.Sprintf("ERR %s is not supported by the embedded cache: %s", cmd, why))
		return true
	}
	if cmd == "SELECT" && len(args) == 1 {
		if db, err := strconv.Atoi(args[0]); err == nil && (db < 0 || db >= databases) {
			peer.WriteError("ERR DB index is out of range")
			return true
		}
	}
	return false
}
