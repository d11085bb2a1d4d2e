// Answers queries from the files of the index. The twin of engine.go: a test
// runs both over the same files. No DOM in here, and nothing of a query becomes
// a pattern or a property name.

const DIGITS = "!#$%&'()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[]^_`abcdefghijklmnopqrstuvwxyz{|";
const BASE = 45;
const VALUE = [];
for (let i = 0; i < DIGITS.length; i++) VALUE[DIGITS.charCodeAt(i)] = i;
const FAR = 99;
const LAST = "\uffff";
const MARK = "*";
const MAX_QUERY = 512, MAX_WORDS = 16, MAX_OPTIONS = 40, MAX_PER_PAGE = 3, UNKNOWN = 60, MAX_RARITY = 255;
const MAX_GUESSES = 6, MAX_BY_ENDING = 2, MAX_SPAN = 2, MIN_STEM = 4, HANDED_DOWN = 40, PER_FILE = 8, RARITY_STEP = 6;
const MAX_WORD = 40, MIN_WHOLE = 3, MAX_WHOLE = 48;

const GAPS = [
  0x80, 0xa9, 0xab, 0xb4, 0xb6, 0xb9, 0xbb, 0xbf, 0xd7, 0xd7, 0xf7, 0xf7, 0x2000, 0x2bff, 0x2e00, 0x2e7f, 0x3000, 0x3004,
  0x3008, 0x3020, 0x3030, 0x3030, 0x30fb, 0x30fb, 0xd800, 0xf8ff, 0xfe00, 0xfe6f, 0xfeff, 0xff0f, 0xff1a, 0xff20,
  0xff3b, 0xff40, 0xff5b, 0xff65, 0xffe0, 0xffff, 0x1f000, 0x1faff, 0xe0000, 0x10ffff,
];
const DENSE = [
  0xe00, 0xeff, 0x1000, 0x109f, 0x1780, 0x17ff, 0x3005, 0x3007, 0x3041, 0x30ff, 0x31f0, 0x31ff, 0x3400, 0x9fff,
  0xf900, 0xfaff, 0x20000, 0x3ffff,
];
const STOP = new Set(("a all an and any are as at be because been both but by can could do does each for from had has have how i if in into is it " +
  "its may more most must no not of on one only or other our out over s same so some such t than that the their them then there these " +
  "they this those through to too under us very was we were what when where which while who whose why will with would you your").split(" "));
const ENDINGS = ("ations ation ments ences ables ment ence ents able ings ions ing ion ent ies ied " +
  "ers ors ed er or es ly s e y").split(" ");

const order = (a, b) => (a < b ? -1 : a > b ? 1 : 0);

function within(ranges, c) {
  for (let i = 0; i < ranges.length; i += 2) if (c <= ranges[i + 1]) return c >= ranges[i];
  return false;
}
function isWord(c) {
  if (c < 0x80) return (c >= 97 && c <= 122) || (c >= 65 && c <= 90) || (c >= 48 && c <= 57);
  return !within(GAPS, c);
}
const isDense = (c) => within(DENSE, c);
const isHiragana = (c) => c >= 0x3041 && c <= 0x309f;
const isJoiner = (ch) => "_-./:@+#$".includes(ch);

function fold(s) {
  return s.normalize("NFKD").replace(/[\u0300-\u036f]/g, "").normalize("NFC");
}
const lower = (s) => s.toLowerCase().replaceAll("ς", "σ");

// cut returns the first n units of a text, without half a character.
function cut(s, n) {
  const c = s.charCodeAt(n - 1);
  return s.slice(0, n < s.length && c >= 0xd800 && c < 0xdc00 ? n - 1 : n);
}

function trimmed(run, left, right) {
  let from = 0, to = run.length;
  while (to > 0 && right.includes(run[to - 1])) to--;
  while (from < to && left.includes(run[from])) from++;
  return [run.slice(from, to), run.slice(0, from)];
}

function units(text) {
  const out = [];
  let run = "";
  for (const ch of fold(text) + " ") {
    if (isWord(ch.codePointAt(0)) || isJoiner(ch)) run += ch;
    else {
      if (run) addUnit(out, run);
      run = "";
    }
  }
  return out;
}

