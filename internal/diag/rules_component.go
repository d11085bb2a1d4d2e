package diag

var componentRules = []Rule{
	{
		ID:       "component/unknown-prop",
		Severity: Error,
		Summary:  "a component does not have this prop",
		Cause: "Each component declares its props. Any other prop would be silently dropped, " +
			"and the reader would not see what the author meant.",
		Example: `<Callout titel="Before you start">Stop the server first.</Callout>`,
		Remedy: "Correct the spelling, or remove the prop. The message names the closest prop that the component has; " +
			"every component also accepts `id` and `className`.",
	},
	{
		ID:       "component/missing-prop",
		Severity: Error,
		Summary:  "a component is missing a required prop",
		Cause:    "The component cannot show anything useful without this prop, so it is declared as required.",
		Example:  `<Diagram />`,
		Remedy:   "Add the prop to the opening tag. A prop whose value is null or undefined counts as absent.",
	},
	{
		ID:       "component/prop-type",
		Severity: Error,
		Summary:  "a prop has the wrong type or a value that is not allowed",
		Cause: "Props keep the type that the author wrote: a quoted value is text, `{3}` is a number, `{true}` is a boolean, " +
			"`{[…]}` is a list. Some text props accept only a fixed set of words.",
		Example: `<Callout type="warnign">Stop the server first.</Callout>`,
		Remedy:  "Write a value of the declared type, or one of the allowed words; the message names both.",
	},
	{
		ID:       "component/misplaced",
		Severity: Error,
		Summary:  "a component is outside the component it belongs to",
		Cause: "Some components are parts of another one (`Tab` of `Tabs`, `Step` of `Steps`). On their own they have no meaning " +
			"and often no layout. HTML elements in between do not matter.",
		Example: `<Tab label="Linux">Run the installer.</Tab>`,
		Remedy:  "Move the component into its parent, or wrap it in one.",
	},
	{
		ID:       "component/unknown-element",
		Severity: Error,
		Summary:  "an element that browsers do not know",
		Cause: "A tag whose name begins with a lowercase letter is an HTML element or, inside `svg` and `math`, an SVG or MathML element. " +
			"Browsers silently accept any other name and show the text inside as if there were no tag: " +
			"a misspelled `div`, a component without its capital letter, or an element that HTML has dropped.",
		Example: `<callout type="warning">Stop the server first.</callout>`,
		Remedy: "Use the suggested name; components begin with a capital letter. If you mean the text itself, such as `<name>` in a path, " +
			"put it in code. Custom elements need a hyphen in their names and are not checked.",
	},
	{
		ID:       "a11y/image-alt",
		Severity: Warning,
		Summary:  "an image has no alternative text",
		Cause: "Readers who cannot see the image, text browsers, search engines and offline copies " +
			"get only its alternative text.",
		Example: `![](./modes.svg)`,
		Remedy: "Say in a few words what the image shows. For a decorative image, write an HTML `img` " +
			"with empty alternative text: `<img src=\"…\" alt=\"\" />`.",
	},
}
