/** Pieces that every part of the wall is built of. */

import { el } from "../shared/dom.js";

/** @param {string} words @param {() => unknown} act @param {string} [className] */
export function button(words, act, className = "plain") {
  return el("button", { type: "button", class: className, on: { click: act } }, words);
}

/** Minutes and seconds. @param {number} ms */
export function clock(ms) {
  const seconds = Math.ceil(ms / 1000);
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}
