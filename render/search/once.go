package search

import "strings"

// once returns the sections with what is said again counted once: references
// print a setting on its page, its variable and its flag on theirs, and parts
// of all of them where they are explained. Entries of excerpts that the whole
// has are left out, and of the texts that are marked as said again only those
// remain counted that nothing else says. The arguments are not changed.
func once(sections []Section) []Section {
	said, settings := map[string]bool{}, map[string]bool{}
	for i := range sections {
		s := &sections[i]
		if s.Part {
			continue
		}
		for _, name := range namesOf(s) {
			said[name] = true
		}
		settings[s.Heading] = settings[s.Heading] || s.Row && s.Same == ""
		again := s.Again
		for j, text := range s.Text {
			if len(again) > 0 && again[0] == j {
				again = again[1:]
				continue
			}
			said[text] = true
		}
		for _, code := range s.Code {
			said[oneLine(code)] = true
		}
	}
	out := make([]Section, 0, len(sections))
	for _, s := range sections {
		if s.Part {
			names := namesOf(&s)
			if said[names[0]] {
				continue
			}
			for _, name := range names {
				said[name] = true
			}
		}
		if !settings[s.Same] {
			s.Same = ""
		}
		if len(s.Again) > 0 {
			var again []int
			for _, i := range s.Again {
				if said[s.Text[i]] {
					again = append(again, i)
				}
				said[s.Text[i]] = true
			}
			s.Again = again
		}
		out = append(out, s)
	}
	return out
}

// namesOf are what a section is called: its heading and, of a flag that is
// shown as "-m, --mode string", the flag.
func namesOf(s *Section) []string {
	names := []string{s.Heading}
	for word := range strings.FieldsSeq(s.Heading) {
		if word = strings.TrimSuffix(word, ","); strings.HasPrefix(word, "-") && word != s.Heading {
			names = append(names, word)
		}
	}
	return names
}
