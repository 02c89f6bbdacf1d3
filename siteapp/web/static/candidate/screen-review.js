/** After a practice: the score and, item by item, what was answered, what is right and why. */

import { el } from "../shared/dom.js";
import { say, t } from "../shared/words.js";
import { inWords, plainOf } from "./markup.js";

/** @typedef {import("./types.js").Review} Review */
/** @typedef {import("./types.js").ReviewItem} Item */

const LETTERS = "ABCDEFGH";

/** @param {Review} review */
export function reviewView(review) {
  const items = review.parts.flatMap((part) => part.items);
  const right = items.filter((item) => item.marks === item.of).length;
  const share = review.of ? Math.round((100 * review.marks) / review.of) : 0;
  const got = el("div", { class: "score-got" });
  got.style.width = `${share}%`;
  return el(
    "section",
    { class: "review", "aria-labelledby": "review-heading" },
    el("h2", { id: "review-heading" }, t("成绩和解析", "Score and reasons")),
    el("p", { class: "score" }, el("strong", { class: "code" }, `${review.marks} / ${review.of}`), " ", t(`全对 ${right} 题，共 ${items.length} 题`, `${right} of ${items.length} right`)),
    el("div", { class: "score-bar", "aria-hidden": "true" }, got),
    review.parts.map(partView),
  );
}

/** @param {Review["parts"][number]} part */
function partView(part) {
  const got = part.items.reduce((sum, item) => sum + item.marks, 0);
  const of = part.items.reduce((sum, item) => sum + item.of, 0);
  return el(
    "section",
    {},
    el("h3", {}, `${say(part.title)} ${got} / ${of}`),
    part.items.map(itemView),
  );
}

/** @param {Item} item */
function itemView(item) {
  const [level, word] = item.marks === item.of ? ["good", t("正确", "right")] : item.marks ? ["warn", t("部分正确", "partly right")] : ["bad", isEmpty(item) ? t("未作答", "not answered") : t("错误", "wrong")];
  return el(
    "details",
    { class: "review-item", open: level !== "good" },
    el("summary", {}, t(`第 ${item.number} 题 `, `Question ${item.number} `), el("span", { class: `mark ${level}` }, `${word} ${item.marks} / ${item.of}`)),
    item.situation && el("p", { class: "prose quiet", lang: "zh-CN" }, ...inWords(item.situation.text)),
    el("p", { class: "stem", lang: "zh-CN" }, ...inWords(item.stem)),
    answerView(item),
    el("p", { lang: "zh-CN" }, el("strong", {}, t("解析：", "Reason: ")), item.reason),
  );
}

/** @param {Item} item */
function isEmpty(item) {
  return !item.taken.length && !item.text;
}

/** @param {Item} item */
function answerView(item) {
  if (item.choose === "gap") return pair(item.text || "—", item.key.join(t("，或 ", ", or ")));
  if (item.rows.length) return rowsView(item);
  return el("ul", { class: "review-options" }, item.options.map((option, i) => optionView(item, option, i)));
}

/** @param {Item} item @param {import("./types.js").Option} option @param {number} i */
function optionView(item, option, i) {
  const [taken, right] = [item.taken.includes(option.ref), item.key.includes(option.ref)];
  const why = item.why[option.ref];
  return el(
    "li",
    { class: right ? "right" : taken ? "wrong" : "" },
    el("span", { class: "letter" }, LETTERS[i]),
    el("span", { lang: "zh-CN" }, ...inWords(option.text)),
    taken && el("span", { class: "mark" }, t("您的答案", "your answer")),
    right && el("span", { class: "mark good" }, t("正确答案", "right answer")),
    why && !right && el("div", { class: "quiet small", lang: "zh-CN" }, why),
  );
}

/** Rows with the option that was put to each, and the right one. @param {Item} item */
function rowsView(item) {
  const named = (/** @type {string[]} */ refs, /** @type {string[]} */ among) => {
    const at = refs.findIndex((ref) => among.includes(ref));
    return at < 0 ? "—" : plainOf(item.options[at].text);
  };
  return el(
    "table",
    { class: "dense" },
    el("thead", {}, el("tr", {}, [t("位置", "Row"), t("您的答案", "Your answer"), t("正确答案", "Right answer")].map((one) => el("th", { scope: "col" }, one)))),
    el("tbody", {}, item.rows.map((row) => el("tr", {}, el("th", { scope: "row", lang: "zh-CN" }, ...inWords(row.text)), el("td", { lang: "zh-CN" }, named(row.refs, item.taken)), el("td", { lang: "zh-CN" }, named(row.refs, item.key))))),
  );
}

/** @param {string} given @param {string} right */
function pair(given, right) {
  return el("dl", { class: "facts" }, el("div", {}, el("dt", {}, t("您的答案", "Your answer")), el("dd", {}, given)), el("div", {}, el("dt", {}, t("正确答案", "Right answer")), el("dd", {}, right)));
}
