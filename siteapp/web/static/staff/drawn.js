/** What the server drew, put in place of what is there; what a person has opened stays open, and the focus where it was. */

import { keepingFocus } from "../shared/dom.js";

/** @param {HTMLElement} place @param {string} html @param {Node[]} first what stands before it */
export function putDrawn(place, html, first = []) {
  const opened = [...place.querySelectorAll("details")].map((one) => one.open);
  // Made by the server, which escapes every fact in it; a document of its own runs nothing.
  const made = new DOMParser().parseFromString(html, "text/html").body;
  keepingFocus(place, () => place.replaceChildren(...first, ...made.childNodes));
  [...place.querySelectorAll("details")].forEach((one, n) => (one.open = one.open || Boolean(opened[n])));
}
