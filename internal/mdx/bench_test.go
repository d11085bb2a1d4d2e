package mdx

import (
	"strings"
	"testing"

	"github.com/compozy/docs/internal/source"
)

// typicalPage is like a page of this site: prose, links, lists, a table,
// fences and components, about 6 KB.
var typicalPage = "---\ntitle: Redis\ndescription: How the cache is configured\n---\n\n" + strings.Repeat(`## Persistence options

The embedded cache keeps *everything* in memory. With `+"`persistence.enabled`"+` it writes
snapshots to [a directory](../deployment/standalone-mode.mdx#snapshots) and **restores**
the newest one at start[^1].

<Callout type="warning" title="Not for production">
  Data since the last snapshot is lost on a crash.

  - one process
  - no replication
</Callout>

| key | default | meaning |
|-----|---------|---------|
| `+"`data_dir`"+` | – | where snapshots go |
| `+"`snapshot_interval`"+` | 5m | gap between them |

`+"```yaml title=\"compozy.yaml\" {2-3}\nmode: standalone\nredis:\n  standalone:\n    persistence:\n      enabled: true\n```"+`

<Tabs items={["macOS", "Linux"]}>
<Tab>Install with <Kbd>brew</Kbd>.</Tab>
<Tab>Use your package manager.</Tab>
</Tabs>

`, 6) + "[^1]: After it was verified.\n"

func BenchmarkParse(b *testing.B) {
	text := []byte(typicalPage)
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	for b.Loop() {
		if _, diags := Parse(source.NewFile("page.mdx", text), Options{MDX: true, Vocabulary: anything{}}); len(diags) > 0 {
			b.Fatal(diags)
		}
	}
}

// BenchmarkParseMegabyte shows that time grows with size and no faster: its
// bytes per second are BenchmarkParse's.
func BenchmarkParseMegabyte(b *testing.B) {
	text := []byte(strings.Repeat(typicalPage[strings.Index(typicalPage, "## "):strings.LastIndex(typicalPage, "[^1]:")], (1<<20)/len(typicalPage)) + "[^1]: x\n")
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		if _, diags := Parse(source.NewFile("page.mdx", text), Options{MDX: true, Vocabulary: anything{}}); len(diags) > 0 {
			b.Fatal(diags)
		}
	}
}
