package component

import (
	"html/template"
	"slices"
	"strings"

	"github.com/compozy/docs/internal/mdx"
	"github.com/compozy/docs/internal/site"
	"github.com/compozy/docs/render/facts"
)

type redisTables struct {
	base
	Part   bool // an excerpt
	Filter bool
	Counts []stateCount
	Groups []redisGroup
}

type stateCount struct {
	State string
	Tone  string
	N     int
}

type redisGroup struct {
	Heading  template.HTML
	Title    string
	Commands []redisCommand
}

type redisCommand struct {
	facts.RedisCommand
	Anchor string
	Tone   string
	Text   template.HTML
}

// redisTones are the states in the order of the counts.
var redisTones = []stateCount{{State: "supported", Tone: "success"}, {State: "differs", Tone: "caution"}, {State: "refused", Tone: "danger"}, {State: "missing", Tone: "neutral"}}

// redisTitles are the names of groups that their ids do not tell.
var redisTitles = map[string]string{
	"generic": "Keys", "string": "Strings", "bitmap": "Bitmaps", "hash": "Hashes", "list": "Lists", "set": "Sets", "sorted-set": "Sorted sets",
	"stream": "Streams", "geo": "Places", "hyperloglog": "HyperLogLog", "pubsub": "Pub/Sub", "transactions": "Transactions",
	"scripting": "Scripts", "connection": "Connections", "server": "Server", "cluster": "Cluster",
}

func redisTitle(group string) string {
	if t := redisTitles[group]; t != "" {
		return t
	}
	return strings.ReplaceAll(group, "-", " ")
}

func (c *call) redisGroups() ([]facts.RedisGroup, error) {
	ask := c.system().Redis
	if ask == nil {
		return nil, nil
	}
	groups, err := ask()
	if only := c.text("group"); only != "" {
		groups = slices.DeleteFunc(slices.Clone(groups), func(g facts.RedisGroup) bool { return g.Name != only })
	}
	return groups, err
}

// redisAnchor is "redis-set" for the command SET.
func redisAnchor(name string) string { return "redis-" + slug(name) }

func redisView(c *call) any {
	groups, err := c.redisGroups()
	if err != nil {
		return err
	}
	v := redisTables{base: c.base(), Part: c.text("group") != "", Counts: slices.Clone(redisTones)}
	whole := c.text("group") == ""
	n := 0
	for _, g := range groups {
		view := redisGroup{Title: redisTitle(g.Name)}
		if whole {
			view.Heading = heading(c.page.Level(c.el)+1, "redis-group-"+g.Name, template.HTML(template.HTMLEscapeString(view.Title)), view.Title)
		}
		for _, command := range g.Commands {
			n++
			row := redisCommand{RedisCommand: command, Anchor: redisAnchor(command.Name), Text: prose(sentence(capital(command.Note)))}
			if onlyWords(command.Differences) {
				row.Text = "Only the words of errors differ."
			}
			for i := range v.Counts {
				if v.Counts[i].State == command.State {
					v.Counts[i].N++
					row.Tone = v.Counts[i].Tone
				}
			}
			view.Commands = append(view.Commands, row)
		}
		v.Groups = append(v.Groups, view)
	}
	v.Filter = c.flag("filter") || c.el.Attr("filter") == nil && n > manyFields
	return v
}

// onlyWords reports differences that are all between two error messages.
func onlyWords(all []facts.Difference) bool {
	return len(all) > 0 && !slices.ContainsFunc(all, func(d facts.Difference) bool {
		return !strings.HasPrefix(d.Redis, "-") || !strings.HasPrefix(d.Embedded, "-")
	})
}

// redisPrints goes the way of redisView. What cannot be asked prints nothing,
// and rendering says why.
func redisPrints(c *call) []site.Anchor {
	groups, err := c.redisGroups()
	if err != nil {
		return nil
	}
	var out []site.Anchor
	for _, g := range groups {
		if c.text("group") == "" {
			out = append(out, site.Anchor{ID: "redis-group-" + g.Name, Text: redisTitle(g.Name), Level: 1})
		}
		for _, command := range g.Commands {
			out = append(out, site.Anchor{ID: redisAnchor(command.Name), Text: command.Name})
		}
	}
	return out
}

func redisRefs(c *call) []mdx.Reference {
	return c.reference("group", "group of commands", func() []string {
		ask := c.system().Redis
		if ask == nil {
			return nil
		}
		groups, err := ask()
		if err != nil {
			return []string{c.text("group")} // rendering says what is wrong
		}
		var names []string
		for _, g := range groups {
			names = append(names, g.Name)
		}
		slices.Sort(names)
		return names
	})
}
