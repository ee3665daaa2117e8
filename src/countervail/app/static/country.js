// One country opened: what it loses and gains, with whom and what it trades, the measures on it, how it can pay.

import { ask } from "./api.js";
import { at, el, fill } from "./dom.js";
import { open, refill } from "./drawer.js";
import { state } from "./state.js";
import { Table } from "./tables.js";
import { described } from "./why.js";
import { percent, persons, share, usd } from "./words.js";

// The columns of each table in the panel; the rest is in the tabs and downloads
const PARTS = {
  partners: ["name", "exports_usd", "imports_usd", "u_exports_pct", "c_exports_pct"],
  country_sectors: ["name", "output_usd", "u_output_pct", "c_output_pct"],
  country_measures: ["label", "direction", "strength"],
  routes: ["name", "main", "main_share", "wedge", "wedge_after"],
};
const MOST = 12;
const ROLES = { member: "Member of the club", sender: "Imposes sanctions", both: "Member of the club that imposes sanctions itself", other: "Neither member nor sender" };

let loaded = null; // the live answer as loaded
let shown = null;
let latest = 0;

/** Opens a country's panel. @param {string} iso3 @param {string} name */
export async function show(iso3, name) {
  if (!iso3) return;
  shown = { iso3, name };
  at("country").value = iso3;
  open(name, el("p", { class: "text" }, "Loading …"), () => {
    shown = null;
    at("country").value = "";
  });
  await load();
}

/** The panel that is open, for the present state. */
export async function load(before) {
  if (before) loaded = before;
  if (!shown) return;
  const mine = ++latest;
  const { iso3 } = shown;
  try {
    const { tables } = await ask("/api/country", { ...state(), country: iso3 });
    if (mine === latest && shown?.iso3 === iso3) refill(content(tables));
  } catch (error) {
    if (mine === latest && shown?.iso3 === iso3) refill(el("p", { class: "error" }, error.message));
  }
}

/** Columns of a table that are about what a club would do. */
const ofClub = (name) => name.startsWith("c_") || name === "wedge_after";

function content(tables) {
  const none = document.body.classList.contains("clubless");
  const [row = {}] = tables.country ?? [];
  const first = loaded?.tables.countries.find((one) => one.iso3 === row.iso3) ?? {};
  const change = (field, money) => {
    if (row[field] == null) return null;
    const [text, was] = [percent(row[field]), first[field] == null ? null : percent(first[field])];
    return [`${text}${money == null ? "" : `, ${usd(money)} a year`}`, was && was !== text ? el("small", { class: "was" }, ` as loaded ${was}`) : ""];
  };
  const parts = Object.entries(PARTS).map(([name, keep]) => {
    const rows = (tables[name] ?? []).filter((row) => row.enabled !== false);
    // behind the route that carries most every other one, as text
    const cells = name === "routes" ? { main: (row) => (row.explained ? el("details", {}, el("summary", {}, row.main ?? "no route"), el("pre", {}, row.explained)) : row.main) } : {};
    const table = new Table(name, { keep: none ? keep.filter((column) => !ofClub(column)) : keep, cells, most: MOST, bare: none });
    table.set(rows);
    return table.element;
  });
  return [
    described([
      ["Role", ROLES[row.role] ?? row.role],
      ["If the sanctions were lifted", change("u_pct", row.u_usd)],
      ["With the club", none ? null : change("c_pct", row.c_usd)],
      ["With both", none ? null : change("uc_pct")],
      ["No ratio, because", none ? null : row.reason],
      ["The percentages are of", row.spending_usd == null ? null : `final spending, ${usd(row.spending_usd)}`],
      ["GDP", row.gdp_usd == null ? null : usd(row.gdp_usd)],
      ["Population", row.population == null ? null : persons(row.population)],
      ["Trade that is estimated", row.estimated_share == null ? null : share(row.estimated_share)],
    ]),
    parts,
  ];
}

/** The list of countries, for those who do not use the map. @param {object[]} rows of the table countries */
export function list(rows) {
  const select = at("country");
  const group = (label, wanted) =>
    el("optgroup", { label }, rows.filter(wanted).sort((a, b) => a.name.localeCompare(b.name)).map((row) => el("option", { value: row.iso3 }, row.name)));
  const member = (row) => row.role === "member" || row.role === "both";
  const text = rows.map((row) => row.iso3 + member(row)).join();
  if (text === list.text) return;
  list.text = text;
  const chosen = select.value;
  fill(select, el("option", { value: "" }, "Look at a country …"), group("Members", member), group("Others", (row) => !member(row)));
  select.value = chosen;
}
