// The changes to the scenario as loaded: a chip for each, which takes it back.

import { at, el, fill, icon } from "./dom.js";
import { part, partName } from "./sanctions.js";
import { change, path, state } from "./state.js";
import { brief } from "./words.js";

const MOST = 12;

/** An override in words: its name, its value, what it was as loaded. */
function inWords(name, controls, loaded) {
  const setting = (items) => items.findIndex((one) => one.path === name);
  const choice = (control) => (value) => control.choices?.find((c) => c.value === value)?.label ?? (value === true ? "yes" : value === false ? "no" : value ?? "not set");
  const { reading, members } = controls;
  if (name === reading.path) return ["List of members", reading.value, reading.default];
  if (name === members.china.path) return [members.china.label, choice(members.china)(members.china.value), choice(members.china)(members.china.default)];
  if (name === members.congo?.path) return [members.congo.label, choice(members.congo)(members.congo.value), choice(members.congo)(members.congo.default)];
  if (name === members.path) {
    const names = (one, wanted) => one.members.list.filter(wanted).map((m) => m.name).join(", ");
    const out = names(controls, (m) => m.candidate && !m.in && m.iso3 !== "CHN");
    const also = names(controls, (m) => !m.candidate && m.in);
    return ["Members", [out && `without ${out}`, also && `with ${also}`].filter(Boolean).join("; ") || "as the document names them", null];
  }
  const control = controls.settings[setting(controls.settings)];
  if (control) return [control.label, choice(control)(control.value), choice(control)(control.default)];
  const added = controls.measures.find((m) => m.path === `${name}.enabled`);
  if (added) return ["Added", added.label, null];
  for (const group of ["provisions", "measures"]) {
    const item = controls[group].find((one) => [one.path, one.lifted_path].includes(name) || one.numbers.some((n) => n.path === name));
    if (!item) continue;
    const n = item.numbers.find((one) => one.path === name);
    if (n) return [item.label, brief(n, n.value), brief(n, n.loaded)];
    const before = loaded[group].find((one) => one.path === item.path);
    const word = (one) => one && (group === "measures" ? partName(one) : one.enabled ? "on" : "off");
    return [item.label, word(item), word(before)];
  }
  const n = [...controls.numbers, ...controls.rerouting].find((one) => one.path === name);
  return n ? [n.label, brief(n, n.value), brief(n, n.loaded)] : [name, state().set.find((text) => path(text) === name)?.slice(name.length + 1), null];
}

/** Measures of one country that all take another part than as loaded, the same one, make one chip. */
function grouped(names, controls, loaded) {
  const left = new Set(names);
  const chips = [];
  const before = new Map(loaded.measures.map((m) => [m.path, m]));
  const paths = (m) => [m.path, m.lifted_path].filter((name) => left.has(name));
  for (const [targets, measures] of Map.groupBy(controls.measures, (m) => m.target_names.join(", "))) {
    const [now, was] = [new Set(measures.map(part)), new Set(measures.map((m) => before.has(m.path) && part(before.get(m.path))))];
    if (measures.length < 2 || now.size > 1 || was.size > 1 || !measures.every((m) => paths(m).length)) continue;
    const own = measures.flatMap(paths);
    own.forEach((name) => left.delete(name));
    chips.push({ names: own, words: [`All ${measures.length} sanctions on ${targets}`, partName(measures[0]), before.has(measures[0].path) ? partName(before.get(measures[0].path)) : null] });
  }
  return [...[...left].map((name) => ({ names: [name], words: inWords(name, controls, loaded) })), ...chips];
}

/** The changes of a state in words. @param {string[]} set @param {object} controls those of that state @param {object} loaded */
export const words = (set, controls, loaded) => grouped(set.map(path), controls, loaded).map(({ words: [what, value] }) => `${what}: ${value}`);

/** What an override sets, as state.js writes it. */
function read(text) {
  try {
    return JSON.parse(text);
  } catch {
    return /^\[.*\]$/.test(text) ? text.slice(1, -1).split(",").filter(Boolean) : text;
  }
}

/**
 * The controls under some changes, as far as chips need them and before the server has said what else they change; null
 * where only the server knows, as who is on another document's list. @param {object} loaded @param {string[]} set
 */
export function foretold(loaded, set) {
  const given = new Map(set.map((text) => [path(text), read(text.slice(path(text).length + 1))]));
  if (given.has(loaded.reading.path)) return null;
  const under = (one, field = "value", name = one.path) => (given.has(name) ? { ...one, [field]: given.get(name) } : one);
  const sized = (item) => ({ ...under(item, "enabled"), numbers: item.numbers.map((n) => under(n)) });
  const measure = (m) => ({ ...sized(m), lifted: m.lifted_path && given.has(m.lifted_path) ? given.get(m.lifted_path) : m.lifted });
  const added = [...given].filter(([name, value]) => name.startsWith("new_measures.") && value?.label);
  const { members } = loaded;
  const list = given.get(members.path);
  return {
    ...loaded,
    settings: loaded.settings.map((one) => (one.written ? under(one) : { ...one, value: given.has(one.path) ? given.get(one.path) !== null : one.value })),
    members: { ...members, china: under(members.china), congo: members.congo && under(members.congo), list: list ? members.list.map((m) => ({ ...m, in: list.includes(m.iso3) })) : members.list },
    provisions: loaded.provisions.map(sized),
    measures: [...loaded.measures.map(measure), ...added.map(([name, { label }]) => ({ path: `${name}.enabled`, label, new: true, enabled: true, target_names: [], numbers: [] }))],
    numbers: loaded.numbers.map((n) => under(n)),
    rerouting: loaded.rerouting.map((n) => under(n)),
  };
}

/** Shows what is changed. @param {object} controls @param {object} loaded */
export function show(controls, loaded) {
  const names = state().set.map(path);
  const chips = grouped(names, controls, loaded);
  const made = chips.slice(0, MOST).map(({ names: paths, words: [what, value, was] }) =>
    el(
      "li",
      { class: "chip" },
      el("span", {}, el("b", {}, what), " ", value, was != null && was !== value ? el("small", {}, ` was ${was}`) : null),
      el("button", { type: "button", "aria-label": `Undo: ${what}`, onclick: () => change(Object.fromEntries(paths.map((name) => [name, undefined]))) }, icon("close")),
    ),
  );
  const more = chips.length - made.length;
  fill(at("changes"), made, more > 0 ? el("li", { class: "chip" }, `and ${more} more`) : null);
  at("unchanged").hidden = chips.length > 0;
}
