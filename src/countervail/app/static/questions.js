// Six questions of analysts: each sets the switches it needs, and is answered in the numbers of that state.

import { ask } from "./api.js";
import { el, fill } from "./dom.js";
import { effectOf } from "./margin.js";
import { change, state } from "./state.js";
import { persons, share, usd } from "./words.js";

/** The EU's bans on Russian oil among the measures. */
const oilBans = (controls) =>
  controls.measures.filter((m) => m.enabled && !m.new && m.kind === "import_ban" && m.senders.includes("EU") && m.targets.includes("RUS") && /petroleum/.test(m.finds)).map((m) => m.id);

const sentences = (texts) => texts.map((text) => el("p", {}, text));

/**
 * @typedef {object} Page what the answers are taken from
 * @property {() => object | null} controls @property {() => object | null} run the latest result of the full run of this state
 * @property {() => object | null} now the live answer @property {(tab: string) => void} tab
 */

/** Every question: whether the scenario can answer it, what it sets, and its answer. @type {{text: string, fits: (c: object) => boolean, set?: (c: object) => object, answer: (c: object, page: Page) => any}[]} */
const QUESTIONS = [
  {
    text: "What if China leaves?",
    fits: (c) => c.members.list.some((one) => one.iso3 === "CHN"),
    set: (c) => ({ [c.members.china.path]: c.members.china.default === "none" ? undefined : "none" }),
    answer: (c, page) => sentences([page.now().verdict?.sentence, ...page.now().against]),
  },
  {
    text: "Which proposal is worth most?",
    fits: (c) => c.provisions.length > 1,
    answer: (c, page) => {
      const rows = (page.run()?.tables.provisions ?? []).filter((row) => row.country === "CLUB").sort((a, b) => b.alone_usd - a.alone_usd);
      if (!rows.length) return sentences(["Each proposal is solved alone in the full run, which is under way; ask again when it is done."]);
      const [best, ...others] = rows;
      return sentences([`“${best.label}”: ${usd(best.alone_usd)} a year alone, ${usd(best.last_usd)} on top of all the others.`, `The others alone: ${others.map((row) => `${row.label}, ${usd(row.alone_usd)}`).join("; ")}.`]);
    },
  },
  {
    text: "What if the EU lifts its oil bans?",
    fits: (c) => oilBans(c).length > 0,
    answer: (c) => effectOf(oilBans(c), "The EU's bans on Russian oil and oil products, lifted from today's world"),
  },
  {
    text: "How can Venezuela pay Iran?",
    fits: (c) => ["IRN", "VEN"].every((code) => code === c.members.secretariat || c.members.list.some((one) => one.iso3 === code && one.in)),
    answer: async () => {
      const { tables } = await ask("/api/country", { ...state(), country: "IRN" });
      const row = (tables.routes ?? []).find((one) => one.iso3 === "VEN" || one.name === "Venezuela");
      if (!row) return sentences(["There is no trade between them that would have to be paid."]);
      const cost = (value) => (value == null ? "no cost is known" : `paying costs ${share(value)} of the trade`);
      return sentences([`Today: ${row.main ?? "no route"}; ${cost(row.wedge)}.`, `With the club's payment links: ${cost(row.wedge_after)}.`]);
    },
  },
  {
    text: "Which coalition holds together?",
    fits: (c) => c.members.list.length > 1,
    answer: (c, page) => [
      ...sentences(["Every subset of the members is solved as a club of its own, and tested for who would rather leave. Choose the players and start it: the answer is in that tab under “What holds together”."]),
      el("button", { type: "button", class: "secondary", onclick: () => page.tab("coalitions") }, "Go to the coalitions"),
    ],
  },
  {
    text: "Is it a market of two billion?",
    fits: (c) => c.tables.claims?.some((row) => row.unit === "persons"),
    answer: (c) => {
      const rows = c.tables.claims.filter((row) => row.unit === "persons");
      const few = rows.reduce((a, b) => (b.computed < a.computed ? b : a));
      const many = rows.reduce((a, b) => (b.computed > a.computed ? b : a));
      return sentences([`The documents say ${persons(few.claimed)} people. Counted: ${persons(few.computed)} (${few.reading}) to ${persons(many.computed)} (${many.reading}).`, many.computed >= 0.95 * many.claimed ? "So only with all of China." : "So no."]);
    },
  },
];

export class Questions {
  /** @param {Page} page */
  constructor(page) {
    Object.assign(this, { id: "questions", title: "Questions", page });
    this.cards = el("div", { class: "cards" });
    this.place = el("div", { class: "answered", "aria-live": "polite" });
    this.element = el("section", {}, el("h2", { class: "aside" }, this.title), el("p", { class: "text" }, "What analysts ask. A question that needs a switch sets it; Undo takes it back."), this.cards, this.place);
  }

  /** Shows the questions that the scenario can answer. */
  sync(controls) {
    this.controls = controls;
    const fitting = QUESTIONS.filter((one) => one.fits(controls));
    const text = fitting.map((one) => one.text).join();
    if (text !== this.text) fill(this.cards, fitting.map((one) => el("button", { type: "button", class: "card", onclick: () => this.pose(one) }, one.text)));
    this.text = text;
  }

  async pose(one) {
    this.waiting = null;
    const set = one.set?.(this.controls);
    if (set && Object.entries(set).some(([path, value]) => !state().set.some((text) => text === `${path}=${value}`))) {
      change(set);
      this.waiting = one; // answered when the state is solved
      fill(this.place, el("p", { class: "text" }, "Solving …"));
    } else this.answer(one);
  }

  async answer(one) {
    const mine = (this.latest = Symbol());
    fill(this.place, el("h3", {}, one.text), el("p", { class: "text" }, "Solving …"));
    const content = await Promise.resolve(one.answer(this.controls, this.page)).catch((error) => el("p", { class: "error" }, error.message));
    if (this.latest === mine) fill(this.place, el("h3", {}, one.text), content);
  }

  /** The state shown has been solved. */
  changed() {
    if (!this.waiting) return;
    const one = this.waiting;
    this.waiting = null;
    this.answer(one);
  }

  shown() {}
}
