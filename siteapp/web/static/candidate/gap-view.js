/** A short text: one line, kept as it is typed. */

import { el } from "../shared/dom.js";
import { t } from "../shared/words.js";
import { stemOf } from "./stem.js";

/** As many characters as the server takes. */
const LONGEST = 200;

/** @param {import("./app.js").App} app @param {import("./places.js").Place} place @returns {import("./place-view.js").AnswerView} */
export function gapView(app, place) {
  const attempt = /** @type {import("./attempt.js").Attempt} */ (app.attempt);
  const known = () => {
    const response = attempt.ledger.response(place.ref);
    return typeof response === "string" ? response : "";
  };
  const input = el("input", { type: "text", id: "answer-gap", lang: "zh-CN", maxlength: LONGEST, autocomplete: "off", spellcheck: "false", "aria-labelledby": "stem" });
  input.value = known();
  input.addEventListener("input", () => attempt.type(place.ref, input.value));
  input.addEventListener("blur", () => attempt.settle());
  const update = () => {
    // Never under the candidate's hands: what is typed is the newest there is.
    if (document.activeElement !== input && input.value !== known()) input.value = known();
  };
  const label = el("label", { for: "answer-gap" }, t("答案", "Your answer"));
  return { element: el("div", { class: "gap" }, stemOf(app, place), label, input), update };
}
