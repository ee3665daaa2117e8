// Charts: the report's specifications, drawn when they come into sight; new rows are pushed into what is drawn.

import { get } from "./api.js";
import { el, unique, write } from "./dom.js";
import { saver } from "./save.js";
import { number } from "./words.js";

const bundle = new Promise((done) => {
  if (globalThis.vegaEmbed) done();
  else document.querySelector("script[src$='vega.js']").addEventListener("load", done);
});
let known;
/** Specifications, themes and columns of every chart and table; requested once. */
export const library = () => (known ??= get("/api/charts"));
let shapes;
const world = () => (shapes ??= get("/static/world.json"));

const system = matchMedia("(prefers-color-scheme: dark)");
export const dark = () => (document.documentElement.dataset.theme ?? (system.matches ? "dark" : "light")) === "dark";

const MARGIN = 300; // pixels beyond the window in which charts are drawn already
/** @type {Map<Element, Chart>} */
const charts = new Map();
const sight = new IntersectionObserver((entries) => entries.forEach((entry) => charts.get(entry.target)?.seen(entry.isIntersecting)), {
  rootMargin: `${MARGIN}px`,
});
let worldYear = "…";
/** The year of the world, for what a chart says of its source. @param {number | null} year */
export function setYear(year) {
  worldYear = year ?? "the world";
  charts.forEach((chart) => chart.cited());
}
const lookers = new Set();
/** Called when the look has changed. @param {() => void} listener */
export const onLook = (listener) => lookers.add(listener);
/** Draws everything anew, as after a change of the look. */
export function redraw() {
  charts.forEach((chart) => chart.redraw());
  lookers.forEach((listener) => listener());
}
system.addEventListener("change", redraw);

// Parameters of specifications whose choices depend on the rows, as report/charts sets them
const CHOICES = {
  reading: (tables) => [tables.meta?.[0]?.reading],
  figure: (tables) => tables.sensitivity?.map((row) => row.figure),
  episode: (tables) => tables.backtest_partners?.map((row) => row.which),
  elements: (tables) => tables.payment_cuts?.map((row) => row.k),
  units: (tables) => [units(tables.scale ?? tables.countries ?? [])],
  flow: (tables) => tables.diversion?.map((row) => `${row.name}: ${row.flow}s`),
};

// Set anew with every push; the others are offered to the reader
const PUSHED = ["reading", "units"];
const SHAPE = 0.46; // a map's height over its width
const TOP = 2;
const LEAST = 0.001;

/** The unit of the map's classes for each world, and for all of them, a power of ten of percent (report/charts.py). */
function units(rows) {
  const sizes = Object.fromEntries(["u_pct", "c_pct", "uc_pct"].map((field) => [field, Math.max(0, ...rows.map((row) => Math.abs(row[field] ?? 0)))]));
  sizes.all = Math.max(...Object.values(sizes));
  const unit = (size) => (size > 0 ? Math.max(10 ** Math.floor(Math.log10(size / TOP)), LEAST) : 1);
  return Object.fromEntries(Object.entries(sizes).map(([field, size]) => [field, unit(size)]));
}

const inSight = ({ top, bottom }) => bottom > 0 && top < innerHeight;
const REACHED = 1500; // milliseconds in which the window has come to what the keyboard is at
let reached = -Infinity;
addEventListener("focusin", ({ timeStamp }) => (reached = timeStamp));

/** Notes what the keyboard is at; called later, brings it back where a chart that was drawn above has pushed it out of sight. */
function focused() {
  const at = document.activeElement;
  if (!at?.matches(":focus-visible") || !(inSight(at.getBoundingClientRect()) || performance.now() - reached < REACHED)) return () => {};
  return () => at === document.activeElement && !inSight(at.getBoundingClientRect()) && at.scrollIntoView({ block: "nearest", behavior: "instant" });
}

/** One chart with its caption. */
export class Chart {
  /** @param {string} name @param {{click?: (datum: object) => void, height?: (width: number) => number, of?: (row: object) => boolean}} options
   *  of: which rows it is about, where it is about few of many */
  constructor(name, options = {}) {
    this.name = name;
    this.options = options;
    this.tables = null;
    this.pushed = {};
    this.signals = {};
    this.visible = false;
    this.work = Promise.resolve();
    const id = unique("chart");
    this.caption = el("figcaption", {}, el("strong", { id }));
    this.place = el("div", { class: `chart chart-${name}`, "data-chart": name });
    this.source = el("p", { class: "source" });
    this.element = el("figure", { "aria-labelledby": id, hidden: true }, this.caption, this.place, this.source);
    charts.set(this.element, this);
    library().then(({ charts: all }) => {
      this.known = all[name];
      if (!this.known) return;
      this.caption.firstChild.textContent = this.known.title;
      this.caption.append(el("span", {}, this.known.reading));
      this.cited();
      if (this.other) this.retitled(this.other);
      this.seen(this.visible);
      this.element.hidden = !this.something();
    });
    sight.observe(this.element);
  }