function addUnit(out, run) {
  const [body, front] = trimmed(run, "-./:@$_+#", "-./:@$_");
  if (front.endsWith("--") && !front.endsWith("---")) run = "--" + body;
  else run = front === "-" ? "-" + body : body;
  const parts = [];
  let word = "", joined = false, dense = false;
  for (const ch of run + " ") {
    if (isWord(ch.codePointAt(0))) word += ch;
    else {
      joined = joined || ch !== " ";
      if (word) dense = addWord(parts, word) || dense;
      word = "";
    }
  }
  if (!parts.length) return;
  const whole = joined && !dense && run.length >= MIN_WHOLE && run.length <= MAX_WHOLE ? lower(run) : "";
  out.push({ whole, parts });
}

function addWord(parts, word) {
  let found = false, was = false, run = "";
  const flush = () => {
    if (run && was) {
      parts.push(...pairs(run));
      found = true;
    } else if (run && lower(run).length <= MAX_WORD) parts.push(lower(run));
    run = "";
  };
  for (const ch of word) {
    const is = isDense(ch.codePointAt(0));
    if (is !== was) flush();
    was = is;
    run += ch;
  }
  flush();
  return found;
}

function pairs(run) {
  const all = [...run], kana = all.map((ch) => isHiragana(ch.codePointAt(0)));
  if (all.length === 1) return [run];
  const mixed = kana.includes(false), out = [];
  for (let i = 0; i + 1 < all.length; i++) if (!(mixed && kana[i] && kana[i + 1])) out.push(all[i] + all[i + 1]);
  return out;
}

function stem(word) {
  for (let i = 0; i < word.length; i++) if (word.charCodeAt(i) > 127) return word;
  const found = ENDINGS.find((e) => word.length - e.length >= MIN_STEM && word.endsWith(e));
  if (!found || (found === "y" && "aeiou".includes(word[word.length - 2]))) return word;
  return word.slice(0, -found.length);
}

// number reads a number at a place of a text: [value, place behind it].
function number(s, at) {
  let n = 0;
  for (let scale = 1; at < s.length && scale < 1 << 30; scale *= BASE) {
    const d = VALUE[s.charCodeAt(at++)];
    if (d === undefined) break;
    if (d < BASE) return [n + d * scale, at];
    n += (d - BASE) * scale;
  }
  return [0, 0];
}

function readLines(text) {
  const out = [];
  let last = "";
  for (const line of text.split("\n").slice(1)) {
    const [shared, at] = number(line, 0);
    if (!at) continue;
    const space = line.indexOf(" ");
    last = last.slice(0, shared) + (space < 0 ? line.slice(at) : line.slice(at, space));
    const data = space < 0 ? "" : line.slice(space + 1);
    const [rarity, from] = number(data, 0);
    out.push({ term: last, rarity: rarity * RARITY_STEP, data: data.slice(from), word: isPlain(last) });
  }
  return out;
}

// isPlain tells words from identifiers and from what stands for a beginning.
function isPlain(term) {
  for (let i = 0; i < term.length; i++) {
    const c = term.charCodeAt(i);
    if (c < 48 || c === 58 || c === 64 || c === 95) return false;
  }
  return true;
}

function readPostings(data, act) {
  for (let section = -1, at = 0; at < data.length;) {
    let gap = 0, scale = 1, d = VALUE[data.charCodeAt(at++)];
    for (; d >= BASE; d = VALUE[data.charCodeAt(at++)]) {
      gap += (d - BASE) * scale;
      scale *= BASE;
    }
    if (d === undefined || at >= data.length) return;
    section += gap + d * scale + 1;
    act(section, VALUE[data.charCodeAt(at++)]);
  }
}

// shardOf returns the last run whose bound is not behind the name.
function shardOf(bounds, name) {
  let low = 0, high = bounds.length;
  while (low < high) {
    const mid = (low + high) >> 1;
    if (bounds[mid] <= name) low = mid + 1;
    else high = mid;
  }
  return Math.max(0, low - 1);
}
const span = (bounds, prefix) => [shardOf(bounds, prefix), shardOf(bounds, prefix + LAST)];

function around(bounds, name, beginning, n) {
  let [from, to] = span(bounds, beginning);
  if (to - from >= n) {
    from = Math.max(from, shardOf(bounds, name) - ((n - 1) >> 1));
    to = Math.min(to, from + n - 1);
  }
  return [from, to];
}

const tolerance = (length) => (length < 4 ? 0 : length < 8 ? 1 : 2);

