package diag

// Report is what a run has to say: its findings in order, and the counts that
// show how much was looked at. A run that found nothing because it looked at
// nothing is told apart from a clean one by its Summary.
type Report struct {
	Summary     Summary
	Diagnostics []Diagnostic // sorted; reporters print them as they come
}

// Summary counts what a run proved.
type Summary struct {
	Pages         int
	Links         int // resolved inside the site
	ExternalLinks int // links to other hosts
	// ExternalChecked says that the external links were asked, not only read.
	ExternalChecked bool
	Examples        Examples
}

// Examples counts fences by the level of their proof.
type Examples struct {
	Executed  int // ran against the real system
	Validated int // judged by its language's parser and schema
	Parsed    int // read by its language's parser
	Display   int // shown only, with a written reason
}

// Total returns the number of fences of all levels.
func (e Examples) Total() int { return e.Executed + e.Validated + e.Parsed + e.Display }

// Plus returns the sums of both, level by level.
func (e Examples) Plus(o Examples) Examples {
	return Examples{e.Executed + o.Executed, e.Validated + o.Validated, e.Parsed + o.Parsed, e.Display + o.Display}
}
