package diag

var componentRules = []Rule{
	{
		ID:       "component/unknown-prop",
		Severity: Error,
		Summary:  "a component is given a prop that it does not have",
		Cause: "Each component declares its props. A prop outside that list would be dropped without a word, " +
			"and the reader would not see what the author meant.",
		Example: `<Callout titel="Before you start">Stop the server first.</Callout>`,
		Remedy: "Correct the spelling, or remove the prop. The message names the closest prop that the component has; " +
			"every component also accepts `id` and `className`.",
	},
	{
		ID:       "component/missing-prop",
		Severity: Error,
		Summary:  "a component lacks a prop that it needs",
		Cause:    "The component cannot print anything useful without this prop, so its declaration marks it as required.",
		Example:  `<Diagram />`,
		Remedy:   "Add the prop to the opening tag. A prop whose value is null or undefined counts as absent.",
	},
	{
		ID:       "component/prop-type",
		Severity: Error,
		Summary:  "a prop has a value of the wrong type, or one that is not allowed",
		Cause: "Props keep the type that the author wrote: a quoted value is text, `{3}` is a number, `{true}` is a boolean, " +
			"`{[…]}` is a list. Some text props accept a fixed set of words only.",
		Example: `<Callout type="warnign">Stop the server first.</Callout>`,
		Remedy:  "Write a value of the declared type, or one of the allowed words; the message names both.",
	},
	{
		ID:       "component/misplaced",
		Severity: Error,
		Summary:  "a component stands outside the component that it belongs to",
		Cause: "Some components are parts of another one (`Tab` of `Tabs`, `Step` of `Steps`) and have no meaning, " +
			"and often no layout, anywhere else. Elements of HTML in between do not matter.",
		Example: `<Tab label="Linux">Run the installer.</Tab>`,
		Remedy:  "Move the component into its parent, or wrap it in one.",
	},
	{
		ID:       "component/unknown-element",
		Severity: Error,
		Summary:  "an element is none that browsers know",
		Cause: "A tag whose name begins with a small letter is an element of HTML, and of SVG or MathML inside `svg` and `math`. " +
			"A browser takes any other name without a word and shows the text inside as if there were no tag: " +
			"a misspelt `div`, a component written with a small letter, or an element that HTML has dropped.",
		Example: `<callout type="warning">Stop the server first.</callout>`,
		Remedy: "Use the suggested name; components begin with a capital letter. If the word itself is meant, as in a path with a `<name>` in it, " +
			"put it in code. An element of your own (a custom element) needs a dash in its name and is left alone.",
	},
	{
		ID:       "a11y/image-alt",
		Severity: Warning,
		Summary:  "an image has no alternative text",
		Cause: "A reader who cannot see the image, and every text browser, search engine and offline copy, " +
			"gets only its alternative text.",
		Example: `![](./modes.svg)`,
		Remedy: "Say in a few words what the image shows. For an image that only decorates, write an HTML `img` " +
			"with an empty alternative text: `<img src=\"…\" alt=\"\" />`.",
	},
}
