// Downloads: the scenario at once; report, workbook and results by a job that writes them.

import { file } from "./api.js";
import { at, el } from "./dom.js";
import { Job, Line } from "./jobs.js";
import { key, state } from "./state.js";

const FILES = { "report.html": "Report", "results.xlsx": "Workbook", "results.json": "Results" };

/** Hands a file to the browser. @param {string} href of this server or a blob */
function hand(href, name) {
  const link = el("a", { href, download: name });
  document.body.append(link);
  link.click();
  link.remove();
}

export class Downloads {
  /** @param {() => {draws: number}} settings @param {(message: string) => void} failed */
  constructor(settings, failed) {
    this.settings = settings;
    this.failed = failed;
    this.wanted = new Set();
    this.line = new Line("Writing the files", () => this.job.cancel(), () => this.write());
    at("jobs").append(this.line.element);
    this.job = new Job("write", { told: (job) => this.told(job), found: () => {} });
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
    const { job } = this;
    if (job.about === key() && job.job?.status === "done") this.told(job.job);
    else if (!(job.about === key() && job.running)) this.write();
  }

  async scenario() {
    try {
      const address = URL.createObjectURL(await file("/api/scenario.yaml", state()));
      hand(address, `${state().scenario}.yaml`);
      setTimeout(() => URL.revokeObjectURL(address), 60_000);
    } catch (error) {
      this.failed(error.message);
    }
  }

  write() {
    this.job.start("/api/write", { ...state(), draws: this.settings().draws, seed: 0 }, key());
  }

  told(job) {
    this.line.show(job);
    if (job.status !== "done") return;
    for (const name of this.wanted) if (job.files.includes(name) && FILES[name]) hand(`/api/jobs/${encodeURIComponent(job.id)}/files/${name}`, name);
    this.wanted.clear();
  }
}
