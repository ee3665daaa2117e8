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
        forceActionsMenu: true,
        logLevel: 1,
        tooltip: { disableDefaultStyle: true },
        scaleFactor: { png: 3 },
        actions: { export: { svg: true, png: true }, source: false, compiled: false, editor: false },
        downloadFileName: place.dataset.chart,
        i18n: { SVG_ACTION: "Save as SVG", PNG_ACTION: "Save as PNG", CLICK_TO_VIEW_ACTIONS: "Save this chart" },
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

  // for a screen reader: the chart's title for the picture, and a name for the button that saves it
  const name = (place) => {
    const title = place.closest("figure").querySelector("figcaption strong").textContent;
    const picture = place.querySelector("svg.marks");
    picture.setAttribute("role", "img");
    picture.setAttribute("aria-label", `Chart: ${title}. Its figures are in the tables.`);
    for (const drawing of picture.children) drawing.setAttribute("aria-hidden", "true"); // hundreds of nameless shapes
    place.querySelector("details > summary")?.setAttribute("aria-label", `Save this chart: ${title}`);
  };

  const drawAll = async () => {
    document.documentElement.dataset.theme = dark.matches ? "dark" : "light";
    for (const place of document.querySelectorAll("[data-chart]")) await draw(place);
    document.documentElement.dataset.ready = "true";
  };

  dark.addEventListener("change", drawAll);
  drawAll();
})();
