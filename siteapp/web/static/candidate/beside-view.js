/** What is read beside a question: a situation with its data table, or a task with its materials. */

import { el } from "../shared/dom.js";
import { t } from "../shared/words.js";
import { shown } from "./markup.js";
import { materialList } from "./materials-view.js";

/** @param {import("./app.js").App} app @param {NonNullable<import("./places.js").Place["beside"]>} beside */
export function besideView(app, beside) {
  const { materials } = /** @type {import("./attempt.js").Attempt} */ (app.attempt);
  const name = beside.materials.length || beside.title ? t("任务说明", "The task") : t("情景材料", "The situation");
  return el(
    "div",
    { class: "beside" },
    el(
      "div",
      { class: "scroll", tabindex: "0", role: "region", "aria-label": name },
      el("h2", {}, beside.title ? el("span", { lang: "zh-CN" }, beside.title) : name),
      el("div", { class: "prose", lang: "zh-CN" }, ...shown(materials, beside.text)),
      beside.table.length > 0 && dataTable(beside.table),
      beside.materials.length > 0 && materialList(app, beside.materials),
    ),
  );
}

/** First row is the head; a column of numbers is set right. @param {string[][]} rows */
function dataTable(rows) {
  const [head, ...body] = rows;
  const numeric = head.map((_, i) => body.every((row) => /^[-−]?[\d,.]+%?$/.test(row[i] || "")));
  const style = (/** @type {number} */ i) => (numeric[i] ? { class: "n" } : {});
  return el(
    "table",
    { class: "data", lang: "zh-CN" },
    el("thead", {}, el("tr", {}, head.map((text, i) => el("th", { scope: "col", ...style(i) }, text)))),
    el(
      "tbody",
      {},
      body.map((row) =>
        el("tr", {}, row.map((text, i) => (i ? el("td", style(i), text) : el("th", { scope: "row" }, text)))),
      ),
    ),
  );
}
