"use strict";

// Search, sort and select the papers of the archive. The papers come as scripts, not by fetch, so that the page
// also works as a file: data/2026.js calls archive.papers, data/2026-06.js archive.abstracts. Titles and names
// are strangers' words: they enter the page as text only, and nothing here writes HTML.

const SHOWN = 50; // papers at a time
const NAMED_AUTHORS = 20; // as in the page without scripts

const $ = (id) => document.getElementById(id);
const form = $("search");

// Papers

class Paper {
  constructor([id, order, url, title, authors, submitted, updated, categories, keywords, comment, tex]) {
    Object.assign(this, { id, order, url, title, authors, submitted, updated, categories, keywords, comment, tex });
    this.names = authors.map(folded);
    this.words = searchable([id, title, comment, ...categories, ...authors].join(" "));
    this.abstract = null; // comes with the script of its month
    this.abstractWords = "";
  }

  get month() {
    return this.submitted.slice(0, 7);
  }
}

const archive = {
  all: [],
  byId: new Map(),
  years: 0,

  papers(records) {
    for (const record of records) {
      const paper = new Paper(record);
      archive.all.push(paper);
      archive.byId.set(paper.id, paper);
    }
    archive.years += 1;
  },

  abstracts(texts) {
    for (const [id, text] of texts) {
      const paper = archive.byId.get(id);
      if (paper) {
        paper.abstract = text;
        paper.abstractWords = searchable(text);
      }
    }
  },
};

// The months that have a script, with the version of each, latest first.
const months = new Map(form.dataset.months.split(" ").filter(Boolean).map((each) => each.split("=")));
const requested = new Map();

// Loads the abstracts of a month, once; false if they cannot be had.
function loaded(month) {
  if (!requested.has(month)) {
    requested.set(month, new Promise((resolve) => {
      const script = document.createElement("script");
      script.src = `data/${month}.js?${months.get(month)}`;
      script.onload = () => resolve(true);
      script.onerror = () => {
        requested.delete(month);
        resolve(false);
      };
      document.head.append(script);
    }));
  }
  return requested.get(month);
}

// Words

// The text in small letters, without accents, as " word word": so " wor" finds what begins a word.
function folded(text) {
  const spaced = ` ${text}`;
  return /^[\x00-\x7f]*$/.test(spaced)
    ? spaced.toLowerCase().replace(/[^a-z0-9]+/g, " ")
    : spaced.normalize("NFKD").replace(/\p{M}+/gu, "").toLowerCase().replace(/[^\p{L}\p{N}]+/gu, " ");
}

// The same, ready for the first search: browsers put off joining the pieces of a text until it is looked into.
function searchable(text) {
  const words = folded(text);
  words.includes("\n");
  return words;
}

const UNSPACED = /[\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]/; // scripts without spaces between words

