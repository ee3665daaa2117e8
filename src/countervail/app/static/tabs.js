// Tabs, as ARIA defines them: one is in the tab order, and arrows move between them.

import { at, el, write } from "./dom.js";

const STORED = "tab";

/**
 * @param {{id: string, title: string, element: Element, shown: () => void}[]} panels
 */
export function make(panels) {
  const list = at("tabs");
  const place = at("panels");
  let current = null;
  const tabs = panels.map((panel) => {
    panel.element.id = `panel-${panel.id}`;
    panel.element.setAttribute("role", "tabpanel");
    panel.element.setAttribute("tabindex", "0");
    panel.element.setAttribute("aria-labelledby", `tab-${panel.id}`);
    panel.element.classList.add("panel");
    panel.element.hidden = true;
    const tab = el("button", { type: "button", role: "tab", id: `tab-${panel.id}`, "aria-controls": `panel-${panel.id}`, onclick: () => chosen(panel) }, panel.title);
    list.append(tab);
    place.append(panel.element);
    return tab;
  });

  function select(panel, focus = false) {
    if (current) current.element.hidden = true;
    current = panel;
    panel.element.hidden = false;
    sessionStorage.setItem(STORED, panel.id);
    tabs.forEach((tab, k) => {
      tab.setAttribute("aria-selected", String(panels[k] === panel));
      tab.tabIndex = panels[k] === panel ? 0 : -1;
      if (panels[k] === panel) {
        if (focus) tab.focus();
        // only the row of tabs moves, not the page
        list.scrollLeft = tab.offsetLeft - (list.clientWidth - tab.offsetWidth) / 2;
      }
    });
    panel.shown();
  }

  /** Shows a panel from its beginning, under the row of tabs, however far one has scrolled. */
  function chosen(panel, focus) {
    select(panel, focus);
    if (place.getBoundingClientRect().top < list.getBoundingClientRect().bottom - 1) place.scrollIntoView();
  }

  list.addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    const offered = panels.filter((_, k) => !tabs[k].hidden);
    const now = offered.indexOf(current);
    const next = step ? (now + step + offered.length) % offered.length : { Home: 0, End: offered.length - 1 }[event.key];
    if (next === undefined) return;
    event.preventDefault();
    chosen(offered[next], true);
  });

  const place_of = (id) => panels.findIndex((panel) => panel.id === id);
  /** Offers a tab, or does not. */
  function offer(id, on) {
    const k = place_of(id);
    tabs[k].hidden = !on;
    if (!on && current === panels[k]) select(panels[0]);
  }
  const rename = (id, title) => write(tabs[place_of(id)], title);
  select(panels.find((panel) => panel.id === sessionStorage.getItem(STORED)) ?? panels[0]);
  return { select: (id) => chosen(panels[place_of(id)]), offer, rename };
}
