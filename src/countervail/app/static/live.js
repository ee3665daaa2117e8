// The live call: every state is solved at once, the latest wins; while a slider moves, one after the other.

import { ask } from "./api.js";
import { key } from "./state.js";

let sequence = 0;
let running = null;
let queued = null;
let asked = null; // the state that is being solved, or was solved last

/**
 * Solves a state and hands the answer, or what went wrong, to `told` unless a later one has overtaken it. What was
 * asked for last is not asked for again: a slider tells of its last place twice.
 * @param {import("./state.js").State} state @param {string} how
 * @param {(state: object, number: number, answer: object | null, error: Error | null) => void} told @returns {number}
 */
export function solve(state, how, told) {
  if (how === "preview" && running) {
    queued = [state, told];
    return sequence;
  }
  if (key(state) === asked) {
    queued = null;
    return sequence;
  }
  asked = key(state);
  const mine = ++sequence;
  performance.mark(`switched-${mine}`);
  running?.abort();
  queued = null;
  const control = (running = new AbortController());
  ask("/api/worlds", state, control.signal)
    .then(
      (answer) => running === control && told(state, mine, answer, null),
      (error) => {
        if (error.name === "AbortError" || running !== control) return;
        asked = null;
        told(state, mine, null, error);
      },
    )
    .finally(() => {
      if (running !== control) return;
      running = null;
      if (queued) solve(queued[0], "preview", queued[1]);
    });
  return mine;
}
