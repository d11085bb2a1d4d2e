package site

import (
	"math/bits"
	"path"
	"slices"
	"strings"

	"github.com/compozy/docs/internal/diag"
)

// nearest finds addresses that resemble a missing one. It is asked for broken
// links only, but a site may have thousands of them, so candidates that cannot
// be near are passed over without computing a distance.
type nearest struct {
	addresses []string            // every page and asset, sorted
	folded    map[string]string   // folded address without the slash at its end -> address
	byName    map[string][]string // folded last segment -> addresses, sorted
	names     []nearName          // the keys of byName, sorted
}

type nearName struct {
	name    string
	letters uint64
}

func newNearest(s *Site) nearest {
	n := nearest{folded: map[string]string{}, byName: map[string][]string{}}
	for _, p := range s.Pages {
		n.addresses = append(n.addresses, p.Route)
	}
	for _, a := range s.Assets {
		n.addresses = append(n.addresses, a.URL)
	}
	slices.Sort(n.addresses)
	for _, address := range n.addresses {
		key := foldCase(strings.TrimSuffix(address, "/"))
		if _, ok := n.folded[key]; !ok {
			n.folded[key] = address
		}
		if key == "" {
			continue // the start page has no name that could be misspelt
		}
		name := path.Base(key)
		if n.byName[name] == nil {
			n.names = append(n.names, nearName{name, letters(name)})
		}
		n.byName[name] = append(n.byName[name], address)
	}
	slices.SortFunc(n.names, func(a, b nearName) int { return strings.Compare(a.name, b.name) })
	return n
}

// Suggest returns the address of the site that a missing target probably means,
// without base path, or "". The same last segment in another folder comes
// first, then the nearest spelling.
func (s *Site) Suggest(t Target) string {
	return s.near.address(t.Path)
}

// Sure reports whether what Suggest returns is the one thing that can be meant:
// the address in another spelling, the only page or file of that name, or one
// in the same folder whose name is a slip away and like no other.
func (s *Site) Sure(t Target) bool {
	key := addressKey(t.Path)
	if t.Path == "" {
		return false
	}
	if _, ok := s.near.folded[key]; ok {
		return true
	}
	name := path.Base(key)
	if same := s.near.byName[name]; len(same) > 0 {
		return len(same) == 1
	}
	if path.Ext(name) != "" {
		return false // a.png and b.png are two pictures
	}
	var names []string
	for _, address := range s.near.addresses {
		if other := foldCase(strings.TrimSuffix(address, "/")); other != "" && path.Dir(other) == path.Dir(key) {
			names = append(names, path.Base(other))
		}
	}
	return diag.Sole(name, names) && addressKey(s.Suggest(t)) == path.Join(path.Dir(key), diag.Nearest(name, names))
}

// addressKey is the address of a page or file without what its author may
// write or leave out.
func addressKey(address string) string {
	key := foldCase(strings.TrimSuffix(address, "/"))
	for _, suffix := range []string{".mdx", ".md", ".html"} {
		key = strings.TrimSuffix(key, suffix)
	}
	return strings.TrimSuffix(key, "/index")
}

func (n *nearest) address(missing string) string {
	if missing == "" {
		return ""
	}
	key := addressKey(missing)
	if address, ok := n.folded[key]; ok {
		return address
	}
	name := path.Base(key)
	if same := n.byName[name]; len(same) > 0 {
		return closest(key, same)
	}
	if spelt := diag.Nearest(name, n.alike(name)); spelt != "" {
		return closest(key, n.byName[spelt])
	}
	return ""
}

// page returns the page whose name resembles one of the configuration.
func (n *nearest) page(s *Site, name string) *Page {
	for _, prefix := range []string{"/docs/", "/"} {
		// No address is not the start page's address, which is "" to at.
		if address := n.address(prefix + name); address != "" {
			if p, ok := s.at(address).(*Page); ok {
				return p
			}
		}
	}
	return nil
}

// closest returns the address that shares most segments with the missing one,
// counted from the front and from the back; ties go to the first.
func closest(missing string, addresses []string) string {
	want := strings.Split(strings.Trim(missing, "/"), "/")
	best, most := "", -1
	for _, address := range addresses {
		have := strings.Split(foldCase(strings.Trim(address, "/")), "/")
		shared := 0
		for shared < min(len(want), len(have)) && want[shared] == have[shared] {
			shared++
		}
		back := 0
		for back < min(len(want), len(have)) && want[len(want)-1-back] == have[len(have)-1-back] {
			back++
		}
		// Few surplus folders decide between equals.
		score := (shared+back)*64 - min(len(have), 63)
		if score > most || best == "" {
			best, most = address, score
		}
	}
	return best
}

// alike returns the names whose letters differ so little from the given one
// that they can be near in spelling. Each edit changes at most two letters.
func (n *nearest) alike(name string) []string {
	set, limit := letters(name), 2*(len([]rune(name))/3+1)
	var out []string
	for _, c := range n.names {
		if bits.OnesCount64(set^c.letters) <= limit || strings.HasPrefix(c.name, name) || strings.HasPrefix(name, c.name) {
			out = append(out, c.name)
		}
	}
	return out
}

// letters is the set of a name's letters and digits; others share a bit. It
// ignores what the distance ignores: "_", "-", "." and blanks are one.
func letters(name string) uint64 {
	var set uint64
	for _, r := range name {
		switch {
		case r >= 'a' && r <= 'z':
			set |= 1 << (r - 'a')
		case r >= '0' && r <= '9':
			set |= 1 << (26 + r - '0')
		case strings.ContainsRune("-_. ", r):
			set |= 1 << 40
		default:
			set |= 1 << (41 + r%23)
		}
	}
	return set
}
