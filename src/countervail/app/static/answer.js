// The headline: a tile for each figure with its band, what it was as loaded, and the answer in sentences.

import { at, el, fill, say, unique, write } from "./dom.js";
import { usd } from "./words.js";

const MONEY = { cost_pct: "cost_usd", gain_pct: "gain_usd" };
const DASH = "–";

const tiles = new Map();
let said = "";

function make({ quantity, label }) {
  const part = (name) => el("p", { class: name });
  const id = unique("tile");
  const tile = { value: part("value"), was: part("was"), meaning: part("meaning"), band: part("band") };
  tile.element = el(
    "div",
    { class: "tile", role: "group", "aria-labelledby": id, "data-quantity": quantity },
    el("h3", { class: "label", id }, label),
    tile.value,
    tile.was,
    tile.meaning,
    tile.band,
  );
  tiles.set(quantity, tile);
  return tile;
}

const money = (tables, quantity) => {
  const reading = tables?.meta?.[0]?.reading;
  const row = tables?.figures?.find((r) => r.country === "CLUB" && r.quantity === MONEY[quantity] && r.reading === reading);
  return row?.value == null ? "" : usd(row.value);
};

/**
 * Shows an answer.
 * @param {{now: object, loaded: object | null, run: object | null, fresh: boolean, first: object | null, expected: boolean}} shown
 *  now: the live answer; loaded: the one as loaded; run: a result of the long run, fresh where it is of the state shown;
 *  first: that of the scenario as loaded; expected: whether a result of the state shown is on its way
 */
export function show({ now, loaded, run, fresh, first, expected }) {
  const place = at("tiles");
  const among = (answer, quantity) => answer?.tiles.find((tile) => tile.quantity === quantity);
  for (const live of now.tiles) {
    const tile = tiles.get(live.quantity) ?? make(live);
    if (!tile.element.isConnected) place.append(tile.element);
    // a break-even is searched for in the long run only
    const long = live.quantity === "break_even";
    const known = (fresh && among(run, live.quantity)) || live;
    const before = among(long ? first : loaded, live.quantity);
    const later = long && !fresh;
    write(tile.value, later ? (expected ? "…" : DASH) : known.value);
    write(tile.meaning, [money(now.tables, live.quantity), live.meaning].filter(Boolean).join(" "));
    const differs = Boolean(before) && !later && before.value !== known.value;
    write(tile.was, differs ? `as loaded ${before.value}` : "");
    tile.element.classList.toggle("changed", differs);
    tile.band.classList.toggle("stale", !known.band && !(fresh && long));
    write(tile.band, bandOf({ known, old: among(run, live.quantity), fresh, expected, long }));
  }
  const sentences = (fresh ? run : now).headline;
  const text = sentences.join("\n");
  if (text !== said) fill(at("headline"), sentences.map((sentence) => el("p", {}, sentence)));
  said = text;
}

/** What stands under a figure: its band, the band of the state before, or why there is none. */
function bandOf({ known, old, fresh, expected, long }) {
  if (fresh && known.band) return `5–95 %: ${known.band}`;
  if (known.value === DASH && known.note && !(long && !fresh)) return known.note;
  if (fresh && long) return known.note || "a trade agreement brings 0.2 to 0.5";
  if (long) return expected ? "being computed" : "not computed";
  if (!fresh && old?.band) return `${old.band}: band of the state before${expected ? ", being recomputed" : ""}`;
  return expected ? "band being computed" : "no band computed";
}

/** Dims the figures while an answer takes longer than one notices. */
export const waiting = (on) => at("tiles").classList.toggle("waiting", on);

/** Says in one sentence what a switch did. */
export function announce(now, before) {
  const gain = (answer) => answer?.tiles.find((t) => t.quantity === "gain_pct")?.value;
  const cost = (answer) => answer?.tiles.find((t) => t.quantity === "cost_pct")?.value;
  if (!before) return;
  const was = (mine, other) => (other && other !== mine ? `, was ${other}` : "");
  say(`Gain from the club ${gain(now)}${was(gain(now), gain(before))}; cost of the sanctions ${cost(now)}${was(cost(now), cost(before))}.`);
}
