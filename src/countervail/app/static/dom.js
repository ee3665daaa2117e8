// Building blocks of the page: elements made of text, never of markup.

/**
 * An element. Attributes: `on…` listens, true and false set and leave out, anything else is set as text.
 * Children are elements, texts, lists of them, or nothing; texts stay texts whatever they contain.
 * @param {string} tag @param {Record<string, any>} attributes @param {...any} children @returns {HTMLElement}
 */
export function el(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
    else if (value === true) made.setAttribute(name, "");
    else if (value !== false && value != null) made.setAttribute(name, value);
  }
  made.append(...children.flat(Infinity).filter((child) => child != null && child !== false));
  return made;
}

/** @param {string} id @returns {HTMLElement} */
export const at = (id) => document.getElementById(id);

const FOCUSABLE = "a[href], button, input, select, summary, [tabindex='0']";

/** Replaces the content of a place; the keyboard focus stays at the same position. @param {Element} place */
export function fill(place, ...children) {
  const stops = place.contains(document.activeElement) ? [...place.querySelectorAll(FOCUSABLE)] : [];
  const held = stops.indexOf(document.activeElement);
  place.replaceChildren(...children.flat(Infinity).filter((child) => child != null && child !== false));
  if (held < 0) return;
  const now = place.querySelectorAll(FOCUSABLE);
  (now[held] ?? now[now.length - 1] ?? at("answer")).focus({ preventScroll: true });
}

/** Sets a text only where it differs, so that nothing is announced or laid out twice. @param {Element} place */
export const write = (place, text) => {
  if (place.textContent === text) return;
  const [only, ...others] = place.childNodes;
  if (only instanceof Text && !others.length) only.data = text;
  else place.textContent = text;
};

/** Makes `place` what `fresh` is, a part at a time: what is the same stays, and is not laid out again. @param {Element} place @param {Element} fresh */
export function renew(place, fresh) {
  if (place.isEqualNode(fresh)) return;
  const alike = place.cloneNode(false).isEqualNode(fresh.cloneNode(false)) && place.childNodes.length === fresh.childNodes.length;
  if (!alike || !place.childElementCount || place.childElementCount < place.childNodes.length) return place.replaceWith(fresh);
  const next = [...fresh.children];
  [...place.children].forEach((child, k) => renew(child, next[k]));
}

/** Does what nobody waits for, when the browser has nothing else to do. @param {() => void} work */
export const idle = (work) => (globalThis.requestIdleCallback ? requestIdleCallback(work, { timeout: 500 }) : setTimeout(work, 50));

let numbered = 0;
/** An id that nothing else has. */
export const unique = (start) => `${start}-${++numbered}`;

/** One of the icons of index.html. */
export function icon(name) {
  const drawn = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
  use.setAttribute("href", `#icon-${name}`);
  drawn.setAttribute("class", "icon");
  drawn.setAttribute("aria-hidden", "true");
  drawn.append(use);
  return drawn;
}

/** Announces a text to a screen reader. */
export const say = (text) => write(at("announced"), text);
