// What other search libraries find, and what a reader of theirs transfers.
//
//   node search.mjs < TASK
//
// TASK is JSON: {tools, chromium, queries, sections: [{page, title, heading,
// text, code}], pages: [{page, html}]}. The answer is a list with one entry for
// each engine: the pages that it gives for each query in their order, and the
// bytes of its first query, compressed.
import { createServer } from "node:http";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { pathToFileURL } from "node:url";
import { readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";

const task = JSON.parse(await text(process.stdin));
const load = (...names) => import(pathToFileURL(join(task.tools, ...names)).href);
const size = (data) => gzipSync(data, { level: 9 }).length;
const file = (...names) => readFileSync(join(task.tools, ...names));
const unique = (list) => [...new Set(list)];
const same = (n) => task.queries.map(() => n); // the whole index comes with any first query

// By their files: some say where these are for a bundler alone.
const { transform } = (await load("esbuild", "lib", "main.js")).default;
const { default: MiniSearch } = await load("minisearch", "dist", "es", "index.js");
const docs = task.sections.map((s, id) => ({ id, ...s }));
const fields = ["title", "heading", "text", "code"];
const answer = [];

// It ships no minified file, as the others do.
const program = size((await transform(String(file("minisearch", "dist", "umd", "index.js")), { minify: true })).code);
function withMini(name, options) {
  const mini = new MiniSearch({ fields, storeFields: [] });
  mini.addAll(docs);
  const shipped = program + size(JSON.stringify(mini));
  const found = task.queries.map((q) => unique(mini.search(q, options).map((r) => docs[r.id].page)));
  answer.push({ name, found, bytes: same(shipped) });
}
withMini("MiniSearch, as it comes", {});
withMini("MiniSearch, prefix and fuzzy", { prefix: true, fuzzy: 0.2, boost: { title: 4, heading: 3 } });

// FlexSearch gives a list for each field, and no scores: a page stands where
// its best field has it, fields in the order of their weight.
const flexsearch = await load("flexsearch", "dist", "flexsearch.bundle.module.min.mjs");
const Document = flexsearch.Document ?? flexsearch.default.Document;
const flex = new Document({ document: { id: "id", index: fields.map((field) => ({ field, tokenize: "forward" })) } });
for (const d of docs) flex.add(d);
const parts = [];
await flex.export((key, data) => data && parts.push(String(data)));
answer.push({
  name: "FlexSearch, prefix and suggest",
  found: task.queries.map((q) => unique(flex.search(q, { limit: 50, suggest: true }).flatMap((f) => f.result.map((id) => docs[id].page)))),
  bytes: same(size(file("flexsearch", "dist", "flexsearch.bundle.min.js")) + size(parts.join("\n"))),
});

// Pagefind runs in a browser, from files that a host serves.
const pagefind = await load("pagefind", "lib", "index.js");
const { launch } = await load("puppeteer-core", "lib", "esm", "puppeteer", "puppeteer-core.js");
const { index } = await pagefind.createIndex({ rootSelector: "article" });
for (const p of task.pages) await index.addHTMLFile({ url: p.page, content: p.html });
const { files } = await index.getFiles();
const published = new Map(files.map((f) => ["/pagefind/" + f.path, f.content]));
await pagefind.close();

let sent = 0;
const server = createServer((request, response) => {
  const path = new URL(request.url, "http://localhost").pathname;
  const content = published.get(path);
  if (path !== "/" && !content) {
    response.writeHead(404).end();
    return;
  }
  const kind = path === "/" ? "text/html" : path.endsWith(".js") ? "text/javascript" : path.endsWith(".json") ? "application/json" : "application/octet-stream";
  // Its shards are compressed already.
  const packed = content ? gzipSync(content, { level: 9 }) : Buffer.from("<!doctype html><html lang=en><title>t</title>");
  const smaller = content && packed.length < content.length;
  const body = smaller ? packed : (content ?? packed);
  sent += path === "/" ? 0 : body.length;
  response.writeHead(200, { "content-type": kind, ...(smaller ? { "content-encoding": "gzip" } : {}) });
  response.end(body);
});
await new Promise((done) => server.listen(0, "127.0.0.1", done));
const base = `http://127.0.0.1:${server.address().port}/`;
const browser = await launch({ executablePath: task.chromium, args: ["--no-sandbox", "--disable-gpu"] });
const found = [];
const bytes = [];
try {
  for (const query of task.queries) {
    const context = await browser.createBrowserContext(); // nothing is kept of the query before
    const tab = await context.newPage();
    await tab.goto(base);
    sent = 0;
    found.push(
      unique(
        await tab.evaluate(async (q) => {
          const pf = await import("/pagefind/pagefind.js");
          await pf.init();
          const { results } = await pf.search(q);
          return (await Promise.all(results.slice(0, 6).map((r) => r.data()))).map((d) => d.url);
        }, query),
      ),
    );
    bytes.push(sent);
    await context.close();
  }
} finally {
  await browser.close();
  server.close();
}
answer.push({ name: "Pagefind", found, bytes });
process.stdout.write(JSON.stringify(answer));
