// Who is in the club: whose list is used, China, and a switch for each country.

import { Segments, Setting, Switch } from "./choices.js";
import { el, fill } from "./dom.js";
import { change } from "./state.js";
import { whyButton } from "./why.js";
import { day } from "./words.js";

const CHINA = "CHN";
const CHINA_LABELS = { none: "Out", partial: "In part", full: "In full" };

/** A reading in a few words: its name, its date, how many states. */
const brief = ({ value, date, members }) => {
  const name = `${value[0].toUpperCase()}${value.slice(1).replaceAll("-", " ")}`;
  return [date ? `${name} of ${day(date)}` : name, `${members.length} states`].join(": ");
};

export class Members {
  /** @param {object} controls */
  constructor(controls) {
    const { reading, members } = controls;
    this.reading = el(
      "select",
      { id: "reading", "data-path": reading.path, "aria-describedby": "reading-source", onchange: () => this.read() },
      reading.choices.map((choice) => el("option", { value: choice.value }, brief(choice))),
    );
    this.source = el("small", { id: "reading-source" });
    this.switches = new Map(
      members.list
        .filter(({ iso3 }) => iso3 !== CHINA)
        .map(({ iso3, name }) => [iso3, new Switch(name, (on) => this.flip(iso3, on), { "data-path": members.path, "data-country": iso3 })]),
    );
    this.named = el("div", { class: "switches" });
    this.others = el("div", { class: "switches" });
    this.rest = el("div", {}, el("h4", {}, "Named in other documents"), this.others);
    this.count = el("span", { class: "count" });
    const whyReading = whyButton("this list of members", () => this.because());
    this.element = el(
      "div",
      {},
      el("div", { class: "setting" }, el("label", { for: "reading" }, "Whose list of members"), el("div", { class: "beside" }, this.reading, whyReading), this.source),
      this.chinaControl(members),
      el("div", { class: "heading" }, el("h4", {}, "Members ", this.count), this.buttons()),
      this.filter(),
      this.named,
      this.rest,
      (this.congo = members.congo && this.congoControl(members.congo))?.element,
    );
    this.sync(controls);
  }

  chinaControl(members) {
    if (!members.list.some(({ iso3 }) => iso3 === CHINA)) return null;
    const choices = members.china.choices.map(({ value, label }) => ({ value, label: CHINA_LABELS[value] ?? label }));
    this.china = new Segments(members.china.label, choices, (value) => this.setChina(value), { "data-path": members.china.path });
    const why = whyButton("China's part", () => ({
      title: "China",
      help: members.china.help,
      facts: [["Named as", this.member(CHINA)?.partial]],
      evidence: this.member(CHINA)?.evidence,
      numbers: this.controls.numbers.filter((n) => n.path === "club.china_partial"),
    }));
    return el("div", { class: "china" }, el("div", { class: "line" }, el("h4", {}, members.china.label), why), this.china.element, el("small", {}, members.china.help));
  }

  congoControl(congo) {
    const fact = () => this.controls.members.list.find(({ iso3, evidence }) => evidence && congo.choices.some(({ value }) => value === iso3))?.evidence;
    return new Setting(congo, whyButton(congo.label, () => ({ title: congo.label, help: congo.help, evidence: fact() })));
  }

  buttons() {
    const all = () => {
      for (const { iso3, candidate } of this.controls.members.list) candidate ? this.inside.add(iso3) : this.inside.delete(iso3);
      change({ [this.paths.members]: undefined, [this.paths.china]: undefined });
    };
    const none = () => {
      this.inside.clear();
      change({ [this.paths.members]: [], ...(this.china ? { [this.paths.china]: "none" } : {}) });
    };
    return el(
      "span",
      { class: "links" },
      el("button", { type: "button", class: "link", onclick: all }, "All on this list"),
      el("button", { type: "button", class: "link", onclick: none }, "None"),
    );
  }

  filter() {
    if (this.switches.size < 24) return null;
    const show = (event) => {
      const wanted = event.target.value.trim().toLowerCase();
      for (const one of this.switches.values()) one.element.hidden = !one.text.textContent.toLowerCase().includes(wanted);
    };
    return el("input", { type: "search", placeholder: "Find a country", "aria-label": "Find a member", oninput: show });
  }

  member(iso3) {
    return this.controls.members.list.find((one) => one.iso3 === iso3);
  }

  because() {
    const { reading } = this.controls;
    const chosen = reading.choices.find(({ value }) => value === reading.value);
    return {
      title: "Whose list of members",
      help: "Each document names its own countries. Each list is computed separately; they are never merged.",
      facts: [["This list", chosen.label], ["Document", chosen.document], ["Place", chosen.place], ["Date", chosen.date], ["Note", chosen.note]],
      evidence: chosen.evidence,
    };
  }

  /** Takes the list of another document: its members, and China as that document has it unless China was set. */
  read() {
    const { reading } = this.controls;
    change({ [reading.path]: this.reading.value === reading.default ? undefined : this.reading.value, [this.paths.members]: undefined });
  }

  flip(iso3, on) {
    on ? this.inside.add(iso3) : this.inside.delete(iso3);
    this.counted();
    change({ [this.paths.members]: this.listed(this.level) });
  }

  setChina(value) {
    this.level = value;
    value === "none" ? this.inside.delete(CHINA) : this.inside.add(CHINA);
    this.counted();
    const { china } = this.controls.members;
    change({ [this.paths.members]: this.listed(value), [this.paths.china]: value === china.default ? undefined : value });
  }

  /** The members as a list, undefined where they are those that the document names. */
  listed(china) {
    const { list } = this.controls.members;
    const own = list.filter(({ iso3, candidate }) => candidate && (iso3 !== CHINA || china !== "none"));
    const now = list.filter(({ iso3 }) => this.inside.has(iso3) && (iso3 !== CHINA || china !== "none")).map(({ iso3 }) => iso3);
    return own.length === now.length && own.every(({ iso3 }) => this.inside.has(iso3)) ? undefined : now;
  }

  sync(controls) {
    this.controls = controls;
    const { reading, members } = controls;
    this.paths = { members: members.path, china: members.china.path };
    this.level = members.china.value;
    this.inside = new Set(members.list.filter((one) => one.in).map(({ iso3 }) => iso3));
    this.reading.value = reading.value;
    const chosen = reading.choices.find(({ value }) => value === reading.value);
    this.source.textContent = `${chosen.label}: document ${chosen.document}, ${chosen.place}.`;
    this.reading.parentElement.parentElement.classList.toggle("changed", reading.value !== reading.default);
    this.china?.sync(members.china.value, members.china.default);
    this.congo?.sync(members.congo);
    const order = members.list.filter(({ iso3 }) => this.switches.has(iso3));
    const parts = [order.filter((one) => one.candidate), order.filter((one) => !one.candidate)];
    const shown = parts.map((part) => part.map(({ iso3 }) => iso3)).join();
    if (shown !== this.shown) {
      // moved only where the list of the document is another, so that the focus stays where it is
      const focused = document.activeElement;
      [this.named, this.others].forEach((place, k) => fill(place, parts[k].map(({ iso3 }) => this.switches.get(iso3).element)));
      if (members.secretariat)
        this.named.prepend(el("p", { class: "fixed" }, `${members.secretariat_name} `, el("small", {}, "runs the club and is always in")));
      if (focused?.isConnected) focused.focus();
      this.shown = shown;
    }
    this.rest.hidden = !parts[1].length;
    for (const one of order) this.switches.get(one.iso3).sync(one.in, one.candidate);
    this.counted();
  }

  counted() {
    this.count.textContent = String(this.inside.size + 1);
  }
}
