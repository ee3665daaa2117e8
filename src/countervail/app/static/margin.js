// What a sanction does at the margin: to whom it brings or costs how much, lifted, or imposed where it is added.

import { ask } from "./api.js";
import { el, fill } from "./dom.js";
import { key, state } from "./state.js";
import { Table } from "./tables.js";
import { percent, usd } from "./words.js";

const MOST = 300; // answers that are remembered
const known = new Map();
let chain = Promise.resolve();
let pinned = { iso3: sessionStorage.getItem("pinned") ?? "", name: "" };
const waiting = new Set(); // the lines in sight that show the pinned country

/**
 * The answer for some measures in the present state; asked one after another, and remembered.
 * @param {string[]} ids @param {() => boolean} still whether it is wanted when its turn comes
 */
export function margin(ids, still = () => true) {
  const wanted = JSON.stringify([key(), ids]);
  if (!known.has(wanted)) {
    const of = state();
    // those of an earlier state, and those that a search has put out of sight, are not asked for any more
    const answer = (chain = chain.then(() => (key(of) === key() && still() ? ask("/api/margin", { ...of, measures: ids }) : null)).catch((error) => ({ error: error.message })));
    known.set(wanted, answer);
    answer.then((value) => (!value || value.error) && known.delete(wanted));
    if (known.size > MOST) known.delete(known.keys().next().value);
  }
  return known.get(wanted);
}

/** Sentences and a table on some measures, filled when they are known; a country `of` interest has a line. @param {string[]} ids @param {string} title */
export function effectOf(ids, title = "What it does at the margin", of = pinned.iso3) {
  const place = el("div", { class: "margin-about", "aria-live": "polite" }, el("p", { class: "text" }, "Solving …"));
  margin(ids).then((answer) => {
    if (!answer || answer.error) return void fill(place, el("p", { class: "text" }, answer?.error ?? "The state has changed; open this again."));
    const table = new Table("margin", { most: 8 });
    table.set(answer.tables.margin);
    const own = answer.tables.margin.find((row) => row.iso3 === of);
    fill(place, el("h3", {}, title), own ? el("p", { class: "pinned" }, line(own)) : null, answer.sentences.map((sentence) => el("p", {}, sentence)), table.element);
  });
  return place;
}

const line = (row) => `${row.name}: ${row.usd < 0 ? "loses" : "gains"} ${usd(Math.abs(row.usd))} a year (${percent(row.pct)} of real income)`;

/** A line under a measure for the country pinned. */
export class Line {
  /** @param {string} id of the measure @param {() => boolean} seen */
  constructor(id, seen) {
    Object.assign(this, { id, seen });
    this.element = el("p", { class: "pinned", hidden: true });
    waiting.add(this);
  }

  /** @param {boolean} on whether the measure takes part @param {boolean} added */
  async show(on, added) {
    const here = pinned.iso3 && on && this.seen();
    this.on = [on, added];
    this.element.hidden = !here;
    if (!here) return;
    const mine = (this.latest = Symbol());
    this.element.textContent = "…";
    const answer = await margin([this.id], () => this.seen());
    if (this.latest !== mine || !answer) return;
    const row = answer.tables?.margin.find((one) => one.iso3 === pinned.iso3);
    this.element.textContent = answer.error ?? (row ? `${added ? "Because of it" : "If lifted"}, ${line(row)}` : "");
  }
}

/** Pins a country. */
export function pin(iso3, name) {
  pinned = { iso3, name };
  sessionStorage.setItem("pinned", iso3);
  for (const one of waiting) if (one.on) one.show(...one.on);
}

export const pinnedCountry = () => pinned.iso3;
