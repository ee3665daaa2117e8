// A form that adds a sanction: what kind, by whom, on whom, through whom, on what, how large.

import { el, unique } from "./dom.js";
import { change, find } from "./state.js";

// What is asked for the size of each kind, as the scenario names it; in percent
const KINDS = {
  tariff: { label: "Tariff", size: "Rate, % of the price", field: "rate", value: 25, most: 300 },
  import_ban: { label: "Ban on buying from the target", size: "Share of that trade stopped, %", field: "coverage", value: 100, most: 100 },
  export_control: { label: "Ban on selling to the target", size: "Share of that trade stopped, %", field: "coverage", value: 100, most: 100 },
  secondary: { label: "Secondary sanctions on hubs", size: "Penalty that hubs expect, % of the price", field: "penalty", value: 10, most: 300, hubs: true },
  embargo: { label: "Embargo, both ways", size: "Share of that trade stopped, %", field: "coverage", value: 100, most: 100 },
};
const WIDE = [
  { code: "all", name: "Everything" },
  { code: "goods", name: "All goods" },
  { code: "services", name: "All services" },
  { code: "energy", name: "Energy" },
];

/**
 * @param {{countries: {code: string, name: string}[], groups: {code: string, name: string}[], sectors: {code: string, name: string}[]}} choices
 * @param {() => Record<string, any> | false} counting the change by which what comes through hubs is counted; false where it is already
 */
export function addForm(choices, counting) {
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
  const hubs = el("select", { multiple: true, size: 6 }, options(sorted));
  const hubField = field("Third countries threatened (hold Ctrl for several)", hubs);
  const threat = el("p", { class: "text" }, "It makes what comes through these countries dearer, and bars no trade. So what comes through third countries is counted from here on, in every world.");
  const sized = () => {
    const { size: label, value, most, hubs: through = false } = KINDS[kind.value];
    hubField.hidden = threat.hidden = !through;
    hubs.required = through;
    if (through && on.value === "IND") on.value = "RUS"; // a country whose goods come through others
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
    const through = KINDS[kind.value].hubs ? [...hubs.selectedOptions] : [];
    const names = through.map((option) => option.textContent).join(", ");
    const title = through.length ? `${label} by ${text(by)}: ${names} for ${text(on)}${about}` : kind.value === "tariff" ? `Tariff of ${size.value} % by ${text(by)} on ${text(on)}${about}` : `${label} by ${text(by)}: ${text(on)}${about}`;
    change({
      ...(through.length && counting()),
      [`new_measures.added-${number}`]: {
        label: title,
        kind: kind.value,
        senders: [by.value],
        targets: [on.value],
        sectors: [what.value],
        ...(through.length && { hubs: through.map((option) => option.value) }),
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
      hubField,
      field("Goods and services", what),
      sizeField,
      threat,
      el("p", { class: "text" }, "It is imposed on the world of today, on top of the sanctions in force. What it costs whom stands under it, and behind its question mark."),
      el("button", { type: "submit", class: "primary" }, "Impose it"),
    ),
  );
  return fold;
}
