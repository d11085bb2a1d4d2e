package cache

// refused says why the embedded server does not do a command that it might be
// expected to. The commands that it merely lacks need no reason.
var refused = map[string]string{
	"DUMP":           "its format differs from that of Redis and only covers strings",
	"RESTORE":        "its format differs from that of Redis and only covers strings",
	"RESTORE-ASKING": "its format differs from that of Redis and only covers strings",
	"MIGRATE":        "it has no listener; see compozy cache migrate",
	"PFADD":          "a HyperLogLog cannot be read back",
	"PFCOUNT":        "a HyperLogLog cannot be read back",
	"PFMERGE":        "a HyperLogLog cannot be read back",
	"PFDEBUG":        "a HyperLogLog cannot be read back",
	"PFSELFTEST":     "a HyperLogLog cannot be read back",
	"SAVE":           "snapshots are set up with redis.standalone.persistence",
	"BGSAVE":         "snapshots are set up with redis.standalone.persistence",
	"MONITOR":        "one client cannot watch the others",
	"CONFIG":         "the cache is configured in compozy.yaml",
}

// rules are the commands that do not go to miniredis as they are: because it
// would crash, damage its data or answer what is not so, or because they are
// about the front and not about data. Each has a test.
var rules map[string]func(*call, []string)

func init() {
	// Filled here because some rules run other commands, which look it up.
	rules = map[string]func(*call, []string){
		// The connection and the server: info.go, pubsub.go, script.go.
		"PING": doPing, "SELECT": doSelectDB, "SWAPDB": doSwapDB, "AUTH": doAuth, "HELLO": doHello, "CLIENT": doClient,
		"COMMAND": doCommand, "INFO": doInfo, "TIME": doTime, "UNWATCH": doUnwatch,
		"SUBSCRIBE": doSubscribe, "UNSUBSCRIBE": doSubscribe, "PSUBSCRIBE": doSubscribe, "PUNSUBSCRIBE": doSubscribe,
		"PUBLISH": doPublish, "PUBSUB": doPubsub,
		"EVAL": doEval, "EVAL_RO": doEval, "EVALSHA": doEval, "EVALSHA_RO": doEval, "SCRIPT": doScript,
		"FLUSHALL": doFlush, "FLUSHDB": doFlush,

		// Time: expire.go.
		"EXPIRE": doExpire, "PEXPIRE": doExpire, "EXPIREAT": doExpire, "PEXPIREAT": doExpire,
		"SETEX": doSetex, "PSETEX": doSetex, "SET": doSet, "GETEX": doSet,
		"TTL": doTtl, "PTTL": doTtl, "EXPIRETIME": doTtl, "PEXPIRETIME": doTtl,
		"HEXPIRE": doHashExpiry, "HSETEX": doHashExpiry, "HTTL": doHashExpiry, "HPTTL": doHashExpiry, "HPERSIST": doHashExpiry,

		// Values: rules.go.
		"GET": doGet, "MOVE": doMoveKey, "COPY": doCopyKey, "KEYS": doKeys,
		"SETRANGE": doSetRange, "SETBIT": doBit, "GETBIT": doBit, "APPEND": doAppendValue,
		"INCR": doIncrement, "DECR": doIncrement, "INCRBY": doIncrement, "DECRBY": doIncrement, "HINCRBY": doHashIncrement,
		"INCRBYFLOAT": doFloatIncrement, "HINCRBYFLOAT": doFloatIncrement,
		"SCAN": doScan, "HSCAN": doScan, "SSCAN": doScan, "ZSCAN": doScan,
		"SRANDMEMBER": doRandom, "HRANDFIELD": doRandom, "ZRANDMEMBER": doRandom,
		"SINTERSTORE": doStore, "SUNIONSTORE": doStore, "SDIFFSTORE": doStore, "ZINTERSTORE": doStore, "ZUNIONSTORE": doStore,
		"ZINTER": doStore, "ZUNION": doStore,
		"ZPOPMIN": doZpop, "ZPOPMAX": doZpop, "ZADD": doZadd, "ZINCRBY": doZadd,
		"MSET": doPairs, "MSETNX": doPairs, "LPOP": doCount, "RPOP": doCount, "SPOP": doCount, "LMOVE": doDirections,
		"ZRANGE": doScores, "ZRANGEBYSCORE": doScores, "ZREVRANGEBYSCORE": doScores, "ZCOUNT": doScores, "ZREMRANGEBYSCORE": doScores,
		"BITPOS": doBitPosition, "XRANGE": doStreamRange, "XREVRANGE": doStreamRange,
		"XADD": doStream, "XTRIM": doStream, "XCLAIM": doClaim, "XAUTOCLAIM": doAutoClaim, "XGROUP": doGroup, "XREADGROUP": doReadGroup,
		"RENAME": doMoving, "RENAMENX": doMoving,
	}
}
