package site

import (
	"slices"
	"strings"

	"github.com/compozy/docs/internal/diag"
	"github.com/compozy/docs/internal/tree"
)

// redirectEnd is where a redirect leads after all its hops.
type redirectEnd struct {
	first  *Redirect
	target Target
	fault  string // why it leads nowhere, or ""
}

// indexRedirects enters the redirects into the addresses and follows each to
// its end, so that Resolve need not.
func (s *Site) indexRedirects(outlines map[*Page]outline) []diag.Diagnostic {
	var ds []diag.Diagnostic
	all := make([]*Redirect, 0, len(s.Config.Redirects))
	for _, r := range s.Config.Redirects {
		all = append(all, &r)
	}
	for _, p := range s.Pages {
		all = append(all, aliases(p, outlines[p])...)
	}
	byFrom := make(map[string]*Redirect, len(all))
	room := newOccupied(s, len(all))
	for _, r := range all {
		clean, ok := oldAddress(r.From)
		if !ok {
			ds = append(ds, diag.New("config/invalid-value", r.FromSpan, "a redirect cannot start at %q", unquote(r.FromSpan)).
				WithAdvice("write the old address from the site's root, without query or fragment: \"/docs/old-name/\""))
			continue
		}
		key := strings.TrimSuffix(clean, "/")
		r.From = redirectFrom(key)
		r.Out = redirectOut(r.From)
		if d, taken := s.shadowed(r, key); taken {
			ds = append(ds, d)
			continue
		}
		if first, ok := byFrom[key]; ok {
			ds = append(ds, diag.New("config/redirect-duplicate", r.FromSpan, "%q is redirected twice", r.From).
				WithNote(first.FromSpan, "it is redirected here first").
				WithAdvice("keep one of the two"))
			continue
		}
		if d, taken := room.taken(r); taken {
			ds = append(ds, d)
			continue
		}
		byFrom[key] = r
		s.Redirects = append(s.Redirects, r)
	}
	slices.SortFunc(s.Redirects, func(a, b *Redirect) int { return strings.Compare(a.From, b.From) })

	ends := make([]*redirectEnd, len(s.Redirects))
	for i, r := range s.Redirects {
		end, d := s.follow(r, byFrom)
		ends[i] = end
		ds = append(ds, d...)
	}
	for i, r := range s.Redirects {
		s.addresses[strings.TrimSuffix(r.From, "/")] = ends[i]
	}
	// What leads nowhere stays an address (links to it are not reported again)
	// but is no redirect that could be written.
	s.Redirects = slices.DeleteFunc(s.Redirects, func(r *Redirect) bool {
		return s.addresses[strings.TrimSuffix(r.From, "/")].(*redirectEnd).fault != ""
	})
	return ds
}

// oldAddress returns the address that a redirect starts at in its one form:
// decoded, and that of the folder for its index.html. ok is false when no
// static host could serve a file there.
func oldAddress(from string) (clean string, ok bool) {
	if !strings.HasPrefix(from, "/") || strings.HasPrefix(from, "//") || strings.ContainsAny(from, "?#") {
		return "", false
	}
	name, fault := decodePath(from)
	if fault != "" {
		return "", false
	}
	name, inside := join("", name)
	if !inside {
		return "", false
	}
	for segment := range strings.SplitSeq(strings.TrimSuffix(name, "/"), "/") {
		if segment != "" && nameFault(segment) != "" {
			return "", false
		}
	}
	clean = "/" + name
	if folder, ok := strings.CutSuffix(clean, "/index.html"); ok {
		clean = folder + "/"
	}
	return clean, true
}

// redirectOut returns the file that a static host serves at an old address.
func redirectOut(from string) string {
	if strings.HasSuffix(from, "/") {
		from += "index.html"
	}
	return from[1:]
}

// occupied knows the files and folders of the output, without letter case,
// because some file systems have none.
type occupied struct {
	files   map[string]string // folded path -> who writes it
	folders map[string]string // folded path -> who writes a file below it
}

// newOccupied is empty when there are no redirects to ask it.
func newOccupied(s *Site, redirects int) occupied {
	o := occupied{files: map[string]string{}, folders: map[string]string{}}
	if redirects == 0 {
		return o
	}
	for _, p := range s.Pages {
		o.add(p.Out, "the page "+p.File.Path())
		o.add(TwinOut(p.Out), "the Markdown of "+p.File.Path())
	}
	for _, a := range s.Assets {
		o.add(a.Out, "the file "+a.Path)
	}
	return o
}

func (o occupied) add(out, owner string) {
	key := foldCase(out)
	o.files[key] = owner
	for slash := strings.LastIndexByte(key, '/'); slash >= 0; slash = strings.LastIndexByte(key[:slash], '/') {
		if _, ok := o.folders[key[:slash]]; ok {
			break
		}
		o.folders[key[:slash]] = owner
	}
}

// taken refuses a redirect whose file cannot stand beside the others.
func (o occupied) taken(r *Redirect) (diag.Diagnostic, bool) {
	key := foldCase(r.Out)
	owner := o.files[key]
	if owner == "" {
		owner = o.folders[key]
	}
	for slash := strings.LastIndexByte(key, '/'); slash >= 0 && owner == ""; slash = strings.LastIndexByte(key[:slash], '/') {
		owner = o.files[key[:slash]]
	}
	if owner != "" {
		return diag.New("config/redirect-shadows-page", r.FromSpan, "the file of the redirect from %q, %q, would be in the way of %s", r.From, r.Out, owner).
			WithAdvice("redirect a different address; some file systems ignore case"), true
	}
	o.add(r.Out, "the redirect from \""+r.From+"\"")
	return diag.Diagnostic{}, false
}

