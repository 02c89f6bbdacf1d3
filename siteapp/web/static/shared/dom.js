/** Building elements without innerHTML: every text becomes a text node. */

/** @typedef {Node|string|null|undefined|false} Child */

/**
 * An element. `on` holds listeners, `data` holds data-attributes; true gives an empty attribute,
 * false, null and undefined give none.
 * @template {keyof HTMLElementTagNameMap} K
 * @param {K} tag
 * @param {Record<string, any>} [attributes]
 * @param {...(Child|Child[])} children
 * @returns {HTMLElementTagNameMap[K]}
 */
export function el(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name === "on") {
      for (const [event, listener] of Object.entries(value)) element.addEventListener(event, listener);
    } else if (name === "data") {
      Object.assign(element.dataset, value);
    } else {
      setAttribute(element, name, value);
    }
  }
  element.append(...children.flat().filter(isNode));
  return element;
}

/** @param {Child} child @returns {child is Node|string} */
function isNode(child) {
  return child !== null && child !== undefined && child !== false;
}

/** @param {Element} element @param {string} name @param {string|number|boolean|null|undefined} value */
export function setAttribute(element, name, value) {
  if (value === false || value === null || value === undefined) element.removeAttribute(name);
  else element.setAttribute(name, value === true ? "" : String(value));
}

/** Sets a text only if it differs, so that a live region is not read again. @param {Element} element @param {string} text */
export function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/** A text in which **two stars** mark a stressed word. @param {string} text @returns {Node[]} */
export function stressed(text) {
  return text
    .split(/\*\*(.+?)\*\*/)
    .map((piece, i) => (i % 2 ? el("strong", {}, piece) : document.createTextNode(piece)));
}

/**
 * Says something to screen readers; the page has the two live regions #polite and #assertive.
 * @param {string} text
 * @param {"polite"|"assertive"} [manner]
 */
export function announce(text, manner = "polite") {
  const region = document.getElementById(manner);
  if (!region) return;
  // The same sentence twice is only read twice if the region changes between.
  region.textContent = "";
  setTimeout(() => (region.textContent = text), 50);
}

/** Moves the focus to an element that may be no control, such as a heading. @param {HTMLElement|null} element @param {boolean} [still] without rolling the page there */
export function focusOn(element, still = false) {
  if (!element) return;
  if (!element.hasAttribute("tabindex") && element.tabIndex < 0) element.tabIndex = -1;
  element.focus({ preventScroll: still });
}

/** Where somebody goes on who was at `before`: its like in a place that was drawn anew, by name, else the place itself. @param {Element} place @param {Element} before @returns {HTMLElement} */
export function sameAgain(place, before) {
  const alike = [...place.querySelectorAll(before.tagName)].find((one) => one.id === before.id && one.textContent === before.textContent);
  return /** @type {HTMLElement} */ (alike || place);
}

/** Draws a place anew, and nobody loses the keyboard by it. @param {Element} place @param {() => void} draw */
export function keepingFocus(place, draw) {
  const before = document.activeElement;
  const within = before && before !== place && place.contains(before);
  draw();
  if (within && !before.isConnected) focusOn(sameAgain(place, before), true);
}
