/** The list of keys, and the switch that turns the single-character ones off. */

import { tell } from "../shared/dialog.js";
import { el } from "../shared/dom.js";
import { change, shortcutsOn } from "../shared/look.js";
import { t } from "../shared/words.js";

export function keysHelp() {
  const box = el("input", { type: "checkbox", id: "shortcuts", checked: shortcutsOn() });
  box.addEventListener("change", () => change({ shortcuts: box.checked }));
  tell(t("键盘操作", "Keyboard"), [
    el("table", { class: "keys" }, el("tbody", {}, rows().map(([keys, what]) => el("tr", {}, el("th", { scope: "row", class: "code" }, keys), el("td", {}, what))))),
    el("label", { class: "commitment", for: "shortcuts" }, box, el("span", {}, t("启用单键操作（字母和数字）", "Single-key shortcuts (letters and digits)"))),
  ]);
}

/** @returns {[string, string][]} */
function rows() {
  return [
    ["A – E", t("选择或取消该选项", "choose that option, or leave it")],
    ["↑ ↓", t("在选项间移动", "move among the options")],
    [t("空格", "Space"), t("选中当前选项", "take the option in focus")],
    ["← →", t("上一题、下一题", "previous and next question")],
    ["Page Up, Page Down", t("上一题、下一题", "previous and next question")],
    ["0 – 9", t("输入题号，跳到该题", "type a number to go to that question")],
    ["F", t("标记或取消标记", "flag or remove the flag")],
    ["Tab", t("移到下一个按钮或区域", "next button or area")],
  ];
}
