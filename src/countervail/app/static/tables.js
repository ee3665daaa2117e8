// Result tables as tables of the page, with the report's headings and numbers.

import { library } from "./charts.js";
import { el, fill } from "./dom.js";
import { cell, NOTHING, quantity, says } from "./words.js";

const room = (texts) => {
  const longest = Math.max(0, ...texts.map((text) => text.length));
  return longest > 120 ? "essay" : longest > 40 ? "long" : longest > 14 ? "medium" : longest > 12 ? "" : "few";
};

/**
 * A table of texts; a cell may be an element, or two texts, the second below the first.
 * @param {{title: string, about?: string, headings: {text: string, about?: string, numeric?: boolean}[], rows: any[][], shown?: boolean, records?: object[]}} view
 *  records: what each row is made of, to be saved with every digit instead of the texts
 */
export function grid({ title, about, headings, rows, shown = true, records = [] }) {
  const texts = (k) => rows.map((row) => [row[k]].flat().map((part) => part?.textContent ?? part).join(""));
  const style = headings.map((heading, k) => (heading.numeric ? "number" : room(texts(k))));
  const content = (value) => (Array.isArray(value) ? [value[0], value[1] ? el("small", {}, value[1]) : null, value[2] ? el("small", { class: "was" }, value[2]) : null] : value);
  const place = el(
    "div",
    { class: "scroll", role: "region", tabindex: "0", "aria-label": title },
    el(
      "table",
      {},
      el("caption", {}, el("span", { class: shown ? null : "aside" }, title), about ? el("span", { class: "about" }, about) : null),
      el("thead", {}, el("tr", {}, headings.map((h) => el("th", { scope: "col", class: h.numeric ? "number" : null, title: h.about || null }, h.text)))),
      el("tbody", {}, rows.map((row) => el("tr", {}, row.map((value, k) => (k ? el("td", { class: style[k] || null }, content(value)) : el("th", { scope: "row", class: style[0] || null }, content(value))))))),
    ),
  );
  const framed = el("div", { class: "framed" }, place);
  [...place.querySelectorAll("tbody tr")].forEach((row, k) => (row.record = records[k]));
  globalThis.sortable?.make(place, () => [document.title]);
  return framed;
}

/** A cell's text with what is set small under it: each number at two digits, with its unit where that is written with it. */
function written(column, row) {
  const value = row[column.name];
  const own = column.unit === "own" ? row.unit : column.unit;
  const number = typeof value === "number";
  const text = value == null ? (column.numeric ? NOTHING : "") : !number ? quantity(value, null) : column.kind === "integer" ? String(value) : cell(value, own);
  if (column.under) return [text, column.under === "unit" && number && says(own) ? "" : String(row[column.under] ?? "")];
  return column.unit === "million USD" ? text.replace("USD\u00a0", "") : text;
}

/** A column's heading: the unit only where its numbers do not say it. */
const headed = (c) => (c.unit === "million USD" ? `${c.label}, USD` : says(c.unit) ? c.label : c.heading);

/** One of the result tables, drawn when it is first looked at. */
export class Table {
  /** @param {string} name @param {{folded?: boolean, title?: string, keep?: string[], most?: number, bare?: boolean, cells?: Record<string, (row: object) => any>}} options */
  constructor(name, options = {}) {
    this.name = name;
    this.options = options;
    this.rows = [];
    this.place = el("div", {});
    this.summary = el("summary", {});
    this.element = options.folded ? el("details", { hidden: true, ontoggle: () => this.render() }, this.summary, this.place) : el("div", { hidden: true }, this.place);
  }

  set(rows) {
    if (rows === this.rows) return;
    this.rows = rows ?? [];
    this.stale = true;
    this.element.hidden = !this.rows.length;
    this.render();
  }

  /** Shows every row, where only the first were shown. */
  async showAll() {
    this.all = this.stale = true;
    await this.render();
    this.place.querySelector(".scroll").focus();
  }

  async render() {
    const { columns: known } = await library();
    const described = known[this.name];
    if (!described) return void (this.element.hidden = true);
    const title = this.options.title ?? described.title;
    if (this.options.folded) this.summary.textContent = `${title}: the table (${this.rows.length} ${this.rows.length === 1 ? "row" : "rows"})`;
    if (!this.stale || (this.options.folded && !this.element.open)) return;
    this.stale = false;
    const { keep, most = Infinity, cells = {}, bare } = this.options;
    const shown = this.all ? this.rows : this.rows.slice(0, most);
    const columns = described.columns.filter((c) => !keep || keep.includes(c.name));
    const headings = columns.map((c) => ({ text: headed(c), about: c.description, numeric: c.numeric }));
    const rows = shown.map((row) => columns.map((c) => cells[c.name]?.(row) ?? written(c, row)));
    const more = el("button", { type: "button", class: "link", onclick: () => this.showAll() }, `Show all ${this.rows.length}`);
    fill(this.place, grid({ title, about: bare ? null : described.description, headings, rows, records: shown }), shown.length < this.rows.length && more);
  }
}

/** The table of members: every headline figure with its band, or why it has none. @param {(name: string) => any} opened a country's name, or a button that opens it */
export function members(view, about, opened, loaded, title = "The members") {
  const headings = view.columns.map((c, k) => ({ text: c.label, numeric: k > 0 && c.name !== "note" }));
  const before = new Map(loaded?.rows.map((row) => [row[0], row]));
  const rows = view.rows.map(([name, ...rest]) => [
    opened(name),
    ...rest.map((cell, k) => {
      const [value, was] = [[cell].flat()[0], [before.get(name)?.[k + 1]].flat()[0]];
      // a break-even that is not searched for yet has not changed
      return Array.isArray(cell) && was && was !== value && ![value, was].includes("–") ? [...cell, `as loaded ${was}`] : cell;
    }),
  ]);
  const made = grid({ title, about, headings, rows });
  made.classList.add("members");
  return made;
}
