/** The clock stands still, in a pause or a rest, and the paper is covered; after a rest until somebody is back. */

import { el, setText } from "../shared/dom.js";
import { t } from "../shared/words.js";
import { asClock, Countdown } from "./countdown.js";
import { plainFrame } from "./frame.js";
import { messageList } from "./messages.js";

/**
 * @param {import("./app.js").App} app
 * @param {() => void} again
 * @returns {import("./main.js").Screen}
 */
export function pausedScreen(app, again) {
  const rests = !app.cameBack;
  const title = rests ? t("休息", "Rest") : t("考试已暂停", "The exam is paused");
  const left = el("span", { class: "big-clock code" });
  const label = el("span", { class: "quiet" });
  const clock = el("p", { class: "labelled-clock" }, label, left);
  const says = el("p", { class: "waiting-line", role: "status" });
  const back = el("button", { type: "button", on: { click: () => app.comeBack() } }, t("我已回来，继续作答", "I am back: go on"));
  const messages = messageList(app);
  const ends = new Countdown();
  const element = plainFrame(title, again, clock, says, rests && el("div", { class: "row" }, back), messages.element);
  const update = () => {
    const state = app.state;
    ends.anchor(state ? state.resting_ms : null, performance.now());
    if (rests) back.hidden = app.paused;
    messages.update();
    tick();
  };
  const tick = () => {
    const ms = app.paused ? app.state && app.state.remaining_ms : app.countdown.remaining();
    setText(label, app.paused ? t("剩余作答时间（已停表）", "Time left to answer (standing still)") : t("剩余作答时间", "Time left to answer"));
    setText(left, typeof ms === "number" ? asClock(ms) : "--:--");
    setText(says, wordsOf(app, ends.remaining()));
  };
  update();
  return { title, element, update, tick };
}

/** @param {import("./app.js").App} app @param {number|null} rest */
function wordsOf(app, rest) {
  const still = t("时间不计，作答都已保留。", "No time runs and every answer is kept. ");
  if (!app.paused) return t("休息已结束，计时已经继续。", "The rest is over and the clock runs.");
  if (rest === null) return still + t("请留在座位上，等候监考员。", "Stay at your seat and wait for the invigilator.");
  const minutes = Math.ceil(rest / 60000);
  return still + t(`休息还有约 ${minutes} 分钟，到时自动继续计时。`, `The rest lasts about ${minutes} more min; then the clock goes on by itself.`);
}
