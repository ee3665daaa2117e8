// The long run behind the live answer: bands, break-evens, placebo, proposals alone; started when the switches rest.

import { inWords, Job, Line } from "./jobs.js";
import { key, state } from "./state.js";

const QUIET = 600; // milliseconds after the last switch
const KEPT = 6; // results, so that undoing brings back what is known

/** @typedef {{tables: Record<string, object[]>, headline: string[], tiles: object[], members: object}} Result */

/** Whether two states are of one scenario. */
const same = (one, other) => Boolean(one && other) && JSON.parse(one)[0] === JSON.parse(other)[0];

export class LongRun {
  /** @param {() => void} told something is new @param {() => number} draws */
  constructor(told, draws) {
    this.told = told;
    this.draws = draws;
    /** @type {Map<string, {result: Result, whole: boolean}>} */
    this.known = new Map();
    this.now = null;
    this.before = null;
    this.latest = null;
    this.line = new Line("Bands, break-evens and the rest", () => this.job.cancel(), () => this.start());
    this.job = new Job("run", {
      told: (job) => {
        if (job.status === "done" && this.known.has(this.job.about)) this.known.get(this.job.about).whole = true;
        this.tell();
        this.told();
      },
      found: (result) => {
        this.known.delete(this.job.about);
        this.known.set(this.job.about, { result, whole: false });
        // that of the scenario as loaded stays: others are set beside it
        const passing = [...this.known.keys()].filter((one) => JSON.parse(one)[1].length);
        for (const old of passing.slice(0, -KEPT)) this.known.delete(old);
        this.latest = this.job.about;
        this.told();
      },
    });
  }

  /** Another state is shown. */
  show(wanted) {
    if (wanted !== this.now) [this.before, this.now] = [this.now, wanted];
  }

  /** The line is of the state shown: a run that another state gave up is nobody's business. */
  tell() {
    const { job, about } = this.job;
    if (job) this.line.show(about === this.now || this.job.running ? job : { status: "done" });
  }

  /** What is known of a state. @param {string} wanted @returns {Result | null} */
  of(wanted) {
    return this.known.get(wanted)?.result ?? null;
  }

  /** Whether the result is of the state shown. */
  get fresh() {
    return this.known.has(this.now);
  }

  /** The result of the state shown, or else the latest of the same scenario. */
  get result() {
    return this.of(this.now) ?? (same(this.latest, this.now) ? this.of(this.latest) : null);
  }

  /** The result whose bands may stand in until those of the state shown are there: that of the state directly before. */
  get previous() {
    return same(this.before, this.now) ? this.of(this.before) : null;
  }

  /** Whether a result of the state shown is on its way. */
  get expected() {
    const given = this.job.about === this.now && ["failed", "cancelled"].includes(this.job.job?.status);
    return !given && !this.known.get(this.now)?.whole;
  }

  /** What the result is of, in words; empty where it is of what is shown. */
  get note() {
    if (this.fresh) return "";
    const far = this.job.running ? ` (${inWords(this.job.job)})` : "";
    if (!this.expected) return this.result ? "Of an earlier state; not computed anew." : "Not computed.";
    return this.result ? `Of an earlier state; being recomputed${far}.` : `Being computed${far}.`;
  }

  /** Switches are being moved: nothing is started yet. */
  hold() {
    clearTimeout(this.timer);
    this.timer = null;
  }

  /** The state shown is known to have been solved: a run of another is in the way. */
  settle() {
    if (this.job.running && this.job.about !== this.now) this.job.cancel();
    this.tell();
  }

  soon() {
    this.hold();
    if (this.known.get(this.now)?.whole) return;
    this.timer = setTimeout(() => this.start(), QUIET);
  }

  async start() {
    this.timer = null;
    const wanted = key();
    if (this.known.get(wanted)?.whole || (this.job.running && this.job.about === wanted)) return;
    if (!this.job.job && (await this.job.resume((about) => about === wanted))) return;
    this.job.start("/api/run", { ...state(), draws: this.draws(), seed: 0 }, wanted);
  }
}
