// A number with its range: a slider that shows the range, what the value means, and where it comes from.

import { el, unique } from "./dom.js";
import { change, preview } from "./state.js";
import { whyButton } from "./why.js";
import { brief, measured } from "./words.js";

/** Steps fine enough for a hundred stops, round in the decimal system. */
const step = (n) => 10 ** Math.floor(Math.log10((n.maximum - n.minimum || 1) / 80));

/** One number as a slider. */
export class Slider {
  /** @param {object} n a Number of the controls @param {string} of what it is a number of */
  constructor(n, of) {
    const id = unique("number");
    // the visible label alone would be that of every slider of its kind
    this.input = el("input", { type: "range", id, "data-path": n.path, "aria-describedby": `${id}-range`, "aria-label": of === n.label ? n.label : `${n.label}: ${of}` });
    this.output = el("output", { for: id });
    this.range = el("small", { id: `${id}-range` });
    this.track = el("div", { class: "track" }, el("span", { class: "span" }), el("span", { class: "loaded" }), this.input);
    this.why = whyButton(`${of}: ${n.label}`, () => ({ title: of === n.label ? n.label : `${of}: ${n.label}`, numbers: [this.n] }));
    this.element = el(
      "div",
      { class: "number" },
      el("div", { class: "line" }, el("label", { for: id }, n.label), this.output, this.why),
      this.track,
      this.range,
    );
    this.input.addEventListener("input", () => {
      this.describe();
      preview({ [n.path]: this.chosen() });
    });
    this.input.addEventListener("change", () => change({ [n.path]: this.chosen() }));
    this.sync(n);
  }

  /** The value to set, undefined where it is the one loaded. */
  chosen() {
    const value = Number(this.input.value);
    return Math.abs(value - this.n.loaded) < step(this.n) / 2 ? undefined : value;
  }

  describe() {
    const value = this.chosen() ?? this.n.loaded;
    this.output.textContent = brief(this.n, value);
    this.input.setAttribute("aria-valuetext", measured(this.n, value));
    this.element.classList.toggle("changed", this.chosen() !== undefined);
  }

  sync(n) {
    const text = JSON.stringify(n);
    // the thumb may have been moved since: it is set to the state
    if (text === this.text && this.input.value === this.shown) return;
    this.text = text;
    this.n = n;
    const part = (value) => String((value - n.minimum) / (n.maximum - n.minimum || 1));
    Object.assign(this.input, { min: n.minimum, max: n.maximum, step: step(n) });
    if (document.activeElement !== this.input || !this.input.matches(":active")) this.input.value = n.value;
    for (const [name, value] of [["--low", n.low], ["--high", n.high], ["--loaded", n.loaded]]) this.track.style.setProperty(name, part(value));
    this.range.textContent = `${n.basis}, ${brief(n, n.low)} to ${brief(n, n.high)}`;
    this.describe();
    this.shown = this.input.value;
  }
}
