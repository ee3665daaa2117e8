// The long run behind the live answer: bands, break-evens, placebo, proposals alone; started when the switches rest.

import { inWords, Job, Line } from "./jobs.js";
import { key, state } from "./state.js";

const QUIET = 600; // milliseconds after the last switch
const KEPT = 6; // results, so that undoing brings back what is known

/** @typedef {{tables: Record<string, object[]>, headline: string[], tiles: object[], members: object}} Result */

export class LongRun {
  /** @param {() => void} told something is new @param {() => number} draws */
  constructor(told, draws) {
    this.told = told;
    this.draws = draws;
    /** @type {Map<string, {result: Result, whole: boolean}>} */
    this.known = new Map();
    this.now = null;
    this.latest = null;
    this.line = new Line("Bands, break-evens and the rest", () => this.job.cancel(), () => this.start());
    this.job = new Job("run", {
      told: (job) => {
        if (job.status === "done" && this.known.has(this.job.about)) this.known.get(this.job.about).whole = true;
        this.line.show(job);
        this.told();
      },
      found: (result) => {
        this.known.delete(this.job.about);
        this.known.set(this.job.about, { result, whole: false });
        for (const old of [...this.known.keys()].slice(0, -KEPT)) this.known.delete(old);
        this.latest = this.job.about;
        this.told();
      },
    });
  }

  /** What is known of a state. @param {string} wanted @returns {Result | null} */
  of(wanted) {
    return this.known.get(wanted)?.result ?? null;
  }

  /** Whether the result is of the state shown. */
  get fresh() {
    return this.known.has(this.now);
  }

  /** The result of the state shown, or else the latest of another. */
  get result() {
    return this.of(this.now) ?? this.of(this.latest);
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
    if (!this.expected) return this.result ? "Of the state before; not computed anew." : "Not computed.";
    return this.result ? `Of the state before; being recomputed${far}.` : `Being computed${far}.`;
  }

  /** Switches are being moved: nothing is started yet. */
  hold() {
    clearTimeout(this.timer);
    this.timer = null;
  }

  /** The state shown is known to have been solved: a run of another is in the way. */
  settle() {
    if (this.job.running && this.job.about !== this.now) this.job.cancel();
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
