// One country opened: what it loses and gains, with whom and what it trades, the measures on it, how it can pay.

import { ask } from "./api.js";
import { at, el, fill } from "./dom.js";
import { open, refill } from "./drawer.js";
import { state } from "./state.js";
import { Table } from "./tables.js";
import { described } from "./why.js";
import { percent, persons, share, usd } from "./words.js";

// What of each table stands in the panel; the rest is in the tabs and downloads
const PARTS = {
  partners: ["name", "exports_usd", "imports_usd", "u_exports_pct", "c_exports_pct"],
  country_sectors: ["name", "output_usd", "u_output_pct", "c_output_pct"],
  country_measures: ["label", "direction", "strength"],
  routes: ["name", "cheapest", "reach"],
};
const MOST = 12;
const ROLES = { member: "Member of the club", sender: "Imposes sanctions", both: "Member of the club that imposes sanctions itself", other: "Neither member nor sender" };

let shown = null;
let asked = 0;

/** Opens a country's panel. @param {string} iso3 @param {string} name */
export async function show(iso3, name) {
  if (!iso3) return;
  shown = { iso3, name };
  at("country").value = iso3;
  open(name, el("p", { class: "text" }, "Looking it up …"), () => {
    shown = null;
    at("country").value = "";
  });
  await load();
}

/** The panel that is open, for the present state. */
export async function load() {
  if (!shown) return;
  const mine = ++asked;
  const { iso3 } = shown;
  try {
    const { tables } = await ask("/api/country", { ...state(), country: iso3 });
    if (mine === asked && shown?.iso3 === iso3) refill(content(tables));
  } catch (error) {
    if (mine === asked && shown?.iso3 === iso3) refill(el("p", { class: "error" }, error.message));
  }
}

function content(tables) {
  const [row = {}] = tables.country ?? [];
  const change = (pct, money) => (pct == null ? null : `${percent(pct)}${money == null ? "" : `, ${usd(money)} a year`}`);
  const parts = Object.entries(PARTS).map(([name, keep]) => {
    const rows = (tables[name] ?? []).filter((row) => row.enabled !== false);
    // beside the cheapest route every other one, as text
    const cells = name === "routes" ? { cheapest: (row) => (row.explained ? el("details", {}, el("summary", {}, row.cheapest ?? "no route"), el("pre", {}, row.explained)) : row.cheapest) } : {};
    const table = new Table(name, { keep, cells, brief: true, most: MOST });
    table.set(rows);
    return table.element;
  });
  return [
    described([
      ["Role", ROLES[row.role] ?? row.role],
      ["If the sanctions were lifted", change(row.u_pct, row.u_usd)],
      ["With the club", change(row.c_pct, row.c_usd)],
      ["With both", change(row.uc_pct, row.uc_usd)],
      ["No ratio, because", row.reason],
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
