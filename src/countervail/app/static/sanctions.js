// The sanctions in force, by the country they are on: switched one by one or all of a country, with their sizes.

import { Switch } from "./choices.js";
import { el, unique } from "./dom.js";
import { Slider } from "./slider.js";
import { change } from "./state.js";
import { whyButton } from "./why.js";

/** What a measure is, in a line. */
const inShort = (m) => [m.kind_label, m.sender_names.join(", "), m.since && `since ${m.since}`, m.until && `until ${m.until}`].filter(Boolean).join(" · ");

const because = (m) => ({
  title: m.label,
  facts: [
    ["Kind", m.kind_label],
    ["By", m.sender_names.join(", ")],
    ["On", m.target_names.join(", ")],
    ["Sectors", m.sectors.join(", ")],
    ["In force", [m.since && `since ${m.since}`, m.until && `until ${m.until}`].filter(Boolean).join(" ")],
    ["In the baseline year", m.new ? "no: added to the world of today" : `${Math.round(100 * m.in_force)} % of it`],
    ["Rests on", m.basis],
    ["Source", m.source],
    ["Note", m.note],
  ],
  numbers: m.numbers,
});

/** A provision or a measure: a switch, its sliders, and why. */
export class Item {
  /** @param {object} item of the controls @param {(item: object) => object} reasons @param {string} [about] */
  constructor(item, reasons, about) {
    this.item = item;
    const set = (on) => change({ [item.path]: on === this.loaded ? undefined : on });
    this.switch = new Switch(item.label, set, { "data-path": item.path });
    this.sliders = item.numbers.map((n) => new Slider(n, item.label));
    const why = whyButton(item.label, () => reasons(this.item));
    this.element = el("div", { class: "item" }, el("div", { class: "line" }, this.switch.element, why), about && el("small", {}, about), this.sliders.map((s) => s.element));
    for (const slider of this.sliders) slider.why.remove();
  }

  sync(item, loaded) {
    this.item = item;
    this.loaded = loaded.enabled;
    this.switch.sync(item.enabled, loaded.enabled);
    this.element.classList.toggle("off", !item.enabled);
    this.sliders.forEach((slider, k) => slider.sync(item.numbers[k]));
  }
}

/** All measures on one country, or on several at once. */
class Target {
  constructor(name, measures) {
    this.name = name;
    this.items = new Map();
    this.measures = measures;
    const id = unique("target");
    this.all = new Switch(el("span", { class: "aside" }, `All sanctions on ${name}`), (on) => this.flip(on), { "data-target": name });
    this.count = el("small", {});
    this.body = el("div", { id });
    this.fold = el("details", { ontoggle: () => this.fold.open && this.build() }, el("summary", {}, el("span", {}, name), this.count), this.body);
    this.element = el("div", { class: "target" }, this.all.element, this.fold);
  }

  /** The measures are many: their switches are made when they are first looked at. */
  build() {
    for (const m of this.measures) {
      if (this.items.has(m.id)) continue;
      const item = new Item(m, because, inShort(m));
      item.sync(m, this.loaded.get(m.path));
      this.items.set(m.id, item);
      this.body.append(item.element);
    }
  }

  flip(on) {
    change(Object.fromEntries(this.measures.map((m) => [m.path, on === this.loaded.get(m.path).enabled ? undefined : on])));
  }

  find(wanted) {
    const hits = this.measures.filter((m) => `${m.label} ${inShort(m)} ${m.target_names.join(" ")}`.toLowerCase().includes(wanted));
    this.element.hidden = !hits.length;
    if (wanted && hits.length) this.build();
    this.fold.open = Boolean(wanted && hits.length);
    for (const [id, item] of this.items) item.element.hidden = !hits.some((m) => m.id === id);
  }

  sync(measures, loaded) {
    this.measures = measures;
    this.loaded = loaded;
    const on = measures.filter((m) => m.enabled).length;
    this.all.sync(on > 0, measures.some((m) => loaded.get(m.path).enabled));
    this.all.input.indeterminate = on > 0 && on < measures.length;
    this.count.textContent = on === measures.length ? `${on}` : `${on} of ${measures.length}`;
    this.fold.classList.toggle("changed", measures.some((m) => m.enabled !== loaded.get(m.path).enabled || m.numbers.some((n) => n.value !== n.loaded)));
    for (const m of measures) this.items.get(m.id)?.sync(m, loaded.get(m.path));
  }
}

const onWhom = (m) => m.target_names.join(", ");

export class Sanctions {
  constructor(controls) {
    const groups = Map.groupBy(controls.measures, onWhom);
    this.targets = new Map([...groups].map(([name, measures]) => [name, new Target(name, measures)]));
    const find = el("input", {
      type: "search",
      placeholder: "Find a sanction",
      "aria-label": "Find a sanction by name, sender or kind",
      oninput: () => this.targets.forEach((target) => target.find(find.value.trim().toLowerCase())),
    });
    this.element = el("div", {}, find, [...this.targets.values()].map((target) => target.element));
  }

  /** @param {object} controls @param {Map<string, object>} loaded measures by path, as loaded */
  sync(controls, loaded) {
    for (const [name, measures] of Map.groupBy(controls.measures, onWhom)) this.targets.get(name)?.sync(measures, loaded);
  }

  /** Makes the switches of the measure that a path belongs to. */
  reveal(path) {
    for (const target of this.targets.values()) if (target.measures.some((m) => m.path === path || m.numbers.some((n) => n.path === path))) target.build();
  }
}
