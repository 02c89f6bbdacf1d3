/** Things to be put in order: each has two buttons, up and down. The order counts once it was touched. */

import { announce, el } from "../shared/dom.js";
import { t } from "../shared/words.js";
import { plainOf, shown } from "./markup.js";
import { stemOf } from "./stem.js";

/** @param {import("./app.js").App} app @param {import("./places.js").Place} place @returns {import("./place-view.js").AnswerView} */
export function orderView(app, place) {
  const attempt = /** @type {import("./attempt.js").Attempt} */ (app.attempt);
  const list = el("ol", { class: "order", "aria-labelledby": "stem" });
  const keepIt = el("button", { type: "button", class: "plain" }, t("就按这个顺序", "Keep this order"));
  let shown = "";
  /** @param {number[]} order option by place */
  const answer = (order) => attempt.answer(place.ref, order.map((option, at) => place.rows[at].refs[option]));
  keepIt.addEventListener("click", () => answer(orderOf(place, attempt)));
  /** @param {number} at @param {number} by */
  const move = (at, by) => {
    const order = orderOf(place, attempt);
    [order[at], order[at + by]] = [order[at + by], order[at]];
    answer(order);
    update();
    focusOn(list, at + by, by);
    announce(t(`现在是第 ${at + by + 1} 位`, `now in place ${at + by + 1}`));
  };
  const update = () => {
    const order = orderOf(place, attempt);
    keepIt.disabled = isTaken(attempt.ledger.response(place.ref));
    if (order.join() === shown) return;
    shown = order.join();
    list.replaceChildren(...order.map((option, at) => line(attempt.materials, place, option, at, move)));
  };
  update();
  return { element: el("div", { class: "ordering" }, stemOf(app, place), list, keepIt), update };
}

/** @param {import("./types.js").Response|undefined} response */
function isTaken(response) {
  return Boolean(response && response.length);
}

/** What stands where: as answered, else as the paper shows it. @param {import("./places.js").Place} place @param {import("./attempt.js").Attempt} attempt @returns {number[]} */
function orderOf(place, attempt) {
  const taken = attempt.ledger.response(place.ref) || [];
  const order = place.rows.map((row) => row.refs.findIndex((ref) => taken.includes(ref)));
  return order.includes(-1) ? place.options.map((_, option) => option) : order;
}

/** @param {import("./materials.js").Materials} materials @param {import("./places.js").Place} place @param {number} option @param {number} at @param {(at: number, by: number) => void} move */
function line(materials, place, option, at, move) {
  const { text } = place.options[option];
  const button = (/** @type {number} */ by, /** @type {string} */ sign, /** @type {string} */ words, /** @type {boolean} */ off) =>
    el("button", { type: "button", class: "plain small", disabled: off, "aria-label": `${words}${t("：", ": ")}${plainOf(text)}`, data: { by: String(by) }, on: { click: () => move(at, by) } }, sign);
  return el(
    "li",
    {},
    el("span", { class: "order-text", lang: "zh-CN" }, ...shown(materials, text)),
    button(-1, "↑", t("上移", "Move up"), at === 0),
    button(1, "↓", t("下移", "Move down"), at === place.options.length - 1),
  );
}

/** The focus goes with what was moved; at an end to its other button. @param {HTMLElement} list @param {number} at @param {number} by */
function focusOn(list, at, by) {
  const [one, other] = [by, -by].map((way) => list.children[at].querySelector(`[data-by="${way}"]`));
  const to = /** @type {HTMLButtonElement} */ (one);
  (to.disabled ? /** @type {HTMLButtonElement} */ (other) : to).focus();
}
