// The state of the page: a scenario and a list of overrides, stored in the address, so that back and forward undo and redo.

/** @typedef {{scenario: string, set: string[], case: string | null}} State */

const plain = /^[A-Za-z][A-Za-z0-9_-]*$/; // a text that YAML reads as itself ...
const meant = /^(y|n|yes|no|on|off|true|false|null)$/i; // ... unless it is one of these
const written = (value) =>
  typeof value === "string" && plain.test(value) && !meant.test(value)
    ? value
    : Array.isArray(value) && value.every((item) => plain.test(item) && !meant.test(item))
      ? `[${value.join(",")}]`
      : JSON.stringify(value);

const listeners = new Set();
let fallback = "";
/** @type {State} */
let present = { scenario: "", set: [], case: null };

/** The state, which is never changed in place. */
export const state = () => present;
/** Whether two states are the same, as text. @param {State} one */
export const key = (one = present) => JSON.stringify([one.scenario, one.set, one.case]);
/** The scenario without its changes. @returns {State} */
export const asLoaded = () => ({ ...present, set: [] });

export const path = (override) => override.slice(0, override.indexOf("="));
export const find = (wanted) => present.set.find((override) => path(override) === wanted);

const encode = (text) => encodeURIComponent(text).replaceAll("%2C", ",");

/** The state as a fragment: #asiu&set=club.china%3Dnone @param {State} one */
export const fragment = (one = present) =>
  "#" + [encode(one.scenario), ...one.set.map((text) => `set=${encode(text)}`), ...(one.case ? [`case=${encode(one.case)}`] : []), ...(pinned ? [`versus=${encode(JSON.stringify(pinned))}`] : [])].join("&");

/** The changes of the state that is pinned for comparison, null where none is. */
let pinned = null;
export const pinnedSet = () => pinned;
/** Pins the changes of a state, or nothing; the address holds it. @param {string[] | null} set */
export function setPinned(set) {
  pinned = set;
  history.replaceState(history.state, "", fragment());
}

/** The pinned changes in an address. @param {string} text */
function pinnedIn(text) {
  const part = text.split("&").find((one) => one.startsWith("versus="));
  try {
    const set = part && JSON.parse(decodeURIComponent(part.slice("versus=".length)));
    return Array.isArray(set) && set.every((one) => typeof one === "string") ? set : null;
  } catch {
    return null;
  }
}

/** @param {string} text @returns {State} */
export function parse(text) {
  const [scenario, ...rest] = text.replace(/^#/, "").split("&");
  const decode = (part) => {
    try {
      return decodeURIComponent(part);
    } catch {
      return part;
    }
  };
  const given = (name) => rest.filter((part) => part.startsWith(`${name}=`)).map((part) => decode(part.slice(name.length + 1)));
  return { scenario: decode(scenario) || fallback, set: given("set"), case: given("case")[0] ?? null };
}

/** The position of the page in the history, and the last one. */
const position = () => history.state?.position ?? 0;
const last = () => Number(sessionStorage.getItem("last") ?? 0);
export const undoable = () => position() > 0;
export const redoable = () => position() < last();
export const undo = () => history.back();
export const redo = () => history.forward();

/** Called with the new state and how it came about: "step", "preview" (while a slider moves) or "history". */
export const onState = (listener) => listeners.add(listener);
const notify = (how) => listeners.forEach((listener) => listener(present, how));

/** Goes to a state as a step that can be undone. @param {State} next */
export function go(next) {
  present = next;
  notify("step"); // first, so that the server is asked before the browser is busy with its history
  if (fragment(next) === location.hash) return;
  const step = position() + 1;
  history.pushState({ position: step }, "", fragment(next));
  sessionStorage.setItem("last", step);
}

/** `changes` of path to value (undefined takes the override back) on top of a state. @param {Record<string, any>} changes @returns {State} */
export function changed(changes, from = present) {
  const set = [...from.set];
  for (const [name, value] of Object.entries(changes)) {
    const place = set.findIndex((override) => path(override) === name);
    const entry = value === undefined ? [] : [`${name}=${written(value)}`];
    set.splice(place < 0 ? set.length : place, place < 0 ? 0 : 1, ...entry);
    // what is taken back takes with it what was changed inside it
    if (value === undefined) for (let k = set.length - 1; k >= 0; k--) if (set[k].startsWith(`${name}.`)) set.splice(k, 1);
  }
  return { ...from, set };
}

export const change = (changes) => go(changed(changes));

/** Shows what a change would do, without adding a step to undo. */
export function preview(changes) {
  present = changed(changes);
  notify("preview");
}

/** Begins with the address, or with the state that the server starts from. @param {State} first */
export function begin(first) {
  fallback = first.scenario;
  pinned = pinnedIn(location.hash);
  present = location.hash.length > 1 ? parse(location.hash) : { set: [], case: null, ...first };
  if (history.state?.position == null) {
    history.replaceState({ position: 0 }, "", fragment());
    sessionStorage.setItem("last", 0);
  }
  addEventListener("popstate", () => {
    // an address typed in or followed has no place in the history yet: it is a step like any other
    if (history.state?.position == null) {
      const step = last() + 1;
      history.replaceState({ position: step }, "", location.hash);
      sessionStorage.setItem("last", step);
    }
    present = parse(location.hash);
    // what is pinned stays pinned: it is no step of the history
    pinned = pinnedIn(location.hash) ?? pinned;
    if (pinned && fragment() !== location.hash) history.replaceState(history.state, "", fragment());
    notify("history");
  });
}
