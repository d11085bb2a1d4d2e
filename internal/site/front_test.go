package site

import (
	"testing"
	"time"
)

func TestFrontMatterOfAPage(t *testing.T) {
	t.Parallel()
	commit := time.Date(2025, 5, 4, 3, 2, 1, 0, time.UTC)
	tests := []struct {
		name, front   string
		changed, icon string
		contents      bool
		found         int
	}{
		{"nothing", "title: Page\n", "2025-05-04", "", true, 0},
		{"all", "title: Page\nupdated: 2026-01-31\nicon: rocket\ntoc: false\n", "2026-01-31", "rocket", false, 0},
		{"quoted", "title: Page\nupdated: \" 2026-01-31 \"\ntoc: true\n", "2026-01-31", "", true, 0},
		{"no such day", "title: Page\nupdated: 2026-02-31\n", "2025-05-04", "", true, 1},
		{"another form", "title: Page\nupdated: 31 January 2026\n", "2025-05-04", "", true, 1},
		{"empty", "title: Page\nupdated: \"\"\n", "2025-05-04", "", true, 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s, found := indexed(t, disk{"content/index.mdx": "---\n" + tt.front + "---\n\nText.\n"})
			p := s.Pages[0]
			p.Updated = commit
			if got := p.Changed().Format(time.DateOnly); got != tt.changed {
				t.Errorf("the page changed on %s, want %s", got, tt.changed)
			}
			if p.Icon() != tt.icon || p.Contents() != tt.contents {
				t.Errorf("icon %q and contents %v, want %q and %v", p.Icon(), p.Contents(), tt.icon, tt.contents)
			}
			if len(found) != tt.found {
				t.Errorf("%d findings, want %d: %v", len(found), tt.found, found)
			}
		})
	}
}
