// On a small screen the controls are in a sheet, opened by a button that stays in sight with the headline.

import { clubless } from "./clubless.js";
import { at, el, fill } from "./dom.js";

const small = matchMedia("(max-width: 60rem)");

/** Puts the controls in the column or in the sheet. */
function place() {
  const sheet = at("sheet");
  if (small.matches) {
    at("sheet-body").append(at("controls-body"));
    if (latest) show(...latest);
  } else {
    if (sheet.open) sheet.close();
    at("controls").append(at("controls-body"));
  }
}

/** Shows the controls, where they are in the sheet. */
export const open = () => small.matches && !at("sheet").open && at("sheet").showModal();

export function begin() {
  const sheet = at("sheet");
  at("open-sheet").addEventListener("click", open);
  at("close-sheet").addEventListener("click", () => sheet.close());
  sheet.addEventListener("click", (event) => event.target === sheet && sheet.close());
  small.addEventListener("change", place);
  place();
}

let latest = null;
let shown = null;

/** The headline in short, for the bar and the sheet; does nothing where they are not in sight. */
export function show(now, loaded) {
  latest = [now, loaded];
  if (!small.matches) return;
  const part = (answer) => answer?.tiles.find((one) => one.quantity === "offset")?.value;
  const short = [
    ["Sanctions cost", now.verdict?.cost.value, loaded?.verdict?.cost.value],
    ["Club brings", clubless(now) ? null : now.verdict?.gain.value, loaded?.verdict?.gain.value],
    ["Made good", part(now), part(loaded)],
  ].map(([name, value, before]) => value && [name, value, before && before !== value ? before : null]);
  const text = JSON.stringify(short);
  if (text === shown) return;
  shown = text;
  for (const spot of document.querySelectorAll(".short"))
    fill(spot, short.filter(Boolean).map(([name, value, was]) => el("span", {}, `${name} `, el("b", {}, value), was && el("small", {}, ` was ${was}`))));
}
