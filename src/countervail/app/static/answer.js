// The answer: the verdict, a tile for each figure with its band and its value as loaded, and sentences.

import { clubless } from "./clubless.js";
import { at, el, fill, say, unique, write } from "./dom.js";
import { explained, learn } from "./glossary.js";
import { whyButton } from "./why.js";
import { usd } from "./words.js";

/** What the figures and the words about them mean. @type {{definitions: Record<string, string>, terms: [string, string][], agreement: string}} */
let known;
export function begin(headline) {
  known = headline;
  learn(headline.glossary);
  const figures = at("figures");
  figures.open = sessionStorage.getItem("figures") === "open";
  figures.addEventListener("toggle", () => sessionStorage.setItem("figures", figures.open ? "open" : "closed"));
}

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
  if (!MONEY[quantity] || !meta[0].members) return "";
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
    explained(tile.meaning, [money(now.tables, live.quantity), live.meaning].filter(Boolean).join(" ") + whose(now.tables, live.quantity));
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
  sentences.forEach((sentence, k) => explained(place.children[k], sentence));
}

/**
 * The verdict: the answer in one sentence, for whom, and how it differs from the scenario as loaded.
 * @param {{now: object, banded: object | null, expected: boolean}} shown
 *  now: the live answer; banded: the full run's, where it is of this state; expected: whether that is on its way
 */
export function showVerdict({ now, banded, expected }) {
  const verdict = (banded ?? now).verdict;
  sentence(at("verdict"), verdict?.sentence ?? "No country is under broad sanctions in this question.");
  const draws = banded?.tables.meta[0].draws;
  const band = draws ? ` The range: 90 % of ${draws} draws of every uncertain assumption.` : expected ? " The range is being computed." : " No range is computed.";
  explained(at("verdict-who"), verdict ? `Counted ${verdict.who.startsWith("the one ") ? "is" : "are"} always ${verdict.who}.${band}` : "");
  const lines = [...now.against, ...(verdict?.caveat ? [verdict.caveat] : [])];
  const list = at("against");
  if (list.children.length !== lines.length) fill(list, lines.map(() => el("li", {})));
  lines.forEach((line, k) => explained(list.children[k], line));
}

/** The verdict's sentence: what any other club of these states would do is set small under it. */
function sentence(place, text) {
  if (place.dataset.sentence === text) return;
  place.dataset.sentence = text;
  const [first, rest] = text.split(/; a(?=ny club )/);
  const [own, other] = rest ? [`${first}.`, `A${rest}`] : [first];
  const parts = [own, other].map((part) => part && el("span", { class: part === own ? null : "other" }));
  fill(place, parts[0], other ? [" ", parts[1]] : null);
  explained(parts[0], own);
  if (other) explained(parts[1], other);
}

/** Rows of the bars under the verdict, each with what it was as loaded. @param {object[]} rows @param {object[] | undefined} first */
export const bars = (rows, first) =>
  rows.map((row) => {
    const before = first?.find((one) => one.quantity === row.quantity)?.value;
    return { ...row, loaded: before != null && Math.abs(before - row.value) > 1e-6 * Math.abs(before) ? before : null };
  });

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
export const waiting = (on) => document.querySelector(".verdict").classList.toggle("waiting", on);

/** Announces in one sentence what a switch did. */
export function announce(now, before) {
  const figure = (answer, what) => answer?.verdict?.[what].value ?? DASH;
  const was = (what) => (before && figure(before, what) !== figure(now, what) ? `, was ${figure(before, what)}` : "");
  if (clubless(now)) return say(`Sanctions cost ${figure(now, "cost")}${was("cost")}.`);
  say(`The club would bring ${figure(now, "gain")}${was("gain")}; sanctions cost ${figure(now, "cost")}${was("cost")}.`);
}
