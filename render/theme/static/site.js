// Comforts that no page depends on.
(() => {
  "use strict";
  const root = document.documentElement;
  const find = (selector, from = document) => from.querySelector(selector);
  const each = (selector, act, from = document) => from.querySelectorAll(selector).forEach(act);
  const make = (tag, props, ...children) => {
    const element = Object.assign(document.createElement(tag), props);
    element.append(...children);
    return element;
  };

  const remember = (key, value) => {
    try {
      if (value === null) localStorage.removeItem(key);
      else localStorage.setItem(key, value);
    } catch {}
  };
  const recall = (key) => {
    try { return localStorage.getItem(key); } catch { return null; }
  };

  // One place says what has happened, to eyes and to screen readers.
  const status = document.body.appendChild(make("div", { className: "status" }));
  status.setAttribute("role", "status");
  let quiet;
  const say = (text) => {
    status.textContent = text;
    clearTimeout(quiet);
    quiet = setTimeout(() => { status.textContent = ""; }, 2200);
  };
  // The text may be a promise: browsers want to hear of it during the click.
  const copy = (text, done) => {
    const blob = Promise.resolve(text).then((t) => new Blob([t], { type: "text/plain" }));
    return navigator.clipboard.write([new ClipboardItem({ "text/plain": blob })])
      .then(() => { say(done); return true; }, () => say("Copying failed"));
  };

  // Theme: system, light, dark.
  const themes = ["system", "light", "dark"];
  const worn = () => root.dataset.theme || themes[0];
  const wear = (theme) => {
    if (themes.indexOf(theme) > 0) root.dataset.theme = theme;
    else delete root.dataset.theme;
    each("[data-theme-button]", (button) => {
      button.title = "Theme: " + worn();
      button.setAttribute("aria-label", button.title);
    });
  };
  wear(worn());
  each("[data-theme-button]", (button) => button.addEventListener("click", () => {
    wear(themes[(themes.indexOf(worn()) + 1) % 3]);
    remember("docs-theme", root.dataset.theme || null);
    say(button.title);
  }));
  // The choice may be made elsewhere: in another tab, on the page that one
  // comes back from, on the one that had this one prepared.
  const rewear = () => wear(recall("docs-theme"));
  const comeBack = () => { rewear(); each(".tabs", follow); };
  addEventListener("storage", ({ key }) => { if (!key || key === "docs-theme") rewear(); });
  addEventListener("pageshow", ({ persisted }) => { if (persisted) comeBack(); });
  document.addEventListener("prerenderingchange", comeBack);

  // What one wants to paste: of a transcript its commands, of a change its
  // result.
  const codeOf = (figure) => {
    const code = find("code", figure).cloneNode(true);
    each(".del", (line) => line.remove(), code);
    const text = code.textContent;
    if (figure.dataset.lang !== "console") return text;
    const commands = text.match(/^[$#] .*(?:\n> .*)*$/gm);
    return commands ? commands.map((c) => c.replace(/^[$#>] /gm, "")).join("\n") + "\n" : text;
  };

  const copyIcon = '<svg class="icon" viewBox="0 0 20 20" width="18" height="18" fill="none" stroke="currentColor" stroke-width="1.5" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true"><g><rect x="7" y="7" width="10" height="10" rx="2"/><path d="M13 4.5A1.5 1.5 0 0 0 11.5 3h-7A1.5 1.5 0 0 0 3 4.5v7A1.5 1.5 0 0 0 4.5 13"/></g><path class="tick" d="m4.5 10.5 3.5 3.5 7.5-8"/></svg>';

  // What new parts of a page need is listed here: all of it is done when the
  // page is opened, and again when a preview has changed the page in place.
  const enhance = [];
  // Clicks are listened for where every part of the page is in.
  const clicked = (selector, act) => document.addEventListener("click", (event) => {
    const element = event.target.closest?.(selector);
    if (element) act(element);
  });

  // Copying: code, links to headings, the page.
  if (root.dataset.js) {
    enhance.push(() => each("figure.code", (figure) => {
      if (find(".copy", figure)) return;
      const button = make("button", { type: "button", className: "copy icon-button", innerHTML: copyIcon });
      button.setAttribute("aria-label", "Copy code");
      button.addEventListener("click", () => {
        copy(codeOf(figure), "Code copied").then((copied) => {
          if (!copied) return;
          button.classList.add("copied");
          setTimeout(() => button.classList.remove("copied"), 2200);
        });
      });
      (find("figcaption", figure) || figure).append(button);
    }));
    clicked(".anchor", (anchor) => copy(anchor.href, "Link copied"));
    clicked("[data-copy-page]", (button) => {
      copy(fetch(button.dataset.copyPage).then((r) => r.ok ? r.text() : Promise.reject()), "Page copied as Markdown");
    });
  }
  // Tabs with the same labels, or of one group, follow each other, here and on
  // the next page.
  const groupOf = (tabs) => tabs.dataset.sync ||
    [...tabs.children].map((child) => child.dataset.tab).filter(Boolean).join("|");
  const choose = (group, key, except) => each(".tabs", (tabs) => {
    if (tabs === except || groupOf(tabs) !== group) return;
    each(":scope > .tab-radio", (radio) => { if (radio.dataset.tab === key) radio.checked = true; }, tabs);
  });
  const follow = (tabs) => {
    const group = groupOf(tabs), stored = recall("docs-tab-" + group);
    if (stored) choose(group, stored);
  };
  const known = new WeakSet(); // tabs whose reader may have chosen otherwise since
  enhance.push(() => each(".tabs", (tabs) => {
    if (!known.has(tabs)) follow(tabs);
    known.add(tabs);
  }));
  document.addEventListener("change", ({ target }) => {
    if (!target.matches(".tabs > .tab-radio")) return;
    const tabs = target.parentNode, group = groupOf(tabs), before = tabs.getBoundingClientRect().top;
    choose(group, target.dataset.tab, tabs);
    scrollBy(0, tabs.getBoundingClientRect().top - before); // tabs above may have changed their height
    remember("docs-tab-" + group, target.dataset.tab);
  });

  // A link into a tab, a closed section or a list that was narrowed shows it.
  const reveal = () => {
    let target, found = false;
    try { target = document.getElementById(decodeURIComponent(location.hash.slice(1))); } catch {}
    if (target && target.closest("[data-find][hidden]")) each("[data-filter] input", (input) => {
      input.value = "";
      input.dispatchEvent(new Event("input", { bubbles: true }));
      found = true;
    });
    for (let at = target; at && at !== document.body; at = at.parentNode) {
      const label = at.matches(".tab-panel") && at.previousElementSibling;
      if (label && label.control && !label.control.checked) label.control.checked = found = true;
      if (at.tagName === "DETAILS" && !at.open) at.open = found = true;
    }
    if (found) target.scrollIntoView();
  };
  addEventListener("hashchange", reveal);
  // A link to where one is already changes no address.
  clicked('a[href*="#"]', (link) => { if (link.href === location.href) reveal(); });

  // Lists that can be narrowed to what one looks for. An entry holds those
  // below it, so it stays while one of them does.
  const narrow = (box) => {
    const words = find("input", box).value.toLowerCase().split(/\s+/);
    let left = 0;
    each("[data-find]", (entry) => {
      const text = entry.textContent.toLowerCase();
      entry.hidden = !words.every((word) => text.includes(word));
      if (!entry.hidden && !find("[data-find]", entry)) left++;
    }, box.parentNode);
    return left;
  };
  enhance.push(() => each("[data-filter]", (box) => {
    box.hidden = false;
    if (find("input", box).value) narrow(box);
  }));
  document.addEventListener("input", ({ target }) => {
    const box = target.closest("[data-filter]");
    if (box) say(narrow(box) + " found");
  });

  // Boxes that do not scroll are no stop for the keyboard.
  const stops = new ResizeObserver((all) => all.forEach(({ target }) => {
    target.tabIndex = target.scrollWidth > target.clientWidth || target.scrollHeight > target.clientHeight ? 0 : -1;
  }));
  enhance.push(() => each("pre[tabindex], .table-box", (box) => stops.observe(box)));

  // The navigation of a narrow window: nothing behind it takes the focus.
  const nav = document.getElementById("Docs-nav");
  if (nav) {
    const current = () => find('[aria-current="page"]', nav);
    const behind = (inert) => each(".top, .main, .toc, .skip", (element) => { element.inert = inert; });
    nav.addEventListener("toggle", (event) => {
      if (event.newState !== "open") return;
      behind(true);
      (current() || find("a, button", nav)).focus();
    });
    // Before it closes, so that the button that opened it can have the focus.
    nav.addEventListener("beforetoggle", (event) => { if (event.newState === "closed") behind(false); });
    if (current() && nav.scrollHeight > nav.clientHeight) {
      nav.scrollTop = current().offsetTop - nav.clientHeight / 2;
    }
    matchMedia("(min-width: 58rem)").addEventListener("change", (event) => {
      if (event.matches && nav.matches(":popover-open")) nav.hidePopover();
    });
  }

  // The contents: mark the heading that is being read.
  let toc, list, now, entries, marked, waiting = false;
  const mark = () => {
    waiting = false;
    const end = innerHeight + scrollY >= root.scrollHeight - 2;
    const line = parseFloat(getComputedStyle(root).scrollPaddingTop) + 16; // a link brings its heading just above it
    let entry;
    for (const e of entries) {
      if (e.heading.offsetParent && e.heading.getBoundingClientRect().top < (end ? innerHeight : line)) entry = e;
    }
    if (entry === marked) return;
    if (marked) marked.link.removeAttribute("aria-current");
    marked = entry;
    if (now) now.textContent = entry ? entry.link.textContent : "";
    if (list) list.style.setProperty("--read", entry ? entry.link.offsetTop + entry.link.offsetHeight - list.offsetTop + "px" : "0px");
    if (!entry) return;
    entry.link.setAttribute("aria-current", "true");
    if (toc.scrollHeight > toc.clientHeight) toc.scrollTop = entry.link.offsetTop - toc.clientHeight / 2;
  };
  clicked("#Docs-toc a", () => { if (toc.matches(":popover-open")) toc.hidePopover(); });
  addEventListener("scroll", () => {
    if (!waiting) { waiting = true; requestAnimationFrame(mark); }
  }, { passive: true });
  enhance.push(() => {
    const before = toc;
    toc = document.getElementById("Docs-toc");
    now = find("[data-toc-now]");
    list = toc && find("ul", toc);
    entries = [];
    if (toc) each("a", (link) => {
      link.removeAttribute("aria-current");
      const heading = document.getElementById(decodeURIComponent(link.hash.slice(1)));
      if (heading) entries.push({ link, heading });
    }, toc);
    if (toc && toc !== before) toc.addEventListener("toggle", () => { marked = undefined; mark(); });
    marked = undefined;
    mark();
  });

  // Search loads when somebody is about to want it.
  const opener = find("[data-search-open]");
  const load = () => import(opener.dataset.searchOpen);
  const search = () => load().then((module) => module.open({ base: opener.dataset.base }), () => say("Search could not be loaded"));
  if (opener) {
    opener.addEventListener("click", search);
    for (const type of ["pointerenter", "focus"]) {
      opener.addEventListener(type, () => load().catch(() => {}), { once: true });
    }
  }

  // Keys. Single ones can be switched off: some people speak to their
  // computers, and words are letters.
  const go = (rel) => { const link = find(`a[rel="${rel}"]`); if (link) link.click(); };
  let keys;
  const help = () => {
    if (!keys) {
      const single = make("input", { type: "checkbox", checked: recall("docs-keys") !== "off" });
      single.addEventListener("change", () => remember("docs-keys", single.checked ? null : "off"));
      const rows = [["Search", "/", /Mac|iP/.test(navigator.platform) ? "⌘ K" : "Ctrl K"], ["Previous page", "["], ["Next page", "]"], ["These keys", "?"], ["Close", "Esc"]]
        .filter(([text]) => opener || text !== "Search")
        .map(([text, ...names]) => make("div", {}, make("dt", { textContent: text }), make("dd", {}, ...names.map((name) => make("kbd", { textContent: name })))));
      const title = make("h2", { id: "Docs-keys", textContent: "Keyboard" });
      const close = make("button", { className: "button button-secondary", textContent: "Close", autofocus: true });
      keys = make("dialog", { className: "keys" }, make("form", { method: "dialog" },
        title, make("dl", {}, ...rows), make("label", {}, single, " Use keys that are one character"), close));
      keys.setAttribute("aria-labelledby", title.id);
      keys.addEventListener("click", (event) => { if (event.target === keys) keys.close(); });
      document.body.append(keys);
    }
    keys.showModal();
  };
  clicked("[data-keys]", help);
  const acts = { "/": () => opener && search(), "?": help, "[": () => go("prev"), "]": () => go("next") };
  addEventListener("keydown", (event) => {
    if (event.isComposing || event.defaultPrevented || find("dialog[open]")) return;
    if (opener && event.key.toLowerCase() === "k" && (event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey) {
      event.preventDefault();
      search();
      return;
    }
    const act = acts[event.key];
    // AltGr types brackets on some keyboards.
    if (!act || event.metaKey || event.ctrlKey && !event.getModifierState("AltGraph")) return;
    if (event.target.closest?.("input:not([type=radio], [type=checkbox]), textarea, select, [contenteditable]")) return;
    if (recall("docs-keys") === "off") return;
    event.preventDefault();
    act();
  });

  // A page that somebody points at is fetched before the click.
  const seen = new Set([location.pathname]);
  let pointed;
  const fetchAhead = (event) => {
    clearTimeout(pointed);
    const link = event.target.closest?.("a[href]");
    if (!link || link.origin !== location.origin || seen.has(link.pathname) || !/\/$|\.html$/.test(link.pathname)) return;
    if (navigator.connection && navigator.connection.saveData) return;
    pointed = setTimeout(() => {
      seen.add(link.pathname);
      document.head.append(make("link", { rel: "prefetch", href: link.pathname }));
    }, event.type === "touchstart" ? 0 : 60);
  };
  document.addEventListener("pointerover", fetchAhead, { passive: true });
  document.addEventListener("touchstart", fetchAhead, { passive: true });

  const dress = () => enhance.forEach((act) => act());
  document.addEventListener("docs:change", dress);
  dress();
  reveal();
})();
