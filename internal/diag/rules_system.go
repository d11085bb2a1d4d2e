package diag

// systemRules are about components that show the documented system.
var systemRules = []Rule{
	{
		ID: "component/unknown-reference", Severity: Error,
		Summary: "a component names something that does not exist",
		Cause: "The prop names a command, a setting, a rule area, a measurement or another part of the documented system, " +
			"and the system has nothing with that name. The page would show an empty table, or a figure that was never measured. " +
			"Or it names an icon that does not exist, and the page would show a placeholder.",
		Example: `<CliReference command="compozy strat" />`,
		Remedy: "Correct the name; the message suggests the closest one that exists. If the name used to exist, it was renamed or " +
			"removed in the system, so review the text around it too. Measurements are written by `make measure`.",
	},
	{
		ID: "component/mermaid", Severity: Error,
		Summary: "a Mermaid chart cannot be drawn",
		Cause: "Charts are drawn while the site is built, and a drawing shows either every statement or nothing: " +
			"this one has a mistake, or a statement that would be left out.",
		Example: "<Mermaid chart={`flowchart LR\n  A -->`} />",
		Remedy:  "Fix the statement at the marked place. Flowcharts and sequence, state, class and entity-relationship diagrams are supported.",
	},
	{
		ID: "component/measurements", Severity: Error,
		Summary: "the recorded measurements cannot be read",
		Cause: "The figures on the pages come from content/measurements.json, and that file is not a valid list of measurements: " +
			"it was edited by hand, or written by a different version of the program.",
		Example: `{"version": 1, "figures": [`,
		Remedy:  "Run `make measure`, which regenerates the file, or restore it from version control.",
	},
}