function distance(a, b, open, limit) {
  const width = b.length;
  let before = new Array(width + 1).fill(FAR), above = before.slice(), row = before.slice();
  for (let j = 0; j <= width && j <= limit; j++) above[j] = j;
  for (let i = 1; i <= a.length; i++) {
    const from = Math.max(1, i - limit), to = Math.min(width, i + limit), c = a[i - 1];
    let least = (row[from - 1] = from === 1 ? i : FAR);
    for (let j = from; j <= to; j++) {
      let d = above[j - 1] + (c === b[j - 1] ? 0 : 1);
      if (above[j] < d) d = above[j] + 1;
      if (row[j - 1] < d) d = row[j - 1] + 1;
      if (i > 1 && j > 1 && c === b[j - 2] && a[i - 2] === b[j - 1] && before[j - 2] < d) d = before[j - 2] + 1;
      row[j] = d;
      if (d < least) least = d;
    }
    if (to < width) row[to + 1] = FAR;
    if (least > limit) return FAR;
    [before, above, row] = [above, row, before];
  }
  if (!open) return above[width];
  let best = FAR;
  for (let j = Math.max(0, a.length - limit); j <= Math.min(width, a.length + limit); j++) best = Math.min(best, above[j]);
  return best;
}

function addWordTo(list, text, open, parts) {
  const have = list.find((w) => w.text === text);
  if (have) have.open = have.open || open;
  else if (list.length < MAX_WORDS) list.push({ text, open, parts });
}

function readQuery(text) {
  text = cut(text, MAX_QUERY);
  const words = [], wholes = [], stops = [], all = units(text);
  const open = text !== "" && !text.endsWith(" ");
  all.forEach((u, i) => {
    const last = open && i === all.length - 1;
    if (u.whole) addWordTo(wholes, u.whole, last, u.parts);
    u.parts.forEach((p, j) => addWordTo(STOP.has(p) ? stops : words, p, last && j === u.parts.length - 1));
  });
  return { words: words.length ? words : stops, wholes };
}

