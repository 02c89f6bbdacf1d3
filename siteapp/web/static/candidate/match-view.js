/** Rows that each get one of the options, by a list to choose from: no pointer is needed. */

import { el, setText } from "../shared/dom.js";
import { t } from "../shared/words.js";
import { plainOf, shown } from "./markup.js";
import { stemOf } from "./stem.js";

/** @param {import("./app.js").App} app @param {import("./places.js").Place} place @returns {import("./place-view.js").AnswerView} */
export function matchView(app, place) {
  const attempt = /** @type {import("./attempt.js").Attempt} */ (app.attempt);
  const lists = place.rows.map((row, i) => listOf(place, row, i));
  const keep = () => attempt.answer(place.ref, lists.map((list) => list.value).filter(Boolean));
  const rows = place.rows.map((row, i) =>
    el("div", { class: "match-row" }, el("label", { for: `row-${i}`, lang: "zh-CN" }, ...shown(attempt.materials, row.text)), lists[i]),
  );
  const done = el("p", { class: "quiet small", role: "status" });
  const element = el("div", { class: "match", role: "group", "aria-labelledby": "stem", on: { change: keep } }, stemOf(app, place), rows, done);
  const update = () => {
    const taken = attempt.ledger.response(place.ref) || [];
    place.rows.forEach((row, i) => {
      lists[i].value = row.refs.find((ref) => taken.includes(ref)) || "";
    });
    const count = lists.filter((list) => list.value).length;
    setText(done, t(`已匹配 ${count} / ${lists.length} 行`, `${count} of ${lists.length} rows matched`));
  };
  return { element, update };
}

/** @param {import("./places.js").Place} place @param {import("./types.js").Row} row @param {number} i */
function listOf(place, row, i) {
  const options = place.options.map((option, n) => el("option", { value: row.refs[n], lang: "zh-CN" }, plainOf(option.text)));
  return el("select", { id: `row-${i}` }, el("option", { value: "" }, t("请选择", "Choose")), options);
}
