/** Screen 7: the receipt. The candidate notes the code and may leave. */

import { el } from "../shared/dom.js";
import { say, t } from "../shared/words.js";
import { factList, notice, plainFrame } from "./frame.js";
import { repeats } from "./kind.js";
import { reviewView } from "./screen-review.js";

/** @typedef {import("./app.js").App} App */

/**
 * @param {App} app
 * @param {() => void} again
 * @returns {import("./main.js").Screen}
 */
export function receiptScreen(app, again) {
  const title = t("交卷成功", "Handed in");
  const finished = /** @type {import("./session.js").Finished} */ (app.receipt);
  const next = el("button", { type: "button", class: "plain", on: { click: () => app.nextCandidate() } }, t("下一位考生", "Next candidate"));
  const element = plainFrame(
    title,
    again,
    el("p", { class: "center" }, t("回执码（请记下）", "Receipt code (please note it)")),
    el("p", { class: "receipt code" }, finished.receipt || "—"),
    facts(finished),
    finished.review && reviewView(finished.review),
    finished.left > 0 ? left(finished.left) : finished.next ? goesOn(app, finished.next) : mayLeave(),
    el("p", { class: "quiet small" }, t("「下一位考生」由监考员按下，会清除本页的回执。", "“Next candidate” is for the invigilator: it clears this receipt.")),
    el("div", { class: "row" }, repeats() && anew(app), next),
  );
  return { title, element };
}

/** @param {import("./session.js").Finished} finished */
function facts(finished) {
  /** @type {[string, import("../shared/dom.js").Child][]} */
  const rows = [
    [t("姓名", "Name"), el("span", { lang: "zh-CN" }, finished.name)],
    [t("座位号", "Seat"), String(finished.seat)],
    [t("考试", "Examination"), say(finished.title)],
  ];
  if (finished.of !== null) rows.push([t("已作答", "Answered"), `${finished.answered} / ${finished.of}`]);
  return factList(rows);
}

/** Another paper follows: what, how long, after which rest. @param {import("./app.js").App} app @param {import("./types.js").Next} next */
function goesOn(app, next) {
  const rest = Math.ceil(next.rest_ms / 60000);
  const pause = rest ? t(`先休息 ${rest} 分钟。`, `First there is a break of ${rest} min. `) : "";
  return notice(
    "good",
    el("p", {}, el("strong", {}, t("您还有下一科：", "Another paper follows: ")), say(next.title), t(`，${next.minutes} 分钟。`, `, ${next.minutes} minutes. `), pause),
    el("button", { type: "button", on: { click: () => app.nextPaper() } }, t("登录下一科", "Sign in for the next paper")),
  );
}

/** A rehearsal or practice is taken again: the same person signs in anew. @param {App} app */
function anew(app) {
  return el("button", { type: "button", on: { click: () => app.nextPaper() } }, t("再做一次", "Take it again"));
}

function mayLeave() {
  return notice("good", el("strong", {}, t("您可以离开了。", "You may leave.")), " ", t("请带好随身物品，保持安静。", "Take your things with you and stay quiet."));
}

/** Said plainly: these answers did not reach the server. @param {number} count */
function left(count) {
  return notice(
    "bad",
    el("strong", {}, t("请先举手，不要离开。", "Raise your hand before you leave.")),
    " ",
    t(
      `有 ${count} 题的最后改动没有计入（收卷前未到达服务器），仍保存在本机。请告诉监考员。`,
      `The last changes of ${count} answers did not count: they did not reach the server before the collection. They are still kept on this machine. Tell the invigilator.`,
    ),
  );
}
