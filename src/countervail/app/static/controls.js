// The column of controls: made once for a scenario, then updated with its state.

import { Setting } from "./choices.js";
import { el, fill } from "./dom.js";
import { knowsNone } from "./clubless.js";
import { Members } from "./members.js";
import { counts, CHANNEL, Item, Sanctions } from "./sanctions.js";
import { Slider } from "./slider.js";

const because = (p) => ({
  title: p.label,
  facts: [["Document", p.document], ["Place", p.place], ["Rests on", p.basis], ["Source", p.source], ["Note", p.note]],
  evidence: p.evidence,
  numbers: p.numbers,
});

const part = (title, about, open, ...content) =>
  el("details", { class: "part", open }, el("summary", {}, el("h3", {}, title), el("small", {}, about)), el("div", { class: "part-body" }, content));

export class Controls {
  /** @param {Element} place @param {object} controls @param {object} loaded the controls without any change */
  constructor(place, controls, loaded) {
    this.loaded = loaded;
    this.byPath = new Map([...loaded.provisions, ...loaded.measures].map((item) => [item.path, item]));
    const none = knowsNone(controls);
    this.members = none ? null : new Members(controls);
    this.provisions = controls.provisions.map((p) => new Item(p, because));
    this.sanctions = new Sanctions();
    this.settings = controls.settings.map((setting) => new Setting(setting));
    this.numbers = controls.numbers.map((n) => new Slider(n, n.label));
    this.rerouting = controls.rerouting.map((n) => new Slider(n, n.label));
    this.channel = el("div", { class: "of-channel" }, this.rerouting.map((n) => n.element));
    const settings = this.settings.flatMap((s, k) => [s.element, controls.settings[k].path === CHANNEL ? this.channel : null]);
    this.place = place;
    fill(place, [
      !none && part("Who is in the club", "Switch a country, or take another document's list.", true, this.members.element),
      !none && part("What the club does", "The documents' proposals, and how much each raises trade.", true, this.provisions.map((p) => p.element)),
      part("Sanctions in force", `Lift, keep or add: ${controls.measures.length} measures, by target or by sender.`, none, this.sanctions.element),
      part("How it is computed", "Time to adjust, trade balances, third countries, the payment network's date.", false, settings),
      !none && part("Other assumptions", "China's part, what is in place already, limits.", false, this.numbers.map((n) => n.element)),
    ]);
    this.sync(controls);
  }

  sync(controls) {
    this.members?.sync(controls);
    controls.provisions.forEach((p, k) => this.provisions[k].sync(p, this.byPath.get(p.path)));
    this.sanctions.sync(controls, this.byPath);
    controls.settings.forEach((setting, k) => this.settings[k].sync(setting));
    controls.numbers.forEach((n, k) => this.numbers[k].sync(n));
    controls.rerouting.forEach((n, k) => this.rerouting[k].sync(n));
    this.channel.hidden = !counts(controls);
  }

  /** Brings one to the control of a path. */
  reveal(path) {
    this.sanctions.reveal(path);
    const control = this.place.querySelector(`[data-path="${CSS.escape(path)}"]`) ?? this.place.querySelector(`[data-path^="${CSS.escape(path.split(".").slice(0, -1).join("."))}."]`);
    if (!control) return;
    for (let fold = control.closest("details"); fold; fold = fold.parentElement.closest("details")) fold.open = true;
    control.focus();
    control.scrollIntoView({ block: "center" });
  }
}
