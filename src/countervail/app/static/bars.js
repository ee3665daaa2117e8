// The bar at the top: which scenario, undo and redo, the link, the look.

import { start } from "./api.js";
import { dark, onLook, redraw } from "./charts.js";
import { at, el, fill, say } from "./dom.js";
import { asLoaded, fragment, go, redo, redoable, state, undo, undoable } from "./state.js";

const OTHER = "\u0000file";

/** @param {{scenarios: {name: string, title: string, kind: string}[]}} meta @param {(message: string) => void} failed */
export function begin(meta, failed) {
  const scenarios = [...meta.scenarios];
  const select = at("scenario");
  const input = at("scenario-file");

  const list = () => {
    fill(
      select,
      scenarios.map(({ name, title, kind }) => el("option", { value: name }, kind === "library" ? title : `${title} (${kind})`)),
      el("option", { value: OTHER }, "Open a scenario file …"),
    );
    if (!scenarios.some(({ name }) => name === state().scenario)) select.prepend(el("option", { value: state().scenario }, state().scenario));
    select.value = state().scenario;
  };
  select.addEventListener("change", () => {
    if (select.value !== OTHER) return go({ ...asLoaded(), scenario: select.value });
    select.value = state().scenario;
    input.click();
  });
  input.addEventListener("change", async () => {
    const [file] = input.files;
    input.value = "";
    if (!file) return;
    try {
      const made = await start("/api/scenarios", { text: await file.text(), name: file.name });
      if (!scenarios.some(({ name }) => name === made.name)) scenarios.push({ ...made, kind: "upload" });
      go({ scenario: made.name, set: [], case: null });
      list();
    } catch (error) {
      failed(error.message);
    }
  });

  at("undo").addEventListener("click", undo);
  at("redo").addEventListener("click", redo);
  at("reset").addEventListener("click", () => go(asLoaded()));
  at("share").addEventListener("click", async () => {
    const address = `${location.origin}${location.pathname}${fragment()}`;
    const local = state().case || scenarios.find(({ name }) => name === state().scenario)?.kind === "upload";
    const text = `Link copied. It opens wherever countervail serve runs with this scenario.${local ? " It works only while this server runs, because that has what was uploaded." : ""}`;
    try {
      await navigator.clipboard.writeText(address);
      note(text);
    } catch {
      note(`Copy this link: ${address}`);
    }
  });
  at("look").addEventListener("click", () => {
    const look = dark() ? "light" : "dark";
    document.documentElement.dataset.theme = look;
    localStorage.setItem("theme", look);
    redraw();
  });
  looked();
  onLook(looked);
  // a click elsewhere closes the menu
  const menu = at("downloads");
  addEventListener("click", (event) => menu.open && !menu.contains(event.target) && (menu.open = false));
  menu.addEventListener("keydown", (event) => event.key === "Escape" && ((menu.open = false), menu.querySelector("summary").focus()));
  list();
  return { sync: () => ((select.value = state().scenario), sync()) };
}

const looked = () => at("look").setAttribute("aria-label", dark() ? "Light look" : "Dark look");

function sync() {
  const able = { undo: undoable(), redo: redoable(), reset: state().set.length > 0 };
  for (const [id, on] of Object.entries(able)) {
    const left = !on && document.activeElement === at(id);
    at(id).disabled = !on;
    if (left) document.querySelector(".tools button:enabled").focus(); // so that the keyboard focus stays in the page
  }
}

let fading;
/** A message that disappears by itself. */
export function note(text) {
  const place = at("note");
  place.textContent = text;
  place.hidden = false;
  say(text);
  clearTimeout(fading);
  fading = setTimeout(() => (place.hidden = true), 8000);
}
