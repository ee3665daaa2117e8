// The headline: a tile for each figure with its band, what it was as loaded, and the answer in sentences.

import { at, el, fill, say, unique, write } from "./dom.js";
import { whyButton } from "./why.js";
import { usd } from "./words.js";

// What each figure is, for who asks
const DEFINED = {
  cost_pct: "What lifting the sanctions in force would give the members, as a share of their real income: what they can buy in a year. The observed world, with the sanctions in it, is what it is set against.",
  gain_pct: "What the club would give its members while the sanctions stay in force, whatever the reason: ordinary gains from trade are included.",
  offset: "The gain over the cost: how much of what the sanctions take the club gives back.",
  blunting: "How much less the sanctions cost once the club exists: one less the cost with the club over the cost without it. Below zero they cost more.",
  break_even: "By how much trade inside the club would have to rise, in log points, for the gain to equal the cost. One log point is 2.7 times as much trade; a trade agreement brings 0.2 to 0.5.",
};
const TERMS = [
  ["For whom", "The members under comprehensive sanctions, for which ratios can be formed. Others are left out of the headline: China, senders, and those under list-based measures, which hit named persons and firms and not a country's trade."],
  ["A band", "The 5th to the 95th percentile over draws of every uncertain assumption within its range. It is computed after the figure itself and called so until then."],
  ["No ratio", "Where the cost does not stand out from a placebo, the same recipe on countries under no such sanctions, or from 0.25 %, it is not divided by."],
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

/** For how many of the members a figure is. */
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
    write(tile.meaning, [money(now.tables, live.quantity), live.meaning].filter(Boolean).join(" ") + whose(now.tables, live.quantity));
    const differs = Boolean(before) && !later && before.value !== known.value;
    write(tile.was, differs ? `as loaded ${before.value}` : "");
    tile.element.classList.toggle("changed", differs);
    tile.band.classList.toggle("stale", !known.band && !(fresh && long));
    write(tile.band, bandOf({ known, old: among(run, live.quantity), fresh, expected, long }));
  }
}

/** The answer in sentences. @param {string[]} sentences */
export function tell(sentences) {
  const place = at("headline");
  if (place.children.length !== sentences.length) fill(place, sentences.map(() => el("p", {})));
  sentences.forEach((sentence, k) => write(place.children[k], sentence));
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
  const was = (mine, other) => (other && other !== mine ? `, was ${other}` : "");
  say(`Gain from the club ${gain(now)}${was(gain(now), gain(before))}; cost of the sanctions ${cost(now)}${was(cost(now), cost(before))}.`);
}
