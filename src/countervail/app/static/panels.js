// The tabs that show the results of the full run: charts and tables, with a note where they are of an earlier state.

import { Chart, library } from "./charts.js";
import { el, renew } from "./dom.js";
import { members, Table } from "./tables.js";
import { NOTHING } from "./words.js";

// Charts and tables of the report that have a place of their own on this page
const ELSEWHERE = { charts: ["verdict", "map", "costs", "gains", "timeline"], tables: ["claims", "timeline", "evidence", "assumptions"] };

/**
 * @typedef {object} Block charts and tables under a heading: those of some sections of the report, in its order
 * @property {string} [heading] @property {string} [text] @property {boolean} [club] whether the text is about a club
 * @property {string[]} [sections] their ids; without them every section of the document
 * @property {string} [document] whose tables they are: run or coalitions
 * @property {(table: string) => boolean} [of] which tables, and charts of which first table
 */

/** Charts and tables of one subject. */
export class Panel {
  /** @param {string} id @param {string} title @param {Block[]} blocks @param {{before?: Element, click?: Record<string, (datum: object) => void>}} options click: what a click on a chart does, by its name */
  constructor(id, title, blocks, options = {}) {
    Object.assign(this, { id, title, options });
    this.note = el("p", { class: "note", hidden: true });
    this.charts = [];
    this.tables = [];
    this.blocks = [];
    const places = blocks.map(() => el("div", { class: "block", hidden: true }));
    this.element = el("section", {}, el("h2", { class: "aside" }, title), this.note, options.before ?? null, places);
    this.dirty = false;
    library().then((all) => {
      blocks.forEach((block, k) => this.fill(places[k], block, all));
      this.dirty = true;
      if (!this.element.hidden) this.shown();
    });
  }

  /** Puts the charts and tables of a block into its place. @param {Element} place @param {Block} block */
  fill(place, { heading, text, club, sections, document = "run", of = () => true }, all) {
    const here = (table, section) => all.columns[table]?.document === document && (sections?.includes(section) ?? section) && of(table);
    const drawn = Object.entries(all.charts).filter(([name, chart]) => here(chart.tables[0], chart.section) && !ELSEWHERE.charts.includes(name));
    const listed = Object.entries(all.columns).filter(([name, table]) => here(name, table.section) && !ELSEWHERE.tables.includes(name));
    const charts = drawn.map(([name]) => new Chart(name, { click: this.options.click?.[name] }));
    // open tables first
    const tables = [false, true].flatMap((folded) => listed.filter(([, table]) => table.folded === folded).map(([name]) => new Table(name, { folded })));
    this.charts.push(...charts);
    this.tables.push(...tables);
    place.classList.toggle("of-club", Boolean(club && heading));
    place.append(...[heading && el("h3", {}, heading), text && el("p", { class: club ? "text of-club" : "text" }, text), charts.length && el("div", { class: "charts" }, charts.map((c) => c.element)), ...tables.map((t) => t.element)].filter(Boolean));
    this.blocks.push({ place, names: [...drawn.map(([, chart]) => chart.tables[0]), ...listed.map(([name]) => name)] });
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
    for (const { place, names } of this.blocks) place.hidden = !names.some((name) => this.rows?.[name]?.length);
  }
}

/** The columns of the table of members that are about costs: for a question without a club. */
function costs({ columns, rows }) {
  const kept = columns.map((c, k) => [c, k]).filter(([c, k]) => !k || c.name.startsWith("cost"));
  return { columns: kept.map(([c]) => c), rows: rows.map((row) => kept.map(([, k]) => row[k])) };
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
    const none = !view.columns.some((c, k) => c.name === "gain_pct" && view.rows.some((row) => [row[k]].flat()[0] !== NOTHING));
    const about = banded ? "Below each figure: the 5th to 95th percentile of the draws." : "Point values of this state; bands and break-evens follow.";
    if (none) view = costs(view);
    const text = JSON.stringify([view, about, loaded?.members]);
    if (text !== this.text) renew(this.element.firstChild, members(view, about, this.opened, loaded?.members, none ? "Those under sanctions" : undefined));
    this.text = text;
  }
}

/** The panels with results of the full run: the sections of the report that each shows. @param {MembersTable} table */
export const panels = (table) => [
  new Panel(
    "members",
    "Members",
    [{ text: "The secretariat, which runs the club, has no row in the table of deterrence.", club: true, sections: ["members", "break-even", "deterrence", "answer"] }],
    { before: table.element },
  ),
  new Panel("proposals", "Proposals", [{ text: "Each proposal of the documents, alone and in addition to all the others.", sections: ["proposals"] }]),
];

export const later = () => [
  new Panel("world", "Rest of the world", [
    { heading: "Senders and third countries", sections: ["senders"] },
    {
      heading: "Through third countries",
      text: "For those who close it: where to compare the customs records of both sides. What is seen holds a country's own goods, too, and is no evidence against it. What becomes of offset and blunting by it is computed where “Count what comes through third countries” is on, under “How it is computed”.",
      sections: ["rerouting"],
    },
    { heading: "Diverted trade", sections: ["diversion"] },
    { heading: "Every country", sections: ["map"] },
  ]),
];

export const checks = () =>
  new Panel("checks", "Checks", [
    {
      heading: "Placebo",
      text: "The same calculation for countries that are not sanctioned in this way: any cost it gives there is noise. A member whose cost is no larger than that has no ratio.",
      sections: ["placebo"],
    },
    { heading: "Which assumption moves the answer", sections: ["assumptions"] },
    { heading: "Under other rules", sections: ["rules"] },
    { heading: "The documents' own lists", club: true, text: "Each document names its own members. Each list is computed separately; they are never merged or averaged.", sections: ["readings"] },
    { heading: "Published figures compared with ours", sections: ["facts"] },
    { heading: "How the model does on the past", sections: ["backtest"] },
    { heading: "Caveats of the data", sections: ["caveats"] },
  ]);