// createEngine answers queries. load returns the promise of a file's text.
function createEngine(load) {
  let manifest = null, starts = [0], missing = new Set(), needed = new Set(), guessed = new Map();
  const texts = new Map(), parsed = new Map();

  async function start() {
    const found = JSON.parse(await load("index.json", "")), counted = [0];
    for (let at = 0; at < found.sections.length;) {
      const [n, next] = number(found.sections, at);
      if (!next) throw new Error("the index is broken");
      counted.push(counted[counted.length - 1] + n);
      at = next;
    }
    if (manifest && manifest.version === found.version) return;
    manifest = found;
    starts = counted;
    texts.clear();
    parsed.clear();
  }

  // file returns a file's text. One that is not here yet is noted: the query
  // is answered again once it is.
  function file(name) {
    needed.add(name);
    if (texts.has(name)) return texts.get(name);
    missing.add(name);
    return null;
  }
  function entries(name) {
    const text = file(name);
    if (text === null) return [];
    if (!parsed.has(name)) parsed.set(name, readLines(text));
    return parsed.get(name);
  }
  const termFile = (i) => entries("t" + i + ".txt");

  function add(out, name, percent) {
    const all = termFile(shardOf(manifest.terms, name));
    let low = 0, high = all.length;
    while (low < high) {
      const mid = (low + high) >> 1;
      if (all[mid].term < name) low = mid + 1;
      else high = mid;
    }
    if (low === all.length || all[low].term !== name) return false;
    out.push({ entry: all[low], percent });
    return true;
  }

  function beginning(text) {
    const [from, to] = span(manifest.terms, text), out = [];
    for (let i = from; i <= Math.min(to, from + MAX_SPAN - 1); i++) {
      for (const t of termFile(i)) if (t.term.startsWith(text)) out.push(t);
    }
    return out;
  }

  function forms(out, w) {
    const base = stem(w.text);
    if (base.length < MIN_STEM) return;
    for (const t of beginning(base)) if (t.term !== w.text && stem(t.term) === base) out.push({ entry: t, percent: 70 });
  }

  function longer(out, text) {
    const [from, to] = span(manifest.terms, text);
    if (to - from >= MAX_SPAN) {
      add(out, text + MARK, 60);
      return;
    }
    const have = new Set(out.map((o) => o.entry.term));
    for (const t of beginning(text)) {
      if (!t.word || t.term === text || have.has(t.term)) continue;
      out.push({ entry: t, percent: 65 - Math.min(30, 3 * (t.term.length - text.length)) });
    }
  }

  function guesses(w) {
    const text = w.text, length = text.length, allowed = tolerance(length), all = [], have = new Set(), ends = manifest.ends;
    if (!allowed || isDense(text.codePointAt(0))) return [];
    const consider = (t, ending) => {
      const n = t.term.length, open = w.open && !ending;
      if (!t.word || n < length - allowed || (n > length + allowed && !open)) return;
      const d = distance(text, t.term, open, allowed);
      if (d > allowed || have.has(t.term)) return;
      have.add(t.term);
      all.push({ entry: t, distance: d, far: 2 * Math.abs(n - length) + (t.term[0] === text[0] ? 0 : 1), ending });
    };
    const [from, to] = ends.length
      ? around(manifest.terms, text, cut(text, Math.min(3, Math.max(2, length >> 1))), 2)
      : [0, manifest.terms.length - 1];
    for (let i = from; i <= to; i++) for (const t of termFile(i)) consider(t, false);
    if (missing.size) return [];
    if (ends.length && !all.some((g) => g.distance === 1)) {
      const back = [...text].reverse().join("");
      const [first, final] = around(ends, back, cut(back, Math.max(2, length >> 1)), 1);
      for (let i = first; i <= final; i++) {
        for (const t of entries("r" + i + ".txt")) consider({ term: [...t.term].reverse().join(""), word: t.word }, true);
      }
    }
    if (missing.size) return [];
    all.sort((a, b) => a.distance - b.distance || a.far - b.far || order(a.entry.term, b.entry.term));
    const out = [];
    let byEnding = 0;
    for (const g of all) {
      if (g.distance > all[0].distance || out.length === MAX_GUESSES) break;
      const percent = 80 - 20 * g.distance;
      if (!g.ending) out.push({ entry: g.entry, percent });
      else if (byEnding++ < MAX_BY_ENDING) add(out, g.entry.term, percent);
    }
    if (out.length) guessed.set(text, out[0].entry.term);
    return out;
  }

  function options(words, i) {
    const w = words[i];
    let out = [], exact = add(out, w.text, 100);
    for (const group of manifest.synonyms) {
      if (group.includes(w.text)) for (const s of group) if (s !== w.text) exact = add(out, s, 80) || exact;
    }
    if (i > 0) exact = add(out, words[i - 1].text + w.text, 90) || exact;
    if (i + 1 < words.length) exact = add(out, w.text + words[i + 1].text, 90) || exact;
    forms(out, w);
    if (missing.size) return [];
    if (w.open || !exact) longer(out, w.text);
    if (missing.size) return [];
    if (!out.length) out = guesses(w);
    out.sort((a, b) => b.percent - a.percent || order(a.entry.term, b.entry.term));
    return out.slice(0, MAX_OPTIONS);
  }

  function exactAndLonger(w) {
    const out = [];
    add(out, w.text, 100);
    if (w.open) for (const t of beginning(w.text)) if (t.term !== w.text) out.push({ entry: t, percent: 70 });
    return out.slice(0, MAX_OPTIONS);
  }

  function score({ words, wholes }, marks) {
    const scores = new Map(), matched = new Map();
    let total = 0;
    const collect = (list, value) => {
      const best = new Map();
      for (const o of list) {
        marks.add(o.entry.term);
        readPostings(o.entry.data, (section, level) => best.set(section, Math.max(best.get(section) || 0, value(o, level))));
      }
      return best;
    };
    const plus = (map, key, n) => map.set(key, (map.get(key) || 0) + n);
    const values = words.map((w, i) => {
      const list = options(words, i), same = list.find((o) => o.entry.term === w.text);
      let weight = list.length ? MAX_RARITY : UNKNOWN;
      for (const o of list) weight = Math.min(weight, o.entry.rarity);
      if (same) weight = same.entry.rarity;
      total += weight;
      const best = collect(list, (o, level) => o.percent * level), pages = new Map();
      best.forEach((value, section) => {
        const page = pageOf(section);
        scores.set(section, 0);
        pages.set(page, Math.max(pages.get(page) || 0, value));
      });
      return { weight, best, pages };
    });
    const names = wholes.map((w) => {
      const list = exactAndLonger(w);
      const plain = collect(list, (o, level) => o.percent * level), score = collect(list, (o, level) => o.percent * level * o.entry.rarity);
      plain.forEach((value, section) => scores.set(section, 0));
      return { w, plain, score };
    });
    scores.forEach((none, section) => {
      const page = pageOf(section);
      values.forEach(({ weight, best, pages }, i) => {
        let value = Math.max(best.get(section) || 0, Math.floor(((pages.get(page) || 0) * HANDED_DOWN) / 100));
        for (const n of names) if (n.w.parts.includes(words[i].text)) value = Math.max(value, n.plain.get(section) || 0);
        if (!value) return;
        plus(scores, section, weight * value);
        plus(matched, section, weight);
      });
      for (const n of names) plus(scores, section, n.score.get(section) || 0);
    });
    if (total) {
      scores.forEach((value, section) => {
        const m = matched.get(section) || 0;
        scores.set(section, Math.floor((value * m * m) / (total * total)));
      });
    }
    return scores;
  }

  function pageOf(section) {
    return shardOf(starts, section);
  }

  function rank(scores, n) {
    const pages = new Map();
    scores.forEach((value, section) => {
      if (value <= 0) return;
      const first = pageOf(section);
      if (!pages.has(first)) pages.set(first, { best: 0, first, sections: [] });
      const p = pages.get(first);
      p.best = Math.max(p.best, value);
      p.sections.push([section, value]);
    });
    return [...pages.values()].sort((a, b) => b.best - a.best || a.first - b.first).slice(0, n).flatMap((p) =>
      p.sections.sort((a, b) => b[1] - a[1] || a[0] - b[0]).slice(0, MAX_PER_PAGE).filter((s) => s[1] * 5 >= p.best * 2));
  }

  function hits(ranked) {
    const out = [];
    for (const [section, value] of ranked) {
      const page = pageOf(section), place = section - starts[page], part = Math.floor(place / PER_FILE);
      const name = "p" + page + (part ? "." + part : "") + ".json", text = file(name);
      if (text === null) continue;
      if (!parsed.has(name)) parsed.set(name, JSON.parse(text));
      const content = parsed.get(name), at = 3 + 4 * (place % PER_FILE);
      if (at + 4 > content.length) continue;
      out.push({
        route: content[1], title: content[2], anchor: content[at], heading: content[at + 1], text: content[at + 2], code: content[at + 3],
        score: value, page,
      });
    }
    return out;
  }

  // near returns the word of the files at hand that resembles a text most.
  function near(text) {
    let best = "", least = Math.min(3, text.length >> 1);
    for (const all of parsed.values()) {
      for (const t of all) {
        if (!t.word || Math.abs(t.term.length - text.length) > least) continue;
        const d = distance(text, t.term, false, least);
        if (d < least || (d === least && (!best || t.term < best))) [best, least] = [t.term, d];
      }
    }
    return best;
  }

  // fetchAll loads files and returns what went wrong. Files of another edition
  // number their sections otherwise, and files may be gone: then the site has
  // been published anew since the manifest was read. What comes when another
  // query has read the next one is of no use.
  async function fetchAll(names) {
    const of = manifest, { edition } = of;
    try {
      const all = await Promise.all(names.map((name) => load(name, of.version)));
      if (of !== manifest) return new Error("another manifest");
      if (!all.every((text, i) => text.startsWith(names[i][0] === "p" ? '["' + edition + '"' : edition))) return new Error("mixed editions");
      names.forEach((name, i) => texts.set(name, all[i]));
      return null;
    } catch (error) {
      return error;
    }
  }

  let ready = null;
  const prepare = () => (ready = ready || start().catch((error) => {
    ready = null;
    throw error;
  }));

  // renew looks whether the site has been published anew, and tells whether it
  // has. Until that is known, queries are answered as before.
  async function renew() {
    const before = manifest;
    if (before) await start();
    return manifest !== before;
  }

  async function query(text, n) {
    await prepare();
    const parts = readQuery(text);
    for (let round = 0, restarts = 0; round < 8; round++) {
      const marks = new Set();
      missing = new Set();
      needed = new Set();
      guessed = new Map();
      const scores = score(parts, marks);
      const found = missing.size ? [] : hits(rank(scores, n));
      // Nothing awaits between the lines above and here, so queries that
      // overlap do not see each other's notes.
      const result = { hits: found, marks, guessed, words: parts.words.map((w) => w.text), needed: [...needed].sort() };
      if (!missing.size) {
        const word = result.words[0];
        if (!found.length && word && word.length > 3) result.near = near(word);
        return result;
      }
      const before = manifest, problem = await fetchAll([...missing]);
      if (problem) {
        if (before === manifest) {
          ready = null;
          await prepare();
        }
        if (before === manifest || restarts++) throw problem;
      }
    }
    throw new Error("the index is broken");
  }
  return { query, prepare, renew };
}
