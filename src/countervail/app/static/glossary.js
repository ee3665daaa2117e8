// Terms with their meaning, shown where the pointer or the keyboard rests on them.

import { el } from "./dom.js";

let terms = {};
let pattern = null;

/** @param {Record<string, string>} glossary terms and what they mean */
export function learn(glossary) {
  terms = glossary;
  const names = Object.keys(glossary).sort((a, b) => b.length - a.length);
  pattern = names.length ? new RegExp(`\\b(${names.join("|")})(s?)\\b`, "gi") : null;
}

/** Writes a text in which the first mention of each term can be asked for its meaning. @param {Element} place @param {string} text */
export function explained(place, text) {
  if (place.dataset.text === text) return;
  place.dataset.text = text;
  const seen = new Set();
  const parts = [];
  let from = 0;
  for (const found of pattern ? text.matchAll(pattern) : []) {
    const name = found[1].toLowerCase();
    if (seen.has(name)) continue;
    seen.add(name);
    parts.push(text.slice(from, found.index), el("span", { class: "term", tabindex: "0", role: "note", "aria-label": `${found[0]}: ${terms[name]}`, "data-meaning": terms[name] }, found[0]));
    from = found.index + found[0].length;
  }
  place.replaceChildren(...parts, text.slice(from));
}
