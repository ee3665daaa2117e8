// The whole page: sends a state to the server, and passes the answer to every part.

import { ask, get } from "./api.js";
import * as answer from "./answer.js";
import * as bar from "./bars.js";
import { arrange, clubless, knowsNone, without } from "./clubless.js";
import * as changes from "./changes.js";
import { Chart, library, setYear } from "./charts.js";
import { Coalitions } from "./coalitions.js";
import { Compare } from "./compare.js";
import { Controls } from "./controls.js";
import * as country from "./country.js";
import { at, el, idle, write } from "./dom.js";
import { Downloads } from "./download.js";
import * as drawer from "./drawer.js";
import { Evidence } from "./evidence.js";
import { solve } from "./live.js";
import { WorldMap } from "./map.js";
import { checks, later, MembersTable, panels } from "./panels.js";
import { Payments } from "./payments.js";
import { Questions } from "./questions.js";
import { LongRun } from "./run.js";
import { setChoices } from "./sanctions.js";
import { onSave } from "./save.js";
import * as sheet from "./sheet.js";
import { asLoaded, begin, key, onState, state, undo, undoable } from "./state.js";
import * as tabs from "./tabs.js";
import { onChange, setFacts } from "./why.js";

const SETTLED = 150; // milliseconds after an answer before the rest of the page is updated
const ANNOUNCED = 400; // milliseconds after an answer before it is announced: of several quick switches only the last is
const NOTICED = 250; // milliseconds after which the figures are dimmed while an answer is awaited
const RETRY = 2000; // milliseconds between attempts to reach a server that has gone
const LATEST = 600; // milliseconds after an answer at which the rest is updated at the latest

const main = at("answer");
let meta;
let top;
let controls = null; // the column of controls, for controls.scenario
let present = null; // the controls as they are now
let unchanged = null; // the controls as loaded
let loaded = null; // the live answer as loaded
let now = null; // the latest live answer
let drawn = null; // the result of the full run whose bands map and bars show
let spoken = null; // what was last announced
let followed = null; // the state whose controls are shown or requested; null once a control has changed it
let sliding = false; // whether a slider is being moved
const timers = {};

const bars = (quantity) => new Chart(quantity === "gain_pct" ? "gains" : "costs", { click: (datum) => opened(datum.country), of: (row) => row.quantity === quantity });
const map = new WorldMap({ click: (datum) => opened(datum.id), height: (width) => Math.min(width * 0.46, 440) });
const ranked = { gains: bars("gain_pct"), costs: bars("cost_pct") };
const verdict = new Chart("verdict");

const membersTable = new MembersTable((name) => {
  const row = now.tables.countries.find((one) => one.name === name);
  return row ? el("button", { type: "button", class: "link", onclick: () => country.show(row.iso3, row.name) }, name) : name;
});
const payments = new Payments();
const coalitions = new Coalitions(() => questions.changed());
const evidence = new Evidence();
const compare = new Compare(async (set) => {
  const controls = await ask("/api/scenario", { ...state(), set });
  return changes.words(set, controls, unchanged ?? controls);
});
let turns; // to a tab
const questions = new Questions({
  controls: () => present,
  run: () => (run.fresh ? run.result : null),
  now: () => now,
  tab: (id) => turns.select(id),
  pair: (one, other) => (turns.select("payments"), payments.pair.between(one, other)),
  coalitions,
});
const ofRun = [...panels(membersTable), ...later(), checks()];
const [members, proposals, world, tests] = ofRun;
const run = new LongRun(() => {
  show();
  give();
  questions.changed();
  downloads.poll();
}, () => meta.draws);
const downloads = new Downloads(() => meta.draws, run, failed);

/** A country by its code, or by its number on the map. */
function opened(code) {
  const row = now?.tables.countries.find((one) => one.iso3 === code || (one.map_id != null && one.map_id === code));
  if (row) country.show(row.iso3, row.name);
}

