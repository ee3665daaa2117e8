// The headline: a tile for each figure with its band and its value as loaded, and the answer in sentences.

import { at, el, fill, say, unique, write } from "./dom.js";
import { whyButton } from "./why.js";
import { usd } from "./words.js";

// What each figure means, for its help
const DEFINED = {
  cost_pct: "What the members would gain if the sanctions in force were lifted, as a share of their real income: what they can buy in a year. It is compared with the observed world, in which the sanctions are in force.",
  gain_pct: "What the members would gain from the club while the sanctions remain in force, whatever the reason: ordinary gains from trade are included.",
  offset: "The gain divided by the cost: how much of what the sanctions take the club gives back.",
  blunting: "How much less the sanctions cost once the club exists: one minus the cost with the club divided by the cost without it. Below zero they cost more.",
  break_even: "By how much trade inside the club would have to rise, in log points, for the gain to equal the cost. One log point is 2.7 times as much trade; a trade agreement brings 0.2 to 0.5.",
};
const TERMS = [
  ["For whom", "The members under comprehensive sanctions, for which a ratio can be computed. The headline leaves out the others: China, countries that impose sanctions themselves, and those under list-based measures, which are aimed at named persons and firms and not at a country's trade."],
  ["A band", "The 5th to the 95th percentile over draws of every uncertain assumption within its range. It is computed after the figure itself."],
  ["No ratio", "No ratio is given where the cost is no larger than in the placebo, the same calculation for countries that are not sanctioned in this way, or no larger than 0.25 %."],
];
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
    whyButton(`What is it? ${label}`, () => ({ title: label, help: DEFINED[quantity], facts: TERMS })),
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
  const rows = figures.filter((row) => row.reading === meta[0].reading && row.quantity === quantity && row.country !== "CLUB");
  return `; for ${rows.filter((row) => row.eligible).length} of ${rows.length} members`;
}

const money = (tables, quantity) => {
  const reading = tables?.meta?.[0]?.reading;
  const row = tables?.figures?.find((r) => r.country === "CLUB" && r.quantity === MONEY[quantity] && r.reading === reading);
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
    const known = (fresh && among(run, live.quantity)) || live;
    const before = among(long ? first : loaded, live.quantity);
    const later = long && !fresh;
    write(tile.value, later ? (expected ? "…" : DASH) : known.value);
    write(tile.meaning, [money(now.tables, live.quantity), live.meaning].filter(Boolean).join(" ") + whose(now.tables, live.quantity));
    const differs = Boolean(before) && !later && before.value !== known.value;
    write(tile.was, differs ? `as loaded ${before.value}` : "");
    tile.element.classList.toggle("changed", differs);
    tile.band.classList.toggle("stale", !known.band && !(fresh && long));
    write(tile.band, bandOf({ known, old: among(run, live.quantity), fresh, expected, long }));
  }
}

/** The answer in sentences. @param {string[]} sentences */
export function showSentences(sentences) {
  const place = at("headline");
  if (place.children.length !== sentences.length) fill(place, sentences.map(() => el("p", {})));
  sentences.forEach((sentence, k) => write(place.children[k], sentence));
}

/** The text under a figure: its band, the band of the state before, or why there is none. */
function bandOf({ known, old, fresh, expected, long }) {
  if (fresh && known.band) return `5–95 %: ${known.band}`;
  if (known.value === DASH && known.note && !(long && !fresh)) return known.note;
  if (fresh && long) return known.note || "a trade agreement brings 0.2 to 0.5";
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
