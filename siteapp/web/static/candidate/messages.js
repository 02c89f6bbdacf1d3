/** Messages from the invigilator; each stays until the candidate puts it away. */

import { announce, el } from "../shared/dom.js";
import { say, t } from "../shared/words.js";

/** @param {import("./app.js").App} app @returns {{element: HTMLElement, update: () => void}} */
export function messageList(app) {
  const element = el("section", { class: "messages", "aria-label": t("监考员消息", "Messages from the invigilator") });
  let shown = "";
  const update = () => {
    const open = unread(app);
    const ids = open.map((message) => message.id).join();
    if (ids === shown) return;
    shown = ids;
    element.replaceChildren(...open.map((message) => one(app, message)));
  };
  update();
  return { element, update };
}

/** @param {import("./app.js").App} app @returns {import("./types.js").Message[]} */
function unread(app) {
  const { attempt, state } = app;
  if (!attempt || !state) return [];
  return state.messages.filter((message) => !attempt.record.read.includes(message.id));
}

/** @param {import("./app.js").App} app @param {import("./types.js").Message} message */
function one(app, message) {
  const putAway = () => {
    const { attempt } = app;
    if (!attempt) return;
    attempt.record.read.push(message.id);
    attempt.write();
    app.changed();
  };
  return el(
    "div",
    { class: "notice message" },
    el("span", {}, el("strong", {}, t("监考员：", "Invigilator: ")), say(message)),
    el("button", { type: "button", class: "plain small", on: { click: putAway } }, t("知道了", "Got it")),
  );
}

/** Reads out what was not read out yet. @param {Set<string>} announced @param {import("./types.js").Message[]} messages */
export function announceNew(announced, messages) {
  for (const message of messages.filter((one) => !announced.has(one.id))) {
    announced.add(message.id);
    announce(t(`监考员消息：${message.zh}`, `Message from the invigilator: ${message.en || message.zh}`));
  }
}
