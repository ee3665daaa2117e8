// The reasons for a value: range, basis, source, and the place in a document that it rests on.

import { el, icon } from "./dom.js";
import { close, open } from "./drawer.js";
import { measured } from "./words.js";

const BASIS = {
  observed: "Observed: taken from data.",
  estimated: "Estimated: from data, by the method that its source names.",
  cited: "Cited: from the source named.",
  assumption: "Assumption: ours, with a range.",
  definition: "True by definition.",
};

/** Rows of the evidence, which controls refer to by `fact`. @type {Map<string, object>} */
let facts = new Map();
export const setFacts = (rows) => (facts = new Map(rows.map((row) => [row.fact, row])));

/** Terms and what they are, those that are empty left out. @param {[string, any][]} pairs */
export const described = (pairs) =>
  el("dl", { class: "facts" }, pairs.filter(([, value]) => value != null && value !== "").map(([term, value]) => el("div", {}, el("dt", {}, term), el("dd", {}, value))));

let reveal = () => {};
/** @param {(path: string) => void} listener brings one to the control of a path */
export const onChange = (listener) => (reveal = listener);

const numbered = (n) => [
  described([
    ["Value", typeof n.value === "number" ? measured(n, n.value) : n.value],
    ["As loaded", n.loaded == null || n.value === n.loaded ? null : measured(n, n.loaded)],
    ["Range", n.low == null || n.low === n.high ? "none" : `${measured(n, n.low)} to ${measured(n, n.high)}`],
    ["Rests on", BASIS[n.basis] ?? n.basis],
    ["Source", n.source],
    ["Note", n.note],
    ["In a file", el("code", {}, n.path)],
  ]),
  el("button", { type: "button", class: "secondary", onclick: () => (close(), reveal(n.path)) }, "Go to its control"),
];

function cited(fact) {
  const row = facts.get(fact);
  if (!row) return null;
  return [
    el("h3", {}, "In the documents"),
    described([
      ["What it says", row.label],
      ["As the scenario has it", row.value],
      ["Document", row.document],
      ["Place", row.place],
      ["Origin", row.origin],
      ["Said by", row.said_by && `${row.said_by}${row.modality ? ` (${row.modality})` : ""}`],
      ["In its words", row.quote ? el("q", {}, row.quote) : "Not in the program: read the documents in the tab Evidence, and their words stand here."],
      ["Witnesses", row.witnesses],
      ["Compared with data", row.verdict],
      ["Note", row.note],
    ]),
  ];
}

/**
 * Opens the reasons for something.
 * @param {{title: string, help?: string, facts?: [string, any][], numbers?: object[], evidence?: string, extra?: Element | null}} reasons
 */
export const explain = ({ title, help, extra = null, facts: pairs = [], numbers = [], evidence }) =>
  open(title, [
    help && el("p", { class: "text" }, help),
    extra,
    pairs.length ? described(pairs) : null,
    cited(evidence),
    numbers.map((n) => [el("h3", {}, n.label), n.help && el("p", { class: "text" }, n.help), numbered(n)]),
  ]);

/** A small button that opens them. @param {string} of what it is about, for its name @param {() => Parameters<typeof explain>[0]} reasons */
export const whyButton = (of, reasons) =>
  el("button", { type: "button", class: "why", "aria-label": of.includes("?") ? of : `Why? ${of}`, title: "Where this comes from", onclick: () => explain(reasons()) }, icon("why"));
