// The headline: a tile for each figure with its band and its value as loaded, and the answer in sentences.

import { at, el, fill, say, unique, write } from "./dom.js";
import { whyButton } from "./why.js";
import { usd } from "./words.js";

/** What the figures and the words about them mean. @type {{definitions: Record<string, string>, terms: [string, string][], agreement: string}} */
let known;
export const begin = (headline) => (known = headline);

const CLUB = "CLUB"; // its code in the tables
const MONEY = { cost_pct: "cost_usd", gain_pct: "gain_usd" };
const DASH = "–";

const tiles = new Map();

function make({ quantity, label }) {
  const part = (name) => el("p", { class: name });
  const id = unique("tile");
  const tile = { value: part("value"), was: part("was"), meaning: part("meaning"), band: part("band") };
  tile.element = el(
    "div",
    { class: "tile", role: "group", "aria-labelledby": id, "data-quantity": quantity },
    el("h3", { class: "label", id }, label),
    whyButton(`What is it? ${label}`, () => ({ title: label, help: known.definitions[quantity], facts: known.terms })),
    tile.value,
    tile.was,
    tile.meaning,
    tile.band,
  );
  tiles.set(quantity, tile);
  return tile;
}

/** How many of the members a figure is for. */
function whose({ meta, figures }, quantity) {
  if (!MONEY[quantity]) return "";
  const rows = figures.filter((row) => row.reading === meta[0].reading && row.quantity === quantity && row.country !== CLUB);
  return `; for ${rows.filter((row) => row.eligible).length} of ${rows.length} members`;
}

const money = (tables, quantity) => {
  const reading = tables?.meta?.[0]?.reading;
  const row = tables?.figures?.find((r) => r.country === CLUB && r.quantity === MONEY[quantity] && r.reading === reading);
  return row?.value == null ? "" : usd(row.value);
};

/**
 * Shows an answer in the tiles.
 * @param {{now: object, loaded: object | null, run: object | null, fresh: boolean, first: object | null, expected: boolean}} shown
 *  now: the live answer; loaded: the one as loaded; run: a result of the full run, fresh where it is of the state shown;
 *  first: that of the scenario as loaded; expected: whether a result of the state shown is on its way
 */
export function show({ now, loaded, run, fresh, first, expected }) {
  const place = at("tiles");
  const among = (answer, quantity) => answer?.tiles.find((tile) => tile.quantity === quantity);
  for (const live of now.tiles) {
    const tile = tiles.get(live.quantity) ?? make(live);
    if (!tile.element.isConnected) place.append(tile.element);
    // only the full run searches for a break-even
    const long = live.quantity === "break_even";
    const figure = (fresh && among(run, live.quantity)) || live;
    const before = among(long ? first : loaded, live.quantity);
    const later = long && !fresh;
    write(tile.value, later ? (expected ? "…" : DASH) : figure.value);
    write(tile.meaning, [money(now.tables, live.quantity), live.meaning].filter(Boolean).join(" ") + whose(now.tables, live.quantity));
    const differs = Boolean(before) && !later && before.value !== figure.value;
    write(tile.was, differs ? `as loaded ${before.value}` : "");
    tile.element.classList.toggle("changed", differs);
    tile.band.classList.toggle("stale", !figure.band && !(fresh && long));
    write(tile.band, bandOf({ figure, old: among(run, live.quantity), fresh, expected, long }));
  }
}

/** The answer in sentences. @param {string[]} sentences */
export function showSentences(sentences) {
  const place = at("headline");
  if (place.children.length !== sentences.length) fill(place, sentences.map(() => el("p", {})));
  sentences.forEach((sentence, k) => write(place.children[k], sentence));
}

/** The text under a figure: its band, the band of the state before, or why there is none. */
function bandOf({ figure, old, fresh, expected, long }) {
  if (fresh && figure.band) return `5–95 %: ${figure.band}`;
  if (figure.value === DASH && figure.note && !(long && !fresh)) return figure.note;
  if (fresh && long) return figure.note || `a trade agreement brings ${known.agreement}`;
  if (long) return expected ? "being computed" : "not computed";
  if (!fresh && old?.band) return `${old.band}: band of the state before${expected ? ", being recomputed" : ""}`;
  return expected ? "band being computed" : "no band computed";
}

/** Dims the figures while an answer takes noticeably long. */
export const waiting = (on) => at("tiles").classList.toggle("waiting", on);

/** Announces in one sentence what a switch did. */
export function announce(now, before) {
  const gain = (answer) => answer?.tiles.find((t) => t.quantity === "gain_pct")?.value;
  const cost = (answer) => answer?.tiles.find((t) => t.quantity === "cost_pct")?.value;
  const was = (mine, other) => (other && other !== mine ? `, was ${other}` : "");
  say(`Gain from the club ${gain(now)}${was(gain(now), gain(before))}; cost of the sanctions ${cost(now)}${was(cost(now), cost(before))}.`);
}
