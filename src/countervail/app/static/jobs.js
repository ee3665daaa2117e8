// Jobs on the server: started, followed by their events, resumed after a reload, stopped.

import { get, start, stop } from "./api.js";
import { el, write } from "./dom.js";
import { duration } from "./words.js";

const OVER = new Set(["done", "failed", "cancelled"]);

/** One job of a kind at a time; a new one replaces the one before. */
export class Job {
  /** @param {string} slot where the session keeps its id @param {{onChange: (job: object) => void, onResult: (result: object, job: object) => void}} hooks */
  constructor(slot, hooks) {
    this.slot = `job-${slot}`;
    this.hooks = hooks;
    this.job = null;
    this.about = null;
    this.attempt = 0;
  }

  get running() {
    return Boolean(this.job) && !OVER.has(this.job.status);
  }

  /** @param {string} path @param {object | FormData} body @param {any} about stored with the job: what it is for */
  async start(path, body, about = null) {
    const stopped = this.cancel();
    const mine = this.attempt;
    await stopped;
    if (mine !== this.attempt) return;
    this.about = about;
    this.report({ status: "queued", stage: "", done: 0, total: 0, seconds: 0, eta: null, error: null, version: 0, files: [] });
    try {
      const job = await start(path, body);
      if (mine !== this.attempt) return void stop(`/api/jobs/${encodeURIComponent(job.id)}`).catch(() => {});
      sessionStorage.setItem(this.slot, JSON.stringify({ id: job.id, about }));
      this.follow(job.id);
    } catch (error) {
      if (mine === this.attempt) this.report({ ...this.job, status: "failed", error: error.message });
    }
  }

  /** Resumes the job from before a reload; false where there is none. @param {(about: any) => boolean} wanted */
  async resume(wanted = () => true) {
    const stored = JSON.parse(sessionStorage.getItem(this.slot) ?? "null");
    if (!stored || !wanted(stored.about)) return false;
    const job = await get(`/api/jobs/${encodeURIComponent(stored.id)}`).catch(() => null);
    if (!job || job.status === "cancelled" || job.status === "failed") return false;
    this.about = stored.about;
    this.version = 0;
    if (job.result) {
      this.version = job.version;
      this.job = job;
      this.hooks.onResult(job.result, job);
    }
    if (OVER.has(job.status)) this.report(job);
    else this.follow(job.id, this.version);
    return true;
  }

  follow(id, version = 0) {
    this.id = id;
    this.version = version;
    this.events?.close();
    const events = (this.events = new EventSource(`/api/jobs/${encodeURIComponent(id)}/events`));
    // one event after another: the last must not overtake the request for a result
    let work = Promise.resolve();
    events.addEventListener("job", (event) => {
      const job = JSON.parse(event.data);
      if (OVER.has(job.status)) events.close();
      work = work.then(() => this.changed(events, job));
    });
    events.addEventListener("error", () => {
      if (events.readyState === EventSource.CLOSED && this.events === events) this.report({ ...this.job, status: "failed", error: "The server no longer has this job." });
    });
  }

  async changed(events, job) {
    if (this.events !== events) return;
    if (job.version > this.version) {
      this.version = job.version;
      const { result } = await get(`/api/jobs/${encodeURIComponent(job.id)}`).catch(() => ({}));
      if (this.events !== events) return;
      this.job = job;
      if (result) this.hooks.onResult(result, job);
    }
    this.report(job);
  }

  report(job) {
    this.job = job;
    this.hooks.onChange(job);
  }

  /** Stops the job; one that is being started is stopped as soon as the server has given it an id. */
  async cancel() {
    const { id, running } = this;
    this.attempt++;
    this.events?.close();
    this.events = null;
    this.id = null;
    sessionStorage.removeItem(this.slot);
    if (!running) return;
    this.report({ ...this.job, status: "cancelled" });
    if (id) await stop(`/api/jobs/${encodeURIComponent(id)}`).catch(() => {});
  }
}

/** How far a job is, in words. */
export function inWords(job) {
  if (job.status === "queued") return job.about ?? "waiting for its turn";
  const part = job.total > 1 ? `: ${job.done} of ${job.total}` : "";
  const left = job.eta == null ? "" : `, ${duration(job.eta)} left`;
  return `${job.stage || "starting"}${part}${left}`;
}

/** A line that shows a job: its stage, how far it is, and a button that stops it. */
export class Line {
  constructor(title, cancel, again) {
    this.title = title;
    this.text = el("span", {});
    this.bar = el("progress", { "aria-label": title, max: "1" });
    this.stop = el("button", { type: "button", class: "link", onclick: cancel }, "Cancel");
    this.again = el("button", { type: "button", class: "link", onclick: again }, "Try again");
    this.element = el("div", { class: "job", hidden: true }, this.text, this.bar, this.stop, this.again);
  }

  show(job) {
    const running = !OVER.has(job.status);
    this.element.hidden = !running && job.status === "done";
    this.element.classList.toggle("failed", job.status === "failed");
    this.bar.hidden = this.stop.hidden = !running;
    this.again.hidden = running;
    write(this.text,
      job.status === "failed" ? `${this.title} failed: ${job.error}` : job.status === "cancelled" ? `${this.title}: stopped.` : job.status === "queued" || this.title.includes("earlier") ? `${this.title}: ${inWords(job)}` : inWords(job));
    // never without a value: for a moving bar the browser draws sixty frames a second, in every window that waits
    this.bar.value = job.total > 0 ? job.done / job.total : 0;
  }
}
