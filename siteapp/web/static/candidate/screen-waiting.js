/** Screen 4: the waiting room, until the invigilator opens the sitting. */

import { el, setText } from "../shared/dom.js";
import { say, t } from "../shared/words.js";
import { timeOfDay } from "./countdown.js";
import { factList, plainFrame } from "./frame.js";
import { handView } from "./hand-view.js";
import { messageList } from "./messages.js";
import { checkQuietly } from "./quick-check.js";

/**
 * @param {import("./app.js").App} app
 * @param {() => void} again
 * @returns {import("./main.js").Screen}
 */
export function waitingScreen(app, again) {
  const title = t("候考", "Waiting room");
  const { record } = /** @type {import("./attempt.js").Attempt} */ (app.attempt);
  const clock = el("div", { class: "big-clock code", role: "timer", "aria-label": t("服务器时间", "Server time") }, "--:--:--");
  const line = el("p", { class: "waiting-line", role: "status" });
  const messages = messageList(app);
  const hand = handView(app);
  const element = plainFrame(
    title,
    again,
    el("p", { class: "quiet center" }, t("服务器时间", "Server time")),
    clock,
    line,
    messages.element,
    factList([
      [t("考试", "Examination"), say(record.sitting.title)],
      [t("时长", "Duration"), t(`${record.sitting.minutes} 分钟`, `${record.sitting.minutes} minutes`)],
      [t("姓名", "Name"), el("span", { lang: "zh-CN" }, record.candidate.name)],
      [t("座位号", "Seat"), String(record.candidate.seat)],
    ]),
    el("div", { class: "row" }, hand.element),
  );
  const update = () => {
    setText(line, lineOf(app));
    messages.update();
    hand.update();
  };
  const tick = () => {
    const { ms, at } = app.serverClock;
    if (ms) setText(clock, timeOfDay(ms + performance.now() - at));
  };
  update();
  tick();
  const leave = checkQuietly(record.candidate.seat);
  return { title, element, update, tick, leave };
}

/** @param {import("./app.js").App} app */
function lineOf(app) {
  if (app.contact === "away") {
    return t("暂时连不上服务器，正在重试。请不要关闭页面。", "The server cannot be reached; trying again. Do not close this page.");
  }
  const rest = app.state && app.state.rest_ms;
  if (rest) {
    const minutes = Math.ceil(rest / 60000);
    return t(`休息中，还有约 ${minutes} 分钟；结束后本科自动开始。`, `A break of about ${minutes} more min; this paper begins by itself after it.`);
  }
  if (app.state && (app.state.open || app.state.phase === "started")) {
    return t("考试已开放，正在取试卷……", "The sitting is open; fetching your paper …");
  }
  const hindrance = app.state && app.state.hindrance;
  if (hindrance === "too-late") return t("已超过迟到时限，请举手，由监考员决定是否准入。", "You are past the cut-off: raise your hand, an invigilator decides.");
  if (hindrance === "not-checked-in") return t("请留在座位上，等候监考员核验身份。", "Wait at your seat: an invigilator checks your identity.");
  return t("请安静等候。监考员开放考试后，试卷会自动出现。", "Please wait quietly. The paper appears by itself when the invigilator opens the sitting.");
}
