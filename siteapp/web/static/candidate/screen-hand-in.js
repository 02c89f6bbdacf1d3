/** Screen 6: what is unanswered and flagged, the question before it is final, and the wait in line. */

import { ask } from "../shared/dialog.js";
import { el, setText } from "../shared/dom.js";
import { say, t } from "../shared/words.js";
import { asClock } from "./countdown.js";
import { filesOnTheWay } from "./files-warning.js";
import { failure, notice, plainFrame } from "./frame.js";
import { moveFocus, standingOf } from "./grid.js";
import { messageList } from "./messages.js";
import { isOpenNow, otherPart } from "./parts.js";
import { countdownView, marksView } from "./paper-head.js";

/** @typedef {import("./app.js").App} App */
/** @typedef {import("./places.js").Place} Place */

/**
 * @param {App} app
 * @param {() => void} again
 * @returns {import("./main.js").Screen}
 */
export function handInScreen(app, again) {
  const title = t("交卷前检查", "Before you hand in");
  const attempt = /** @type {import("./attempt.js").Attempt} */ (app.attempt);
  const clock = countdownView(app);
  const marks = marksView(app);
  const messages = messageList(app);
  const wait = el("p", { class: "quiet", role: "status" });
  const files = filesOnTheWay(app);
  const submit = el("button", { type: "button", class: "danger", on: { click: () => question(app) } }, t("交卷", "Hand in"));
  const back = el("button", { type: "button", class: "plain", on: { click: () => app.review(false) } }, t("返回继续作答", "Back to the paper"));
  const element = plainFrame(
    title,
    again,
    messages.element,
    app.handInRefusal && failure(app.handInRefusal),
    el("div", { class: "row review-state" }, clock.element, marks.element),
    summary(app),
    files.element,
    listOf(app, t("未作答", "Not answered"), reachable(app).filter((place) => isOpen(app, place))),
    listOf(app, t("已标记", "Flagged"), reachable(app).filter((place) => attempt.isFlagged(place.ref))),
    wait,
    el("div", { class: "row" }, back, submit),
  );
  const tick = () => {
    clock.tick();
    showEarliest(app, wait, submit);
  };
  const update = () => {
    marks.update();
    messages.update();
    files.update();
  };
  tick();
  return { title, element, tick, update };
}

/** @param {App} app @param {Place} place */
function isOpen(app, place) {
  const s = standingOf(app, place);
  return !s.answered;
}

/** What may still be answered: where parts have times of their own, the open part. @param {App} app */
function reachable(app) {
  return app.attempt ? app.attempt.places.filter((place) => isOpenNow(app, place)) : [];
}

/** @param {App} app */
function summary(app) {
  const places = reachable(app);
  const open = places.filter((place) => isOpen(app, place)).length;
  const answered = places.length - open;
  return notice(
    open ? "warn" : "good",
    el("strong", {}, t(`已作答 ${answered} / ${places.length} 题`, `${answered} of ${places.length} answered`)),
    open ? t(`，还有 ${open} 题未作答。`, `; ${open} not answered.`) : t("，没有遗漏。", "; none left out."),
  );
}

/**
 * Cells to jump back by. One tab stop, else the way to the hand-in would lead through every one of them.
 * @param {App} app @param {string} title @param {Place[]} places
 */
function listOf(app, title, places) {
  if (!places.length) return null;
  const cells = places.map((place) => jump(app, place));
  cells.slice(1).forEach((cell) => (cell.tabIndex = -1));
  const arrows = (/** @type {KeyboardEvent} */ event) => moveFocus(event, cells);
  return el(
    "section",
    {},
    el("h2", {}, `${title} ${places.length}`),
    el("ul", { class: "jump-list", on: { keydown: arrows } }, cells.map((cell) => el("li", {}, cell))),
  );
}

/** @param {App} app @param {Place} place */
function jump(app, place) {
  const go = () => {
    if (app.attempt) app.attempt.record.place = app.attempt.places.indexOf(place);
    app.review(false);
  };
  const label = t(`第 ${place.number} 题，${say(place.group.title)}`, `Question ${place.number}, ${say(place.group.title)}`);
  return el("button", { type: "button", class: "cell", "aria-label": label, on: { click: go } }, String(place.number));
}

/** @param {App} app @param {HTMLElement} wait @param {HTMLButtonElement} submit */
function showEarliest(app, wait, submit) {
  const left = app.earliest.remaining();
  const early = left !== null && left > 0;
  submit.disabled = early;
  const parts = app.parts.last ? "" : otherPart(app) + t("。", ". ");
  setText(wait, early ? parts + t(`${asClock(left)} 后才能交卷。`, `You can hand in after ${asClock(left)}.`) : "");
}

/** The question before it is final. @param {App} app */
async function question(app) {
  const places = reachable(app);
  const open = places.filter((place) => isOpen(app, place)).length;
  const given = await ask({
    title: t("确定交卷吗？", "Hand in now?"),
    says: [
      t("交卷后不能再修改作答。", "After this nothing can be changed."),
      open > 0 && el("p", {}, el("strong", {}, t(`还有 ${open} 题未作答。`, `${open} are not answered.`))),
      filesOnTheWay(app).element,
      app.contact === "away" && el("p", {}, t("现在连不上服务器：交卷会排队等候，恢复后自动完成。请不要关机。", "The server is away: the hand-in waits in line and goes through by itself. Leave the machine on.")),
    ],
    yes: t("确定交卷", "Hand in"),
    no: t("再检查一下", "Not yet"),
    danger: true,
  });
  if (given) app.handIn("candidate");
}

/**
 * Answering is over here; the hand-in waits until the server has everything.
 * @param {App} app
 * @param {() => void} again
 * @returns {import("./main.js").Screen}
 */
export function inLineScreen(app, again) {
  const byTime = app.attempt && app.attempt.record.ending === "time";
  const title = byTime ? t("考试时间到，正在收卷", "Time is up: collecting your paper") : t("正在交卷", "Handing in");
  const marks = marksView(app);
  const line = el("p", { role: "status", class: "waiting-line" });
  const trouble = el("div", {});
  const files = filesOnTheWay(app);
  const element = plainFrame(
    title,
    again,
    line,
    marks.element,
    trouble,
    files.element,
    el("p", { class: "quiet" }, t("请不要关闭页面，也不要关机。确认后会显示回执码。", "Do not close this page or switch the machine off. The receipt code appears when the server has confirmed.")),
  );
  const update = () => {
    marks.update();
    files.update();
    setText(line, t("交卷已提交，等待服务器确认。", "Your hand-in is in line, waiting for the server to confirm."));
    const missing = app.collection ? app.collection.missing.length : 0;
    if (!missing || trouble.firstChild) return;
    trouble.append(notice("warn", t("服务器缺少部分作答，正在重新发送。如果一直停在这里，请举手。", "The server lacks some answers; they are being sent again. If this does not go on, raise your hand.")));
  };
  update();
  return { title, element, update };
}
