/** Screen 2: is this you, and is this your seat? */

import { el } from "../shared/dom.js";
import { say, t } from "../shared/words.js";
import { factList, notice, plainFrame, workingButton } from "./frame.js";
import { handView } from "./hand-view.js";

/**
 * @param {import("./app.js").App} app
 * @param {() => void} again
 * @returns {import("./main.js").Screen}
 */
export function confirmScreen(app, again) {
  const title = t("确认身份和座位", "Confirm who you are and where you sit");
  const { record } = /** @type {import("./attempt.js").Attempt} */ (app.attempt);
  const problem = el("div", {});
  const hand = handView(app);
  const wrong = el(
    "button",
    { type: "button", class: "plain", on: { click: () => problem.replaceChildren(somethingWrong(app)) } },
    t("信息不对", "Something is wrong"),
  );
  const element = plainFrame(
    title,
    again,
    el("div", { class: "identity" }, photoOf(app, record.candidate.name), facts(record)),
    problem,
    el("div", { class: "row" }, workingButton(t("信息无误，确认", "All correct, confirm"), problem, () => app.confirm()), wrong, hand.element),
  );
  return { title, element, update: hand.update };
}

/** The photo that headquarters sent, once it is here. @param {import("./app.js").App} app @param {string} name */
function photoOf(app, name) {
  const place = el("div", { class: "photo-place" }, noPhoto(name));
  app.server.photo().then(
    (blob) => {
      const address = URL.createObjectURL(blob);
      const shown = el("img", { class: "photo", src: address, alt: t(`照片：${name}`, `Photo of ${name}`) });
      shown.addEventListener("load", () => URL.revokeObjectURL(address));
      place.replaceChildren(shown);
    },
    // Nobody is kept from the paper by a photo: the invigilator compares by eye.
    (error) => console.info("no photo", String(error)),
  );
  return place;
}

/** Without a photo the family name stands in; it is cut by character, not by code unit (𠮷). @param {string} name */
function noPhoto(name) {
  return el(
    "div",
    { class: "photo", role: "img", "aria-label": t("没有照片", "No photo") },
    el("span", { "aria-hidden": "true", lang: "zh-CN" }, Array.from(name)[0] || "?"),
    el("span", { class: "small", "aria-hidden": "true" }, t("无照片", "no photo")),
  );
}

/** @param {import("./types.js").Record_} record */
function facts(record) {
  const { candidate, session, sitting } = record;
  return factList([
    [t("姓名", "Name"), el("span", { lang: "zh-CN" }, candidate.name)],
    [t("准考证号", "Admission number"), el("span", { class: "code" }, candidate.admission)],
    [t("考试", "Examination"), say(sitting.title)],
    [t("场次", "Session"), say(session.name)],
    [t("学校", "School"), el("span", { lang: "zh-CN" }, candidate.school)],
    [t("座位号", "Seat"), el("strong", { class: "seat" }, String(candidate.seat))],
  ]);
}

/** @param {import("./app.js").App} app */
function somethingWrong(app) {
  const back = el("button", { type: "button", class: "plain", on: { click: () => app.leave() } }, t("返回登录", "Back to sign-in"));
  return notice(
    "warn",
    el("p", {}, t("请举手告诉监考员。如果登录的不是您，请返回登录。", "Raise your hand and tell the invigilator. If this is not you, go back to the sign-in.")),
    back,
  );
}