function failed(message, droppable = false) {
  write(at("problem-text"), message);
  at("problem").hidden = !message;
  at("problem-drop").hidden = !(droppable && undoable());
}

// -- a new state ----------------------------------------------------------------------------------------------------

function moved(_, how) {
  queueMicrotask(top.sync); // when the history has taken the step
  const mine = solve(state(), how, solved);
  main.dataset.sequence = mine;
  clearTimeout(timers.notice);
  timers.notice = setTimeout(() => answer.waiting(main.dataset.updated !== main.dataset.sequence), NOTICED);
  run.hold();
  followed = null;
  sliding = how === "preview";
  if (sliding) return;
  const soon = unchanged && controls?.scenario === state().scenario && changes.foretold(unchanged, state().set);
  if (soon) changes.show(soon, unchanged);
  // the control that was used is right already; after any other change the controls are updated at once, else later
  const another = controls?.scenario !== state().scenario;
  if (another) {
    loaded = unchanged = spoken = null;
    limits.clear();
  }
  if (another || how === "history" || !state().set.length) refresh();
  if (main.dataset.updated === main.dataset.sequence) after(state());
}

/** Shows a live answer: figures, map and bars first, the rest when they are drawn. */
async function solved(of, number, received, error) {
  main.dataset.sequence = number;
  if (error) {
    failed(error.message, error.status > 0 && of.set.length > 0);
    if (gone(error)) heal();
    answer.waiting(false);
    main.dataset.failed = number;
    if (controls) refresh();
    return;
  }
  failed("");
  now = received;
  run.show(key(of));
  if (!of.set.length) loaded = received;
  figures();
  await pictures();
  if (now !== received) return;
  performance.mark(`updated-${number}`);
  const { duration } = performance.measure("update", `switched-${number}`, `updated-${number}`);
  main.dataset.updated = number;
  answer.waiting(false);
  spoken ??= received;
  after(of, duration);
}

/** Whether an error means that the server has ended, or is another than the page was opened from. */
const gone = ({ status, message }) => status === 0 || (status === 403 && /^cookie/.test(message)) || (status === 503 && /^the server has ended/.test(message));

/** Tries again until a server answers, and shows the present state then: nothing that was changed is lost. */
async function heal() {
  if (timers.heal) return;
  const kept = "What you changed is kept, also in this page's address.";
  const about = (error) =>
    error.status !== 403
      ? `The server does not answer. ${kept} The page goes on by itself as soon as it is back; if you stopped it, start it again.`
      : `The server was started again. ${kept} Open the address that it printed in this browser, and this page goes on by itself.`;
  for (let error = null; ; ) {
    if (error) failed(about(error));
    await new Promise((done) => (timers.heal = setTimeout(done, RETRY)));
    try {
      await get("/api/meta");
      break;
    } catch (again) {
      if (!gone(again)) break;
      error = again;
    }
  }
  timers.heal = null;
  failed("");
  moved(null, "history");
}

/** Updates the rest once the answer is on the screen and the browser has time; on a busy machine other answers come first. */
function after(of, took = 0) {
  const received = now;
  requestAnimationFrame(() => setTimeout(() => idle(() => now === received && rest(of)), Math.min(Math.max(SETTLED, took), LATEST)));
}

function rest(of) {
  if (controls && !sliding && key(of) === key()) refresh();
  run.settle();
  show();
  give();
  downloads.poll();
  country.list(now.tables.countries);
  if (spoken === now) idle(() => Object.values(ranked).forEach((chart) => chart.practise()));
  clearTimeout(timers.say);
  timers.say = setTimeout(() => {
    if (spoken !== now) answer.announce(now, spoken);
    spoken = now;
  }, ANNOUNCED - SETTLED);
  country.load(loaded);
  if (present) coalitions.sync(present, now.tables.figures);
  for (const panel of [payments, coalitions, compare, questions]) panel.changed();
  if (!loaded) ask("/api/worlds", asLoaded()).then((first) => ((loaded = first), show(), pictures()), () => {});
  if (of.scenario === state().scenario) run.soon();
}

