/** A deliverable that is a text, written in the page. */

import { announce, el, setText, stressed } from "../shared/dom.js";
import { t } from "../shared/words.js";

/** @typedef {import("./places.js").Place} Place */
/** @typedef {import("./place-view.js").AnswerView} AnswerView */

/** More than anyone writes, and no more than the server takes. */
const LONGEST = 50000;

/** @param {import("./app.js").App} app @param {Place} place @returns {AnswerView} */
export function textView(app, place) {
  const attempt = /** @type {import("./attempt.js").Attempt} */ (app.attempt);
  const area = el("textarea", { id: "answer-text", lang: "zh-CN", spellcheck: "false", maxlength: LONGEST, "aria-describedby": "answer-prompt answer-length" });
  const length = el("div", { class: "quiet small", id: "answer-length" });
  area.value = textOf(attempt.ledger.response(place.ref));
  // A word composed by an input method is an answer only when it is finished; input follows that too.
  area.addEventListener("input", () => attempt.type(place.ref, area.value));
  area.addEventListener("blur", () => attempt.settle());
  const element = el("div", { class: "text-answer" }, prompt(place, "answer-text"), area, length);
  let wasFull = false;
  const update = () => {
    const count = Array.from(area.value.replace(/\s/g, "")).length;
    const full = area.value.length >= LONGEST;
    const end = full ? t(`；已到上限 ${LONGEST}，超出的没有保存`, `; the limit of ${LONGEST} is reached, what was over it is not kept`) : "";
    setText(length, t(`${count} 字`, `${count} characters`) + end);
    if (full && !wasFull) announce(end, "assertive");
    wasFull = full;
    length.className = full ? "small mark warn" : "quiet small";
    const known = textOf(attempt.ledger.response(place.ref));
    // Never under the candidate's hands: what is typed is the newest there is.
    if (document.activeElement !== area && area.value !== known) area.value = known;
  };
  return { element, update };
}

/** @param {import("./types.js").Response|undefined} response */
function textOf(response) {
  return typeof response === "string" ? response : "";
}

/** @param {Place} place @param {string} target */
function prompt(place, target) {
  return el(
    "div",
    { class: "stem", lang: "zh-CN" },
    el("label", { for: target, class: "deliverable" }, place.title || ""),
    el("p", { class: "prose", id: "answer-prompt" }, ...stressed(place.stem)),
  );
}
