/** Two ends that are no hand-in: the candidate sits elsewhere now, or answers in another tab. */

import { el } from "../shared/dom.js";
import { say, t } from "../shared/words.js";
import { notice, plainFrame, workingButton } from "./frame.js";

/**
 * @param {import("./app.js").App} app
 * @param {() => void} again
 * @returns {import("./main.js").Screen}
 */
export function movedScreen(app, again) {
  const title = t("考生已换座位", "The candidate sits elsewhere now");
  const error = app.stopped && app.stopped.error;
  const next = el("button", { type: "button", class: "plain", on: { click: () => app.nextCandidate() } }, t("供其他考生使用", "Free for another candidate"));
  const element = plainFrame(
    title,
    again,
    notice(
      "warn",
      el("p", {}, t("这位考生在另一个座位继续考试，本机已锁定，不能再作答。", "This candidate goes on at another seat. This machine is locked and takes no more answers.")),
      error && el("p", {}, say(error.words)),
    ),
    el("p", {}, t("请到新座位登录，已保存的作答都在。本机如有尚未上传的作答，仍会保留。", "Sign in at the new seat: every saved answer is there. Answers that this machine has not sent yet stay on it.")),
    el("div", { class: "row" }, next),
  );
  return { title, element };
}

/**
 * @param {import("./app.js").App} app
 * @param {() => void} again
 * @returns {import("./main.js").Screen}
 */
export function elsewhereScreen(app, again) {
  const title = t("试卷已在另一个页面打开", "The paper is open in another tab");
  const problem = el("div", {});
  const element = plainFrame(
    title,
    again,
    el("p", {}, t("同一份试卷只能在一个页面作答。请回到原来的页面，或在这里继续。", "A paper is answered in one tab only. Go back to the other tab, or go on here.")),
    problem,
    el("div", { class: "row" }, workingButton(t("在这里继续", "Continue here"), problem, () => app.continueHere())),
  );
  return { title, element };
}
