// The tab on evidence: what the documents say and whether data agree, every assumption with its basis, own documents.

import { Chart } from "./charts.js";
import { el, fill } from "./dom.js";
import { Job, Line } from "./jobs.js";
import { go, state } from "./state.js";
import { grid, Table } from "./tables.js";
import { explain } from "./why.js";

export class Evidence {
  constructor() {
    this.id = "evidence";
    this.title = "Evidence & assumptions";
    this.claims = new Table("claims", { keep: ["label", "claimed", "computed", "verdict", "data", "document"] });
    this.timeline = new Chart("timeline");
    this.documents = el("div", {});
    const label = (row) => [el("button", { type: "button", class: "link", onclick: () => explain({ title: row.label, numbers: [row] }) }, row.label), row.path];
    this.assumptions = new Table("assumptions", { cells: { label }, most: 25 });
    const find = el("input", { type: "search", placeholder: "Find an assumption", "aria-label": "Find an assumption", oninput: () => this.filter(find.value) });
    this.element = el(
      "section",
      {},
      el("h2", { class: "aside" }, this.title),
      el("p", { class: "text" }, "Facts come from the documents, each with its place. Sizes do not: they are estimated from data, cited or assumed, each with a range. A text that repeats another does not count as a second witness."),
      el("div", { class: "block" }, el("h3", {}, "Claims compared with data"), this.claims.element, this.timeline.element),
      el("div", { class: "block" }, el("h3", {}, "What the documents say"), this.reader(), this.documents),
      el("div", { class: "block" }, el("h3", {}, "Assumptions"), el("p", { class: "text" }, "Observed: taken from data. Estimated: from data, by the method named. Cited: from the source named. Assumption: ours, drawn from its range."), find, this.assumptions.element),
    );
  }

  /** Documents of the reader's own, read into evidence by a job. */
  reader() {
    const input = el("input", { type: "file", multiple: true, id: "documents" });
    const send = el("button", { type: "button", class: "secondary" }, "Read them");
    this.line = new Line("Reading", () => this.job.cancel(), () => send.click());
    this.read = el("div", { "aria-live": "polite" });
    this.job = new Job("read", { onChange: (job) => this.follow(job), onResult: (result) => this.receive(result) });
    send.addEventListener("click", () => {
      if (!input.files.length) return void input.focus();
      fill(this.read);
      const body = new FormData();
      for (const file of input.files) body.append("documents", file);
      body.append("scenario", state().scenario);
      this.job.start("/api/read", body);
    });
    return el(
      "details",
      { class: "reader" },
      el("summary", {}, "Read documents of your own"),
      el("p", { class: "text" }, "Text, HTML, PDF or Word files are read on this machine and never leave it. What they say about the facts of the scenario is shown below."),
      el("div", { class: "beside" }, el("label", { for: "documents" }, "Documents"), input, send),
      this.line.element,
      this.read,
    );
  }

  receive(result) {
    const { documents, claims, refused = [] } = result;
    const list = (title, rows, headings) => rows.length && el("details", {}, el("summary", {}, `${title} (${rows.length})`), grid({ title, headings: headings.map((text) => ({ text })), rows, shown: false }));
    fill(
      this.read,
      el("p", {}, `${documents.length} documents read, ${claims.length} statements found${refused.length ? `, ${refused.length} files refused` : ""}.`),
      list("Documents", documents.map((d) => [d.file, d.title ?? "", d.kind, d.origin ?? "", String(d.claims)]), ["File", "Title", "Kind", "Origin", "Statements"]),
      list("Statements", claims.map((row) => Object.values(row).map((value) => (value == null ? "" : String(value)))), Object.keys(claims[0] ?? {}).map((name) => name.replaceAll("_", " "))),
      list("Refused", refused.map((row) => [row.file, row.reason]), ["File", "Why"]),
    );
    this.made = result.case;
  }

  follow(job) {
    this.line.show(job);
    // the result comes before the end of the job, from which on the server knows the case
    if (job.status !== "done" || !this.made) return;
    const made = this.made;
    this.made = null;
    if (made !== state().case) go({ ...state(), case: made });
  }

  /** @param {Record<string, object[]>} tables of the scenario as it is now */
  set(tables) {
    this.tables = tables;
    if (!this.element.hidden) this.shown();
  }

  filter(wanted) {
    const text = wanted.trim().toLowerCase();
    const rows = this.tables?.assumptions ?? [];
    this.assumptions.set(text ? rows.filter((row) => `${row.label} ${row.path} ${row.basis} ${row.source ?? ""} ${row.note ?? ""}`.toLowerCase().includes(text)) : rows);
  }

  shown() {
    if (!this.tables || this.tables === this.drawn) return;
    this.drawn = this.tables;
    const { claims, timeline, evidence = [], assumptions } = this.tables;
    this.claims.set(claims);
    this.timeline.set({ timeline });
    this.assumptions.set(assumptions);
    const rows = Map.groupBy(evidence, (row) => row.document ?? "");
    fill(
      this.documents,
      [...rows].map(([document, facts]) => {
        // columns that no row has anything for are left out
        const keep = ["label", "value", "said_by", "quote", "witnesses", "verdict"].filter((name) => facts.some((row) => row[name] != null));
        const origin = facts.find((row) => row.origin)?.origin;
        const table = new Table("evidence", { title: `Document ${document}${origin ? `: ${origin}` : ""}`, keep });
        table.set(facts);
        return table.element;
      }),
    );
  }

  changed() {}
}
