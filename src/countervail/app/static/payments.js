// The tab on payments: who can pay whom over which rail at a date, and what the proposals change.

import { ask } from "./api.js";
import { Chart } from "./charts.js";
import { Setting } from "./choices.js";
import { el } from "./dom.js";
import { Pair } from "./pair.js";
import { Panel } from "./panels.js";
import { key, state } from "./state.js";

const ofNetwork = (table) => table.startsWith("rail_"); // the others are of the full run
const WHOLE = "rail_edges"; // the drawing of the whole network, which is folded away

export class Payments {
  constructor() {
    this.id = "payments";
    this.title = "Payments";
    this.date = el("div", { class: "date" });
    this.error = el("p", { class: "error", hidden: true });
    this.network = new Panel("network", "The payment network", [{ sections: ["payments"], of: (table) => ofNetwork(table) && table !== WHOLE }]);
    this.whole = new Chart("payment_network");
    this.pair = new Pair();
    this.worth = new Panel("worth", "What each link is worth", [{ sections: ["payments"], of: (table) => !ofNetwork(table) }]);
    this.element = el(
      "section",
      {},
      el("h2", { class: "aside" }, "Payments"),
      el("p", { class: "text" }, "Who is connected to which rail, how much of its payments a cut-off stops, and what a route costs are assumptions with ranges. Published counts of participants are not shares of payments."),
      this.pair.element,
      el("h3", {}, "The network"),
      this.date,
      this.error,
      this.network.element,
      el("details", {}, el("summary", {}, "The whole network as a drawing"), this.whole.element),
      this.worth.element,
    );
    this.of = null;
  }

  /** The date of the network is one of the scenario's settings. */
  sync(controls) {
    this.pair.sync(controls);
    const control = controls.settings.find((one) => one.type === "date");
    if (!control) return;
    if (!this.setting) this.date.append((this.setting = new Setting(control)).element);
    this.setting.sync(control);
  }

  set(rows, note) {
    this.worth.set(rows, note);
  }

  async shown() {
    if (!state().scenario) return; // the page has only begun
    this.pair.shown();
    this.worth.shown();
    const wanted = key();
    if (this.of === wanted || this.asking === wanted) return;
    this.asking = wanted;
    if (this.of) this.network.set(this.network.rows, "The network of the state before; being recomputed.");
    try {
      const { tables } = await ask("/api/payments", state());
      if (this.asking !== wanted) return;
      this.of = wanted;
      this.error.hidden = true;
      this.whole.set(tables);
      this.network.set(tables, tables.rail_summary?.length ? "" : "No proposal of this scenario uses payment rails, so there is no network to show.");
    } catch (error) {
      if (this.asking !== wanted) return;
      this.error.textContent = error.message;
      this.error.hidden = false;
    } finally {
      if (this.asking === wanted) this.asking = null;
    }
  }

  /** The state has changed: what is shown is of the one before. */
  changed() {
    if (!this.element.hidden) this.shown();
  }
}
