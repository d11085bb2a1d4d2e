package diag

import (
	"slices"
	"sort"
)

// Rule is one kind of finding. Its ID is `area/what-is-wrong` and is never
// renamed or reused. Cause, Example and Remedy are what `docs explain` prints:
// plain text, Example being a short piece of author text that fires the rule.
type Rule struct {
	ID       string
	Severity Severity
	Summary  string // one line, no full stop
	Cause    string
	Example  string
	Remedy   string
}

// rules is the whole table, one slice for each area.
var rules = sorted(
	runRules, mdxRules, frontMatterRules, configRules, pageRules, navRules, fileRules,
	linkRules, outlineRules, componentRules, componentFileRules, systemRules, exampleRules, shellRules, yamlProofRules, secondRules, coverageRules, searchRules, ledgerRules, compozyRules,
)

func sorted(areas ...[]Rule) []Rule {
	all := slices.Concat(areas...)
	sort.Slice(all, func(i, j int) bool { return all[i].ID < all[j].ID })
	return all
}

// Rules returns every rule, by id.
func Rules() []Rule { return slices.Clone(rules) }

// RuleIDs returns every rule's id, sorted.
func RuleIDs() []string {
	ids := make([]string, len(rules))
	for i, r := range rules {
		ids[i] = r.ID
	}
	return ids
}

// Lookup returns the rule with the id.
func Lookup(id string) (Rule, bool) {
	i := sort.Search(len(rules), func(i int) bool { return rules[i].ID >= id })
	if i < len(rules) && rules[i].ID == id {
		return rules[i], true
	}
	return Rule{}, false
}
