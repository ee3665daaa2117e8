// One pair of countries: how it pays by class of channel, and what cutting a connection does to its costs and to incomes.

import { ask } from "./api.js";
import { Chart } from "./charts.js";
import { Switch } from "./choices.js";
import { el, fill, unique } from "./dom.js";
import { key, state } from "./state.js";
import { Table } from "./tables.js";
import { percent, share, usd } from "./words.js";

const KINDS = { link: "link", membership: "connection", correspondent: "correspondent" };
const capital = (text) => text[0].toUpperCase() + text.slice(1);

export class Pair {
  constructor() {
    this.names = new Map();
    this.cut = new Set();
    this.selects = ["one", "other"].map((end) => this.chooser(end));
    this.sentence = el("p", { class: "text", "aria-live": "polite" });
    this.error = el("p", { class: "error", hidden: true });
    this.chart = new Chart("pair_payments");
    this.shares = new Table("pair_payments", { folded: true });
    this.connections = el("div", { class: "switches connections" });
    this.income = new Table("pair_income", { most: 8 });
    this.element = el(
      "section",
      { "aria-label": "One pair of countries" },
      el("h3", {}, "One pair of countries"),
      el("div", { class: "pair" }, this.selects.map(({ element }) => element)),
      this.sentence,
      this.error,
      this.chart.element,
      this.shares.element,
      el("h4", {}, "Cut a connection"),
      el("p", { class: "text" }, "What those who impose sanctions could take from this pair's payments: every connection that they use, by name. A cut holds for all who use it, so that others lose, too."),
      this.connections,
      this.income.element,
    );
  }

  chooser(end) {
    const id = unique("pair");
    const input = el("select", { id, onchange: () => this.take(end, input.value) });
    return { input, element: el("div", { class: "setting" }, el("label", { for: id }, end === "one" ? "A country" : "and its partner"), input) };
  }

  /** The countries that can be chosen. @param {{code: string, name: string}[]} countries */
  offer(countries) {
    this.names = new Map(countries.map(({ code, name }) => [code, name]));
    const sorted = [...countries].sort((a, b) => a.name.localeCompare(b.name));
    for (const { input } of this.selects) fill(input, sorted.map(({ code, name }) => el("option", { value: code }, name)));
  }

  /** Begins with a pair that the scenario is about. @param {object} controls */
  sync({ scenario = state().scenario, members, measures }) {
    if (this.about === scenario) return;
    this.about = scenario;
    const inside = members.list.filter((one) => one.in || one.candidate).map(({ iso3 }) => iso3);
    const wanted = [members.secretariat, ...inside, ...measures.flatMap((m) => m.targets), "CHN", "DEU"].filter((code) => this.names.has(code));
    [this.one, this.other] = [...new Set(wanted)];
    this.cut.clear();
    this.chosen();
  }

  chosen() {
    [this.one, this.other].forEach((code, k) => (this.selects[k].input.value = code));
  }

  take(end, code) {
    const opposite = end === "one" ? "other" : "one";
    if (code === this[opposite]) this[opposite] = this[end]; // the two change places
    this[end] = code;
    this.cut.clear();
    this.chosen();
    this.shown();
  }

  /** Shows this pair. */
  between(one, other) {
    Object.assign(this, { one, other });
    this.cut.clear();
    this.chosen();
    this.shown();
  }

  flip(id, on) {
    on ? this.cut.add(id) : this.cut.delete(id);
    this.shown();
  }

  async shown() {
    if (!this.one || !this.other) return;
    const wanted = JSON.stringify([key(), this.one, this.other, [...this.cut]]);
    if (this.of === wanted) return;
    this.of = wanted;
    try {
      const { tables } = await ask("/api/pair", { ...state(), one: this.one, other: this.other, cut: [...this.cut] });
      if (this.of === wanted) this.show(tables);
    } catch (error) {
      if (this.of !== wanted) return;
      // a connection that this state does not have cannot stay cut
      if (error.status === 422 && this.cut.size) return this.cut.clear(), (this.of = null), this.shown();
      this.of = null;
      this.error.textContent = error.message;
      this.error.hidden = false;
    }
  }

  show({ pair_payments: payments, pair_elements: elements, pair_income: income }) {
    this.error.hidden = true;
    this.sentence.textContent = this.inWords(payments, income);
    this.chart.set({ pair_payments: payments, meta: [{}] });
    this.shares.set(payments);
    const ids = elements.map(({ id }) => id).join();
    if (ids !== this.listed) {
      this.switches = new Map(elements.map(({ id, kind, label }) => [id, new Switch(`${capital(label)} (${KINDS[kind]})`, (on) => this.flip(id, on), { "data-cut": id })]));
      fill(this.connections, this.switches.size ? [...this.switches.values()].map(({ element }) => element) : el("p", { class: "text" }, "Its payments use no connection that could be cut."));
    }
    this.listed = ids;
    for (const [id, one] of this.switches) one.sync(this.cut.has(id), false);
    this.income.set(income);
  }

  /** The cost of paying in every network, and what a cut does to the two countries. */
  inWords(payments, income) {
    const [one, other] = [this.one, this.other].map((code) => this.names.get(code));
    const costs = new Map(payments.map((row) => [row.network, row.wedge == null ? "nothing can be paid" : share(row.wedge)]));
    const said = `Paying between ${one} and ${other} costs, as a share of the trade: ${[...costs].map(([network, cost]) => `${network} ${cost}`).join("; ")}.`;
    if (!income.length) return said;
    const lost = income.slice(0, 2).map((row) => `${row.name} ${usd(row.now_usd)} a year (${percent(row.now_pct)})`);
    return `${said} In the network as it is, the cut changes real income: ${lost.join("; ")}.`;
  }
}
