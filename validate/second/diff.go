package second

// maxTable bounds the table of the exact comparison; the two readings rarely
// differ by more than a few items once equal ends are cut off.
const maxTable = 4 << 20

// diff compares two readings as sequences and returns what only one of them
// has, in order. Things that merely changed places are no difference, and
// things that stand in one place but are not the same are one difference.
func diff(first, second []*item) []difference {
	match := align(first, second)
	taken := make([]bool, len(second))
	for _, j := range match {
		if j >= 0 {
			taken[j] = true
		}
	}
	moved := map[string][]int{}
	for j, s := range second {
		if !taken[j] {
			moved[s.String()] = append(moved[s.String()], j)
		}
	}
	elsewhere := make([]bool, len(first))
	for i, f := range first {
		if match[i] < 0 {
			if at := moved[f.String()]; len(at) > 0 {
				moved[f.String()] = at[1:]
				taken[at[0]] = true
				elsewhere[i] = true
			}
		}
	}

	var out []difference
	var only [3][2][]*item // of this hunk, by kind and reading
	hunk, after, resync := 0, 0, false
	flush := func(before int) {
		empty := true
		for k := range only {
			f, s := only[k][0], only[k][1]
			if len(f) != len(s) {
				// Which belongs to which is not known.
				s = append(make([]*item, len(f)), s...)
			}
			for n := range max(len(f), len(s)) {
				d := difference{after: after, before: before, hunk: hunk, resync: resync && empty}
				if n < len(f) {
					d.first = f[n]
				}
				if n < len(s) {
					d.second = s[n] // nil before the first one when unpaired
				}
				out = append(out, d)
				empty = false
			}
			only[k] = [2][]*item{}
		}
		if !empty {
			resync = false
			hunk++
		}
	}
	j := 0
	seconds := func(to int) {
		for ; j < to; j++ {
			if !taken[j] {
				only[second[j].kind][1] = append(only[second[j].kind][1], second[j])
			}
		}
	}
	for i, f := range first {
		switch {
		case match[i] >= 0:
			seconds(match[i])
			j = match[i] + 1
			flush(f.span.Resolve().Start)
			after = f.span.Resolve().Start
			if f.kind == kindFence {
				after = f.span.Resolve().End
				resync = true
			}
		case !elsewhere[i]:
			only[f.kind][0] = append(only[f.kind][0], f)
		}
	}
	seconds(len(second))
	flush(-1)
	return out
}

// align gives for each item of first the index of its partner in second, or
// -1. Partners are in the same order in both.
func align(first, second []*item) []int {
	match := make([]int, len(first))
	for i := range match {
		match[i] = -1
	}
	lo := 0
	for lo < len(first) && lo < len(second) && first[lo].same(second[lo]) {
		match[lo] = lo
		lo++
	}
	n, m := len(first), len(second)
	for n > lo && m > lo && first[n-1].same(second[m-1]) {
		n, m = n-1, m-1
		match[n] = m
	}
	a, b := first[lo:n], second[lo:m]
	if len(a) == 0 || len(b) == 0 || len(a)*len(b) > maxTable {
		return match // what is left is paired regardless of order by diff
	}
	width := len(b) + 1
	table := make([]int32, (len(a)+1)*width) // longest common part of a[i:] and b[j:]
	for i := len(a) - 1; i >= 0; i-- {
		for j := len(b) - 1; j >= 0; j-- {
			if a[i].same(b[j]) {
				table[i*width+j] = table[(i+1)*width+j+1] + 1
			} else {
				table[i*width+j] = max(table[(i+1)*width+j], table[i*width+j+1])
			}
		}
	}
	for i, j := 0, 0; i < len(a) && j < len(b); {
		switch {
		case a[i].same(b[j]):
			match[lo+i] = lo + j
			i, j = i+1, j+1
		case table[(i+1)*width+j] >= table[i*width+j+1]:
			i++
		default:
			j++
		}
	}
	return match
}
