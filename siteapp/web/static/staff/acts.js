/** What staff can do for a seat, for the room and for a sitting; each act asks for what it needs. */

import { ask, tell } from "../shared/dialog.js";
import { el } from "../shared/dom.js";
import { say, t } from "../shared/words.js";
import { button } from "./parts.js";
import { failed, RoomRefusal } from "./room-server.js";

/** @typedef {import("../shared/dialog.js").Field} Field */
/** @typedef {import("../shared/dialog.js").Question} Question */
/**
 * @typedef {object} Room
 * @property {boolean} isChief
 * @property {() => string} session the one on the screen
 * @property {() => boolean} readmits whether another machine needs a code
 * @property {(tile: any) => string|undefined} browser what the seat's page showed, where Safe Exam Browser is asked for
 * @property {(path: string, body: object) => Promise<any>} act sends it and shows the room after it
 * @property {(path: string, body: object) => Promise<void>} press the same for a button without a dialog
 * @property {() => string[]} spares seats of spare machines that nobody has
 * @property {() => unknown} reconcile shows or puts away what does not add up
 * @property {(words: string) => void} said a short word that it is done
 */

const MOST_MINUTES = 120;
const MOST_SEAT = 9999;
const MOST_REST = 60;
/** What the server objects to at a start, and a reason overrules. */
const OVERRULED = ["reserve-missing", "readiness-missing"];

/** @param {string[]} offers @returns {Field} */
function reason(...offers) {
  return { name: "reason", label: t("原因", "Reason"), kind: "text", offers };
}

/** @returns {string[]} */
function faults() {
  return [t("考试机故障", "Machine failed"), t("网络故障", "Network failed"), t("停电", "Power failed")];
}

/** @param {string} label @returns {Field} */
function note(label) {
  return { name: "note", label, kind: "long" };
}

/** Asks, sends, and says that it is done. @param {Room} room @param {Question} question @param {string} path @param {(given: Record<string, string>) => object} body */
async function asked(room, question, path, body) {
  const given = await ask({ failed, ...question, work: (all) => room.act(path, body(all)) });
  if (given) room.said(t(`已完成：${question.title}`, `Done: ${question.title}`));
}

/** @param {any} tile */
function nameOf(tile) {
  return t(`${tile.seat} 号 ${tile.name}`, `seat ${tile.seat} ${tile.name}`);
}

/** The buttons of one seat. @param {Room} room @param {any} tile */
export function seatActs(room, tile) {
  const who = { admission: tile.admission };
  const about = nameOf(tile);
  const box = el("div", { class: "acts" });
  if (tile.phase !== "handed-in") {
    box.append(button(t("换座位", "Move"), () => move(room, tile)));
    box.append(button(t("发消息", "Message"), () => message(room, who, about)));
    box.append(button(t("解除登录等待", "Lift sign-in wait"), () => lift(room, tile)));
    if (room.browser(tile) === "other") box.append(button(t("准许普通浏览器", "Let in without SEB"), () => anyBrowser(room, tile)));
  }
  if (tile.phase === "started") {
    box.append(button(t("补时", "Make-up time"), () => extend(room, who, about)));
    const goesOn = tile.state === "resting" ? t("结束休息", "End the rest") : t("恢复", "Resume");
    box.append(tile.paused_left_ms === null ? button(t("暂停", "Pause"), () => pause(room, who, about)) : button(goesOn, () => room.press("/resume", who), ""));
    if (tile.paused_left_ms === null) box.append(button(t("休息", "Rest"), () => rest(room, tile)));
    if (room.readmits()) box.append(button(t("换机准入码", "Code for another machine"), () => readmit(room, tile)));
    box.append(button(t("强制收卷", "Collect"), () => collect(room, tile), "danger"));
  }
  if (["expected", "signed-in", "confirmed"].includes(tile.phase)) {
    if (tile.phase !== "expected" && !tile.checked) box.append(button(t("核验身份", "Check in"), () => checkIn(room, tile), ""));
    if (tile.late_comer) box.append(button(t("迟到准入", "Admit late"), () => admit(room, tile)));
    box.append(button(t("缺考", "Absent"), () => absent(room, tile)));
  }
  if (tile.phase === "handed-in") box.append(button(t("撤回交卷", "Take hand-in back"), () => reopen(room, tile)));
  box.append(button(t("记异常", "Incident"), () => incident(room, who, about)));
  if (room.isChief) box.append(button(t("违纪", "Violation"), () => violation(room, tile), "danger"));
  return box;
}

