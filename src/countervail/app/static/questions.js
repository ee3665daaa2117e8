// Six questions of analysts: each sets the switches it needs, and is answered in the numbers of that state.

import { ask } from "./api.js";
import { el, fill } from "./dom.js";
import { effectOf } from "./margin.js";
import { change, key, state } from "./state.js";
import { persons, share, usd } from "./words.js";

/** The EU's bans on Russian oil among the measures. */
const oilBans = (controls) =>
  controls.measures.filter((m) => m.enabled && !m.new && m.kind === "import_ban" && m.senders.includes("EU") && m.targets.includes("RUS") && /petroleum/.test(m.finds)).map((m) => m.id);

const sentences = (texts) => texts.map((text) => el("p", {}, text));
const goes = (text, onclick) => el("button", { type: "button", class: "secondary", onclick }, text);

/** Every proposal alone, from the full run; the one that is worth most first. */
const proposals = (page) => (page.run()?.tables.provisions ?? []).filter((row) => row.country === "CLUB").sort((a, b) => b.alone_usd - a.alone_usd);

/** Classes of channels in a sentence. */
const CLASSES = { "Own systems and accounts": "their own systems and accounts", "Common connection of banks": "the common connection of banks", "Banks of third countries": "banks of third countries", Informal: "informal channels" };

/** How one country pays another today, with the club's links, and once those are cut. */
async function paid(page) {
  const [one, other] = ["VEN", "IRN"];
  const asked = (cut) => ask("/api/pair", { ...state(), one, other, cut }).then(({ tables }) => tables);
  const tables = await asked([]);
  const rows = (answer, network) => answer.pair_payments.filter((row) => row.network === network);
  const cost = ([row]) => (row?.wedge == null ? "nothing can be paid" : `paying costs ${share(row.wedge)} of the trade`);
  const now = rows(tables, "as it is");
  const most = now.reduce((a, b) => (b.share > a.share ? b : a));
  const said = [`Today ${cost(now)}; the largest part, ${share(most.share)}, goes through ${CLASSES[most.class] ?? most.class.toLowerCase()}.`];
  const proposed = rows(tables, "with the proposals");
  const links = tables.pair_elements.filter((element) => element.kind === "link");
  if (proposed.length) said.push(`With the club's payment links ${cost(proposed)}.`);
  if (proposed.length && links.length) {
    const cut = await asked(links.map(({ id }) => id));
    const lost = cut.pair_income.filter((row) => [one, other].includes(row.iso3)).map((row) => `${row.name} ${usd(-row.proposed_usd)}`);
    said.push(`If ${links.length > 1 ? "those links" : "that link"} (${links.map(({ label }) => label).join("; ")}) were cut again, ${cost(rows(cut, "with the proposals, after the cut"))}; that would cost ${lost.join(" and ")} of real income a year.`);
  }
  return [...sentences(said), goes("Cut its connections one by one", () => page.pair(one, other))];
}

/** Which coalitions nobody would leave, in two sentences. */
function held({ meta: [{ coalitions, players }], stability }) {
  const rule = (name) => stability.find((row) => row.rule === `stable, ${name} entry`);
  const of = (row) => (row.count > 1 ? `${row.count} of them; the largest: ${row.largest}` : row.count ? `one, ${row.largest}` : "none of them");
  return sentences([
    `${coalitions} coalitions of ${players} players are solved. Where anyone may join, these hold together (nobody gains by leaving or by joining): ${of(rule("open"))}.`,
    `Where members may refuse whoever would make one of them lose: ${of(rule("exclusive"))}.`,
  ]);
}

/**
 * @typedef {object} Page what the answers are taken from
 * @property {() => object | null} controls @property {() => object | null} run the latest result of the full run of this state
 * @property {() => object | null} now the live answer @property {(tab: string) => void} tab
 * @property {(one: string, other: string) => void} pair shows how two countries pay @property {import("./coalitions.js").Coalitions} coalitions
 */

/**
 * Every question: whether the scenario can answer it, what it sets, and its answer. What takes longer: words for the time being,
 * what starts it (whether it could), and whether it is done.
 * @type {{text: string, fits: (c: object) => boolean, set?: (c: object) => object, begin?: () => string, start?: (page: Page) => boolean, ready?: (page: Page) => boolean, answer: (c: object, page: Page) => any}[]}
 */
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
    begin: () => "Each proposal is solved alone in the full run, which is under way. The answer comes here when it is done.",
    ready: (page) => proposals(page).length > 0,
    answer: (c, page) => {
      const [best, ...others] = proposals(page);
      return sentences([`“${best.label}”: ${usd(best.alone_usd)} a year alone, ${usd(best.last_usd)} on top of all the others.`, `The others alone: ${others.map((row) => `${row.label}, ${usd(row.alone_usd)}`).join("; ")}.`]);
    },
  },
  {
    text: "What if the EU lifts its oil bans?",
    fits: (c) => oilBans(c).length > 0,
    answer: (c) => effectOf(oilBans(c), "The EU's bans on Russian oil and oil products, lifted from today's world", "DEU"),
  },
  {
    text: "How can Venezuela pay Iran, and with the link cut?",
    fits: (c) => ["IRN", "VEN"].every((code) => code === c.members.secretariat || c.members.list.some((one) => one.iso3 === code && one.in)),
    answer: (c, page) => paid(page),
  },
  {
    text: "Which coalition holds together?",
    fits: (c) => c.members.list.length > 1,
    begin: () => "Every subset of the players is solved as a club of its own, and tested for who would rather leave. The answer comes here when it is done; the tab Coalitions says how far it is, and takes other players.",
    start: ({ coalitions }) => coalitions.running || (Boolean(coalitions.chosen) && (coalitions.run(), true)),
    ready: ({ coalitions }) => Boolean(coalitions.result()),
    answer: (c, page) => [...held(page.coalitions.result()), goes("Go to the coalitions", () => page.tab("coalitions"))],
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
    this.waiting = this.pending = null;
    const set = one.set?.(this.controls);
    if (set && Object.entries(set).some(([path, value]) => !state().set.some((text) => text === `${path}=${value}`))) {
      change(set);
      this.waiting = one; // answered when the state is solved
      fill(this.place, el("p", { class: "text" }, "Solving …"));
    } else this.answer(one);
  }

  async answer(one) {
    const mine = (this.latest = Symbol());
    Object.assign(this, { asked: one, of: key(), pending: null, earlier: null });
    const show = (...content) => fill(this.place, el("h3", {}, one.text), content);
    if (one.ready && !one.ready(this.page)) {
      this.pending = one;
      this.started = one.start?.(this.page) ?? true;
      return show(el("p", { class: "text" }, one.begin()));
    }
    show(el("p", { class: "text" }, "Solving …"));
    const content = await Promise.resolve(one.answer(this.controls, this.page)).catch((error) => el("p", { class: "error" }, error.message));
    if (this.latest === mine) show(content);
  }

  /** The state shown has been solved, or more of it is known. */
  changed() {
    if (this.waiting) {
      const one = this.waiting;
      this.waiting = null;
      return void this.answer(one);
    }
    if (!this.asked) return;
    if (key() !== this.of) {
      if (this.earlier) return;
      const again = this.asked;
      this.earlier = el("p", { class: "note" }, "This answer is of the state before the last change. ", goes("Ask again", () => this.pose(again)));
      this.place.prepend(this.earlier);
      return;
    }
    this.earlier?.remove();
    this.earlier = null;
    if (this.pending?.ready(this.page)) this.answer(this.pending);
    else if (this.pending && !this.started) this.started = this.pending.start(this.page); // the page had only begun
  }

  shown() {}
}
