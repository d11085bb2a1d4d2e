package shell

import (
	"context"
	"io"
	"os"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/compozy/docs/internal/source"
)

// firstPID is the number of a session's first job. Numbers that look like
// those of processes keep guides honest about [PID].
const firstPID = 4001

// maxJobs is how many jobs a session may start in all.
const maxJobs = 64

// jobs are the background jobs of a session. It is safe for concurrent use.
type jobs struct {
	mu      sync.Mutex
	list    []*job
	changed chan struct{} // closed and replaced when a job is up or ends
}

// job is one background job.
type job struct {
	number int // %1 is the first; as in bash, the next above those that run
	pid    int
	text   string // the command as it was written
	at     source.Span
	run    *run // the block that started it
	ctx    context.Context
	cancel context.CancelCauseFunc
	out    *buffer
	ended  chan struct{}

	// What follows belongs to jobs.mu.
	status    int
	up        bool // it listens, or does not look as if it ever would
	serves    bool // it runs a server, which ends when it is told to
	works     bool // that server says that it is up and answers
	sleepers  int  // commands of it that wait for nothing but time
	noticed   bool // the page asked for its status, or ended it
	receivers []chan os.Signal
}

func newJobs() *jobs { return &jobs{changed: make(chan struct{})} }

type jobKey struct{}

// jobOf returns the job that a command belongs to, or nil in the foreground.
func jobOf(ctx context.Context) *job {
	j, _ := ctx.Value(jobKey{}).(*job)
	return j
}

// start registers a job; nil means that there are too many.
func (js *jobs) start(r *run, text string, limit int) *job {
	js.mu.Lock()
	defer js.mu.Unlock()
	if len(js.list) >= maxJobs {
		return nil
	}
	n := 1
	for _, j := range js.list {
		if !j.over() {
			n = max(n, j.number+1)
		}
	}
	j := &job{run: r, number: n, pid: firstPID + len(js.list), text: text, at: r.place(), out: &buffer{limit: limit}, ended: make(chan struct{})}
	j.ctx, j.cancel = context.WithCancelCause(context.WithValue(r.ctx, jobKey{}, j))
	js.list = append(js.list, j)
	return j
}

// byPID returns the job with the number that $! gave.
func (js *jobs) byPID(text string) *job {
	pid, err := strconv.Atoi(text)
	if err != nil {
		return nil
	}
	js.mu.Lock()
	defer js.mu.Unlock()
	if i := pid - firstPID; i >= 0 && i < len(js.list) {
		return js.list[i]
	}
	return nil
}

// find returns the job that an argument of kill or wait names: %1, %%, %+ or a
// process number.
func (js *jobs) find(name string) *job {
	if len(name) < 2 || name[0] != '%' {
		return js.byPID(name)
	}
	js.mu.Lock()
	defer js.mu.Unlock()
	if name == "%%" || name == "%+" {
		for _, j := range slices.Backward(js.list) {
			if !j.over() {
				return j
			}
		}
		return nil
	}
	// A number is given again when its job is over; it means the latest.
	for _, j := range slices.Backward(js.list) {
		if strconv.Itoa(j.number) == name[1:] {
			return j
		}
	}
	return nil
}

func (j *job) over() bool {
	select {
	case <-j.ended:
		return true
	default:
		return false
	}
}

// all returns the jobs in the order of their start.
func (js *jobs) all() []*job {
	js.mu.Lock()
	defer js.mu.Unlock()
	return slices.Clone(js.list)
}

// state returns whether a job is over, and its status then.
func (js *jobs) state(j *job) (over bool, status int) {
	js.mu.Lock()
	defer js.mu.Unlock()
	return j.over(), j.status
}

// end records that a job is over.
func (js *jobs) end(j *job, status int) {
	js.mu.Lock()
	defer js.mu.Unlock()
	if j.over() {
		return
	}
	j.status, j.up = status, true
	close(j.ended)
	js.wake()
}

// settle records that a job is up: nobody waits for its port any longer.
func (js *jobs) settle(j *job) {
	if j == nil {
		return
	}
	js.mu.Lock()
	defer js.mu.Unlock()
	if !j.up {
		j.up = true
		js.wake()
	}
}

// serve records that a job runs a server. Its port is waited for until it
// listens, itself until it says that it works: between the two it can fail.
func (js *jobs) serve(j *job) {
	js.mu.Lock()
	defer js.mu.Unlock()
	j.serves, j.up, j.works = true, false, false
	js.wake()
}

// ready records that the server of a job works.
func (js *jobs) ready(j *job) {
	if j == nil {
		return
	}
	js.mu.Lock()
	defer js.mu.Unlock()
	j.up, j.works = true, true
	js.wake()
}

// starts reports whether a job is a server that has not come up.
func (j *job) starts() bool { return j.serves && !j.works && !j.over() && j.ctx.Err() == nil }

// asleep records that a job waits for time to pass, until the function that
// it returns is called.
func (js *jobs) asleep(j *job) (awake func()) {
	if j == nil {
		return func() {}
	}
	count := func(n int) {
		js.mu.Lock()
		defer js.mu.Unlock()
		j.sleepers += n
		js.wake()
	}
	count(1)
	return func() { count(-1) }
}