function figures() {
  arrange(clubless(now), { verdict, costs: ranked.costs, map });
  answer.show({ now, loaded, run: run.fresh ? run.result : run.previous, fresh: run.fresh, first: run.of(key(asLoaded())), expected: run.expected });
  answer.showVerdict({ now, banded: run.fresh ? run.result : null, expected: run.expected });
  answer.showSentences((run.fresh ? run.result : now).headline);
  sheet.show(now, loaded);
}

function show() {
  if (!now) return;
  figures();
  const banded = run.fresh ? run.result : null;
  membersTable.set((banded ?? now).members, Boolean(banded?.tables.meta[0].draws), (banded ? run.of(key(asLoaded())) : null) ?? loaded);
  if (banded && banded !== drawn) pictures();
}

/** Map and bars; rows with bands where they are of this state, and beside each bar what it was as loaded. */
function pictures() {
  drawn = run.fresh ? run.result : null;
  const first = state().set.length ? loaded?.tables : null;
  const { figures: members, verdict: answers } = (drawn ?? now).tables;
  const before = new Map(first?.figures.map((row) => [`${row.country} ${row.quantity}`, row.value]));
  const marked = (row) => {
    const was = before.get(`${row.country} ${row.quantity}`);
    return was != null && Math.abs(was - row.value) > 1e-4 * Math.abs(was) ? { ...row, loaded: was } : { ...row, loaded: null };
  };
  const shown = { ...now.tables, figures: members.map(marked), verdict: answer.bars(clubless(now) ? answers.filter((row) => row.quantity.startsWith("cost")) : answers, first?.verdict), scale: loaded?.tables.countries ?? now.tables.countries };
  for (const [chart, quantities] of [[verdict, ["cost_usd", "gain_usd"]], [ranked.gains, ["gain_pct"]], [ranked.costs, ["cost_pct"]]]) fix(chart, shown, quantities);
  const charts = [verdict, map, ...Object.values(ranked)];
  for (const chart of charts) chart.set(shown);
  return Promise.all(charts.map((chart) => chart.ready()));
}

const limits = new Map(); // the ends of each chart's axis, by chart

/** Keeps the axis of a chart from state to state: it grows where a bar or its band would not fit, and never shrinks. */
function fix(chart, tables, quantities) {
  const rows = tables[chart === verdict ? "verdict" : "figures"].filter((row) => quantities.includes(row.quantity) && (chart === verdict || row.country !== "CLUB"));
  const values = rows.flatMap((row) => [row.value, row.low, row.high, row.loaded]).filter((value) => value != null);
  const [least, most] = limits.get(chart) ?? [0, 0];
  const ends = [Math.min(least, ...values), Math.max(most, ...values)];
  limits.set(chart, ends);
  const unit = chart === verdict ? 1000 : 1;
  [chart.signals.least, chart.signals.most] = ends.map((end) => end / unit);
}

/** Requests the controls of the present state, which show what an override did to a range or a list. */
async function refresh() {
  const wanted = key();
  if (followed === wanted) return;
  followed = wanted;
  try {
    const [current, first] = await Promise.all([ask("/api/scenario", state()), unchanged ?? (state().set.length ? ask("/api/scenario", asLoaded()) : null)]);
    if (wanted !== key()) return;
    present = current;
    unchanged = first ?? current;
  } catch (error) {
    if (followed === wanted) followed = null;
    if (wanted !== key()) return;
    failed(error.message, error.status > 0 && state().set.length > 0);
    // what was loaded is of this scenario only until another is asked for
    if (controls && unchanged) return void changes.show(present, unchanged);
    // a change that cannot be made: shows the controls as loaded, and the change, so that it can be taken back
    const first = await ask("/api/scenario", asLoaded()).catch(() => null);
    if (!first) return;
    present = unchanged = first;
  }
  setFacts(present.tables.evidence);
  if (controls?.scenario !== state().scenario) {
    controls = new Controls(at("controls-body"), present, unchanged);
    controls.scenario = state().scenario;
    onChange((path) => {
      sheet.open();
      controls.reveal(path);
    });
    write(at("title"), present.title);
    write(at("description"), present.description);
    document.title = `${present.title} – Countervail`;
  } else controls.sync(present);
  changes.show(present, unchanged);
  payments.sync(present);
  coalitions.sync(present, now?.tables.figures);
  evidence.set(present.tables);
  questions.sync(present);
  turns.offer("proposals", !knowsNone(present));
  turns.offer("coalitions", !knowsNone(present));
  turns.rename("members", knowsNone(present) ? "Costs" : "Members");
  main.dataset.ready = "true";
}

