/** Options of a choice: radio buttons for one, check boxes for many, lettered in the order shown. */

import { el } from "../shared/dom.js";
import { t } from "../shared/words.js";
import { shown } from "./markup.js";

/** @typedef {import("./places.js").Place} Place */

const LETTERS = "ABCDEFGH";

/** @param {import("./app.js").App} app @param {Place} place @returns {import("./place-view.js").AnswerView} */
export function choiceView(app, place) {
  const attempt = /** @type {import("./attempt.js").Attempt} */ (app.attempt);
  const type = place.choose === "many" ? "checkbox" : "radio";
  const inputs = place.options.map((option, i) =>
    el("input", { type, name: "option", value: option.ref, id: `option-${i}` }),
  );
  const keep = () => attempt.answer(place.ref, inputs.filter((input) => input.checked).map((input) => input.value));
  const labels = place.options.map((option, i) => optionLabel(attempt.materials, option, i, inputs[i]));
  const element = el(
    "fieldset",
    { class: "choice", on: { change: keep } },
    el("legend", { class: "stem", lang: "zh-CN" }, ...shown(attempt.materials, place.stem), place.choose === "many" && howMany()),
    labels,
  );
  const update = () => {
    const chosen = attempt.ledger.response(place.ref) || [];
    inputs.forEach((input, i) => {
      input.checked = chosen.includes(input.value);
      labels[i].classList.toggle("chosen", input.checked);
    });
  };
  return {
    element,
    update,
    choose: (letter) => choose(inputs, LETTERS.indexOf(letter)),
    move: (by) => move(inputs, by),
  };
}

/** Read with the stem, so a listener knows that several may be taken. */
function howMany() {
  return el("span", { class: "sr" }, t("可选多项", "one or more"));
}

/** @param {import("./materials.js").Materials} materials @param {import("./types.js").Option} option @param {number} i @param {HTMLInputElement} input */
function optionLabel(materials, option, i, input) {
  return el(
    "label",
    { class: "option", for: input.id },
    input,
    el("span", { class: "letter" }, LETTERS[i]),
    el("span", { class: "option-text", lang: "zh-CN" }, ...shown(materials, option.text)),
  );
}

/** A letter takes an option; of many, it takes or leaves it. @param {HTMLInputElement[]} inputs @param {number} i */
function choose(inputs, i) {
  const input = inputs[i];
  if (!input) return;
  input.focus();
  if (input.type === "radio" && input.checked) return;
  input.click();
}

/** Moves among the options; the first step goes to the one chosen, else to the first. @param {HTMLInputElement[]} inputs @param {1|-1} by */
function move(inputs, by) {
  const at = inputs.indexOf(/** @type {HTMLInputElement} */ (document.activeElement));
  const start = inputs.find((input) => input.checked) || inputs[0];
  if (at < 0) return start.focus();
  inputs[(at + by + inputs.length) % inputs.length].focus();
}
