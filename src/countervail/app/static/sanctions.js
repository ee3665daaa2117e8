// The sanctions in force, by target or by sender: lifted, kept or left out one by one or a group at once, with their sizes.

import { addForm } from "./add.js";
import { Segments, Switch } from "./choices.js";
import { el, fill } from "./dom.js";
import { Line, pin, pinnedCountry, effectOf } from "./margin.js";
import { Slider } from "./slider.js";
import { change } from "./state.js";
import { whyButton } from "./why.js";

/** The setting that counts what comes through third countries. */
export const CHANNEL = "settings.rerouting";
export const counts = (controls) => Boolean(controls.settings.find((one) => one.path === CHANNEL)?.value);

/** What a measure is, in a line. */
const inShort = (m) => [m.kind_label, m.sender_names.join(", "), m.since && `since ${m.since}`, m.until && `until ${m.until}`].filter(Boolean).join(" · ");

/** What is loaded of a measure; one that was added is as it is. */
const first = (loaded, m) => loaded.get(m.path) ?? { ...m, enabled: true };

// What the question does with a sanction. One that is added is imposed or left out: it can be lifted from no world.
const LIFTED = "lifted";
const KEPT = "kept";
const OUT = "out";
const LABELS = { [LIFTED]: "Lifted", [KEPT]: "In force", [OUT]: "Left out" };
const choices = (added) => (added ? [LIFTED, OUT] : [LIFTED, KEPT, OUT]).map((value) => ({ value, label: added && value === LIFTED ? "Imposed" : LABELS[value] }));
const MEANINGS = {
  [LIFTED]: "In force today, and lifted in the world that today's is compared with: what that brings is what it costs.",
  [KEPT]: "In force today, and still in force in the world that today's is compared with: it is not counted, and still holds back the club.",
  [OUT]: "Left out of the question: it is not counted, the trade that it prevents does not come back, and it holds back no club.",
};
/** What the question does with a measure: lifted, kept or out. */
export const part = (m) => (!m.enabled ? OUT : m.new || m.lifted ? LIFTED : KEPT);
/** The same in a word. */
export const partName = (m) => (m.new && m.enabled ? "imposed" : LABELS[part(m)].toLowerCase());

/** The overrides by which a measure takes this part. @param {object} m @param {object} before the measure as loaded */
function taking(m, before, wanted) {
  const wish = m.new && wanted === KEPT ? LIFTED : wanted;
  const [enabled, lifted] = [wish !== OUT, wish === LIFTED];
  const own = m.lifted_path ? { [m.lifted_path]: !enabled || lifted === before.lifted ? undefined : lifted } : {};
  return { [m.path]: enabled === before.enabled ? undefined : enabled, ...own };
}

