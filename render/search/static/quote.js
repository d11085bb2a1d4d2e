// Chooses the stretch of a text that a result shows, and what in it is marked.

const QUOTE = 150, BEFORE = 40;

// spots returns where a text has one of the terms: [from, to, term].
function spots(text, marks) {
  const out = [];
  const note = (from, to, term) => {
    const last = out[out.length - 1];
    if (last && from < last[1]) last[1] = to;
    else out.push([from, to, term]);
  };
  const known = (term) => marks.has(term) || [...marks].some((m) => m.endsWith(MARK) && term.startsWith(m.slice(0, -1)));
  const close = (from, run) => {
    const chars = [...run];
    if (!chars.some((ch) => isDense(ch.codePointAt(0)))) {
      const term = lower(fold(run));
      if (known(term)) note(from, from + run.length, term);
      return;
    }
    chars.forEach((ch, i) => {
      const pair = lower(fold(ch + (chars[i + 1] || "")));
      const size = ch.length + (chars[i + 1] || "").length;
      if (marks.has(pair)) note(from, from + size, pair);
      else if (marks.has(ch)) note(from, from + ch.length, ch);
      from += ch.length;
    });
  };
  let at = 0, start = 0, run = "";
  for (const ch of text + "\n") {
    if (isWord(ch.codePointAt(0))) {
      if (!run) start = at;
      run += ch;
    } else {
      if (run) close(start, run);
      run = "";
    }
    at += ch.length;
  }
  return out;
}

// quote chooses the stretch of a text that has most of the terms.
function quote(text, marks) {
  const all = spots(text, marks);
  let most = 0, first = 0;
  all.forEach((spot, i) => {
    const seen = new Set();
    for (let j = i; j < all.length && all[j][1] <= spot[0] + QUOTE; j++) seen.add(all[j][2]);
    if (seen.size > most) [most, first] = [seen.size, spot[0]];
  });
  let from = Math.max(0, first - BEFORE);
  if (from > 0) {
    const space = text.indexOf(" ", from);
    if (space >= 0 && space < first) from = space + 1;
  }
  let to = from + BEFORE + QUOTE;
  if (to < text.length) {
    const space = text.lastIndexOf(" ", to);
    if (space > from + QUOTE / 2) to = space;
  }
  return { from, to: Math.min(to, text.length), spots: all, most };
}
