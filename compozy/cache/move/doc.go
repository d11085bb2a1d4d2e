// Package move carries the content of a cache to another place: into a file
// that people can read, and into an external Redis.
//
// Everything goes through [dataset.Entry]. A snapshot is a [Source] of entries,
// an export file gives them with [Entries], a running Redis with [Read]; and
// they go into a file with [Export], into a Redis with [Migrate], into a caller's
// hands with [Import]. [Inspect] counts them, [Verify] compares them with a
// running Redis. The package never touches an embedded cache or a snapshot
// directory: who owns those passes the entries in or takes them out.
//
// # The export format
//
// An export is a text file in UTF-8, one JSON object a line, each line ended by
// a single line feed. The version is 1. In the grammar below { } means any
// number of times, [ ] means optional, and a member shown in braces may be left
// out when it has the value that its comment names.
//
//	file    = header LF { entry } trailer LF
//	header  = {"format":"compozy-cache-export","version":1,"created":TIME}
//	entry   = first LF { next LF }
//	first   = {"db":INT,"key":BYTES,"type":TYPE,
//	           "expire_at":MS,         // absent: the key never expires
//	           "last_id":ID,           // streams only
//	           "data":[ITEM,…],        // absent: none on this line
//	           "more":true}            // absent: the entry ends here
//	next    = {"data":[ITEM,…],"more":true}
//	        | {"group":BYTES,"last_id":ID,
//	           "consumers":[BYTES,…],"pending":[PENDING,…],"more":true}
//	        | {"consumers":[BYTES,…],"pending":[PENDING,…],"more":true}
//	trailer = {"entries":INT,"lines":INT,"sha256":HEX}
//
//	TIME    = a string as RFC 3339 has it, in UTC
//	TYPE    = "string" | "hash" | "list" | "set" | "zset" | "stream"
//	BYTES   = STRING                   // the bytes are valid UTF-8
//	        | {"b64":STRING}           // any bytes, standard base64, padded
//	PIECE   = BYTES
//	        | {"text":STRING,"cut":true} | {"b64":STRING,"cut":true}
//	MS      = INT                      // milliseconds since the Unix epoch
//	ID      = STRING                   // a stream ID, "1700000000000-0"
//	PENDING = [ID, BYTES, MS, INT]     // consumer, delivered at, deliveries
//
// The items of all "data" arrays of an entry, read one after the other, are the
// value. By type they are
//
//	string   PIECE
//	list     { PIECE }                       head first
//	set      { PIECE }
//	hash     { PIECE PIECE [MS] }            name, value, when the field ends
//	zset     { PIECE STRING }                member, score: "1.5", "+Inf", "-Inf"
//	stream   { ID INT { PIECE } }            the number of pieces, then
//	                                         name, value, name, value, …
//
// A PIECE with "cut" is continued by the next item, which is the first of the
// next line: this is how a value of many megabytes becomes lines of about one.
// The groups of a stream follow its data; a line without "group" continues the
// group before it. Times are absolute, so a file does not age: an entry whose
// time has passed is still in it, and whoever puts it into a cache leaves it out.
//
// A key stands in a file once in each database; a reader refuses a second one.
// What this program writes is sorted by database and key, which costs a reader
// no memory; other orders are read as well.
//
// The trailer counts the entries and the lines before it, and its checksum is
// the SHA-256 of all bytes before it, line feeds included. A file without a
// trailer was cut off; nothing may follow one. A reader refuses a version that
// it does not know, and members that it does not know.
//
// # Moving to a Redis
//
// [Migrate] first reads the whole source, counts, and asks the target what it
// can hold. Only then it writes, and nothing at all when the target cannot keep
// a part of a key, such as the expiry of a hash field before Redis 7.4, unless
// [MigrateOptions.AcceptLoss] is set. Each key is built under a temporary name,
// "__compozy_move__:…", which expires by itself after an hour, and gets its own
// name by RENAMENX once all of it has arrived: a reader of the target sees a key
// completely or not at all, and a key that somebody else has made meanwhile is
// not overwritten. At the end every key is read back and compared.
//
// That makes it safe to kill at any moment and to run again. With a state file
// the second run knows that the keys in the target are its own; without one it
// needs [MigrateOptions.Merge]. Two at once with one state file exclude each
// other. Keys that have arrived are compared, not trusted and not written again.
//
// Nothing is ever flushed or deleted in the target, with one exception:
// [MigrateOptions.Replace] overwrites the keys that the source has too.
package move
