package diag

var componentFileRules = []Rule{
	{
		ID:       "component-file/unreadable",
		Severity: Error,
		Summary:  "the file of a site component cannot be read",
		Cause: "Every `.html` file in the site's components folder is the template of a component. " +
			"This one, or the folder itself, cannot be opened.",
		Example: `components/PriceCard.html without permission to read it`,
		Remedy:  "Make the file readable, or correct `components` in source.config.json.",
	},
	{
		ID:       "component-file/name",
		Severity: Error,
		Summary:  "the name of a component file cannot be a tag, or is already taken",
		Cause: "The file is named after the component: `PriceCard.html` is used as `<PriceCard>`. Names begin with an " +
			"uppercase letter and contain only letters and digits; the names of built-in components are taken.",
		Example: `components/price-card.html`,
		Remedy:  "Rename the file, and the tags on the pages.",
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
		Summary:  "the template of a component file cannot be parsed",
		Cause: "The part below the declaration is a Go html/template. Either an action has a mistake, or the HTML is such that " +
			"values cannot be escaped safely, for example in an attribute without quotes.",
		Example: `{{/* props: {title: string} */}}<p>{{if .title}}<b>{{.title}}</b></p>`,
		Remedy:  "Fix the template at the line shown: close every `{{if}}`, `{{with}}` and `{{range}}`, and quote attributes.",
	},
	{
		ID:       "component-file/unknown-prop",
		Severity: Error,
		Summary:  "the template of a component file uses a prop that is not declared",
		Cause: "Pages can set only declared props, so the value would be empty on every page. " +
			"Usually the name is spelled in two different ways.",
		Example: `{{/* props: {title: string} */}}<p>{{.titel}}</p>`,
		Remedy:  "Correct the spelling, or declare the prop. Every template also has `children`, `id` and `className`.",
	},
	{
		ID:       "component-file/unsafe-html",
		Severity: Error,
		Summary:  "a component file contains HTML that browsers will block",
		Cause: "Built sites have a content security policy that rules out inline scripts, inline styles and foreign content. " +
			"Browsers would block elements such as `script` and `style`, event attributes and the `style` attribute.",
		Example: `{{/* props: {} */}}<button onclick="open()">{{.children}}</button>`,
		Remedy:  "Use HTML that works without scripts (`details`, links, radio buttons) and the theme's classes.",
	},
}