// notice records that the page looks at how a job ends, or ends it.
func (js *jobs) notice(j *job) {
	js.mu.Lock()
	defer js.mu.Unlock()
	j.noticed = true
}

// jobGrace is the time that a job which sleeps has to end by itself when its
// session is over.
const jobGrace = 3 * time.Second

// rest waits until every job has ended or is a server that works. One that
// sleeps has jobGrace; one that does something, or a server that comes up, has
// the time of ctx: what it uses, and whether it fails, must not depend on how
// busy the machine is.
func (js *jobs) rest(ctx context.Context) {
	grace := time.NewTimer(jobGrace)
	defer grace.Stop()
	patient := true
	for _, j := range js.all() {
		// One that was stopped has no way to say that it is over.
		defer context.AfterFunc(j.ctx, func() {
			js.mu.Lock()
			defer js.mu.Unlock()
			js.wake()
		})()
	}
	for {
		js.mu.Lock()
		waits := slices.ContainsFunc(js.list, func(j *job) bool {
			return j.starts() || !j.serves && !j.over() && j.ctx.Err() == nil && (patient || j.sleepers == 0)
		})
		changed := js.changed
		js.mu.Unlock()
		if !waits {
			return
		}
		select {
		case <-changed:
		case <-grace.C:
			patient = false
		case <-ctx.Done():
			return
		}
	}
}

// met waits until a job is up or over, a server until it works, or for
// jobGrace.
func (js *jobs) met(ctx context.Context, j *job) {
	ctx, cancel := context.WithTimeout(ctx, jobGrace)
	defer cancel()
	for {
		js.mu.Lock()
		waits, changed := j.starts() || !j.up && !j.over() && j.ctx.Err() == nil, js.changed
		js.mu.Unlock()
		if !waits {
			return
		}
		select {
		case <-changed:
		case <-j.ctx.Done():
		case <-ctx.Done():
			return
		}
	}
}

func (js *jobs) wake() {
	close(js.changed)
	js.changed = make(chan struct{})
}

// pending reports whether a job other than the caller's is coming up, and
// gives the channel that is closed when that changes.
func (js *jobs) pending(but *job) (bool, <-chan struct{}) {
	js.mu.Lock()
	defer js.mu.Unlock()
	return slices.ContainsFunc(js.list, func(j *job) bool { return j != but && !j.up && !j.over() }), js.changed
}

// settled is rest in the middle of a session, for jobGrace at most: what a
// finding shows of the output of jobs does not depend on who was faster.
func (js *jobs) settled(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, jobGrace)
	defer cancel()
	js.rest(ctx)
}

// subscribe gives a program the signals that are sent to its job.
func (js *jobs) subscribe(j *job) (<-chan os.Signal, func()) {
	ch := make(chan os.Signal, 4)
	if j == nil {
		return ch, func() {} // nobody can send one to the foreground
	}
	js.mu.Lock()
	defer js.mu.Unlock()
	j.receivers = append(j.receivers, ch)
	return ch, func() {
		js.mu.Lock()
		defer js.mu.Unlock()
		j.receivers = slices.DeleteFunc(j.receivers, func(have chan os.Signal) bool { return have == ch })
	}
}

// killedError is why a job was stopped.
type killedError struct{ signal string }

func (e killedError) Error() string { return "killed by " + e.signal }

// signal sends a signal to a job. One that nothing in the job asked for, or
// that cannot be caught, ends it.
func (js *jobs) signal(j *job, s sig) {
	js.mu.Lock()
	receivers := slices.Clone(j.receivers)
	js.mu.Unlock()
	if s.fatal || len(receivers) == 0 {
		j.out.shutDown()
		j.cancel(killedError{s.name})
		js.end(j, 128+s.number)
		return
	}
	for _, ch := range receivers {
		select {
		case ch <- s.value:
		default: // it has more than it reads
		}
	}
}

// buffer collects output up to a limit. It is safe for concurrent use.
type buffer struct {
	limit int

	mu   sync.Mutex
	data []byte
	cut  int // bytes that were thrown away
	shut bool
}

// shutDown forgets what is written from now on: a job that was killed prints
// nothing, however long its program takes to notice.
func (b *buffer) shutDown() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.shut = true
}

func (b *buffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.shut {
		return len(p), nil
	}
	room := max(b.limit-len(b.data), 0)
	b.data = append(b.data, p[:min(room, len(p))]...)
	b.cut += max(len(p)-room, 0)
	return len(p), nil
}

func (b *buffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return string(b.data)
}

// jobWriter is a job's output as a file that its shell closes.
type jobWriter struct{ *buffer }

func (jobWriter) Read([]byte) (int, error) { return 0, io.EOF }
func (jobWriter) Close() error             { return nil }

// screen is what a block prints. full is called once, when it is too much.
type screen struct {
	buffer
	full func()
	once sync.Once
}

func (s *screen) Write(p []byte) (int, error) {
	n, err := s.buffer.Write(p)
	s.mu.Lock()
	over := s.cut > 0
	s.mu.Unlock()
	if over {
		s.once.Do(s.full)
		return 0, io.ErrClosedPipe
	}
	return n, err
}

func (s *screen) reset() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.data = nil
}
