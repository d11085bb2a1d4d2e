// Lighthouse over pages of one host, one after the other in one Chromium.
//
//   node lighthouse.mjs < TASK > RESULTS
//
// TASK is JSON: {tools, chromium, form, categories, pages}, where
// tools is the folder node_modules with lighthouse in it. RESULTS is a line of
// JSON for each page: its scores, and the audits that cost it points.
//
// Lighthouse keeps state in its module, so a process takes one page at a time.
// Whoever wants two at once starts two processes.
import { createRequire } from "node:module";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { pathToFileURL } from "node:url";

const task = JSON.parse(await text(process.stdin));
const require = createRequire(join(task.tools, "lighthouse", "package.json"));
const load = (name) => import(pathToFileURL(require.resolve(name)).href);
const { default: lighthouse, desktopConfig } = await load("lighthouse");
const { launch } = await load("puppeteer-core");

// Pages are judged for what they are, unless a speed is asked for. Then nothing
// is waited for but the load of the page, and nothing is recorded that no audit
// reads. (Lighthouse takes 0 for its own 5 s only where the throttling is not
// the simulated one; simulated means computed afterwards, by audits of speed.)
const fast = {
  throttlingMethod: "simulate",
  disableFullPageScreenshot: true,
  pauseAfterFcpMs: 0,
  pauseAfterLoadMs: 0,
  networkQuietThresholdMs: 0,
  cpuQuietThresholdMs: 0,
};
const timed = task.categories.includes("performance");
if (!timed) {
  // It measures the machine for a second with each page, only to warn when the
  // machine is a slow one.
  const { pageFunctions } = await load("lighthouse/core/lib/page-functions.js");
  pageFunctions.computeBenchmarkIndex = function computeBenchmarkIndex() {
    return 1000;
  };
}

const config = {
  extends: "lighthouse:default",
  settings: {
    ...(task.form === "desktop" ? desktopConfig.settings : {}),
    ...(timed ? {} : fast),
    onlyCategories: task.categories,
    maxWaitForLoad: 30_000,
  },
};

const short = (value) => (typeof value === "string" && value.length > 200 ? value.slice(0, 200) + "…" : value);

// What an audit complains of, as flat text: elements by their markup, anything
// else as Lighthouse gives it.
function items(audit) {
  const all = audit.details?.items ?? [];
  const said = all.slice(0, 5).map((item) => {
    const { node, ...rest } = item;
    const parts = node ? [node.snippet, node.explanation] : [JSON.stringify(rest)];
    return parts.filter(Boolean).map(short).join(" ");
  });
  return all.length > 5 ? [...said, `${all.length - 5} more`] : said;
}

// On a busy machine a browser can be too late for what it was asked, and then
// Lighthouse knows nothing of a page. That is no verdict on the page.
const knowsNothing = (lhr) =>
  lhr.runtimeError || Object.values(lhr.categories).some((c) => c.score === null) || Object.values(lhr.audits).some((a) => a.scoreDisplayMode === "error");
const attempts = 3;

function verdict(page, lhr) {
  const scores = {};
  const failed = [];
  for (const [name, category] of Object.entries(lhr.categories)) {
    scores[name] = category.score === null ? null : Math.round(category.score * 100);
    for (const ref of category.auditRefs) {
      const audit = lhr.audits[ref.id];
      const broken = audit.scoreDisplayMode === "error";
      if (!broken && (ref.weight === 0 || audit.score === null || audit.score === 1)) continue;
      failed.push({
        category: name,
        audit: ref.id,
        title: audit.title,
        score: audit.score,
        value: audit.displayValue ?? audit.errorMessage ?? "",
        items: items(audit),
      });
    }
  }
  if (lhr.runtimeError) failed.push({ category: "run", audit: lhr.runtimeError.code, title: lhr.runtimeError.message, items: [] });
  return { page, scores, failed, warnings: lhr.runWarnings };
}

const browser = await launch({
  executablePath: task.chromium,
  timeout: 180_000, // it only ends what hangs
  args: [
    "--no-sandbox", // containers run this as root, and the pages are our own
    "--disable-gpu",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
  ],
});
try {
  for (const page of task.pages) {
    let lhr;
    for (let i = 0; i < attempts && (!lhr || knowsNothing(lhr)); i++) {
      const tab = await browser.newPage();
      ({ lhr } = await lighthouse(page, { logLevel: "error" }, config, tab));
      await tab.close();
    }
    process.stdout.write(JSON.stringify(verdict(page, lhr)) + "\n");
  }
} finally {
  await browser.close();
}
