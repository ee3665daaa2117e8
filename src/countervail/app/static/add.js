// A form that adds a sanction: what kind, by whom, on whom, on what, how large.

import { el, unique } from "./dom.js";
import { change, find } from "./state.js";

// What is asked for the size of each kind, as the scenario names it; in percent
const KINDS = {
  tariff: { label: "Tariff", size: "Rate, % of the price", field: "rate", value: 25, most: 300 },
  import_ban: { label: "Ban on buying from the target", size: "Share of that trade stopped, %", field: "coverage", value: 100, most: 100 },
  export_control: { label: "Ban on selling to the target", size: "Share of that trade stopped, %", field: "coverage", value: 100, most: 100 },
  embargo: { label: "Embargo, both ways", size: "Share of that trade stopped, %", field: "coverage", value: 100, most: 100 },
};
const WIDE = [
  { code: "all", name: "Everything" },
  { code: "goods", name: "All goods" },
  { code: "services", name: "All services" },
  { code: "energy", name: "Energy" },
];

/** @param {{countries: {code: string, name: string}[], groups: {code: string, name: string}[], sectors: {code: string, name: string}[]}} choices */
export function addForm(choices) {
  const options = (items) => items.map(({ code, name }) => el("option", { value: code }, name));
  const sorted = [...choices.countries].sort((a, b) => a.name.localeCompare(b.name));
  const field = (label, input) => {
    input.id = unique("add");
    return el("div", { class: "setting" }, el("label", { for: input.id }, label), input);
  };
  const kind = el("select", { onchange: () => sized() }, Object.entries(KINDS).map(([value, { label }]) => el("option", { value }, label)));
  const by = el("select", {}, el("optgroup", { label: "Groups" }, options(choices.groups)), el("optgroup", { label: "Countries" }, options(sorted)));
  const on = el("select", {}, options(sorted));
  const what = el("select", {}, options(WIDE), el("optgroup", { label: "One sector" }, options(choices.sectors)));
  const size = el("input", { type: "number", min: 1, step: 1, required: true });
  const sizeField = field("", size);
  const sized = () => {
    const { size: label, value, most } = KINDS[kind.value];
    sizeField.firstChild.textContent = label;
    Object.assign(size, { value, max: most });
  };
  by.value = "EU";
  on.value = "IND";
  sized();
  const text = (select) => select.selectedOptions[0].textContent;
  const submit = (event) => {
    event.preventDefault();
    const { label, field: name } = KINDS[kind.value];
    let number = 1;
    while (find(`new_measures.added-${number}`)) number += 1;
    const value = Number(size.value) / 100;
    const about = what.value === "all" ? "" : ` (${text(what).toLowerCase()})`;
    const title = kind.value === "tariff" ? `Tariff of ${size.value} % by ${text(by)} on ${text(on)}${about}` : `${label} by ${text(by)}: ${text(on)}${about}`;
    change({
      [`new_measures.added-${number}`]: {
        label: title,
        kind: kind.value,
        senders: [by.value],
        targets: [on.value],
        sectors: [what.value],
        [name]: { value, low: value, high: value, basis: "definition", note: "set by the reader" },
        note: "added by the reader",
      },
    });
    fold.open = false;
  };
  const fold = el(
    "details",
    { class: "add" },
    el("summary", {}, "Add a sanction"),
    el(
      "form",
      { onsubmit: submit },
      field("Kind", kind),
      field("Imposed by", by),
      field("On", on),
      field("Goods and services", what),
      sizeField,
      el("p", { class: "text" }, "It is imposed on the world of today, on top of the sanctions in force. What it costs whom stands under it, and behind its question mark."),
      el("button", { type: "submit", class: "primary" }, "Impose it"),
    ),
  );
  return fold;
}
