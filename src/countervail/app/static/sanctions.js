// The sanctions in force, by target or by sender: switched one by one or a group at once, with their sizes.

import { addForm } from "./add.js";
import { Segments, Switch } from "./choices.js";
import { el, fill } from "./dom.js";
import { Line, pin, pinnedCountry, effectOf } from "./margin.js";
import { Slider } from "./slider.js";
import { change } from "./state.js";
import { whyButton } from "./why.js";

/** What a measure is, in a line. */
const inShort = (m) => [m.kind_label, m.sender_names.join(", "), m.since && `since ${m.since}`, m.until && `until ${m.until}`].filter(Boolean).join(" · ");

/** What is loaded of a measure; one that was added is as it is. */
const first = (loaded, m) => loaded.get(m.path) ?? { ...m, enabled: true };

const because = (m) => ({
  title: m.label,
  help: m.new ? "Added to the sanctions of today." : m.enabled ? "In force." : "Left out of the question: the trade that it prevents does not come back, and it is not counted as a cost.",
  extra: m.enabled ? effectOf([m.id], m.new ? "What imposing it does" : "What lifting it alone would do") : null,
  facts: [
    ["Kind", m.kind_label],
    ["By", m.sender_names.join(", ")],
    ["On", m.target_names.join(", ")],
    ["Sectors", m.sectors.join(", ")],
    ["In force", [m.since && `since ${m.since}`, m.until && `until ${m.until}`].filter(Boolean).join(" ")],
    ["In the baseline year", m.new ? "no: added to the world of today" : `${Math.round(100 * m.in_force)} % of it`],
    ["Act", m.existence],
    ["Basis of its size", m.size_basis],
    ["Legal acts", m.acts.length ? m.acts.map((act) => el("div", {}, act)) : null],
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
    if (item.kind) this.element.append((this.line = new Line(item.id, () => this.element.checkVisibility())).element);
  }

  sync(item, loaded) {
    this.item = item;
    this.loaded = loaded.enabled;
    this.switch.sync(item.enabled, loaded.enabled);
    this.line?.show(item.enabled, item.new);
    this.element.classList.toggle("off", !item.enabled);
    this.sliders.forEach((slider, k) => slider.sync(item.numbers[k]));
  }
}

/** The measures of one group: on one country, or by one sender. */
class Group {
  /** @param {string} name @param {object[]} measures @param {(m: object) => string} about a measure's line under its name */
  constructor(name, measures, about) {
    this.about = about;
    this.items = new Map();
    this.measures = this.shown = measures;
    this.all = new Switch(el("span", { class: "aside" }, `All sanctions ${name}`), (on) => this.flip(on), { "data-target": name });
    this.count = el("small", {});
    this.body = el("div", {});
    this.fold = el("details", { ontoggle: () => this.fold.open && (this.build(), this.sync(this.measures, this.loaded)) }, el("summary", {}, el("span", {}, name.replace(/^on /, "").replace(/^b/, "B")), this.count), this.body);
    this.element = el("div", { class: "target" }, this.all.element, this.fold);
  }

  /** Makes the switches when they are first shown, because there are many. */
  build() {
    for (const m of this.measures) {
      if (this.items.has(m.id)) continue;
      const item = new Item(m, because, this.about(m));
      item.sync(m, first(this.loaded, m));
      this.items.set(m.id, item);
      this.body.append(item.element);
    }
  }

  /** Switches the measures in sight: after a search only its hits. */
  flip(on) {
    change(Object.fromEntries(this.shown.map((m) => [m.path, on === first(this.loaded, m).enabled ? undefined : on])));
  }

  /** Shows the hits of a search; false where there are none. */
  find(wanted) {
    const parts = wanted.split(/\s+/).filter(Boolean);
    const hit = (m) => parts.every((part) => m.finds.includes(part));
    this.hits = new Set(this.measures.filter(hit).map((m) => m.id));
    this.element.hidden = !this.hits.size;
    if (wanted && this.hits.size) this.build();
    this.fold.open = Boolean(wanted && this.hits.size);
    for (const [id, item] of this.items) item.element.hidden = !this.hits.has(id);
    this.sync(this.measures, this.loaded);
    return this.hits.size > 0;
  }

  sync(measures, loaded) {
    this.measures = measures;
    this.loaded = loaded;
    this.shown = this.hits ? measures.filter((m) => this.hits.has(m.id)) : measures;
    const on = this.shown.filter((m) => m.enabled).length;
    this.all.sync(on > 0, this.shown.some((m) => first(loaded, m).enabled));
    this.all.input.indeterminate = on > 0 && on < this.shown.length;
    const of = this.shown.length < measures.length ? `${this.shown.length} of ${measures.length} found` : `${measures.length}`;
    this.count.textContent = on === this.shown.length ? of : `${on} in force, of ${of}`;
    this.fold.classList.toggle("changed", measures.some((m) => !loaded.has(m.path) || m.enabled !== loaded.get(m.path).enabled || m.numbers.some((n) => n.value !== n.loaded)));
    for (const m of measures) this.items.get(m.id)?.sync(m, first(loaded, m));
  }
}

const onWhom = (m) => `on ${m.target_names.join(", ")}`;
const byWhom = (m) => (m.sender_names.length === 1 ? `by ${m.sender_names[0]}` : "by several senders");
const LINES = { target: inShort, sender: (m) => `${inShort(m)} · on ${m.target_names.join(", ")}` };

let choices = { countries: [], groups: [], sectors: [] };
/** What a sanction that is added can be made of. */
export const setChoices = (given) => (choices = given);

export class Sanctions {
  constructor() {
    this.by = new Segments("Sanctions listed by", [{ value: "target", label: "By target" }, { value: "sender", label: "By sender" }], (value) => this.list(value));
    this.search = el("input", { type: "search", placeholder: "Find: oil embargo, Germany, crude …", "aria-label": "Find a sanction by name, country, goods or kind", oninput: () => this.find() });
    this.none = el("p", { class: "text", hidden: true, role: "status" }, "No sanction has all these words in its name, countries, goods or kind.");
    this.place = el("div", {});
    this.element = el(
      "div",
      {},
      el("p", { class: "text" }, "A sanction switched off is left out of the question: it is not counted as a cost, and the trade that it prevents does not come back. What lifting it would do is behind its question mark, and under it for a country that you pin."),
      this.pinning(),
      addForm(choices),
      this.by.element,
      this.search,
      this.none,
      this.place,
    );
    this.order = "target";
    this.by.sync(this.order);
  }

  /** The choice of a country for which every sanction in sight says what it costs or brings. */
  pinning() {
    const sorted = [...choices.countries].sort((a, b) => a.name.localeCompare(b.name));
    const select = el("select", { id: "pin", onchange: () => pin(select.value, select.selectedOptions[0].textContent) }, el("option", { value: "" }, "no country"), sorted.map(({ code, name }) => el("option", { value: code }, name)));
    select.value = pinnedCountry();
    return el("div", { class: "setting pin" }, el("label", { for: "pin" }, "What each costs or brings"), select);
  }

  get key() {
    return this.order === "target" ? onWhom : byWhom;
  }

  /** Lists them by target or by sender. */
  list(order) {
    this.order = order;
    this.names = [...new Set(this.controls.measures.map(this.key))].join();
    const groups = Map.groupBy(this.controls.measures, this.key);
    this.groups = new Map([...groups].map(([name, measures]) => [name, new Group(name, measures, LINES[order])]));
    fill(this.place, [...this.groups.values()].map((group) => group.element));
    this.sync(this.controls, this.loaded);
    if (this.search.value) this.find();
  }

  find() {
    const wanted = this.search.value.trim().toLowerCase();
    const hits = [...this.groups.values()].filter((group) => group.find(wanted));
    this.none.hidden = hits.length > 0;
  }

  /** @param {object} controls @param {Map<string, object>} loaded measures by path, as loaded */
  sync(controls, loaded) {
    this.controls = controls;
    this.loaded = loaded;
    const names = [...new Set(controls.measures.map(this.key))].join();
    if (names !== this.names) {
      this.names = names;
      return this.list(this.order);
    }
    for (const [name, measures] of Map.groupBy(controls.measures, this.key)) this.groups.get(name)?.sync(measures, loaded);
  }

  /** Makes the switches of the measure that a path belongs to. */
  reveal(path) {
    for (const group of this.groups.values()) if (group.measures.some((m) => m.path === path || m.numbers.some((n) => n.path === path))) group.build();
  }
}