const because = (m) => ({
  title: m.label,
  help: m.new && m.enabled ? "Added to the sanctions of today." : MEANINGS[part(m)],
  extra: part(m) === LIFTED ? effectOf([m.id], m.new ? "What imposing it does" : "What lifting it alone would do") : null,
  facts: [
    ["Kind", m.kind_label],
    ["By", m.sender_names.join(", ")],
    ["On", m.target_names.join(", ")],
    ["Third countries threatened", m.hub_names.join(", ")],
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

/** A provision: a switch, its sliders, and why. */
export class Item {
  /** @param {object} item of the controls @param {(item: object) => object} reasons */
  constructor(item, reasons) {
    this.item = item;
    this.switch = new Switch(item.label, (on) => change({ [item.path]: on === this.loaded ? undefined : on }), { "data-path": item.path });
    this.sliders = item.numbers.map((n) => new Slider(n, item.label));
    const why = whyButton(item.label, () => reasons(this.item));
    this.element = el("div", { class: "item" }, el("div", { class: "line" }, this.switch.element, why), this.sliders.map((s) => s.element));
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

/** A sanction: what the question does with it, its sliders, what it does to the country pinned, and why. */
class Sanction {
  /** @param {object} m @param {string} about a line under its name */
  constructor(m, about) {
    this.item = m;
    this.choice = new Segments(m.label, choices(m.new), (value) => change(taking(this.item, this.loaded, value)), { "data-path": m.path });
    this.sliders = m.numbers.map((n) => new Slider(n, m.label));
    this.line = new Line(m.id, () => this.element.checkVisibility());
    this.name = el("span", { class: "name" }, m.label);
    this.element = el(
      "div",
      { class: "item sanction" },
      el("div", { class: "line" }, this.name, whyButton(m.label, () => because(this.item))),
      el("small", {}, about),
      this.choice.element,
      this.sliders.map((s) => s.element),
      this.line.element,
    );
    for (const slider of this.sliders) slider.why.remove();
  }

  sync(m, loaded) {
    Object.assign(this, { item: m, loaded });
    this.choice.sync(part(m), part(loaded));
    this.name.classList.toggle("changed", part(m) !== part(loaded));
    this.line.show(part(m) === LIFTED, m.new);
    this.element.classList.toggle("off", !m.enabled);
    this.sliders.forEach((slider, k) => slider.sync(m.numbers[k]));
  }
}

/** The measures of one group: on one country, or by one sender. */
class Group {
  /** @param {string} name @param {object[]} measures @param {(m: object) => string} about a measure's line under its name */
  constructor(name, measures, about) {
    this.about = about;
    this.items = new Map();
    this.measures = this.shown = measures;
    const options = choices(measures.every((m) => m.new));
    this.mixed = el("option", { value: "", hidden: true }, "Mixed");
    this.all = el("select", { "aria-label": `All sanctions ${name}`, "data-target": name, onchange: () => this.all.value && this.take(this.all.value) }, this.mixed, options.map(({ value, label }) => el("option", { value }, label)));
    this.count = el("small", {});
    this.body = el("div", {});
    this.fold = el("details", { ontoggle: () => this.fold.open && (this.build(), this.sync(this.measures, this.loaded)) }, el("summary", {}, el("span", {}, name.replace(/^on /, "").replace(/^b/, "B")), this.count), this.body);
    this.element = el("div", { class: "target" }, this.fold, this.all);
  }

  /** Makes the switches when they are first shown, because there are many. */
  build() {
    for (const m of this.measures) {
      if (this.items.has(m.id)) continue;
      const item = new Sanction(m, this.about(m));
      item.sync(m, first(this.loaded, m));
      this.items.set(m.id, item);
      this.body.append(item.element);
    }
  }

  /** What the question does with the measures in sight: after a search only its hits. */
  take(wanted) {
    change(Object.assign({}, ...this.shown.map((m) => taking(m, first(this.loaded, m), wanted))));
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
    const parts = new Set(this.shown.map(part));
    this.mixed.hidden = parts.size === 1;
    this.all.value = parts.size === 1 ? [...parts][0] : "";
    this.all.classList.toggle("changed", this.shown.some((m) => part(m) !== part(first(loaded, m))));
    this.count.textContent = this.shown.length < measures.length ? `${this.shown.length} of ${measures.length}` : `${measures.length}`;
    this.fold.classList.toggle("changed", measures.some((m) => !loaded.has(m.path) || part(m) !== part(loaded.get(m.path)) || m.numbers.some((n) => n.value !== n.loaded)));
    const present = new Set(measures.map((m) => m.id));
    for (const [id, item] of this.items) {
      if (present.has(id)) continue;
      item.element.remove();
      this.items.delete(id);
    }
    if (this.fold.open) this.build();
    for (const m of measures) this.items.get(m.id)?.sync(m, first(loaded, m));
  }
}

const FEW = 4;
const inBrief = (names) => (names.length > FEW ? `${names.slice(0, 2).join(", ")} and ${names.length - 2} others` : names.join(", "));
const onWhom = (m) => `on ${inBrief(m.target_names)}`;
const byWhom = (m) => (m.sender_names.length === 1 ? `by ${m.sender_names[0]}` : "by several senders");
const LINES = { target: inShort, sender: (m) => `${inShort(m)} · on ${m.target_names.join(", ")}` };

let pieces = { countries: [], groups: [], sectors: [] };
/** What a sanction that is added can be made of. */
export const setChoices = (given) => (pieces = given);

export class Sanctions {
  constructor() {
    this.by = new Segments("Sanctions listed by", [{ value: "target", label: "By target" }, { value: "sender", label: "By sender" }], (value) => this.list(value));
    this.search = el("input", { type: "search", placeholder: "Find: oil embargo, Germany, crude …", "aria-label": "Find a sanction by name, country, goods or kind", oninput: () => this.find() });
    this.none = el("p", { class: "text", hidden: true, role: "status" }, "No sanction has all these words in its name, countries, goods or kind.");
    this.place = el("div", {});
    this.element = el(
      "div",
      {},
      el("p", { class: "text" }, "What sanctions cost is found by lifting them in a second world. For each, choose what that world does with it: it is lifted, still in force, or left out of the question. What lifting it alone would do is behind its question mark, and under it for a country that you choose here."),
      this.pinning(),
      addForm(pieces, () => !counts(this.controls) && { [CHANNEL]: {} }),
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
    const sorted = [...pieces.countries].sort((a, b) => a.name.localeCompare(b.name));
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
    const ids = controls.measures.map((m) => m.id).join();
    if (this.search.value && ids !== this.ids) this.find(); // one that was added may be a hit
    this.ids = ids;
  }

  /** Makes the switches of the measure that a path belongs to. */
  reveal(path) {
    for (const group of this.groups.values()) if (group.measures.some((m) => m.path === path || m.lifted_path === path || m.numbers.some((n) => n.path === path))) group.build();
  }
}
