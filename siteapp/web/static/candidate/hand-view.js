/** The raised hand: one button that calls an invigilator, and says honestly whether the call got through. */

import { announce, el, setAttribute, setText } from "../shared/dom.js";
import { tell } from "../shared/dialog.js";
import { t } from "../shared/words.js";
import { failure } from "./frame.js";
import { Refusal } from "./server.js";

/** @param {import("./app.js").App} app @returns {{element: HTMLElement, update: () => void}} */
export function handView(app) {
  const button = el("button", { type: "button", class: "tool hand" });
  const isUp = () => Boolean(app.state && app.state.hand_raised);
  button.addEventListener("click", async () => {
    button.disabled = true;
    try {
      await app.raiseHand(!isUp());
      announce(isUp() ? t("已举手，监考员会过来", "Your hand is up; an invigilator will come") : t("已放下", "Your hand is down"));
    } catch (error) {
      if (error instanceof Refusal) tell(t("举手", "Raise hand"), [failure(error)]);
      else tell(t("举手", "Raise hand"), [t("现在连不上服务器，监考员看不到。请直接举手示意。", "The server is away, so nobody sees it. Raise your real hand.")]);
    } finally {
      button.disabled = false;
      button.focus();
    }
  });
  const update = () => {
    setText(button, isUp() ? t("已举手", "Hand is up") : t("举手", "Raise hand"));
    setAttribute(button, "aria-pressed", String(isUp()));
    button.title = isUp() ? t("监考员会过来；再按一次放下", "An invigilator will come; press again to take it down") : t("请监考员过来", "Call an invigilator");
  };
  update();
  return { element: button, update };
}
