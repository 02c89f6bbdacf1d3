/** How a refusal is said on every page: what is wrong, what to do, and the code for whoever is asked. */

import { el } from "./dom.js";
import { say } from "./words.js";

/** @typedef {import("./words.js").Words} Words */
/** @typedef {import("./dom.js").Child} Child */

/**
 * @param {Words} words
 * @param {Words|null} hint
 * @param {string} code empty where nobody answered
 * @param {...Child} more
 */
export function problem(words, hint, code, ...more) {
  return el(
    "div",
    { class: "notice bad", role: "alert" },
    el("strong", {}, say(words)),
    (hint || code) &&
      el("div", {}, hint && say(hint), code && el("span", { class: "code quiet small" }, `${hint ? " " : ""}[${code}]`)),
    ...more,
  );
}
