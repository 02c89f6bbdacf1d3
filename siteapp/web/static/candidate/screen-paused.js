/** The exam is paused: the paper is covered, and no time runs. */

import { el, setText } from "../shared/dom.js";
import { t } from "../shared/words.js";
import { asClock } from "./countdown.js";
import { plainFrame } from "./frame.js";
import { messageList } from "./messages.js";

/**
 * @param {import("./app.js").App} app
 * @param {() => void} again
 * @returns {import("./main.js").Screen}
 */
export function pausedScreen(app, again) {
  const title = t("考试已暂停", "The exam is paused");
  const left = el("p", { class: "big-clock code", "aria-label": t("剩余时间", "Time left") });
  const messages = messageList(app);
  const says = t("时间不计，作答都已保留。请留在座位上，等候监考员。", "No time runs and every answer is kept. Stay at your seat and wait for the invigilator.");
  const element = plainFrame(title, again, left, el("p", { class: "waiting-line", role: "status" }, says), messages.element);
  const update = () => {
    const ms = app.state && app.state.remaining_ms;
    setText(left, typeof ms === "number" ? asClock(ms) : "--:--");
    messages.update();
  };
  update();
  return { title, element, update };
}
