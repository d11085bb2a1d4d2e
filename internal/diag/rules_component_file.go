package diag

var componentFileRules = []Rule{
	{
		ID:       "component-file/unreadable",
		Severity: Error,
		Summary:  "a file of a site-defined component cannot be read",
		Cause: "Every `.html` file in the site's folder of components is the template of a component. " +
			"This one, or the folder itself, cannot be opened.",
		Example: `components/PriceCard.html without permission to read it`,
		Remedy:  "Make the file readable, or correct `components` in source.config.json.",
	},
	{
		ID:       "component-file/name",
		Severity: Error,
		Summary:  "a component file has a name that no tag can have, or a name that is taken",
		Cause: "A file's name is the component's name: `PriceCard.html` is written `<PriceCard>`. Names begin with an " +
			"upper-case letter and hold letters and digits; the names of built-in components are taken.",
		Example: `components/price-card.html`,
		Remedy:  "Rename the file, and the tags on the pages with it.",
	},
	{
		ID:       "component-file/declaration",
		Severity: Error,
		Summary:  "the declaration at the top of a component file is missing or wrong",
		Cause: "A component file begins with a template comment that declares its props in YAML. Pages are checked " +
			"against it, so a mistake here would let mistakes on pages through.",
		Example: `{{/* props: {title: {type: strin}} */}}<p>{{.title}}</p>`,
		Remedy: "Begin the file with `{{/* props: … */}}`. A prop has `type` (string, number, boolean, list, object, markup, any), " +
			"`required`, `enum`, `default`, `summary` and `url` (link or load).",
	},
	{
		ID:       "component-file/template",
		Severity: Error,
		Summary:  "the template of a component file does not parse",
		Cause: "The part below the declaration is a Go html/template. It has a mistake in its actions, or HTML in which " +
			"values cannot be escaped safely, such as an attribute without quotes.",
		Example: `{{/* props: {title: string} */}}<p>{{if .title}}<b>{{.title}}</b></p>`,
		Remedy:  "Mend the template at the line shown: close every `{{if}}`, `{{with}}` and `{{range}}`, and quote attributes.",
	},
	{
		ID:       "component-file/unknown-prop",
		Severity: Error,
		Summary:  "the template of a component file uses a prop that it does not declare",
		Cause: "Pages may write declared props only, so the value would be empty on every page. " +
			"Most often the name is spelled in two ways.",
		Example: `{{/* props: {title: string} */}}<p>{{.titel}}</p>`,
		Remedy:  "Correct the spelling, or declare the prop. Every template also has `children`, `id` and `className`.",
	},
	{
		ID:       "component-file/unsafe-html",
		Severity: Error,
		Summary:  "a component file holds HTML that a built site does not run",
		Cause: "Built sites work under a policy without inline script, inline style and foreign content. " +
			"Elements such as `script` and `style`, event attributes and the `style` attribute would be blocked by the browser.",
		Example: `{{/* props: {} */}}<button onclick="open()">{{.children}}</button>`,
		Remedy:  "Use HTML that works by itself (`details`, links, radio buttons) and the classes of the theme.",
	},
}
