// Switches, choices and dates of the column of controls.

import { el, unique } from "./dom.js";
import { change } from "./state.js";

/** A switch: a checkbox that is on or off. */
export class Switch {
  /** @param {string} label @param {(on: boolean) => void} onset @param {Record<string, any>} attributes */
  constructor(label, onset, attributes = {}) {
    this.input = el("input", { type: "checkbox", role: "switch", ...attributes, onchange: () => onset(this.input.checked) });
    this.text = el("span", { class: "name" }, label);
    this.element = el("label", { class: "switch" }, this.input, el("span", { class: "knob", "aria-hidden": "true" }), this.text);
  }

  sync(on, loaded = on) {
    this.input.checked = on;
    this.element.classList.toggle("changed", on !== loaded);
  }
}

/** A few choices side by side, one of which is taken. */
export class Segments {
  /** @param {string} name of the group for a reader @param {{value: string, label: string}[]} choices @param {(value: string) => void} onset */
  constructor(name, choices, onset, attributes = {}) {
    const group = unique("segments");
    this.inputs = choices.map(({ value }) => el("input", { type: "radio", name: group, value, onchange: () => onset(value) }));
    this.element = el(
      "fieldset",
      { class: "segments", ...attributes },
      el("legend", { class: "aside" }, name),
      choices.map(({ label }, k) => el("label", {}, this.inputs[k], el("span", {}, label))),
    );
  }

  sync(value, loaded = value) {
    for (const input of this.inputs) input.checked = input.value === value;
    this.element.classList.toggle("changed", value !== loaded);
  }
}

/** A control of the scenario's settings: a choice, a yes or no, or a date. */
export class Setting {
  /** @param {{path: string, label: string, help: string, type: string, choices: {value: string, label: string}[] | null, default: any, minimum: string | null, maximum: string | null}} control */
  constructor(control, why = null) {
    const id = unique("setting");
    const help = el("small", { id: `${id}-help` }, control.help);
    const written = (value) => (control.written ? value : value ? {} : null);
    const set = (value) => change({ [control.path]: value === control.default ? undefined : written(value) });
    const named = { id, "data-path": control.path, "aria-describedby": help.id };
    if (control.type === "boolean") {
      this.control = new Switch(control.label, set, named);
      this.element = el("div", { class: "setting" }, this.control.element, help);
      return;
    }
    this.input =
      control.type === "choice"
        ? el("select", named, control.choices.map(({ value, label }) => el("option", { value }, label)))
        : el("input", { type: "date", min: control.minimum, max: control.maximum, ...named });
    this.input.addEventListener("change", () => set(this.input.value || null));
    this.element = el("div", { class: "setting" }, el("label", { for: id }, control.label), el("div", { class: "beside" }, this.input, why), help);
  }

  sync(control) {
    if (this.control) this.control.sync(control.value, control.default);
    else this.input.value = control.value ?? "";
    this.element.classList.toggle("changed", control.value !== control.default);
  }
}
