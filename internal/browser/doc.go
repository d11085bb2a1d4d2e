// Package browser holds no code, only tests: the built site in a real browser.
//
// The suite builds the pages of this repository once, serves them with the
// headers of their own _headers file, and opens each of them in Chromium. It
// looks for what only a browser can tell: errors on the console, requests that
// the policy forbids or that leave the site, pages that scroll sideways, things
// that move while a page loads, and what axe-core says about accessibility.
// Then it uses every control as a reader does, with pointer and keyboard, and
// reads the pages once more without JavaScript.
//
// Two variables say what it works with:
//
//	DOCS_BROWSER_TOOLS  the folder node_modules with axe-core, html-validate and lighthouse
//	DOCS_BROWSER_SHOTS  a folder for pictures of the pages, to be looked at
//
// Without Chromium or the tools, tests are skipped and say so. When CI is set,
// they fail instead: a suite that did not run has shown nothing.
package browser
