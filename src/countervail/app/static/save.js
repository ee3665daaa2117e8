// A chart as a picture for a document: with its title, the state it shows, and its source.

import { library } from "./charts.js";
import { el, icon } from "./dom.js";
import { offer } from "./download.js";

const WIDTH = 760;
const MOST = 4; // lines of one sentence
const LETTER = 6.6; // pixels of an average one in the lines under the title

let lines = () => [];
/** @param {(chart: import("./charts.js").Chart) => string[]} listener gives the lines under the title of a picture */
export const onSave = (listener) => (lines = listener);

/** Text in lines that fit. */
function wrapped(text, letters) {
  const made = [""];
  for (const word of text.split(" ")) {
    if (made.at(-1) && `${made.at(-1)} ${word}`.length > letters) made.push(word);
    else made.push([made.pop(), word].filter(Boolean).join(" "));
  }
  return made;
}

/** Saves what is drawn, always in the light theme, for documents. @param {import("./charts.js").Chart} chart @param {"svg" | "png"} kind */
async function save(chart, kind) {
  const specification = await chart.specification(WIDTH);
  const stale = chart.element.closest(".panel")?.querySelector(".note:not([hidden])")?.textContent;
  const { light } = (await library()).themes;
  specification.title = {
    text: wrapped(chart.known.title, WIDTH / LETTER / 1.4),
    subtitle: [chart.known.reading, chart.scaling?.textContent, stale, ...lines(chart)].filter(Boolean).flatMap((line) => wrapped(line, WIDTH / LETTER).slice(0, MOST)),
    anchor: "start",
    fontSize: 16,
    subtitleFontSize: 12,
    subtitleLineHeight: 16,
    subtitlePadding: 6,
    offset: 14,
    color: light.axis.labelColor,
    subtitleColor: light.axis.titleColor,
  };
  const { view, finalize } = await chart.embed(el("div"), specification, { ...light, background: "white", padding: 12 });
  try {
    await chart.tall(view);
    const content = kind === "svg" ? new Blob([await view.toSVG()], { type: "image/svg+xml" }) : await new Promise((done) => view.toCanvas(3).then((canvas) => canvas.toBlob(done)));
    const address = URL.createObjectURL(content);
    offer(address, `${chart.name}.${kind}`);
    setTimeout(() => URL.revokeObjectURL(address), 60_000);
  } finally {
    finalize();
  }
}

/** The button at a chart that offers to save it. @param {import("./charts.js").Chart} chart */
export function saver(chart) {
  const button = (kind) =>
    el("button", { type: "button", class: "link", onclick: () => ((menu.open = false), menu.firstChild.focus(), save(chart, kind)) }, `Save as ${kind.toUpperCase()}`);
  const data = el("button", { type: "button", class: "link", onclick: () => ((menu.open = false), menu.firstChild.focus(), sortable.save(sortable.rowsAsCsv(chart.rows(chart.known.tables[0]), [chart.known.title, ...lines(chart).filter(Boolean)]), `${chart.name}.csv`)) }, "Save its data as CSV");
  const menu = el("details", {}, el("summary", { "aria-label": `Save this chart: ${chart.known.title}`, title: "Save this chart, or its data" }, icon("more")), el("div", { class: "vega-actions" }, button("svg"), button("png"), data));
  menu.addEventListener("keydown", (event) => event.key === "Escape" && menu.open && ((menu.open = false), menu.firstChild.focus()));
  return menu;
}

// a click elsewhere closes a menu
addEventListener("click", ({ target }) => {
  for (const menu of document.querySelectorAll(".chart details[open]")) if (!menu.contains(target)) menu.open = false;
});
