// What tests ask of a page. Everything returns lines of text: no line, no fault.
globalThis.probe ||= {
  name(node) {
    const id = node.id ? "#" + node.id : "";
    return node.localName + id + [...node.classList].map((c) => "." + c).join("");
  },

  // What makes the page wider than its window.
  sideways() {
    const width = document.documentElement.clientWidth;
    const wide = document.documentElement.scrollWidth;
    if (wide <= width && document.body.scrollWidth <= width) return [];
    const out = [`${wide} pixels in a window of ${width}`];
    const held = (node) => {
      for (let at = node.parentElement; at && at !== document.body; at = at.parentElement) {
        if (getComputedStyle(at).overflowX !== "visible") return true;
      }
      return false;
    };
    for (const node of document.body.querySelectorAll("*")) {
      if (node.getBoundingClientRect().right > width + 0.5 && !held(node)) out.push(probe.name(node));
    }
    return out.slice(0, 6);
  },

  // What moved since the page was opened, without the reader's doing.
  async shifts() {
    const out = [];
    const note = (list) => {
      for (const entry of list.getEntries()) {
        // What has no node is the browser's own: the arrow of a closed section
        // whose content still arrives is drawn twice, and nothing of the page moves.
        if (entry.hadRecentInput || entry.sources.every((s) => !s.node)) continue;
        const place = (r) => [r.x, r.y, r.width, r.height].map(Math.round).join(" ");
        const nodes = entry.sources.map((s) => (s.node && s.node.nodeType === 1 ? probe.name(s.node) : `“${(s.node?.data || "").trim().slice(0, 20)}”`) +
          ` (${place(s.previousRect)} → ${place(s.currentRect)})`);
        out.push(`moved by ${entry.value}: ${nodes.join(", ")}`);
      }
    };
    const watch = new PerformanceObserver(note);
    watch.observe({ type: "layout-shift", buffered: true });
    // Two frames later the browser has handed over what it had.
    await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done))));
    watch.disconnect();
    return out;
  },

  // What axe-core says of the page, or of what a selector means. rules limits
  // it to some rules.
  async axe(rules, selector) {
    // The size of targets belongs to WCAG 2.2, which axe asks for on request.
    const options = { resultTypes: ["violations"], rules: { "target-size": { enabled: true } } };
    if (rules) {
      delete options.rules;
      options.runOnly = { type: "rule", values: rules };
    }
    const { violations } = await axe.run(selector || document, options);
    return violations.flatMap((v) => v.nodes.map((n) => `${v.id}: ${n.target.join(" ")}: ${n.failureSummary.replace(/\s+/g, " ")}`));
  },

  // Text of the article that is in no place that a reader can see. Without
  // controls being used, what is closed is not there: those are asked for.
  hidden(root, closed) {
    const out = [];
    const walk = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
    for (let text = walk.nextNode(); text; text = walk.nextNode()) {
      const parent = text.parentElement;
      if (!text.data.trim() || parent.closest("script, style, template, svg, title, option")) continue;
      if (closed && parent.closest(closed)) continue;
      const range = document.createRange();
      range.selectNodeContents(text);
      const boxes = [...range.getClientRects()];
      if (!boxes.some((b) => b.width > 0 && b.height > 0) || !parent.checkVisibility({ visibilityProperty: true, opacityProperty: true })) {
        out.push(`${probe.name(parent)}: ${text.data.trim().slice(0, 60)}`);
      }
    }
    return out;
  },
};