/** The buttons of the whole room. @param {Room} room */
export function roomActs(room) {
  const all = { admission: "" };
  const everyone = t("全考场", "whole room");
  return [
    el("h2", {}, t("全考场", "Whole room")),
    el(
      "div",
      { class: "acts" },
      button(t("补时", "Make-up time"), () => extend(room, all, everyone)),
      button(t("暂停全场", "Pause all"), () => pause(room, all, everyone)),
      button(t("恢复全场", "Resume all"), () => room.press("/resume", all)),
      button(t("收尾核对", "Does it add up?"), () => room.reconcile()),
      button(t("发消息", "Message"), () => message(room, all, everyone)),
      button(t("记异常", "Incident"), () => incident(room, all, everyone)),
      room.isChief && recordOf(room.session()),
    ),
  ];
}

/** What was recorded so far, as it is printed at the end. @param {string} session */
function recordOf(session) {
  const href = `/admin/sessions/${encodeURIComponent(session)}/papers/record`;
  return el("a", { class: "button plain", href }, t("考场情况记录单", "Room record"));
}

/** @param {Room} room @param {any} tile */
function move(room, tile) {
  /** @type {Field} */
  const seat = { name: "seat", label: t("换到几号座位", "To which seat"), kind: "number", min: 1, max: MOST_SEAT, offers: room.spares() };
  const says = [t("考生在新座位登录后继续，作答都在；原座位的页面随即失效。", "The candidate signs in there and goes on with every answer; the page at the old seat ends.")];
  const question = { title: t(`换座位 · ${nameOf(tile)}`, `Move · ${nameOf(tile)}`), says, fields: [seat, reason(...faults())], yes: t("换座位", "Move") };
  return asked(room, question, "/move", (given) => ({ admission: tile.admission, seat: Number(given.seat), reason: given.reason }));
}

/** @param {Room} room @param {{admission: string}} who @param {string} about */
function message(room, who, about) {
  /** @type {Field} */
  const text = { name: "text", label: t("消息", "Message"), kind: "long" };
  const says = [t("立即显示在考生页面上，直到考生按“知道了”。", "Shown on the candidate's page at once, until “Got it” is pressed.")];
  const question = { title: t(`发消息 · ${about}`, `Message · ${about}`), says, fields: [text], yes: t("发送", "Send") };
  return asked(room, question, "/message", (given) => ({ ...who, text: given.text }));
}

/** @param {Room} room @param {any} tile */
async function lift(room, tile) {
  await room.press("/lift", { seat: tile.seat });
}

/** @param {Room} room @param {{admission: string}} who @param {string} about */
function extend(room, who, about) {
  /** @type {Field} */
  const minutes = { name: "minutes", label: t("补几分钟", "How many minutes"), kind: "number", min: 1, max: MOST_MINUTES, offers: ["5", "10", "15"] };
  const title = t(`补时 · ${about}`, `Make-up time · ${about}`);
  return orByTwo(room, { title, fields: [minutes, reason(...faults())], yes: t("补时", "Give") }, "/extend",
    (given) => ({ ...who, minutes: Number(given.minutes), reason: given.reason }));
}

