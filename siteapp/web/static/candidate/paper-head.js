/** The head of the paper: title, candidate, countdown; below it the two honest marks and the connection. */

import { el, setText } from "../shared/dom.js";
import { lookTools } from "../shared/look.js";
import { say, t } from "../shared/words.js";
import { asClock, urgency } from "./countdown.js";
import { handView } from "./hand-view.js";
import { kindBand } from "./kind.js";
import { keysHelp } from "./keys-help.js";
import { rescueView } from "./rescue-view.js";

/** @typedef {import("./app.js").App} App */

/** @param {App} app @param {() => void} again */
export function paperHead(app, again) {
  const { record } = /** @type {import("./attempt.js").Attempt} */ (app.attempt);
  const clock = countdownView(app);
  const marks = marksView(app);
  const hand = handView(app);
  const said = el("span", { class: "mark time-said", "aria-hidden": "true", hidden: true });
  const element = el(
    "header",
    { class: "head" },
    kindBand(),
    el(
      "div",
      { class: "head-row" },
      el("div", { class: "head-title" }, say(record.sitting.title)),
      el("div", { class: "head-person" }, el("span", { lang: "zh-CN" }, record.candidate.name), ` · ${t("座位", "Seat")} ${record.candidate.seat}`),
      said,
      clock.element,
      handInButton(app),
    ),
    el("div", { class: "head-row marks-row" }, marks.element, el("div", { class: "end" }, hand.element, lookTools(again), keysButton())),
  );
  const update = () => {
    marks.update();
    hand.update();
  };
  const tick = () => {
    clock.tick();
    said.hidden = !app.said.text;
    setText(said, app.said.text);
  };
  tick();
  return { element, tick, update };
}

/** @param {App} app */
function handInButton(app) {
  return el("button", { type: "button", class: "hand-in", on: { click: () => app.review(true) } }, t("交卷", "Hand in"));
}

function keysButton() {
  return el("button", { type: "button", class: "tool", on: { click: () => keysHelp() } }, t("键盘", "Keyboard"));
}

/** @param {App} app */
export function countdownView(app) {
  const time = el("span", { class: "countdown-time code" });
  const words = el("span", { class: "small" });
  const element = el(
    "div",
    { class: "countdown", role: "timer" },
    words,
    time,
  );
  const tick = () => {
    const part = app.parts.last ? null : app.parts.index;
    setText(words, part === null ? t("剩余时间", "Time left") : t(`第 ${part + 1} 部分剩余`, `Left of part ${part + 1}`));
    const left = part === null ? app.countdown.remaining() : app.parts.clock.remaining();
    setText(time, left === null ? "--:--" : asClock(left));
    const level = urgency(left);
    if (element.dataset.level !== level) element.dataset.level = level;
  };
  tick();
  return { element, tick };
}

/** The two marks, what was refused, and whether the server answers. @param {App} app */
export function marksView(app) {
  const server = el("span", { class: "mark" });
  const here = el("span", { class: "mark" });
  const refused = el("span", { class: "mark bad" });
  const contact = el("span", { class: "contact", role: "status" });
  const rescue = rescueView(app);
  const element = el("div", { class: "marks" }, server, here, refused, contact, rescue.element);
  const update = () => {
    rescue.update();
    if (!app.attempt) return;
    const marks = app.attempt.marks();
    setText(server, t(`已保存到服务器 ${marks.onServer}`, `On the server ${marks.onServer}`));
    server.className = `mark ${marks.onServer ? "good" : ""}`;
    setText(here, whereElse(app.local.works, marks.onlyHere));
    here.className = `mark ${marks.onlyHere ? (app.local.works ? "warn" : "bad") : ""}`;
    refused.hidden = !marks.refused;
    setText(refused, t(`服务器未接受 ${marks.refused}`, `Not taken by the server ${marks.refused}`));
    const { level, text } = contactOf(app);
    contact.dataset.level = level;
    setText(contact, text);
  };
  update();
  return { element, update };
}

/** What is not on the server: kept on this machine, or on none. @param {boolean} kept @param {number} count */
function whereElse(kept, count) {
  if (kept || !count) return t(`仅保存在本机 ${count}`, `Only on this machine ${count}`);
  return t(`尚未保存 ${count}`, `Not saved yet ${count}`);
}

/** One sentence that is true about the way of the answers. @param {App} app */
function contactOf(app) {
  const { attempt, contact, local } = app;
  if (!local.works) {
    return { level: "bad", text: t("本机无法保存作答，请举手", "This machine cannot keep answers: raise your hand") };
  }
  if (contact === "away" && app.stage === "in-line") {
    return { level: "warn", text: t("连不上服务器，正在重试", "Server away: trying again") };
  }
  if (contact === "away" && app.undecided && app.overdue()) {
    return { level: "warn", text: t("连不上服务器；时间已到，补时待定，此后的作答不一定计入，请留在座位上", "Server away; time is over, extra time undecided: later answers may not count. Stay seated") };
  }
  if (contact === "away") {
    return { level: "warn", text: t("连不上服务器，请继续作答，恢复后自动上传", "Server away: go on answering, it is sent later") };
  }
  if (app.undecided && app.overdue()) {
    return { level: "warn", text: t("监考员正在决定补时，请留在座位上", "The invigilator decides on extra time: stay seated") };
  }
  const trouble = attempt && attempt.outbox.trouble;
  if (trouble) {
    const why = trouble.status === 507 ? t("服务器存储已满", "The server's disk is full") : t("服务器正忙", "The server is busy");
    return { level: "warn", text: t(`${why}，作答先保存在本机，请继续`, `${why}: answers are kept here, go on`) };
  }
  if (contact === "unknown") return { level: "", text: t("正在连接服务器", "Connecting to the server") };
  return { level: "good", text: t("已连接服务器", "Connected") };
}
