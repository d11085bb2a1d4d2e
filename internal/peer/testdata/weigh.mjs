// What a browser and Lighthouse say of pages.
//
//   node weigh.mjs < TASK
//
// TASK is JSON: {tools, chromium, runs, pages: [{name, url}]}. The answer is a
// list with one entry for each page: what it transfers by kind (headers
// included, as Lighthouse counts), four scores of each run as a phone on a slow
// network, and what is seen in the loaded page.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { pathToFileURL } from "node:url";

const task = JSON.parse(await text(process.stdin));
const require = createRequire(join(task.tools, "lighthouse", "package.json"));
const load = (name) => import(pathToFileURL(require.resolve(name)).href);
const { default: lighthouse } = await load("lighthouse");
const { launch } = await load("puppeteer-core");
const axe = readFileSync(join(task.tools, "axe-core", "axe.min.js"), "utf8");

const browser = await launch({
  executablePath: task.chromium,
  args: ["--no-sandbox", "--disable-gpu", "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"],
});

const percent = (category) => (category?.score == null ? -1 : Math.round(category.score * 100));

const categories = ["performance", "accessibility", "best-practices", "seo"];
const attempts = 3; // a browser that was too late for what it was asked gives no score

async function measured(url) {
  let lhr;
  for (let i = 0; i < attempts && !categories.every((c) => lhr?.categories[c].score != null); i++) {
    const tab = await browser.newPage();
    ({ lhr } = await lighthouse(url, { logLevel: "error", onlyCategories: categories }, undefined, tab));
    await tab.close();
  }
  return lhr;
}

// What the loaded page shows of itself.
function look() {
  const all = (selector) => [...document.querySelectorAll(selector)];
  const code = (s) => !s.type || s.type === "module" || /javascript/.test(s.type);
  return {
    inlineScripts: all("script:not([src])").filter((s) => code(s) && s.textContent.trim()).length,
    inlineStyles: all("style").filter((s) => s.textContent.trim()).length + all("[style]").length,
    imageTag: all('meta[property="og:image"]').length > 0,
    structured: all('script[type="application/ld+json"]').length > 0,
    markdownLink: all('link[rel="alternate"][type="text/markdown"]').length > 0,
    feedLink: all('link[rel="alternate"][type="application/atom+xml"], link[rel="alternate"][type="application/rss+xml"]').length > 0,
    canonical: all('link[rel="canonical"]').length > 0,
    policy: all('meta[http-equiv="Content-Security-Policy"]').length > 0,
    words: (document.querySelector("main") ?? document.body).innerText.split(/\s+/).length,
    elements: all("*").length,
  };
}

async function seen(url, scripts) {
  const tab = await browser.newPage();
  await tab.setJavaScriptEnabled(scripts);
  await tab.setViewport({ width: 1440, height: 900 });
  const foreign = [];
  const errors = [];
  tab.on("request", (r) => new URL(r.url()).host !== new URL(url).host && r.url().startsWith("http") && foreign.push(r.url()));
  tab.on("pageerror", (e) => errors.push(String(e)));
  tab.on("console", (m) => m.type() === "error" && errors.push(m.text()));
  await tab.goto(url, { waitUntil: scripts ? "networkidle0" : "load" });
  const facts = await tab.evaluate(look);
  // axe runs through the debugger, so the policy of a page does not stand in its way.
  let violations = [];
  if (scripts) {
    await tab.evaluate(axe);
    violations = await tab.evaluate(async () => (await window.axe.run(document, { resultTypes: ["violations"] })).violations.map((v) => `${v.id} (${v.nodes.length})`));
  }
  await tab.close();
  return { ...facts, foreign: foreign.length, errors, violations };
}

const answer = [];
try {
  for (const { name, url } of task.pages) {
    const runs = [];
    for (let i = 0; i < task.runs; i++) runs.push(await measured(url));
    const kinds = {};
    const requests = runs[0].audits["network-requests"].details.items.filter((r) => r.url.startsWith("http"));
    for (const r of requests) {
      const kind = r.resourceType ?? "Other";
      kinds[kind] = (kinds[kind] ?? 0) + r.transferSize;
    }
    const plain = await seen(url, false);
    answer.push({
      name,
      kinds,
      requests: requests.length,
      shift: Math.max(...runs.map((r) => r.audits["cumulative-layout-shift"].numericValue ?? 0)),
      scores: runs.map((r) => categories.map((c) => percent(r.categories[c]))),
      paint: runs.map((r) => Math.round(r.audits["largest-contentful-paint"].numericValue ?? 0)),
      failed: Object.values(runs[0].categories).flatMap((c) => c.auditRefs.filter((a) => a.weight > 0 && (runs[0].audits[a.id].score ?? 1) < 1).map((a) => a.id)),
      seen: await seen(url, true),
      plainWords: plain.words,
    });
  }
} finally {
  await browser.close();
}
process.stdout.write(JSON.stringify(answer));
