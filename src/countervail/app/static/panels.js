// The tabs that show the results of the full run: charts and tables, with a note where they are of an earlier state.

import { Chart } from "./charts.js";
import { el, renew } from "./dom.js";
import { members, Table } from "./tables.js";

/** Charts and tables of one subject. */
export class Panel {
  /** @param {string} id @param {string} title @param {(string | {text?: string, heading?: string, charts?: string[], open?: string[], folded?: string[]})[]} blocks */
  constructor(id, title, blocks, options = {}) {
    Object.assign(this, { id, title, options });
    this.note = el("p", { class: "note", hidden: true });
    this.charts = [];
    this.tables = [];
    this.blocks = [];
    this.element = el("section", {}, el("h2", { class: "aside" }, title), this.note, options.before ?? null, blocks.map((block) => this.block(block)), options.after ?? null);
    this.dirty = false;
  }

  block({ heading, text, charts = [], open = [], folded = [] }) {
    const mine = charts.map((name) => new Chart(name));
    const tables = [...open.map((name) => new Table(name)), ...folded.map((name) => new Table(name, { folded: true }))];
    this.charts.push(...mine);
    this.tables.push(...tables);
    const element = el(
      "div",
      { class: "block" },
      heading && el("h3", {}, heading),
      text && el("p", { class: "text" }, text),
      mine.length ? el("div", { class: "charts" }, mine.map((c) => c.element)) : null,
      tables.map((t) => t.element),
    );
    this.blocks.push({ element, names: [...open, ...folded], charts: mine });
    return element;
  }

  /** @param {Record<string, object[]> | null} rows @param {string} note the state they are of, empty where it is the one shown */
  set(rows, note) {
    this.rows = rows;
    this.caption = note;
    this.dirty = true;
    if (!this.element.hidden) this.shown();
  }

  shown() {
    this.note.hidden = !this.caption;
    this.note.textContent = this.caption ?? "";
    this.element.classList.toggle("stale", Boolean(this.caption && this.rows));
    if (!this.dirty) return;
    this.dirty = false;
    for (const chart of this.charts) chart.set(this.rows ?? {});
    for (const table of this.tables) table.set(this.rows?.[table.name]);
    for (const { element, names, charts } of this.blocks) element.hidden = !names.some((name) => this.rows?.[name]?.length) && !charts.some((chart) => chart.something());
  }
}

/** The table of members, from the live answer or, with bands, from the full run. */
export class MembersTable {
  /** @param {(name: string) => any} opened what is shown for a country's name */
  constructor(opened) {
    this.opened = opened;
    this.element = el("div", {}, el("div", {}));
  }

  /** @param {object} view @param {boolean} banded @param {{members: object} | null} loaded the members as loaded */
  set(view, banded, loaded) {
    const about = banded ? "Below each figure: the 5th to 95th percentile of the draws." : "Point values of this state; bands and break-evens follow.";
    const text = JSON.stringify([view, about, loaded?.members]);
    if (text !== this.text) renew(this.element.firstChild, members(view, about, this.opened, loaded?.members));
    this.text = text;
  }
}

/** The panels with tables of the full run. @param {MembersTable} table */
export const panels = (table) => [
  new Panel(
    "members",
    "Members",
    [
      { text: "The secretariat, which runs the club, has no row in the table of what keeps each country out.", charts: ["ratios", "break_evens", "rests_on", "deterrence"], open: ["deterrence"], folded: ["rests_on", "figures"] },
    ],
    { before: table.element },
  ),
  new Panel("proposals", "Proposals", [{ text: "Each proposal of the documents, alone and in addition to all the others.", charts: ["provisions"], folded: ["provisions"] }]),
];

export const later = () => [
  new Panel("world", "Rest of the world", [
    { heading: "Who imposes the sanctions", charts: ["senders"], folded: ["senders", "measures"] },
    { heading: "Third countries", charts: ["third_countries", "diversion"], folded: ["third_countries", "diversion", "countries"] },
  ]),
];

export const checks = () =>
  new Panel("checks", "Checks", [
    {
      heading: "Placebo",
      text: "The same calculation for countries that are not sanctioned in this way: any cost it gives there is noise. A member whose cost is no larger than that has no ratio.",
      charts: ["placebo"],
      open: ["placebo_summary"],
      folded: ["placebo"],
    },
    { heading: "Which assumption moves the answer", charts: ["sensitivity"], folded: ["sensitivity"] },
    { heading: "Under other rules", charts: ["closures"], folded: ["closures"] },
    { heading: "The documents' own lists", text: "Each document names its own members. Each list is computed separately; they are never merged or averaged.", charts: ["readings"], open: ["readings"] },
    { heading: "Published figures compared with ours", open: ["facts"] },
    { heading: "Caveats of the data", open: ["caveats"] },
  ]);
