// Two states side by side: one that was pinned, A, and the one shown, B, on the same axes.

import { ask } from "./api.js";
import { Chart } from "./charts.js";
import { el, fill } from "./dom.js";
import { key, pinnedSet, setPinned, state } from "./state.js";
import { Table } from "./tables.js";

export class Compare {
  /** @param {(set: string[]) => Promise<string[]>} named what a state changes, in words */
  constructor(named) {
    Object.assign(this, { id: "compare", title: "Compare", named });
    this.pin = el("button", { type: "button", class: "primary", onclick: () => this.take(state().set) }, "Pin the state shown as A");
    this.drop = el("button", { type: "button", class: "secondary", hidden: true, onclick: () => this.take(null) }, "Unpin");
    this.error = el("p", { class: "error", hidden: true });
    this.sides = ["a", "b"].map((side) => ({ side, chart: new Chart("verdict"), about: el("p", { class: "text" }), sentence: el("p", { class: "sentence" }) }));
    this.difference = el("ul", { "aria-live": "polite" });
    this.table = new Table("compare");
    this.both = el(
      "div",
      { hidden: true },
      el("div", { class: "sides" }, this.sides.map(({ side, chart, about, sentence }) => el("section", { "aria-label": side === "a" ? "A, pinned" : "B, shown" }, el("h3", {}, side === "a" ? "A: pinned" : "B: shown"), about, sentence, chart.element))),
      el("h3", {}, "What differs, from A to B"),
      this.difference,
      this.table.element,
    );
    this.element = el(
      "section",
      {},
      el("h2", { class: "aside" }, this.title),
      el("p", { class: "text" }, "Pin a state, then change switches: both stand side by side on the same axes. The link of the page holds both."),
      el("p", { class: "links" }, this.pin, this.drop),
      this.error,
      this.both,
    );
    this.of = null;
  }

  take(set) {
    setPinned(set);
    this.of = null;
    this.shown();
  }

  changed() {
    if (!this.element.hidden) this.shown();
  }

  async shown() {
    const other = pinnedSet();
    this.drop.hidden = !other;
    this.both.hidden = !other;
    if (!other) return;
    const wanted = `${key()} ${JSON.stringify(other)}`;
    if (this.of === wanted) return;
    this.of = wanted;
    this.error.hidden = true;
    const now = state();
    try {
      const [answer, ...words] = await Promise.all([ask("/api/compare", { ...now, other }), this.named(other), this.named(now.set)]);
      if (this.of !== wanted) return;
      const most = Math.max(...[answer.a, answer.b].flatMap(({ tables }) => tables.verdict.filter((row) => row.quantity.endsWith("_usd")).map((row) => row.value))) / 1000;
      const least = Math.min(0, ...[answer.a, answer.b].flatMap(({ tables }) => tables.verdict.filter((row) => row.quantity.endsWith("_usd")).map((row) => row.value))) / 1000;
      this.sides.forEach(({ side, chart, about, sentence }, k) => {
        about.textContent = words[k].length ? words[k].join("; ") : "as loaded";
        sentence.textContent = answer[side].verdict?.sentence ?? "";
        Object.assign(chart.signals, { least, most });
        chart.set({ ...answer[side].tables, meta: [{}] });
      });
      fill(this.difference, (answer.sentences.length ? answer.sentences : ["Nothing."]).map((text) => el("li", {}, text)));
      this.table.set(answer.tables.compare);
    } catch (error) {
      if (this.of !== wanted) return;
      this.of = null;
      this.error.textContent = error.message;
      this.error.hidden = false;
    }
  }
}
