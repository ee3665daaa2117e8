// The tab on coalitions: every subset of the players chosen, solved as a job; one of them can be loaded as the members.

import { library } from "./charts.js";
import { Switch } from "./choices.js";
import { el, fill } from "./dom.js";
import { Job, Line } from "./jobs.js";
import { Panel } from "./panels.js";
import { change, key, state } from "./state.js";
import { grid } from "./tables.js";
import { usd } from "./words.js";

const CHINA = "CHN";
const AT_FIRST = 8; // players: 255 coalitions
const MANY = 12;
const LOADABLE = 12;

export class Coalitions {
  /** @param {() => void} onResult called when coalitions are solved */
  constructor(onResult) {
    this.onResult = onResult;
    this.id = "coalitions";
    this.title = "Coalitions";
    this.chosen = null;
    this.tables = null;
    this.players = el("div", { class: "switches" });
    this.count = el("p", { class: "text", "aria-live": "polite" });
    this.go = el("button", { type: "button", class: "primary", onclick: () => this.run() }, "Run all coalitions");
    this.line = new Line("Coalitions", () => this.job.cancel(), () => this.run());
    const click = { coalition_lattice: (datum) => datum.members && this.load(datum) };
    this.results = new Panel("results", "The coalitions solved", [{ document: "coalitions" }], { click });
    this.loadable = el("div", {});
    this.element = el(
      "section",
      {},
      el("h2", { class: "aside" }, "Coalitions"),
      el("p", { class: "text" }, "Which members make the club work? Every subset of the players is solved as a club of its own. Members that are not players are in no coalition. The worth of a coalition is the gain of all its players, China included; the headline counts only those for which a ratio is given. The players chosen at first are those with the largest gains."),
      el("fieldset", { class: "players" }, el("legend", {}, "Players"), this.players, this.count, this.go),
      this.line.element,
      this.loadable,
      this.results.element,
    );
    this.job = new Job("coalitions", { onChange: (job) => this.follow(job), onResult: (result) => this.receive(result) });
  }

  /** @param {object} controls @param {object[] | undefined} figures of the live answer, from which the first players come */
  sync(controls, figures) {
    const { members } = controls;
    this.members = members;
    const inside = members.list.filter((one) => one.in);
    const first = members.secretariat ? [[members.secretariat, members.secretariat_name]] : [];
    this.names = new Map([...first.map(([iso3, name]) => [name, iso3]), ...members.list.map((one) => [one.name, one.iso3])]);
    const people = [...first, ...inside.map((one) => [one.iso3, one.name])];
    const text = people.join();
    if (text === this.people || !figures) return;
    this.people = text;
    const gain = new Map(figures.filter((row) => row.quantity === "gain_usd").map((row) => [row.country, row.value ?? 0]));
    const ranked = people.map(([iso3]) => iso3).sort((a, b) => (gain.get(b) ?? 0) - (gain.get(a) ?? 0));
    const always = first.map(([iso3]) => iso3);
    this.chosen = new Set([...always, ...ranked.filter((iso3) => !always.includes(iso3)).slice(0, AT_FIRST - always.length)]);
    fill(
      this.players,
      people.map(([iso3, name]) => {
        const one = new Switch(name, (on) => {
          on ? this.chosen.add(iso3) : this.chosen.delete(iso3);
          this.counted();
        });
        one.sync(this.chosen.has(iso3));
        return one.element;
      }),
    );
    this.counted();
  }

  counted() {
    const n = this.chosen.size;
    this.go.disabled = n < 2;
    this.count.textContent =
      n < 2 ? "Choose at least two players." : `${(2 ** n).toLocaleString("en")} coalitions of ${n} players, each an exact equilibrium.${n > MANY ? " That takes minutes." : ""}`;
  }

  run() {
    const players = this.names ? [...this.names.values()].filter((iso3) => this.chosen.has(iso3)) : null;
    this.job.start("/api/coalitions", { ...state(), players, draws: 0 }, { state: key() });
  }

  /** Shows how far the job is, and whether it is for the state shown. */
  follow(job) {
    this.line.title = this.job.about?.state === key() ? "Coalitions" : "Coalitions of an earlier state";
    this.line.show(job);
  }

  resume() {
    return this.job.resume();
  }

  receive({ tables }) {
    this.tables = tables;
    this.solved = this.job.about?.state;
    this.draw();
    this.onResult();
  }

  get running() {
    return this.job.running && this.job.about?.state === key();
  }

  /** The tables of the coalitions of the state shown, once they are solved. */
  result() {
    return this.solved === key() ? this.tables : null;
  }

  /** Draws the coalitions, with a note where they were computed for an earlier state. */
  async draw() {
    if (!this.tables) return;
    const same = this.job.about?.state === key();
    const note = same ? "" : "These coalitions were computed for an earlier state, not for the present one.";
    if (this.results.rows !== this.tables || this.results.caption !== note) this.results.set(this.tables, note);
    const rows = [...(this.tables.lattice ?? [])].sort((a, b) => b.value - a.value).slice(0, LOADABLE);
    const shown = rows.map((row) => [row.members, usd(row.value), row.stable === "no" ? "" : row.stable, el("button", { type: "button", class: "link", "aria-label": `Load as the members: ${row.members}`, onclick: () => this.load(row) }, "Load")]);
    const { columns } = await library();
    const headings = ["members", "value", "stable"].map((name) => columns.lattice.columns.find((column) => column.name === name)).map(({ label, numeric }) => ({ text: label, numeric }));
    if (rows.length) fill(this.loadable, grid({ title: "The most valuable coalitions", about: "Load one to make it the club; a click on a point in the chart above does the same.", headings: [...headings, { text: "" }], rows: shown }));
  }

  /** Makes a coalition the members of the club. */
  load(row) {
    const codes = row.codes ? row.codes.split(" ") : row.members.split(", ").map((name) => this.names.get(name));
    const list = this.members.list.map(({ iso3 }) => iso3).filter((iso3) => codes.includes(iso3));
    const china = this.members.china;
    const part = !list.includes(CHINA) ? "none" : china.value === "none" ? "partial" : china.value;
    change({ [this.members.path]: list, [china.path]: part === china.default ? undefined : part });
  }

  shown() {
    this.draw();
  }

  changed() {
    if (this.job.job) this.follow(this.job.job);
    if (!this.element.hidden) this.draw();
  }
}