  /** Says what the figures are from. */
  cited() {
    if (this.known) write(this.source, `Source: ${this.known.source.replace("{year}", worldYear)}.`);
  }

  /** Gives it another title and reading, or its own. @param {[string, string] | null} words */
  retitled(words) {
    this.other = words;
    if (!this.known) return;
    const [title, reading] = words ?? [this.known.title, this.known.reading];
    write(this.caption.children[0], title);
    write(this.caption.children[1], reading);
  }

  /** Whether a row gives it something to show, as report/charts has it. */
  something() {
    if (!this.known || !this.tables) return false;
    const { column, where, own_reading: own } = this.known.needs;
    const { of = () => true } = this.options;
    const reading = this.tables.meta?.[0]?.reading;
    return (this.tables[this.known.tables[0]] ?? []).some(
      (row) => row[column] != null && Object.entries(where).every(([name, value]) => row[name] === value) && (!own || row.reading === reading) && of(row),
    );
  }

  /** Shows these rows, now if the chart is in sight. @param {Record<string, object[]>} tables */
  set(tables) {
    this.tables = tables;
    this.element.hidden = !this.something();
    return this.refresh();
  }

  /** Sets a parameter of the chart. */
  signal(name, value) {
    this.signals[name] = value;
    return this.refresh();
  }

  /** Resolves when what is in sight is drawn. */
  async ready() {
    await library();
    // the observer reports that it is in sight some time after it is laid out
    if (!this.visible && !this.drawn && this.element.checkVisibility()) {
      const { top, bottom } = this.element.getBoundingClientRect();
      if (top < innerHeight + MARGIN && bottom > -MARGIN) this.seen(true);
    }
    return this.work;
  }

  seen(visible) {
    this.visible = visible;
    if (visible) this.refresh();
  }

  redraw() {
    this.drawn?.finalize();
    this.drawn = null;
    this.refresh();
  }

  /** One thing after the other; resolves when the chart shows what was last set. */
  refresh() {
    if (!this.visible || !this.something()) return Promise.resolve();
    this.work = this.work.then(() => (this.drawn && this.offers() === this.offered ? this.push() : this.draw())).catch((error) => this.fail(error));
    return this.work;
  }

  choices() {
    const wanted = (this.known.specification.params ?? []).filter((p) => CHOICES[p.name]);
    return Object.fromEntries(wanted.map((p) => [p.name, [...new Set(CHOICES[p.name](this.tables) ?? [])]]));
  }

  /** The choices that a reader is offered, as text. */
  offers() {
    return JSON.stringify(Object.entries(this.choices()).filter(([name]) => !PUSHED.includes(name)));
  }

  /** The specification with its rows; for a picture to save of its own width, and with what the reader has chosen. */
  async specification(width = null) {
    const specification = structuredClone(this.known.specification);
    const choices = this.choices();
    for (const parameter of specification.params ?? []) {
      const options = choices[parameter.name];
      if (options?.length) parameter.value = options[0];
      if (options?.length > 1) parameter.bind = { input: "select", options, name: `${parameter.name[0].toUpperCase()}${parameter.name.slice(1)}: ` };
      if (parameter.name in this.signals) {
        parameter.value = this.signals[parameter.name];
        delete parameter.bind;
      }
      if (width && parameter.bind) {
        parameter.value = this.drawn.view.signal(parameter.name);
        delete parameter.bind;
      }
    }
    specification.datasets = { ...specification.datasets };
    for (const name of this.known.tables) specification.datasets[name] = name === "world" ? await world() : this.rows(name);
    if (width) specification.width = width;
    // a map's height follows the width it is given; a container's would fit it before there is a legend
    if (specification.height === "container") specification.height = Math.round(width ? width * SHAPE : (this.options.height ?? ((given) => given * SHAPE))(this.place.clientWidth));
    // a height by rows is set when it is known how many there are: Vega-Lite would warn of it
    this.step = specification.height?.step;
    if (this.step) specification.height = this.step;
    return specification;
  }

