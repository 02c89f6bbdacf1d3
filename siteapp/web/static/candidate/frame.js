/** What the screens share: the plain frame, notices, and how a refusal is said. */

import { el } from "../shared/dom.js";
import { lookTools } from "../shared/look.js";
import { problem } from "../shared/problem.js";
import { t } from "../shared/words.js";
import { kindBand } from "./kind.js";
import { Refusal } from "./server.js";

/** @typedef {import("../shared/dom.js").Child} Child */

/**
 * A screen in the plain frame: top bar, one column.
 * @param {string} title the heading
 * @param {() => void} again draws anew in the other language
 * @param {...(Child|Child[])} content
 */
export function plainFrame(title, again, ...content) {
  return el(
    "div",
    { class: "plain-frame" },
    el(
      "header",
      { class: "top" },
      el("span", { class: "name" }, t("考试机", "Student machine")),
      el("div", { class: "end" }, lookTools(again)),
    ),
    kindBand(),
    el("main", { id: "main" }, el("div", { class: "card sheet" }, el("h1", { tabindex: "-1" }, title), ...content)),
  );
}

/** A notice; assistive technology reads it when it appears. @param {"good"|"warn"|"bad"|""} manner @param {...(Child|Child[])} content */
export function notice(manner, ...content) {
  return el("div", { class: `notice ${manner}`, role: manner === "bad" ? "alert" : "status" }, ...content);
}

/** What went wrong and what the person can do. @param {unknown} error */
export function failure(error) {
  if (!(error instanceof Refusal)) {
    return notice(
      "bad",
      el("strong", {}, t("现在连不上服务器。", "The server cannot be reached now.")),
      " ",
      t("请稍候再试；仍然不行，请举手。", "Try again in a moment; if it stays so, raise your hand."),
    );
  }
  const wait = t(`请在 ${error.waitMs / 1000} 秒后再试。`, `Try again in ${error.waitMs / 1000} seconds.`);
  return problem(error.words, error.hint, error.code, error.waitMs > 0 && el("div", {}, wait));
}

/**
 * A button whose work may fail: disabled meanwhile, the failure is shown in `place`.
 * @param {string} label @param {HTMLElement} place @param {() => Promise<void>} work
 */
export function workingButton(label, place, work) {
  const button = el("button", { type: "button" }, label);
  button.addEventListener("click", async () => {
    button.disabled = true;
    place.replaceChildren();
    try {
      await work();
    } catch (error) {
      place.replaceChildren(failure(error));
    } finally {
      button.disabled = false;
    }
  });
  return button;
}

/** Facts as a list of terms. @param {[string, Child][]} facts */
export function factList(facts) {
  return el(
    "dl",
    { class: "facts" },
    facts.map(([term, fact]) => el("div", {}, el("dt", {}, term), el("dd", {}, fact))),
  );
}
