// Changes what the document shows into what a page says now, and touches
// nothing else.
//
// Beside the document stands a copy of the page as it was served, which no
// script has touched. The next page is compared with that copy, and only what
// differs there is changed here: what a reader opened, chose, selected or
// scrolled, and what scripts added, has no counterpart in either and stays.

// twins says which node of the document a node of the copy stands for.
const twins = new WeakMap();

const isElement = (node) => node.nodeType === Node.ELEMENT_NODE;
const same = (a, b) => a.nodeName === b.nodeName && (!isElement(a) || a.id === b.id);

// pair finds the twins of a copy. What scripts put between them has none.
const pair = (copy, live) => {
  twins.set(copy, live);
  let at = live.firstChild;
  for (const child of copy.childNodes) {
    let twin = at;
    while (twin && !same(child, twin)) twin = twin.nextSibling;
    if (!twin) continue;
    pair(child, twin);
    at = twin.nextSibling;
  }
};

// mayBecome tells whether a node can be changed into another. A heading of
// another name is another heading, and scripts have put into a figure of code
// what no other kind of figure has.
const mayBecome = (a, b) => a.nodeName === b.nodeName && (same(a, b) || !/^H\d$/.test(a.nodeName)) &&
  (a.nodeName !== "FIGURE" || a.className === b.className);

// patch makes a copy, and its twin, say what next says. next is used up.
const patch = (copy, next) => {
  if (copy.isEqualNode(next)) return;
  if (!isElement(copy)) {
    const live = twins.get(copy);
    copy.data = next.data;
    if (live) retext(live, next.data);
    return;
  }
  patchAttributes(copy, next);
  patchChildren(copy, [...next.childNodes]);
};

// retext changes what differs of a text: a selection in the rest stays.
const retext = (node, text) => {
  const old = node.data;
  let from = 0, end = 0;
  while (from < old.length && old[from] === text[from]) from++;
  while (end < old.length - from && end < text.length - from && old.at(-1 - end) === text.at(-1 - end)) end++;
  node.replaceData(from, old.length - from - end, text.slice(from, text.length - end));
};

// Only an attribute whose text is another one is touched: the others are as they
// were, or as a script wants them.
const patchAttributes = (copy, next) => {
  const both = [copy, twins.get(copy)].filter(Boolean);
  for (const { name } of [...copy.attributes]) {
    if (!next.hasAttribute(name)) both.forEach((element) => element.removeAttribute(name));
  }
  for (const { namespaceURI, name, value } of next.attributes) {
    if (copy.getAttribute(name) === value) continue;
    both.forEach((element) => element.setAttributeNS(namespaceURI, name, value));
  }
};

const patchChildren = (copy, next) => {
  const parent = twins.get(copy);
  const old = [...copy.childNodes];
  let last = null; // the twin of what was put in place last
  const keep = (node) => { last = twins.get(node) || last; };
  const insert = (node, before) => {
    copy.insertBefore(node, before);
    if (!parent) return;
    const live = document.importNode(node, true);
    pair(node, live);
    parent.insertBefore(live, last && last.parentNode === parent ? last.nextSibling : parent.firstChild);
    last = live;
  };
  const remove = (node) => {
    twins.get(node)?.remove();
    node.remove();
  };
  // Between two nodes that stay, nodes become those that are in their place.
  const fill = (olds, nexts, before) => {
    let at = 0;
    for (const node of nexts) {
      let from = at;
      while (from < olds.length && !mayBecome(olds[from], node)) from++;
      if (from === olds.length) {
        insert(node, olds[at] || before);
        continue;
      }
      olds.slice(at, from).forEach(remove);
      patch(olds[from], node);
      keep(olds[from]);
      at = from + 1;
    }
    olds.slice(at).forEach(remove);
  };
  let i = 0, j = 0;
  for (const [a, b] of [...stay(old, next), [old.length, next.length]]) {
    fill(old.slice(i, a), next.slice(j, b), old[a] || null);
    if (a < old.length) keep(old[a]);
    i = a + 1;
    j = b + 1;
  }
};

// choices keeps which tabs are chosen while act changes them. A tab is known by
// its name: its button may have become another's.
const choices = (act) => {
  const all = (from) => [...from.querySelectorAll(":scope > .tab-radio")];
  const names = new Map([...document.querySelectorAll(".tabs")]
    .map((tabs) => [tabs, all(tabs).find((radio) => radio.checked)?.dataset.tab]));
  act();
  for (const tabs of document.querySelectorAll(".tabs")) {
    const radios = all(tabs);
    const radio = radios.find((each) => each.dataset.tab === names.get(tabs)) || radios.find((each) => each.defaultChecked);
    if (radio) radio.checked = true;
  }
};

// stay returns the places of nodes that are the same in both lists: a longest
// common sequence.
const stay = (old, next) => {
  const out = [];
  let start = 0, a = old.length, b = next.length;
  for (; start < a && start < b && old[start].isEqualNode(next[start]); start++) out.push([start, start]);
  const tail = [];
  while (a > start && b > start && old[a - 1].isEqualNode(next[b - 1])) tail.unshift([--a, --b]);
  const rows = a - start, columns = b - start;
  // Lists that differ that much are another text: its nodes change in order.
  if (rows * columns > 0 && rows * columns < 1e6) {
    const key = (node) => isElement(node) ? node.outerHTML : node.nodeName + node.data;
    const left = old.slice(start, a).map(key), right = next.slice(start, b).map(key);
    const width = columns + 1, best = new Uint32Array((rows + 1) * width);
    for (let i = rows - 1; i >= 0; i--) {
      for (let j = columns - 1; j >= 0; j--) {
        best[i * width + j] = left[i] === right[j]
          ? best[(i + 1) * width + j + 1] + 1
          : Math.max(best[(i + 1) * width + j], best[i * width + j + 1]);
      }
    }
    for (let i = 0, j = 0; i < rows && j < columns;) {
      if (left[i] === right[j]) out.push([start + i++, start + j++]);
      else if (best[(i + 1) * width + j] >= best[i * width + j + 1]) i++;
      else j++;
    }
  }
  return [...out, ...tail];
};

// still keeps the text that a reader looks at where it is, while act changes
// the document.
const still = (act) => {
  if (scrollY === 0) return act();
  const seen = [];
  for (const block of document.querySelectorAll("main :is(h1, h2, h3, h4, h5, h6, p, li, pre, tr, dt, dd, img, svg, summary, .line)")) {
    const box = block.getBoundingClientRect();
    if (box.height > 0 && box.bottom > 0 && box.top < innerHeight) seen.push([block, box.top]);
  }
  act();
  // What begins under the header is what is read.
  const below = parseFloat(getComputedStyle(document.documentElement).scrollPaddingTop) || 0;
  const left = seen.filter(([block]) => block.isConnected && block.getClientRects().length > 0);
  const [block, top] = left.find(([, top]) => top >= below / 2) || left[0] || [];
  if (block) scrollBy({ top: block.getBoundingClientRect().top - top, behavior: "instant" });
};
