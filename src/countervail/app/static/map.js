// The map of the answer: a switch recolours its shapes directly, and Vega follows when the pointer or focus enters.

import { Chart } from "./charts.js";

const outlined = (row) => row.role === "member" || row.role === "both";

export class WorldMap extends Chart {
  constructor(options) {
    super("map", options);
    this.behind = false; // whether Vega still holds an earlier state than is seen
    // before a tooltip, a click, another size
    for (const kind of ["pointerenter", "focusin"]) this.place.addEventListener(kind, () => this.follow());
    addEventListener("resize", () => this.follow());
  }

  follow() {
    if (!this.behind) return;
    this.following = true;
    this.refresh();
  }

  async draw() {
    await super.draw();
    this.settled();
  }

  async push() {
    if (!this.following && this.recoloured()) return;
    this.following = false;
    for (const outline of this.drawnBeside) outline.remove();
    for (const outline of this.outlines.values()) outline.removeAttribute("display");
    await super.push();
    this.settled();
  }

  /** Vega shows the present state: notes which shape is which country's. */
  settled() {
    const paths = (layer) => new Map([...this.place.querySelectorAll(`.${layer}_marks path`)].map((path) => [path.__data__.datum.id, path]));
    this.shapes = paths("solved");
    this.outlines = paths("members");
    this.drawnBeside = [];
    this.scaledBy = this.scales();
    this.coloured = this.tables.countries;
    this.behind = false;
  }

  /** What the colours and the legend depend on beside a country's own number. */
  scales() {
    return `${this.signals.world_shown} ${this.unit}`;
  }

  /** Gives every country its colour and outline; false, without doing so, where more has changed. */
  recoloured() {
    const world = this.signals.world_shown;
    const rows = this.tables.countries.filter((row) => row.map_id != null);
    const template = this.outlines.values().next().value;
    if (this.scales() !== this.scaledBy || !template || rows.some((row) => (row[world] != null) !== this.shapes.has(row.map_id))) return false;
    const limits = this.known.specification.usermeta.classes.map((limit) => limit * this.unit);
    const colour = this.drawn.view.scale("color");
    const set = (shape, name, value) => shape.getAttribute(name) !== value && shape.setAttribute(name, value);
    for (const row of rows) {
      const shape = this.shapes.get(row.map_id);
      if (shape) set(shape, "fill", colour(limits.filter((limit) => row[world] >= limit).length));
      const outline = this.outlines.get(row.map_id);
      if (outline) outlined(row) ? outline.removeAttribute("display") : set(outline, "display", "none");
      else if (outlined(row) && shape) {
        const made = template.cloneNode(false);
        made.removeAttribute("display");
        made.setAttribute("d", shape.getAttribute("d"));
        template.parentNode.append(made);
        this.outlines.set(row.map_id, made);
        this.drawnBeside.push(made);
      }
    }
    this.behind ||= this.coloured !== this.tables.countries;
    this.coloured = this.tables.countries;
    this.scaled();
    return true;
  }
}
