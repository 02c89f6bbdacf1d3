/** Keys on the paper: letters choose, digits go to a question, arrows and Page keys move, F flags. */

import { shortcutsOn } from "../shared/look.js";

const DIGITS_MS = 900;

/** @typedef {import("./screen-paper.js").Desk} Desk */

/** @param {Desk} desk @returns {() => void} stops listening */
export function listenToKeys(desk) {
  const digits = new Digits((number) => desk.goToNumber(number), () => desk.places.length);
  const listener = (/** @type {KeyboardEvent} */ event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || event.isComposing) return;
    if (document.querySelector("dialog[open]")) return;
    if (pressed(desk, digits, event)) event.preventDefault();
  };
  document.addEventListener("keydown", listener);
  return () => {
    digits.stop();
    document.removeEventListener("keydown", listener);
  };
}

/** True if the key was ours. @param {Desk} desk @param {Digits} digits @param {KeyboardEvent} event */
function pressed(desk, digits, event) {
  const at = /** @type {HTMLElement} */ (event.target);
  if (event.key === "PageDown" || event.key === "PageUp") {
    // While writing a long text or in a list these keys belong to it.
    if (["TEXTAREA", "SELECT"].includes(at.tagName)) return false;
    desk.step(event.key === "PageDown" ? 1 : -1);
    return true;
  }
  if (isTyped(at) || at.closest(".head")) return false;
  return arrow(desk, at, event.key) || (shortcutsOn() && single(desk, digits, event));
}

/** What takes letters, digits and arrows for itself. @param {HTMLElement} at */
function isTyped(at) {
  return ["TEXTAREA", "SELECT"].includes(at.tagName) || (at instanceof HTMLInputElement && at.type === "text");
}

/** @param {Desk} desk @param {HTMLElement} at @param {string} key */
function arrow(desk, at, key) {
  const { move } = desk.view.answer;
  if (at.closest(".grid") || at.closest(".beside .scroll")) return false;
  if (key === "ArrowDown" || key === "ArrowUp") {
    // Within radio buttons the browser moves up and down by itself.
    if (!move || (at instanceof HTMLInputElement && at.type === "radio")) return false;
    move(key === "ArrowDown" ? 1 : -1);
    return true;
  }
  // Also within radio buttons, where the browser would change the answer: left and right turn pages.
  if (key !== "ArrowRight" && key !== "ArrowLeft") return false;
  desk.step(key === "ArrowRight" ? 1 : -1);
  return true;
}

/** Shortcuts of one character; they can be turned off. @param {Desk} desk @param {Digits} digits @param {KeyboardEvent} event */
function single(desk, digits, event) {
  const key = event.key.toUpperCase();
  const { choose } = desk.view.answer;
  if (/^[0-9]$/.test(key)) digits.add(key);
  else if (key === "F") desk.view.flag();
  else if (/^[A-E]$/.test(key) && choose) choose(key);
  else if (key === "ENTER") return digits.finish();
  else return false;
  return true;
}

/** Collects digits into a question number; goes at once when no further digit could follow. */
class Digits {
  /** @param {(number: number) => void} go @param {() => number} highest */
  constructor(go, highest) {
    this.go = go;
    this.highest = highest;
    this.typed = "";
    this.timer = 0;
  }

  /** @param {string} digit */
  add(digit) {
    this.typed += digit;
    clearTimeout(this.timer);
    if (Number(this.typed) * 10 > this.highest()) this.finish();
    else this.timer = setTimeout(() => this.finish(), DIGITS_MS);
  }

  /** True if there was a number to go to. */
  finish() {
    const number = Number(this.typed);
    this.stop();
    if (!number) return false;
    this.go(number);
    return true;
  }

  stop() {
    clearTimeout(this.timer);
    this.typed = "";
  }
}