// aliases returns the redirects that a page asks for itself.
func aliases(p *Page, o outline) []*Redirect {
	var out []*Redirect
	for _, n := range o.aliases {
		out = append(out, &Redirect{From: redirectFrom(n.Text), To: p.Route, Span: n.Span, FromSpan: n.Span, ToSpan: n.Span})
	}
	return out
}

func (s *Site) shadowed(r *Redirect, key string) (diag.Diagnostic, bool) {
	if _, own := reserved(claim{out: r.Out}); own {
		return diag.New("config/redirect-shadows-page", r.FromSpan, "the redirect from %q would hide a file that the builder writes", r.From).
			WithAdvice("redirect another address"), true
	}
	var kind, file string
	switch found := s.addresses[key].(type) {
	case *Page:
		kind, file = "page", found.File.Path()
	case *Asset:
		kind, file = "file", found.Path
	default:
		return diag.Diagnostic{}, false
	}
	return diag.New("config/redirect-shadows-page", r.FromSpan, "the redirect from %q would hide an existing %s", r.From, kind).
		WithAdvice("the %s is %s; delete the redirect, or rename the %s", kind, file, kind), true
}

// follow walks from one redirect to the next. Each redirect of a loop would be
// found guilty of it; only the first one by address is reported.
func (s *Site) follow(r *Redirect, byFrom map[string]*Redirect) (*redirectEnd, []diag.Diagnostic) {
	end := &redirectEnd{first: r}
	var chain []*Redirect
	seen := map[*Redirect]bool{}
	for at := r; ; {
		if seen[at] {
			end.fault = "its redirect leads back to itself"
			loop := chain[slices.Index(chain, at):]
			if r != slices.MinFunc(loop, func(a, b *Redirect) int { return strings.Compare(a.From, b.From) }) {
				return end, nil // reported at the first of the loop
			}
			return end, []diag.Diagnostic{loopFinding(loop, r)}
		}
		seen[at] = true
		chain = append(chain, at)
		end.target = s.Resolve(nil, at.To)
		if end.target.Kind == TargetMissing {
			if next, ok := byFrom[strings.TrimSuffix(end.target.Path, "/")]; ok {
				at = next
				continue
			}
		}
		break
	}
	last := chain[len(chain)-1]
	switch end.target.Kind {
	case TargetPage:
		if fragment := end.target.Fragment; !end.target.Page.HasAnchor(fragment) {
			end.fault = "its redirect leads to a missing anchor"
			if last != r {
				return end, nil // reported at the last one of the chain
			}
			d := diag.New("config/redirect-missing", r.ToSpan, "the redirect leads to %q: %s has no anchor %q", r.To, end.target.Page.File.Path(), "#"+fragment)
			if near := s.NearestAnchor(end.target.Page, fragment); near != "" {
				d = d.WithAdvice("did you mean %q?", "#"+near)
			} else {
				d = d.WithAdvice("write the id of a heading of that page, or leave out the fragment")
			}
			return end, []diag.Diagnostic{d}
		}
	case TargetMissing, TargetInvalid:
		end.fault = "its redirect leads to a missing address"
		if last != r {
			return end, nil // reported at the last one of the chain
		}
		why := "there is nothing at this address"
		if end.target.Reason != "" {
			why = end.target.Reason
		}
		d := diag.New("config/redirect-missing", r.ToSpan, "the redirect leads to %q: %s", r.To, why)
		if near := s.Suggest(end.target); near != "" {
			d = d.WithAdvice("did you mean %q?", near).WithFix(r.ToSpan, requote(r.ToSpan, near), "redirect to "+near).Unsure(!s.Sure(end.target))
		} else {
			d = d.WithAdvice("write the address of a page (\"/docs/\"), or of another site (\"https://…\")")
		}
		return end, []diag.Diagnostic{d}
	}
	if len(chain) > 1 && r.FromSpan.File == s.Config.File {
		return end, []diag.Diagnostic{diag.New("config/redirect-chain", r.ToSpan, "the redirect leads to %q, which is redirected again", r.To).
			WithNote(chain[1].FromSpan, "it is redirected here").
			WithAdvice("redirect straight to %q", last.To).
			WithFix(r.ToSpan, requote(r.ToSpan, last.To), "redirect to "+last.To)}
	}
	return end, nil
}

func loopFinding(loop []*Redirect, r *Redirect) diag.Diagnostic {
	d := diag.New("config/redirect-loop", r.ToSpan, "the redirect from %q leads back to itself", r.From)
	for _, hop := range loop {
		if hop != r {
			d = d.WithNote(hop.ToSpan, "%q leads to %q", hop.From, hop.To)
		}
	}
	return d.WithAdvice("point one of them to a page")
}

// stringList returns the strings of a node that is one or a list of them.
func stringList(n *tree.Node) []*tree.Node {
	if n == nil {
		return nil
	}
	if n.Kind == tree.String {
		return []*tree.Node{n}
	}
	return slices.DeleteFunc(slices.Clone(items(n)), func(n *tree.Node) bool { return n.Kind != tree.String })
}