/** Asks and sends; what one alone may not decide is asked of a second person. @param {Room} room @param {Question} question @param {string} path @param {(given: Record<string, string>) => object} body */
async function orByTwo(room, question, path, body) {
  /** @type {{words: HTMLElement, body: object}|null} */
  let more = null;
  const work = async (/** @type {Record<string, string>} */ all) => {
    try {
      await room.act(path, body(all));
    } catch (error) {
      if (!(error instanceof RoomRefusal) || error.code !== "second-person-needed") throw error;
      more = { words: failed(error), body: body(all) };
    }
  };
  const given = await ask({ failed, ...question, work });
  if (more) return asked(room, { ...question, says: [/** @type {any} */ (more).words], fields: second() }, path, (two) => ({ .../** @type {any} */ (more).body, ...two }));
  if (given) room.said(t(`已完成：${question.title}`, `Done: ${question.title}`));
}

/** @param {Room} room @param {{admission: string}} who @param {string} about */
function pause(room, who, about) {
  const says = [t("试卷立即遮住，不能作答，时间不计；已作的答案都保留。恢复后接着计时。", "The paper is covered at once and no time runs; every answer is kept. The clock goes on when you resume."), !who.admission && t("此后开始作答的考生也一并暂停。", "Candidates who begin meanwhile are paused too.")].filter((one) => typeof one === "string");
  const question = { title: t(`暂停考试 · ${about}`, `Pause · ${about}`), says, fields: [reason(...faults(), t("消防或疏散", "Fire alarm"))], yes: t("暂停", "Pause") };
  return asked(room, question, "/pause", (given) => ({ ...who, reason: given.reason }));
}

/** @param {Room} room @param {any} tile */
function rest(room, tile) {
  const due = tile.rests_left > 0;
  const each = String(tile.rest_ms / 60000);
  const left = due
    ? t(`已批准的休息还有 ${tile.rests_left} 次，每次 ${each} 分钟。`, `${tile.rests_left} approved rests of ${each} min are left.`)
    : t("没有（或已用完）批准的休息：属临时安排，时间较长须两人决定。", "No approved rest is left: this one is not planned, and a longer one needs two people.");
  const says = [left, t("试卷立即遮住，时间不计；到时自动继续计时。", "The paper is covered at once and no time runs; when it is over the clock goes on by itself.")];
  /** @type {Field} */
  const minutes = { name: "minutes", label: t("休息几分钟", "How many minutes"), kind: "number", min: 1, max: MOST_REST, offers: due ? [each] : ["5"] };
  const question = { title: t(`休息 · ${nameOf(tile)}`, `Rest · ${nameOf(tile)}`), says, fields: [minutes, reason(t("已批准的休息安排", "Approved arrangement"), t("如厕", "Toilet"), t("身体不适", "Unwell"))], yes: t("开始休息", "Begin the rest") };
  return orByTwo(room, question, "/rest", (given) => ({ admission: tile.admission, minutes: Number(given.minutes), reason: given.reason }));
}

/** @param {Room} room @param {any} tile */
function reopen(room, tile) {
  /** @type {Field} */
  const minutes = { name: "minutes", label: t("另补几分钟（0 为不补）", "Minutes to give with it (0 for none)"), kind: "number", min: 0, max: MOST_MINUTES, offers: ["0", "5", "10"] };
  const says = [t("考生重新登录后接着作答，原答案都在，回执码作废。须两人决定。", "The candidate signs in again and goes on with every answer; the receipt code is void. Two people decide.")];
  const question = { title: t(`撤回交卷 · ${nameOf(tile)}`, `Take hand-in back · ${nameOf(tile)}`), says, fields: [minutes, reason(t("误交卷", "Handed in by mistake")), ...second()], yes: t("撤回交卷", "Take it back"), danger: true };
  return asked(room, question, "/reopen", (given) => ({ attempt: tile.attempt, ...given, minutes: Number(given.minutes) }));
}