// What to look for: each word, and each phrase in quotes. A plural finds the singular too.
function needles(query) {
  return (query.match(/"[^"]*"|\S+/g) || [])
    .map((part) => {
      const words = folded(part).trimEnd();
      if (UNSPACED.test(words)) {
        return words.trim();
      }
      return part.startsWith('"') ? words : words.replace(/([a-z]{3}[a-rtv-z])s$/, "$1");
    })
    .filter((words) => words.trim());
}

// Search

const collator = new Intl.Collator("en", { numeric: true });
const ORDERS = {
  newest: (a, b) => b.order - a.order,
  oldest: (a, b) => a.order - b.order,
  revised: (a, b) => (a.updated === b.updated ? b.order - a.order : a.updated < b.updated ? 1 : -1),
  title: (a, b) => collator.compare(a.title, b.title),
};
const sorted = new Map();

// All papers in an order; sorting ten thousand titles takes longer than a search, so it is done once.
function inOrder(order) {
  if (!sorted.has(order)) {
    sorted.set(order, [...archive.all].sort(ORDERS[order] || ORDERS.newest));
  }
  return sorted.get(order);
}

function found() {
  const { words, author, keyword, from, to, order, abstracts } = form.elements;
  const wanted = needles(words.value), name = needles(author.value);
  const hasWord = abstracts.checked
    ? (paper) => wanted.every((each) => paper.words.includes(each) || paper.abstractWords.includes(each))
    : (paper) => wanted.every((each) => paper.words.includes(each));
  return inOrder(order.value).filter((paper) =>
    (!keyword.value || paper.keywords.includes(keyword.value))
    && (!from.value || paper.submitted >= from.value)
    && (!to.value || paper.submitted <= to.value)
    && (!wanted.length || hasWord(paper))
    && (!name.length || paper.names.some((each) => name.every((part) => each.includes(part)))));
}

// The page

const selected = new Set();
let results = [];
let cards = new Map(); // of the papers in the list

const number = new Intl.NumberFormat("en");
const counted = (count) => `${number.format(count)} ${count === 1 ? "paper" : "papers"}`;
const names = new Map(Array.from(form.elements.keyword.options, (option) => [option.value, option.dataset.name]));

function card(paper) {
  const item = $("card").content.cloneNode(true).firstElementChild;
  const place = (selector) => item.querySelector(selector);
  const write = (selector, text) => {
    place(selector).textContent = text;
  };
  write(".title", paper.title);
  if (/^https?:\/\//.test(paper.url)) {
    place(".title").href = paper.url;
  }
  const others = paper.authors.length - NAMED_AUTHORS;
  write(".authors", paper.authors.slice(0, NAMED_AUTHORS).join(", ") + (others > 0 ? ` and ${others} more` : ""));
  write(".submitted", paper.submitted);
  place(".updated").hidden = paper.updated === paper.submitted;
  write(".updated time", paper.updated);
  write(".category", paper.categories[0] || "");
  write(".keywords", paper.keywords.map((stem) => names.get(stem) || stem).join(", "));
  place(".comment").hidden = !paper.comment;
  write(".comment", paper.comment);
  const details = place(".abstract");
  details.addEventListener("toggle", () => details.open && showAbstract(paper, details.querySelector("p")));
  const box = place(".choice input");
  box.checked = selected.has(paper);
  box.setAttribute("aria-label", `Select ${paper.title}`);
  box.addEventListener("change", () => {
    selected[box.checked ? "add" : "delete"](paper);
    showSelection();
  });
  return item;
}

async function showAbstract(paper, place) {
  place.textContent = paper.abstract ?? "Loading …";
  await loaded(paper.month);
  place.textContent = paper.abstract ?? "The abstract cannot be loaded now. The title leads to it.";
}

// Shows what is found; `again`: to the same search, so that nobody loses their place.
function show(again = false) {
  results = found();
  const list = $("papers");
  put(results.slice(0, again ? Math.max(SHOWN, list.children.length) : SHOWN));
  const missing = archive.years < Number(form.dataset.years);
  $("count").textContent = `${counted(results.length)} found.`
    + (missing ? " Some papers could not be loaded: reload the page." : "");
}

// Puts these papers into the list. Cards that are there already stay as they are, and so does the focus.
function put(papers) {
  const list = $("papers"), focused = document.activeElement;
  cards = new Map(papers.map((paper) => [paper, cards.get(paper) || card(paper)]));
  const wanted = [...cards.values()];
  if (wanted.length !== list.children.length || wanted.some((item, place) => item !== list.children[place])) {
    list.replaceChildren(...wanted);
    if (list.contains(focused)) {
      focused.focus();
    }
  }
  $("more").hidden = papers.length === results.length;
}

function showMore() {
  const before = cards.size;
  put(results.slice(0, before + SHOWN));
  $("papers").children[before].querySelector("a").focus();
}

function showSelection() {
  $("selection").hidden = !selected.size;
  $("selected").textContent = `${counted(selected.size)} selected.`;
}

// Searches, and once more when the abstracts are there that are to be searched.
async function search() {
  show();
  const { words, from, to, abstracts } = form.elements;
  if (!abstracts.checked || !words.value.trim()) {
    return;
  }
  const wanted = [...months.keys()].filter((month) =>
    (!from.value || month >= from.value.slice(0, 7)) && (!to.value || month <= to.value.slice(0, 7)));
  const missing = wanted.filter((month) => !requested.has(month));
  if (missing.length) {
    $("count").textContent += " Loading abstracts …";
    const all = (await Promise.all(missing.map(loaded))).every(Boolean);
    show(true);
    $("count").textContent += all ? "" : " Some abstracts could not be loaded.";
  }
}

// The search is a part of the page's address, to be kept and passed on.

const FIELDS = ["words", "author", "keyword", "from", "to", "order"];

function remember() {
  const pairs = FIELDS.map((name) => [name, form.elements[name].value]);
  const kept = pairs.filter(([name, value]) => value && !(name === "order" && value === "newest"));
  const address = kept.length ? `#${new URLSearchParams(kept)}` : location.pathname + location.search;
  history.replaceState(null, "", address);
}

function recall() {
  const kept = new URLSearchParams(location.hash.slice(1));
  for (const name of FIELDS) {
    const field = form.elements[name];
    field.value = kept.get(name) || (name === "order" ? "newest" : "");
    if (field.selectedIndex === -1) {
      field.selectedIndex = 0;
    }
  }
}

// BibTeX

// No braces for braces: BibTeX counts them even behind a backslash.
const SIGNS = {
  "\\": "\\textbackslash{}", "{": "\\textbraceleft{}", "}": "\\textbraceright{}", "~": "\\textasciitilde{}", "^": "\\textasciicircum{}",
  "$": "\\$", "&": "\\&", "%": "\\%", "#": "\\#", "_": "\\_",
};
const tex = (text) => text.replace(/[\\{}~^$&%#_]/g, (sign) => SIGNS[sign]);
// BibTeX takes "and" and a comma for parts of a list or of a name.
const texName = (name) => (/,|\band\b/i.test(name) ? `{${tex(name)}}` : tex(name));

function entry(paper) {
  const fields = [
    ["title", `{${paper.tex || tex(paper.title)}}`],
    ["author", paper.authors.map(texName).join(" and ")],
    ["year", paper.submitted.slice(0, 4)],
    ["eprint", tex(paper.id)],
    ["archivePrefix", "arXiv"],
    ["primaryClass", tex(paper.categories[0] || "")],
    ["url", paper.url.replace(/[{}\\\s]/g, "")],
  ];
  const lines = fields.filter(([, value]) => value).map(([name, value]) => `  ${name} = {${value}},\n`);
  return `@misc{arXiv:${paper.id.replace(/[^\w./-]/g, "")},\n${lines.join("")}}\n`;
}

function cite() {
  $("entries").value = [...selected].map(entry).join("\n");
  $("copied").textContent = "";
  $("bibtex").showModal();
}

async function copy() {
  try {
    await navigator.clipboard.writeText($("entries").value);
    $("copied").textContent = `BibTeX of ${counted(selected.size)} copied.`;
  } catch {
    $("entries").select();
    const done = document.execCommand("copy");
    $("copied").textContent = done ? `BibTeX of ${counted(selected.size)} copied.` : "Press Ctrl+C to copy.";
  }
}

// Start, when all years are there

document.addEventListener("DOMContentLoaded", () => {
  recall();
  form.hidden = false;
  search();
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("input", search);
  form.addEventListener("change", remember); // not at each key: browsers limit how often an address changes
  form.addEventListener("reset", () => setTimeout(() => { // after the fields are empty
    search();
    remember();
  }));
  window.addEventListener("hashchange", () => {
    if (location.hash !== "#feeds") {
      recall();
      search();
    }
  });
  $("more").addEventListener("click", showMore);
  $("cite").addEventListener("click", cite);
  $("copy").addEventListener("click", copy);
  $("close").addEventListener("click", () => $("bibtex").close());
  $("unselect").addEventListener("click", () => {
    selected.clear();
    showSelection();
    for (const box of document.querySelectorAll(".choice input")) {
      box.checked = false;
    }
    form.elements.words.focus();
  });
});