  async embed(place, specification, config) {
    await bundle;
    return vegaEmbed(place, specification, { ast: true, renderer: "svg", config, defaultStyle: false, logLevel: 1, tooltip: { disableDefaultStyle: true }, actions: false });
  }

  async draw() {
    this.offered = this.offers();
    this.pushed = { ...this.tables };
    const [specification, { themes }] = await Promise.all([this.specification(), library()]);
    const kept = focused();
    this.drawn?.finalize();
    this.drawn = await this.embed(this.place, specification, dark() ? themes.dark : themes.light);
    await this.tall();
    kept();
    this.scaled();
    this.named();
    const { click } = this.options;
    if (click) this.drawn.view.addEventListener("click", (_, item) => item?.datum && click(item.datum));
    this.place.dataset.drawn = "true";
  }

  /** Names the picture for a screen reader, and adds the button that saves it. */
  named() {
    const picture = this.place.querySelector("svg.marks");
    picture.setAttribute("role", "img");
    picture.setAttribute("aria-label", `Chart: ${this.known.title}. Its figures are in the tables.`);
    for (const drawing of picture.children) drawing.setAttribute("aria-hidden", "true"); // hundreds of nameless shapes
    this.place.append(saver(this));
  }

  async push() {
    const { view } = this.drawn;
    for (const [name, [value]] of Object.entries(this.choices())) if (PUSHED.includes(name) && value !== undefined) view.signal(name, value);
    for (const [name, value] of Object.entries(this.signals)) view.signal(name, value);
    for (const name of this.known.tables) {
      if (name === "world" || this.pushed[name] === this.tables[name]) continue;
      view.change(name, this.difference(name));
      this.pushed[name] = this.tables[name];
    }
    await view.runAsync();
    await this.tall();
    this.scaled();
  }

  /** Goes to other rows and back, unseen, so that the browser has compiled everything before the first change. */
  async practise() {
    if (!this.drawn) return;
    const [tables, [name]] = [this.tables, this.known.tables];
    const [, ...rows] = this.rows(name);
    const others = { ...tables, [name]: rows.map((row) => ({ ...row, value: 2 * row.value })) };
    this.tables = others;
    await this.refresh();
    if (this.tables !== others) return;
    this.tables = tables;
    await this.refresh();
  }

  /** The changes from the rows drawn to the present ones: each mark stays, and only what differs is drawn again. */
  difference(name) {
    const { view } = this.drawn;
    const [held, rows] = [view.data(name), this.rows(name)];
    const changes = view.changeset().remove(held.slice(rows.length)).insert(rows.slice(held.length));
    rows.slice(0, held.length).forEach((row, k) => {
      for (const [field, value] of Object.entries(row)) if (held[k][field] !== value) changes.modify(held[k], field, value);
    });
    return changes;
  }

  /** The unit of the map's classes in the view that is shown. */
  get unit() {
    const [known] = this.choices().units ?? [];
    return known?.[this.signals.zoomed ? this.signals.world_shown : "all"];
  }

  /** Describes the scale of the map's colours: one for all views, or that of this view where a reader wants a closer look. */
  scaled() {
    const { unit } = this;
    if (!unit) return;
    const limit = `${dark() ? "brightest" : "darkest"} beyond ±${number(5 * unit, 1)} %`;
    if (!this.scaling) this.caption.append((this.scaling = el("span", { class: "scaling" })));
    write(this.scaling, this.signals.zoomed ? `Colours are scaled to this view alone: ${limit}.` : `One scale for all three views: ${limit}.`);
    this.scaling.classList.toggle("zoomed", Boolean(this.signals.zoomed));
  }

  /** Gives every row its height. */
  async tall(view = this.drawn.view) {
    if (!this.step) return;
    const height = this.step * Math.max(1, view.scale("y").domain().length);
    if (view.height() !== height) await view.height(height).runAsync();
  }

  /** A copy of a table's rows: Vega writes into what it is given. */
  rows(name) {
    const { of = () => true } = this.options;
    return (this.tables[name] ?? []).filter(of).map((row) => ({ ...row }));
  }

  fail(error) {
    this.drawn = null;
    this.place.replaceChildren(`This chart could not be drawn (${error.message}); its figures are in the tables.`);
    this.place.dataset.drawn = "false";
  }
}
