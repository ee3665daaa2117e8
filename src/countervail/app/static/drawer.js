// The panel at the side that explains: why an assumption is what it is, or what a country looks like.

import { at, el, fill, icon } from "./dom.js";

const narrow = matchMedia("(max-width: 60rem)");
let opener = null;
let closed = () => {};

/** Opens the panel over what is there. @param {string} title @param {any} content @param {() => void} [onclose] */
export function open(title, content, onclose = () => {}) {
  const drawer = at("drawer");
  if (!drawer.open) opener = document.activeElement;
  else closed();
  closed = onclose;
  const heading = el("h2", { id: "drawer-title", tabindex: "-1" }, title);
  const close = el("button", { type: "button", class: "quiet", "aria-label": "Close", onclick: () => drawer.close() }, icon("close"));
  fill(drawer, el("div", { class: "drawer-head" }, heading, close), el("div", { class: "drawer-body" }, content));
  if (!drawer.open) narrow.matches ? drawer.showModal() : drawer.show();
  drawer.scrollTop = 0;
  heading.focus({ preventScroll: true });
}

/** The panel's content alone, filled anew in place. */
export const refill = (...content) => fill(document.querySelector("#drawer .drawer-body"), ...content);

export const close = () => at("drawer").close();

export function begin() {
  const drawer = at("drawer");
  drawer.addEventListener("close", () => {
    closed();
    closed = () => {};
    opener?.isConnected && opener.focus();
    opener = null;
  });
  // a panel that is not modal has no Escape of its own
  addEventListener("keydown", (event) => {
    if (event.key === "Escape" && drawer.open && !drawer.matches(":modal")) drawer.close();
  });
}