/** @param {Room} room @param {any} tile */
function collect(room, tile) {
  const says = [t("收卷后该考生不能再作答；收错了，由两人撤回。", "After this the candidate cannot go on. Collected by mistake, two people can take it back.")];
  const question = { title: t(`强制收卷 · ${nameOf(tile)}`, `Collect · ${nameOf(tile)}`), says, fields: [reason()], yes: t("强制收卷", "Collect"), danger: true };
  return asked(room, question, "/collect", (given) => ({ admission: tile.admission, reason: given.reason }));
}

/** The photo, or words where there is none. @param {Room} room @param {any} tile */
function faceOf(room, tile) {
  const none = t("没有照片，请核对证件。", "No photo: look at the card.");
  const image = el("img", { class: "face", alt: t(`${tile.name}的照片`, `Photo of ${tile.name}`), src: `/api/room/${encodeURIComponent(room.session())}/photos/${encodeURIComponent(tile.admission)}` });
  image.addEventListener("error", () => image.replaceWith(el("p", { class: "notice warn" }, none)));
  return image;
}

/** @param {Room} room @param {any} tile */
function checkIn(room, tile) {
  const says = [t("请比对本人、证件与照片。", "Compare the person with the card and the photo."), faceOf(room, tile), el("p", { class: "big" }, `${tile.seat} · ${tile.name}`), el("p", {}, tile.admission)];
  const question = { title: t(`核验身份 · ${nameOf(tile)}`, `Check in · ${nameOf(tile)}`), says, yes: t("本人无误", "It is this person"), no: t("暂不确认", "Not now") };
  return asked(room, question, "/check-in", () => ({ admission: tile.admission }));
}

/** @param {Room} room @param {any} tile */
async function readmit(room, tile) {
  const says = [t("请到座位旁核对本人，把屏幕上的编号填在这里。", "Go to the seat, look at the person, and type the number on the screen.")];
  /** @type {Field} */
  const challenge = { name: "challenge", label: t("座位屏幕上的编号", "Number on the seat's screen"), kind: "text" };
  let code = "";
  const work = async (/** @type {Record<string, string>} */ given) => {
    const told = await room.act("/readmit", { admission: tile.admission, challenge: given.challenge, reason: given.reason });
    code = told.answer;
  };
  const given = await ask({ failed, title: t(`换机准入 · ${nameOf(tile)}`, `Another machine · ${nameOf(tile)}`), says, fields: [challenge, reason(...faults())], yes: t("取准入码", "Get the code"), work });
  if (given) tell(t(`准入码 · ${nameOf(tile)}`, `Code · ${nameOf(tile)}`), [el("p", { class: "lead code" }, code), t("只能用一次。", "Good for one use.")]);
}

/** @param {Room} room @param {any} tile */
function admit(room, tile) {
  const says = [t("已超过迟到时限。准入后按全部时长计时，到场晚的原因记入考场记录。", "Past the cut-off. Once admitted the candidate has the full time; the reason goes on record.")];
  const question = { title: t(`迟到准入 · ${nameOf(tile)}`, `Admit late · ${nameOf(tile)}`), says, fields: [reason(t("交通延误", "Traffic"), t("考点原因", "The site's fault"))], yes: t("准予入场", "Admit") };
  return asked(room, question, "/admit", (given) => ({ admission: tile.admission, reason: given.reason }));
}

/** @param {Room} room @param {any} tile */
function anyBrowser(room, tile) {
  const says = [t("本科须在 Safe Exam Browser 中作答，该座位不是。准许后可用任何浏览器；原因记入考场记录。", "This sitting is taken in Safe Exam Browser, and this seat is in another one. Once let in, any browser will do; the reason goes on record.")];
  const question = { title: t(`准许普通浏览器 · ${nameOf(tile)}`, `Without Safe Exam Browser · ${nameOf(tile)}`), says, fields: [reason(t("本机系统不支持", "Not for this system"), t("考试浏览器打不开", "It does not open"))], yes: t("准许", "Let in") };
  return asked(room, question, "/any-browser", (given) => ({ admission: tile.admission, reason: given.reason }));
}