let given = { all: null, none: false, rows: null };
/** Passes the tables of the full run to the tabs, with a note of the state they are of. */
function give() {
  const all = run.result?.tables ?? null;
  if (all !== given.all || clubless(now) !== given.none) given = { all, none: clubless(now), rows: clubless(now) ? without(all) : all };
  const { rows } = given;
  for (const panel of [...ofRun, payments]) if (panel.rows !== rows || panel.caption !== run.note) panel.set(rows, run.note);
}

// -- the beginning --------------------------------------------------------------------------------------------------

/** What map and bars show: one choice for both. */
function worldChoice() {
  for (const input of document.querySelectorAll("input[name='world']"))
    input.addEventListener("change", () => {
      map.signal("world_shown", input.value);
      const gains = input.value === "c_pct";
      at("gains").hidden = !gains;
      at("costs").hidden = gains;
    });
  map.signals.world_shown = document.querySelector("input[name='world']:checked").value;
  map.signals.zoomed = false;
  at("zoom").checked = false;
  at("zoom").addEventListener("change", () => map.signal("zoomed", at("zoom").checked));
}

/** The lines under the title of a picture that is saved. */
function pictureNotes(chart) {
  const world = chart === map && document.querySelector("input[name='world']:checked").nextElementSibling.textContent;
  const changed = [...document.querySelectorAll("#changes .chip > span")].map(({ childNodes: [name, , value] }) => `${name.textContent}: ${value.textContent}`);
  return [
    world && `Shown: ${world.toLowerCase()}.`,
    `Scenario: ${present?.title ?? state().scenario}${changed.length ? `, changed: ${changed.join("; ")}` : ", as loaded"}.`,
    `${chart.source.textContent} Countervail ${meta.version}, world ${meta.world.name}.${chart === map ? " Map: Natural Earth." : ""}`,
  ];
}

async function open() {
  at("verdict-bars").append(verdict.element);
  at("map").append(map.element);
  at("gains").append(ranked.gains.element);
  at("costs").append(ranked.costs.element);
  at("jobs").append(run.line.element);
  drawer.begin();
  worldChoice();
  onSave(pictureNotes);
  turns = tabs.make([questions, members, proposals, payments, coalitions, compare, world, evidence, tests]);
  at("country").addEventListener("change", () => opened(at("country").value));
  at("problem-drop").addEventListener("click", undo);
  at("problem-close").addEventListener("click", () => failed(""));
  document.querySelector(".skip").addEventListener("click", (event) => {
    event.preventDefault();
    main.focus();
  });
  meta = await get("/api/meta");
  setYear(meta.world.year);
  answer.begin(meta.headline);
  setChoices(meta.choices);
  payments.pair.offer(meta.choices.countries);
  begin(meta.state ?? { scenario: meta.scenario });
  top = bar.begin(meta, failed);
  sheet.begin();
  write(at("world-facts"), `World: ${meta.world.name}${meta.world.year ? `, ${meta.world.year}` : ""}.`);
  onState(moved);
  moved(null, "history");
  coalitions.resume();
}

open().catch((error) => failed(error.message));
