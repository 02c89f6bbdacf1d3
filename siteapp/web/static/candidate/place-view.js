/** One place of the paper: what is read beside it, the question, the answer, and the row of buttons. */

import { el, setText } from "../shared/dom.js";
import { say, t } from "../shared/words.js";
import { besideView } from "./beside-view.js";
import { choiceView } from "./choice-view.js";
import { fileView } from "./file-view.js";
import { gapView } from "./gap-view.js";
import { standingOf } from "./grid.js";
import { matchView } from "./match-view.js";
import { orderView } from "./order-view.js";
import { textView } from "./text-view.js";

/** @typedef {import("./app.js").App} App */
/** @typedef {import("./places.js").Place} Place */
/**
 * @typedef {object} AnswerView
 * @property {HTMLElement} element
 * @property {() => void} update
 * @property {((letter: string) => void)=} choose
 * @property {((by: 1|-1) => void)=} move
 */

/** @type {Record<Place["choose"], (app: App, place: Place) => AnswerView>} */
const ANSWERS = {
  one: choiceView,
  many: choiceView,
  truth: choiceView,
  gap: gapView,
  match: matchView,
  order: orderView,
  text: textView,
  file: fileView,
};

/**
 * @param {App} app
 * @param {Place} place
 * @param {{first: boolean, last: boolean, step: (by: number) => void}} way
 */
export function placeView(app, place, way) {
  const heading = el("h1", { id: "item-heading", tabindex: "-1", class: "item-number" }, numberOf(place));
  const standing = el("span", { class: "standing" });
  const answer = ANSWERS[place.choose](app, place);
  const bar = buttons(app, place, way);
  const question = el(
    "article",
    { class: "question", "aria-labelledby": "item-heading" },
    el("div", { class: "item-head" }, heading, el("span", { class: "quiet worth" }, worthOf(place)), standing),
    el("div", { class: "scroll" }, answer.element),
    bar.element,
  );
  const element = el("div", { class: place.beside ? "place with-beside" : "place" }, place.beside && besideView(app, place.beside), question);
  const update = () => {
    answer.update();
    bar.update();
    showStanding(app, place, standing);
  };
  update();
  return { element, heading, answer, flag: bar.flag, update };
}

/** @param {Place} place */
function numberOf(place) {
  return t(`第 ${place.number} 题`, `Question ${place.number}`);
}

/** @param {Place} place */
function worthOf(place) {
  const { group } = place;
  if (group.marks !== null) return t(`本任务共 ${group.marks} 分`, `the task has ${group.marks} marks`);
  const rule = place.choose === "many" ? t("（可选多项）", " (one or more)") : "";
  const marks = group.marksEach === 1 ? "1 mark" : `${group.marksEach} marks`;
  return say(group.title) + rule + t(` · 每题 ${group.marksEach} 分`, ` · ${marks} each`);
}

/** @param {App} app @param {Place} place @param {HTMLElement} standing */
function showStanding(app, place, standing) {
  const s = standingOf(app, place);
  const reason = s.refused && !s.file && app.attempt ? app.attempt.ledger.reason(place.ref) : null;
  standing.className = `standing mark ${s.refused || s.unkept ? "bad" : s.local ? "warn" : s.answered ? "good" : ""}`;
  setText(standing, s.refused ? refusedWords(reason) : s.unkept ? t("尚未保存", "Not saved yet") : standingWords(s));
}

/** @param {import("./types.js").Words|null} reason */
function refusedWords(reason) {
  const why = reason ? t("：", ": ") + say(reason) : "";
  return t("服务器未接受", "Not taken by the server") + why;
}

/** @param {ReturnType<typeof standingOf>} s */
function standingWords(s) {
  if (s.local) return t("仅保存在本机", "Only on this machine");
  if (s.answered) return t("已保存到服务器", "On the server");
  return s.file ? t("文件未上传", "No file yet") : t("未作答", "Not answered");
}

/** @param {App} app @param {Place} place @param {{first: boolean, last: boolean, step: (by: number) => void}} way */
function buttons(app, place, way) {
  const attempt = /** @type {import("./attempt.js").Attempt} */ (app.attempt);
  const flag = () => attempt.flag(place.ref, !attempt.isFlagged(place.ref));
  const flagButton = el("button", { type: "button", class: "plain flag", on: { click: flag } });
  const clear = el(
    "button",
    { type: "button", class: "plain", on: { click: () => attempt.answer(place.ref, []) } },
    t("清除选择", "Clear"),
  );
  const canClear = place.choose !== "text" && place.choose !== "file" && place.choose !== "gap";
  const element = el(
    "div",
    { class: "bar-row" },
    el("button", { type: "button", class: "plain", disabled: way.first, on: { click: () => way.step(-1) } }, t("上一题", "Previous")),
    flagButton,
    canClear && clear,
    el("button", { type: "button", class: "next", on: { click: () => way.step(1) } }, way.last ? t("检查并交卷", "Review and hand in") : t("下一题", "Next")),
  );
  const update = () => {
    const on = attempt.isFlagged(place.ref);
    flagButton.setAttribute("aria-pressed", String(on));
    setText(flagButton, on ? t("取消标记", "Remove flag") : t("标记本题", "Flag"));
    clear.disabled = !standingOf(app, place).answered;
  };
  return { element, flag, update };
}

