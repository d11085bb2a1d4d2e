// The panel over the page: what is wrong, on this page and elsewhere. It is
// built of text nodes, whatever the text looks like.

const make = (tag, attributes, ...children) => {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== false) element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.filter((child) => child !== null && child !== ""));
  return element;
};

const plural = (n, word) => `${n} ${word}${n === 1 ? "" : "s"}`;
const counted = (c) => [[c.errors, "error"], [c.warnings, "warning"], [c.infos, "note"]]
  .filter(([n]) => n > 0).map(([n, word]) => plural(n, word)).join(", ");

// What there is to show. notice is about the page itself; silent is that the
// preview does not answer, which ends while the notice still holds.
const news = {
  found: { busy: "", here: {}, elsewhere: {}, left: 0, findings: [], rules: {} },
  notice: "",
  silent: "",
};
const noticed = () => [news.silent, news.notice].filter(Boolean).join(" ");
let chosen = ""; // "open" or "closed" by the reader, until there is something else to see
let about = new Set(); // what the panel is about, and the reader's choice

// mine are the findings that open the panel: this page's, and errors of the
// site that are no page's.
const mine = () => news.found.findings.filter((f) => f.here || !f.page && f.severity === "error");

// subjects names what opens the panel. That a line moved is nothing new.
const subjects = () => [noticed(), ...mine().map((f) => JSON.stringify([f.rule, f.file, f.message]))].filter(Boolean);

// While something still runs, its findings are not in: they are no longer
// listed, and may be again in a moment.
const isOpen = () => chosen ? chosen === "open" : subjects().length > 0 || news.found.busy !== "" && about.size > 0;

const where = (at) => at.file + (at.line ? `:${at.line}:${at.column}` : "");

// placed returns a place, as a link when it is on another page.
const placed = (at, here) => at.page && !here
  ? make("a", { href: at.page }, where(at))
  : make("span", {}, where(at));

const codeLines = (lines, sign) => lines.map((l) => l.number || !sign && l.before
  ? make("span", { class: "live-line" },
    make("span", { class: "live-number", "aria-hidden": "true" }, sign || String(l.number || "")),
    make("span", { class: "live-text" }, l.before, l.mark ? make("mark", {}, l.mark) : "", l.after), "\n")
  : make("span", { class: "live-line" }, make("span", { class: "live-number", "aria-hidden": "true" }, "⋮"), "\n"));

const fixed = (fix) => make("div", { class: "live-fix" },
  make("p", {}, make("b", {}, "Fix: "), fix.message),
  fix.old.length + fix.new.length > 0 ? make("pre", {}, make("code", {},
    make("del", {}, ...codeLines(fix.old, "−")), make("ins", {}, ...codeLines(fix.new, "+")))) : "",
  make("p", { class: "live-soft" }, ...fix.applies
    ? ["Applied by ", make("code", {}, "docs check --fix"), "."]
    : ["Not applied automatically: review it first."]));

const item = (f, rules) => {
  const rule = rules[f.rule];
  return make("li", { class: "live-item live-" + f.severity },
    make("p", { class: "live-place" }, make("span", { class: "live-severity" }, f.severity), " ", make("code", {}, f.rule), " ",
      f.file ? placed(f, f.here) : ""),
    make("p", { class: "live-message" }, f.message),
    f.frame.length ? make("pre", {}, make("code", {}, ...codeLines(f.frame, ""))) : "",
    f.notes.length ? make("ul", { class: "live-notes" },
      ...f.notes.map((n) => make("li", {}, n.message, n.file ? " " : "", n.file ? placed(n, false) : ""))) : "",
    f.fix ? fixed(f.fix) : "",
    make("details", {}, make("summary", {}, rule ? rule.summary : f.rule),
      ...(rule ? [rule.cause, rule.remedy].filter(Boolean).map((text) => make("p", {}, text)) : []),
      make("p", { class: "live-soft" }, make("code", {}, "docs explain " + f.rule))));
};

const group = (title, findings, rules) => findings.length
  ? [make("h3", {}, title), make("ol", {}, ...findings.map((f) => item(f, rules)))]
  : [];

const panel = () => {
  const { found } = news, notice = noticed();
  const open = isOpen();
  const here = counted(found.here), elsewhere = counted(found.elsewhere);
  const total = [here && here + " on this page", elsewhere && elsewhere + " elsewhere"].filter(Boolean).join(" · ");
  const worst = found.here.errors || found.elsewhere.errors ? "error"
    : found.here.warnings || found.elsewhere.warnings ? "warning" : "info";
  const short = [notice, total].filter(Boolean).join(" · ") || found.busy;
  return make("section", { id: "Docs-live", "aria-label": "Preview" },
    // Read out when it changes. What still runs is not: it changes all the time.
    make("p", { class: "live-said", role: "status" }, [notice, total].filter(Boolean).join(". ") || "No findings"),
    make("button", {
      type: "button", class: `live-pill live-${total || notice ? worst : "busy"}`, hidden: open || !short,
      "aria-expanded": "false", "aria-controls": "Docs-live-panel",
    }, make("span", { class: "live-dot", "aria-hidden": "true" }), short),
    make("div", { id: "Docs-live-panel", class: "live-panel", hidden: !open },
      make("div", { class: "live-bar" },
        make("h2", {}, total || "Preview"),
        make("button", { type: "button", class: "live-close", "aria-label": "Close findings" }, "Close")),
      make("p", { class: "live-busy", hidden: !found.busy }, found.busy),
      make("p", { class: "live-notice", hidden: !notice }, notice),
      ...group("On this page", found.findings.filter((f) => f.here), found.rules),
      ...group("Elsewhere", found.findings.filter((f) => !f.here), found.rules),
      found.left ? make("p", { class: "live-soft" }, `${plural(found.left, "finding")} more: docs check lists all of them.`) : ""));
};

let drawn; // the copy of what is shown
const draw = () => {
  const next = panel();
  if (drawn) return patch(drawn, next);
  drawn = next;
  const live = document.importNode(next, true);
  pair(drawn, live);
  document.body.append(live);
  live.addEventListener("click", (event) => {
    if (event.target.closest(".live-pill")) choose("open");
    if (event.target.closest(".live-close")) choose("closed");
  });
};

// choose opens or closes the panel for the reader, and puts the focus where it
// goes on.
const choose = (choice) => {
  const inside = document.activeElement?.closest("#Docs-live");
  chosen = choice;
  draw();
  if (inside) document.querySelector(choice === "open" ? ".live-close" : ".live-pill")?.focus();
};

// show takes in what is new. What the reader chose holds until something else
// is wrong with the page, or nothing any more.
const show = (change) => {
  Object.assign(news, change);
  const now = subjects(), busy = news.found.busy !== "";
  if (now.some((each) => !about.has(each)) || !busy && about.size > 0 && now.length === 0) chosen = "";
  about = new Set(busy ? [...about, ...now] : now);
  draw();
};

addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || event.defaultPrevented || !drawn || !isOpen()) return;
  if (document.querySelector("dialog[open], :popover-open")) return; // this key closes those first
  choose("closed");
});
