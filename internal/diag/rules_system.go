package diag

// systemRules are about components that show the documented system.
var systemRules = []Rule{
	{
		ID: "component/unknown-reference", Severity: Error,
		Summary: "a component names something that does not exist",
		Cause: "The prop names a command, a setting, a rule area, a measurement or another thing of the documented system, " +
			"and the system has nothing of that name. The page would show an empty table, or a figure that nobody measured. " +
			"Or it names an icon that nobody has drawn, and the page would show a plain mark.",
		Example: `<CliReference command="compozy strat" />`,
		Remedy: "Correct the name; the message suggests the closest one that exists. A name that used to exist has been renamed or " +
			"removed in the system, so the text around it needs a look too. Measurements are written by `make measure`.",
	},
	{
		ID: "component/mermaid", Severity: Error,
		Summary: "a chart cannot be drawn",
		Cause: "Charts are drawn while the site is built, and the drawing shows every statement or none: " +
			"this one has a mistake, or a statement that would be left out.",
		Example: "<Mermaid chart={`flowchart LR\n  A -->`} />",
		Remedy:  "Mend the statement at the marked place. Flowcharts, sequence, state, class and entity-relationship diagrams are drawn.",
	},
	{
		ID: "component/measurements", Severity: Error,
		Summary: "the recorded measurements cannot be read",
		Cause: "The figures on the pages come from content/measurements.json, and that file is no list of measurements: " +
			"it was edited by hand, or another version of the program wrote it.",
		Example: `{"version": 1, "figures": [`,
		Remedy:  "Run `make measure`, which writes the file anew, or take it back from version control.",
	},
}