/** @param {Room} room @param {any} tile */
function absent(room, tile) {
  const question = { title: t(`记为缺考 · ${nameOf(tile)}`, `Record as absent · ${nameOf(tile)}`), says: [t("考生之后到场仍可登录。", "A candidate who comes after all may still sign in.")], yes: t("记为缺考", "Absent") };
  return asked(room, question, "/absent", () => ({ admission: tile.admission }));
}

/** The known categories, as the server words them. @returns {[string, string][]} */
function categories() {
  const list = /** @type {HTMLTemplateElement} */ (document.getElementById("categories"));
  return [...list.content.querySelectorAll("option")].map((one) => [one.value, one.textContent || ""]);
}

/** @param {Room} room @param {{admission: string}} who @param {string} about */
function incident(room, who, about) {
  /** @type {Field} */
  const category = { name: "category", label: t("类别", "Category"), kind: "choice", options: categories() };
  const question = { title: t(`记异常 · ${about}`, `Incident · ${about}`), fields: [category, note(t("发生了什么", "What happened"))], yes: t("记入考场记录", "Record") };
  return asked(room, question, "/incident", (given) => ({ ...who, category: given.category, note: given.note }));
}

/** @param {Room} room @param {any} tile */
function violation(room, tile) {
  const says = [t("记入考场记录，随成绩送交总部；不会自动收卷。", "It goes into the room record and to headquarters; the paper is not collected by it.")];
  const question = { title: t(`违纪 · ${nameOf(tile)}`, `Violation · ${nameOf(tile)}`), says, fields: [note(t("违纪情况", "What the candidate did"))], yes: t("记为违纪", "Record") };
  return asked(room, { ...question, danger: true }, "/violation", (given) => ({ admission: tile.admission, note: given.note }));
}

/** Open a sitting; what the server objects to, the chief may overrule with a reason. @param {Room} room @param {any} sitting */
export async function openSitting(room, sitting) {
  const body = { sitting: sitting.id };
  try {
    await room.act("/open", body);
  } catch (error) {
    const about = failed(error);
    if (!(error instanceof RoomRefusal) || !OVERRULED.includes(error.code)) throw error;
    const question = { title: t(`开考 · ${say(sitting.title)}`, `Open · ${say(sitting.title)}`), says: [about], fields: [reason()], yes: t("仍要开考", "Open all the same"), danger: true };
    await asked(room, question, "/open", (given) => ({ ...body, reason: given.reason }));
  }
}

/** @param {Room} room @param {any} sitting */
export function closeSitting(room, sitting) {
  const writing = sitting.started - sitting.handed_in;
  const says = [
    writing
      ? t(`还有 ${writing} 名考生在作答，将强制收卷。`, `${writing} candidates are still writing; their papers will be collected.`)
      : t("没有人在作答。", "Nobody is writing."),
    t("结束后不能再开。", "It cannot be opened again."),
  ];
  const question = { title: t(`结束考试 · ${say(sitting.title)}`, `Close · ${say(sitting.title)}`), says, yes: t("结束考试", "Close"), danger: true };
  return asked(room, question, "/close", () => ({ sitting: sitting.id }));
}

/** @returns {Field[]} */
function second() {
  return [
    { name: "second", label: t("第二人用户名", "Second person's user name"), kind: "text" },
    { name: "password", label: t("第二人密码", "Second person's password"), kind: "password" },
  ];
}

/** Asks for a reason and a second person, who is another than the one signed in. @param {Room} room @param {string} title @param {any} tile @param {string} path @param {object} body */
export function byTwo(room, title, tile, path, body) {
  const fields = [reason(), ...second()];
  const says = [t("须两人决定：第二人输入自己的用户名和密码，两人都记入考场记录。", "Two people decide: the second gives their own name and password here; both go on record.")];
  const question = { title: `${title} · ${nameOf(tile)}`, says, fields, yes: t("确定", "Decide") };
  return asked(room, question, path, (given) => ({ ...body, ...given }));
}
