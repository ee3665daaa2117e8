// The full run behind the live answer: bands, break-evens, placebo, each proposal alone; started after the last switch.

import { inWords, Job, Line } from "./jobs.js";
import { key, state } from "./state.js";

const QUIET = 600; // milliseconds after the last switch
const REMEMBERED = 6; // results, so that they are there again after an undo

/** @typedef {{tables: Record<string, object[]>, headline: string[], tiles: object[], members: object}} Result */

/** Whether two states are of one scenario. */
const same = (one, other) => Boolean(one && other) && JSON.parse(one)[0] === JSON.parse(other)[0];

export class LongRun {
  /** @param {() => void} onChange called when something is new @param {() => number} draws */
  constructor(onChange, draws) {
    this.onChange = onChange;
    this.draws = draws;
    /** @type {Map<string, {result: Result, complete: boolean}>} */
    this.known = new Map();
    this.now = null;
    this.before = null;
    this.latest = null;
    this.line = new Line("Bands, break-evens and all other results", () => this.job.cancel(), () => this.start());
    this.job = new Job("run", {
      onChange: (job) => {
        if (job.status === "done" && this.known.has(this.job.about)) this.known.get(this.job.about).complete = true;
        this.report();
        this.onChange();
      },
      onResult: (result) => {
        this.known.delete(this.job.about);
        this.known.set(this.job.about, { result, complete: false });
        // the result of the scenario as loaded stays: others are compared with it
        const passing = [...this.known.keys()].filter((one) => JSON.parse(one)[1].length);
        for (const old of passing.slice(0, -REMEMBERED)) this.known.delete(old);
        this.latest = this.job.about;
        this.onChange();
      },
    });
  }

  /** The page shows another state. */
  show(wanted) {
    if (wanted !== this.now) [this.before, this.now] = [this.now, wanted];
  }

  /** Shows the run of the present state; one of an earlier state only while it runs. */
  report() {
    const { job, about } = this.job;
    if (job) this.line.show(about === this.now || this.job.running ? job : { status: "done" });
  }

  /** The result of a state. @param {string} wanted @returns {Result | null} */
  of(wanted) {
    return this.known.get(wanted)?.result ?? null;
  }

  /** Whether there is a result of the state shown. */
  get fresh() {
    return this.known.has(this.now);
  }

  /** The result of the state shown, or else the latest of the same scenario. */
  get result() {
    return this.of(this.now) ?? (same(this.latest, this.now) ? this.of(this.latest) : null);
  }

  /** The result of the state directly before, whose bands are shown until there are those of the state shown. */
  get previous() {
    return same(this.before, this.now) ? this.of(this.before) : null;
  }

  /** Whether a result of the state shown is on its way. */
  get expected() {
    const given = this.job.about === this.now && ["failed", "cancelled"].includes(this.job.job?.status);
    return !given && !this.known.get(this.now)?.complete;
  }

  /** Which state the result is of, in words; empty where it is the state shown. */
  get note() {
    if (this.fresh) return "";
    const far = this.job.running ? ` (${inWords(this.job.job)})` : "";
    if (!this.expected) return this.result ? "For an earlier state; not recomputed." : "Not computed.";
    return this.result ? `For an earlier state; being recomputed${far}.` : `Being computed${far}.`;
  }

  /** Starts nothing while switches are being moved. */
  hold() {
    clearTimeout(this.timer);
    this.timer = null;
  }

  /** Stops the run of another state, once the state shown is solved. */
  settle() {
    if (this.job.running && this.job.about !== this.now) this.job.cancel();
    this.report();
  }

  soon() {
    this.hold();
    if (this.known.get(this.now)?.complete) return;
    this.timer = setTimeout(() => this.start(), QUIET);
  }

  async start() {
    this.timer = null;
    const wanted = key();
    if (this.known.get(wanted)?.complete || (this.job.running && this.job.about === wanted)) return;
    if (!this.job.job && (await this.job.resume((about) => about === wanted))) return;
    this.job.start("/api/run", { ...state(), draws: this.draws(), seed: 0 }, wanted);
  }
}
