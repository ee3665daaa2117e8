// The live call: every state is solved at once and the latest wins; while a slider moves, one at a time.

import { ask } from "./api.js";
import { key } from "./state.js";

let sequence = 0;
let running = null;
let queued = null;
let latest = null; // the state that is being solved, or was solved last

/**
 * Solves a state and passes the answer or the error to `onAnswer`, unless a later state has been asked for. The same
 * state is not asked for twice in a row: a slider reports its last position twice.
 * @param {import("./state.js").State} state @param {string} how
 * @param {(state: object, number: number, answer: object | null, error: Error | null) => void} onAnswer @returns {number}
 */
export function solve(state, how, onAnswer) {
  if (how === "preview" && running) {
    queued = [state, onAnswer];
    return sequence;
  }
  if (key(state) === latest) {
    queued = null;
    return sequence;
  }
  latest = key(state);
  const mine = ++sequence;
  performance.mark(`switched-${mine}`);
  running?.abort();
  queued = null;
  const control = (running = new AbortController());
  ask("/api/worlds", state, control.signal)
    .then(
      (answer) => running === control && onAnswer(state, mine, answer, null),
      (error) => {
        if (error.name === "AbortError" || running !== control) return;
        latest = null;
        onAnswer(state, mine, null, error);
      },
    )
    .finally(() => {
      if (running !== control) return;
      running = null;
      if (queued) solve(queued[0], "preview", queued[1]);
    });
  return mine;
}
