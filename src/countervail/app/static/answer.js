// The headline: a tile for each figure with its band, what it was as loaded, and the answer in sentences.

import { at, el, fill, say, unique, write } from "./dom.js";
import { usd } from "./words.js";

const MONEY = { cost_pct: "cost_usd", gain_pct: "gain_usd" };
const DASH = "–";

const tiles = new Map();

function make({ quantity, label, meaning }) {
  const part = (name) => el("p", { class: name });
  const id = unique("tile");
  const tile = { value: part("value"), money: part("money"), was: part("was"), band: part("band") };
  tile.element = el(
    "div",
    { class: "tile", role: "group", "aria-labelledby": id, "data-quantity": quantity },
    el("h3", { class: "label", id }, label),
    tile.value,
    tile.was,
    tile.money,
    el("p", { class: "meaning" }, meaning),
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
 * @param {{now: object, loaded: object | null, job: object | null, state: "fresh" | "stale" | "none", progress: string}} shown
 *  now: the live answer; loaded: the one as loaded; job: the latest result of the long run; state: of what that is the result
 */
export function show({ now, loaded, job, state, progress }) {
  const place = at("tiles");
  const fresh = state === "fresh" && job;
  for (const live of now.tiles) {
    const tile = tiles.get(live.quantity) ?? make(live);
    if (!tile.element.isConnected) place.append(tile.element);
    const known = (fresh && job.tiles?.find((t) => t.quantity === live.quantity)) || live;
    const later = live.quantity === "break_even" && !fresh;
    write(tile.value, later ? "…" : known.value);
    write(tile.money, money(now.tables, live.quantity));
    const before = loaded?.tiles.find((t) => t.quantity === live.quantity);
    const differs = before && !later && before.value !== known.value && !(live.quantity === "break_even" && before.value === DASH);
    write(tile.was, differs ? `as loaded: ${before.value}` : "");
    tile.element.classList.toggle("changed", Boolean(differs));
    const old = job?.tiles?.find((t) => t.quantity === live.quantity);
    const stale = !fresh || !known.band;
    tile.band.classList.toggle("stale", stale);
    write(tile.band, bandOf({ known, old, fresh, state, later, progress }));
  }
  fill(at("headline"), (fresh ? job : now).headline.map((sentence) => el("p", {}, sentence)));
}

/** What stands under a figure: its band, the band of the state before, or why there is none. */
function bandOf({ known, old, fresh, state, later, progress }) {
  const written = (tile) => `${tile.band}${tile.median ? `, median ${tile.median}` : ""}`;
  const note = known.value === DASH ? known.note : "";
  if (fresh && known.band) return `5–95 %: ${written(known)}`;
  if (note && !later) return note;
  if (fresh && known.quantity === "break_even") return "a trade agreement brings 0.2 to 0.5";
  if (!progress) return later ? "not computed" : "no band computed";
  if (state === "stale" && old?.band) return `Band of the state before: ${old.band}. Being recomputed.`;
  return later ? "being computed" : "band being computed";
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
