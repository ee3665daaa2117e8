// Downloads: the scenario at once; report, workbook and results by a job that writes them.

import { file } from "./api.js";
import { at, el } from "./dom.js";
import { Job, Line } from "./jobs.js";
import { key, state } from "./state.js";

const FILES = { "report.html": "Report", "results.xlsx": "Workbook", "results.json": "Results" };

/** Offers a file to the browser to save. @param {string} href of this server or a blob */
export function offer(href, name) {
  const link = el("a", { href, download: name });
  document.body.append(link);
  link.click();
  link.remove();
}

export class Downloads {
  /** @param {() => number} draws @param {import("./run.js").LongRun} run @param {(message: string) => void} failed */
  constructor(draws, run, failed) {
    this.draws = draws;
    this.run = run;
    this.failed = failed;
    this.wanted = new Set();
    this.waiting = null;
    this.line = new Line("Writing the files", () => this.cancel(), () => this.write(state()));
    at("jobs").append(this.line.element);
    this.job = new Job("write", { onChange: (job) => this.show(job), onResult: () => {} });
    for (const button of document.querySelectorAll("[data-download]"))
      button.addEventListener("click", () => {
        at("downloads").open = false;
        at("downloads").querySelector("summary").focus();
        this.take(button.dataset.download);
      });
  }

  async take(name) {
    if (name === "scenario.yaml") return this.scenario();
    this.wanted.add(name);
    const mine = this.job.about === key();
    if (mine && this.job.job?.status === "done") this.show(this.job.job);
    else if (!(mine && this.job.running)) this.write(state());
  }

  async scenario() {
    try {
      const address = URL.createObjectURL(await file("/api/scenario.yaml", state()));
      offer(address, `${state().scenario}.yaml`);
      setTimeout(() => URL.revokeObjectURL(address), 60_000);
    } catch (error) {
      this.failed(error.message);
    }
  }

  /** Writes the files of the state shown once its run is complete, so that they need no run of their own. */
  write(of) {
    this.waiting = of;
    this.line.show({ status: "queued", about: "waiting for the bands" });
    this.poll();
  }

  /** Called when the run has come further, or another state is shown. */
  poll() {
    const of = this.waiting;
    if (!of || (this.run.now === key(of) && this.run.expected)) return;
    this.waiting = null;
    this.job.start("/api/write", { ...of, draws: this.draws(), seed: 0 }, key(of));
  }

  cancel() {
    this.waiting = null;
    this.wanted.clear();
    this.line.show({ status: "done" });
    this.job.cancel();
  }

  show(job) {
    this.line.show(job);
    if (job.status !== "done") return;
    for (const name of this.wanted) if (job.files.includes(name) && FILES[name]) offer(`/api/jobs/${encodeURIComponent(job.id)}/files/${name}`, name);
    this.wanted.clear();
  }
}
