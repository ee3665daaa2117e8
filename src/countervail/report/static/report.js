// Draws the report's charts from the specifications and the rows beside them; no network, no eval.
"use strict";
(() => {
  const read = (id) => JSON.parse(document.getElementById(id).textContent);
  const specifications = read("specifications");
  const tables = read("tables");
  const themes = read("themes");
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const drawn = new Map();

  const draw = async (place) => {
    const specification = structuredClone(specifications[place.dataset.chart]);
    specification.datasets = { ...specification.datasets };
    for (const name of place.dataset.tables.split(" ")) specification.datasets[name] = tables[name] ?? [];
    // a map's height follows the width it is given; a container's would fit it before there is a legend
    if (specification.height === "container") specification.height = Math.round(place.clientWidth * 0.46);
    // a height by rows is set when it is known how many there are: Vega-Lite would warn of it
    const step = specification.height?.step;
    if (step) specification.height = step;
    try {
      drawn.get(place)?.finalize();
      drawn.set(place, await vegaEmbed(place, specification, {
        ast: true,
        renderer: "svg",
        config: dark.matches ? themes.dark : themes.light,
        defaultStyle: false,
        logLevel: 1,
        tooltip: { disableDefaultStyle: true },
        actions: false,
      }));
      const { view } = drawn.get(place);
      if (step) await view.height(step * view.scale("y").domain().length).runAsync();
      name(place);
      place.dataset.drawn = "true";
    } catch (error) {
      place.textContent = `This chart could not be drawn (${error.message}); its figures are in the tables.`;
      place.dataset.drawn = "false";
    }
  };

  const element = (tag, properties, ...children) => {
    const made = Object.assign(document.createElement(tag), properties);
    made.append(...children);
    return made;
  };
  const lines = (place) => [
    [...document.querySelectorAll("header h1, header .run")].map((part) => part.textContent.trim()).join(". "),
    `${place?.closest("figure")?.querySelector(".source").textContent ?? "Source: results of a model, not observations."} ${document.querySelector("footer p").textContent.trim().split(". ")[0]}.`,
  ];

  /** Text in lines of some letters. */
  const wrapped = (text, letters) => {
    const made = [""];
    for (const word of text.split(" ")) {
      if (made.at(-1) && `${made.at(-1)} ${word}`.length > letters) made.push(word);
      else made.push([made.pop(), word].filter(Boolean).join(" "));
    }
    return made;
  };

  /** A chart as a picture for a document: light, with its title, the run it shows, and its source. */
  const picture = async (place, title, kind) => {
    const specification = structuredClone(specifications[place.dataset.chart]);
    specification.datasets = { ...specification.datasets };
    for (const name of place.dataset.tables.split(" ")) specification.datasets[name] = tables[name] ?? [];
    const { view: shown } = drawn.get(place);
    for (const parameter of specification.params ?? []) {
      if (parameter.bind) parameter.value = shown.signal(parameter.name);
      delete parameter.bind;
    }
    const WIDTH = 760;
    specification.width = WIDTH;
    const step = specification.height?.step;
    if (step) specification.height = shown.height();
    if (specification.height === "container") specification.height = Math.round(WIDTH * 0.46);
    const reading = place.closest("figure").querySelector("figcaption span").textContent;
    specification.title = {
      text: wrapped(title, 80),
      subtitle: [reading, ...lines(place)].flatMap((line) => wrapped(line, 115)),
      anchor: "start", fontSize: 16, subtitleFontSize: 12, subtitleLineHeight: 16, subtitlePadding: 6, offset: 14,
      color: themes.light.axis.labelColor, subtitleColor: themes.light.axis.titleColor,
    };
    const config = { ...themes.light, background: "white", padding: 12 };
    const { view, finalize } = await vegaEmbed(document.createElement("div"), specification, { ast: true, renderer: "svg", config, defaultStyle: false, tooltip: false, logLevel: 1, actions: false });
    try {
      if (kind === "svg") sortable.save(await view.toSVG(), `${place.dataset.chart}.svg`, "image/svg+xml");
      else (await view.toCanvas(3)).toBlob(async (blob) => sortable.save(blob, `${place.dataset.chart}.png`, "image/png"));
    } finally {
      finalize();
    }
  };

  /** The menu at a chart: its picture, and the rows that it is drawn from. */
  const menu = (place, title) => {
    const [first] = place.dataset.tables.split(" ");
    const entry = (text, act) => element("button", { type: "button", onclick: () => ((menu.open = false), act()) }, text);
    const menu = element(
      "details", {},
      element("summary", { ariaLabel: `Save this chart: ${title}`, title: "Save this chart, or its data" }, "⋯"),
      element(
        "div", { className: "vega-actions" },
        entry("Save as SVG", () => picture(place, title, "svg")),
        entry("Save as PNG", () => picture(place, title, "png")),
        entry("Save its data as CSV", () => sortable.save(sortable.rowsAsCsv(tables[first] ?? [], [title, ...lines(place)]), `${place.dataset.chart}.csv`)),
      ),
    );
    return menu;
  };

  // for a screen reader: the chart's title for the picture, and a name for the button that saves it
  const name = (place) => {
    const title = place.closest("figure").querySelector("figcaption strong").textContent;
    const picture = place.querySelector("svg.marks");
    picture.setAttribute("role", "img");
    picture.setAttribute("aria-label", `Chart: ${title}. Its figures are in the tables.`);
    for (const drawing of picture.children) drawing.setAttribute("aria-hidden", "true"); // hundreds of nameless shapes
    if (!place.querySelector("details")) place.append(menu(place, title));
  };

  const drawAll = async () => {
    document.documentElement.dataset.theme = dark.matches ? "dark" : "light";
    for (const place of document.querySelectorAll("[data-chart]")) await draw(place);
    document.documentElement.dataset.ready = "true";
  };

  for (const place of document.querySelectorAll(".scroll")) sortable.make(place, lines);
  const story = document.getElementById("print-story");
  story.hidden = !document.querySelector("section.appendix");
  story.addEventListener("click", () => {
    document.body.classList.add("story-only");
    print();
    document.body.classList.remove("story-only");
  });

  dark.addEventListener("change", drawAll);
  drawAll();
})();
