package shell

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
)

// socketName is the socket of a server in its own folder, which is its working
// directory: the name that the server binds is short wherever that folder is.
const socketName = "s"

// maxSocket is the longest path of a Unix socket that systems take.
const maxSocket = 100

var errSocket = errors.New("the temporary folder of this machine has too long a name for a Unix socket")

// dialIn connects to the server of a folder. Where the name of the folder is
// too long for an address, the system leads there by the number of the folder
// when it is open.
func dialIn(ctx context.Context, dir string) (net.Conn, error) {
	name := filepath.Join(dir, socketName)
	if len(name) > maxSocket {
		open, err := os.Open(dir)
		if err != nil {
			return nil, err
		}
		defer open.Close()
		if name = fmt.Sprintf("/proc/self/fd/%d/%s", open.Fd(), socketName); !exists(name) {
			return nil, errSocket
		}
	}
	return (&net.Dialer{}).DialContext(ctx, "unix", name)
}

func exists(name string) bool {
	_, err := os.Stat(name)
	return err == nil
}
