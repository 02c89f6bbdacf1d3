// The wall: asks every second what is new and shows one tile a seat. All text is textContent.

import { tell } from "../shared/dialog.js";
import { el, keepingFocus, setText } from "../shared/dom.js";
import { say, t } from "../shared/words.js";
import { closeSitting, openSitting, roomActs, seatActs } from "./acts.js";
import { Decisions } from "./decisions.js";
import { showDisk } from "./disk.js";
import { button, clock } from "./parts.js";
import { arrange, sparesOf } from "./plan.js";
import { Reconcile } from "./reconcile.js";
import { rescueActs } from "./rescue.js";
import { call, failed, Picture } from "./room-server.js";
import { elsewherePart } from "./wall-rooms.js";
import { alertsOf, sittingSign, STATES, Tiles } from "./tiles.js";

const room = document.getElementById("room");
const zh = room.dataset.lang === "zh";
const mayAct = room.dataset.role !== "administrator";
const isChief = room.dataset.role === "chief";
const select = document.getElementById("session");
const contact = document.getElementById("contact");
const PHASES = { waiting: t("未开考", "waiting"), open: t("考试中", "open"), closed: t("已结束", "closed") };
/** What the seat's page showed, where Safe Exam Browser is asked for. */
const BROWSERS = {
  unseen: t("须用 Safe Exam Browser；该座位尚未打开页面。", "Safe Exam Browser only; no page was seen at this seat yet."),
  seb: t("在 Safe Exam Browser 中。", "In Safe Exam Browser."),
  other: t("不在 Safe Exam Browser 中，或配置不对。", "Not in Safe Exam Browser, or with another configuration."),
  let: t("已准许用普通浏览器。", "Let in without Safe Exam Browser."),
};
const SAID_MS = 8000;

const EVERY_MS = 1000;
/** How long a raised hand waits is told anew so often. */
const WAIT_SHOWN_MS = 10000;

const picture = new Picture();
let chosen = null;
let latest = null;

/** The session on the screen, not the one just chosen in the list. */
async function act(path, body) {
  const { session } = latest;
  const told = await call(session, path, body);
  show(picture.take(told, session));
  return told;
}

async function press(path, body) {
  await tried(() => act(path, body));
}

/** What a button sets off without a dialog of its own. */
async function tried(work) {
  try {
    await work();
    said(t("已完成", "Done"));
  } catch (error) {
    tell(t("没有完成", "Not done"), [failed(error)]);
  }
}

let fading = 0;

function said(words) {
  const place = document.getElementById("said");
  setText(place, words);
  clearTimeout(fading);
  fading = setTimeout(() => setText(place, ""), SAID_MS);
}

/** Who waits for somebody to come, the longest first. */
function handsPart() {
  if (!latest.hands.length) return [];
  const lines = latest.hands.map((hand) => {
    const tile = latest.tiles.find((one) => one.attempt === hand.attempt);
    const since = clock(Math.max(0, picture.now() - hand.since_ms));
    const done = mayAct && button(t("已处理", "Done"), () => press("/lower-hand", { admission: tile.admission }), "");
    return el("li", {}, button(`↑ ${tile.seat} ${tile.name}`, () => choose(tile.attempt)), done, el("span", { class: "sign" }, t(`已等 ${since}`, `waiting ${since}`)));
  });
  return [el("h2", {}, t(`举手 ${latest.hands.length}`, `Hands raised: ${latest.hands.length}`)), el("ul", {}, lines)];
}

const acting = { isChief, act, press, said, session: () => latest.session, readmits: () => latest.readmits, spares: () => sparesOf(latest), browser: (tile) => latest.seb[tile.attempt], reconcile: () => reconcile.toggle(select.value) };
const reconcile = new Reconcile(document.getElementById("reconcile"), acting, mayAct, choose);
const decisions = new Decisions(acting);
const tiles = new Tiles(choose);

function choose(attempt) {
  chosen = attempt;
  show(latest);
}

function sittingCard(sitting) {
  const counts = t(
    `${sitting.candidates} 人 · 已开始 ${sitting.started} · 已交卷 ${sitting.handed_in}`,
    `${sitting.candidates} candidates · ${sitting.started} started · ${sitting.handed_in} handed in`);
  const phase = el("span", { class: sitting.phase === "open" ? "mark good" : "mark" }, PHASES[sitting.phase]);
  const head = el("div", { class: "row" }, el("h2", {}, sittingSign(latest, sitting.id), say(sitting.title)), phase, el("span", { class: "quiet" }, counts));
  if (isChief && sitting.phase === "waiting" && latest.unlocked) {
    head.append(button(t("开考", "Open"), () => tried(() => openSitting(acting, sitting)), ""));
  }
  if (sitting.phase === "waiting" && !latest.unlocked) head.append(sealedStill());
  if (isChief && sitting.phase === "open") {
    head.append(button(t("结束考试", "Close"), () => closeSitting(acting, sitting), "danger"));
  }
  return el("section", { class: "card sitting" }, head, statesBar(sitting));
}

/** Why nobody can open it yet, and the way on for who can unlock. */
function sealedStill() {
  if (!isChief) return el("span", { class: "mark warn" }, t("试卷未解锁，请主监考解锁", "sealed: the chief unlocks"));
  return el("a", { class: "button", href: `/admin/sessions/${encodeURIComponent(latest.session)}/unlock` }, t("解锁试卷", "Unlock the papers"));
}

/** How many are where, drawn; in words for who does not see it. */
function statesBar({ states }) {
  const order = ["away", "expected", "signed-in", "confirmed", "started", "paused", "handed-in", "absent"].filter((name) => states[name]);
  const words = order.map((name) => `${STATES[name][1]} ${states[name]}`).join(t("，", ", "));
  const bar = el("div", { class: "states", role: "img", "aria-label": words, title: words });
  order.forEach((name) => {
    const part = el("i", { class: name });
    part.style.flex = String(states[name]);
    bar.append(part);
  });
  return bar;
}

/** What needs attention in the room, and what can be done for all. */
function besideRoom() {
  const alerts = latest.tiles.filter((one) => alertsOf(latest, one).length);
  const lines = alerts.map((one) => el("li", {},
    button(`${one.seat} ${one.name}`, () => choose(one.attempt)), el("span", { class: "sign" }, alertsOf(latest, one).join(" · "))));
  const none = t("没有失联的座位，也没有待决定的事。", "No seat is away, and nothing waits for a decision.");
  const parts = [el("h2", {}, t("需要注意", "Needs attention"))];
  parts.push(alerts.length ? el("ul", {}, lines) : el("p", { class: "quiet" }, none));
  parts.push(...elsewherePart(latest.elsewhere));
  const hands = handsPart();
  return mayAct ? [...hands, ...decisions.parts(latest, null), ...parts, ...roomActs(acting)] : [...hands, ...parts];
}

function besideSeat(tile) {
  const back = button(t("← 全考场", "← whole room"), () => choose(null));
  const sitting = latest.sittings.find((one) => one.id === tile.sitting);
  const facts = [say(sitting.title), tile.admission, STATES[tile.state][1], tile.receipt].filter(Boolean);
  const shown = facts.flatMap((one, n) => [n > 0 && " · ", el("span", { class: "fact" }, one)]);
  const parts = [back, el("h2", {}, `${tile.seat} ${tile.name}`), el("p", { class: "quiet" }, shown)];
  const browser = BROWSERS[latest.seb[tile.attempt]];
  if (browser) parts.push(el("p", { class: "small quiet" }, browser));
  if (tile.violations) parts.push(el("p", { class: "small" }, t(`已记违纪 ${tile.violations} 次，内容见考场情况记录单。`, `Violations on record: ${tile.violations}; the room record has what was noted.`)));
  if (Object.keys(tile.noticed).length) parts.push(...noticedPart(tile));
  if (!mayAct) return parts;
  const acts = seatActs(acting, tile);
  if (latest.unlocked) acts.append(...rescueActs(acting, tile));
  return [...parts, ...decisions.parts(latest, tile), acts];
}

/** What the page noticed of itself; a person decides what it means. */
function noticedPart({ noticed }) {
  const words = { hidden: t("页面被遮住", "hidden"), blur: t("离开页面", "lost focus"), copy: t("复制", "copied"), paste: t("粘贴", "pasted"), tools: t("调出工具", "tools") };
  const { paused, ...own } = noticed;
  const server = paused ? [el("p", { class: "small" }, t(`暂停期间服务器收到作答 ${paused} 次`, `Answers that came while the clock stood still: ${paused}`))] : [];
  if (!Object.keys(own).length) return server;
  const counts = Object.entries(own).map(([what, count]) => `${words[what]} ${count}`).join(" · ");
  return [...server, el("p", { class: "small quiet" }, t(`页面自报（仅供参考，由人判断）：${counts}`, `The page says of itself (a person judges): ${counts}`))];
}

const drawn = {};

/** Draw a part only when what it says has changed. */
function redraw(name, content, draw) {
  const said = JSON.stringify(content);
  if (drawn[name] === said) return;
  drawn[name] = said;
  const place = document.getElementById(name);
  if (place) keepingFocus(place, draw);
  else draw();
}

function show(state) {
  // The answer of a session that is no longer the chosen one comes too late.
  if (!state || state.session !== select.value) return;
  latest = state;
  const now = picture.now();
  showDisk(state.disk, zh);
  redraw("sittings", [state.sittings, state.unlocked], () =>
    document.getElementById("sittings").replaceChildren(...state.sittings.map(sittingCard)));
  const present = state.tiles.filter((tile) => tile.current);
  const shown = present.map((tile) => ({ seat: tile.seat, element: tiles.shown(state, tile, tile.attempt === chosen, now) }));
  redraw("order", [state.rooms, present.map((tile) => [tile.attempt, tile.seat])], () =>
    arrange(document.getElementById("tiles"), state, shown));
  const tile = state.tiles.find((one) => one.attempt === chosen);
  const alerts = state.tiles.map((one) => alertsOf(state, one));
  const minute = state.hands.length ? Math.floor(now / WAIT_SHOWN_MS) : 0;
  const open = [state.elsewhere, state.hands, minute, state.lost, state.tiles.map((one) => one.late)];
  const about = tile ? [tile.attempt, tile.seat, tile.state, tile.phase, tile.noticed, tile.violations, tile.checked, tile.late_comer, tile.paused_left_ms, tile.rests_left, tile.receipt, tile.held, tile.rescued, latest.seb[tile.attempt]] : [state.session, alerts];
  redraw("beside", [...about, open], () =>
    document.getElementById("beside").replaceChildren(...(tile ? besideSeat(tile) : besideRoom())));
}

/** Whether the room is heard, and on how many disks its answers are. */
function showContact({ servers, copies }) {
  const alone = servers && servers.state === "alone";
  const both = servers ? t("实时 · 两台服务器", "live · on both servers") : t("实时", "live");
  const parts = [alone ? t("仅在一台服务器上", "On one server only") : both];
  if (servers && servers.apart) parts.push(t("备用服务器有本机没有的记录，请勿删除", "the spare has records that this server lacks; delete nothing"));
  const uncopied = copies && copies.problem !== "";
  if (uncopied) parts.push(t("副本未能写入", "no sealed copy could be written"));
  const lacks = copies ? copies.lacks_files : 0;
  if (lacks) parts.push(t(`副本尚缺 ${lacks} 个上传的文件`, `the sealed copy lacks ${lacks} uploaded files so far`));
  setText(contact, parts.join(" · "));
  contact.className = alone || uncopied ? "mark bad" : "mark good";
}

let next = 0;

async function poll() {
  clearTimeout(next);
  const session = select.value;
  if (session) {
    try {
      show((await picture.renew(session)) || latest);
      showContact(latest);
    } catch (error) {
      console.info("not heard", String(error));
      setText(contact, t("与服务器失去联系，正在重试", "No contact with the server; trying again"));
      contact.className = "mark bad";
    }
  }
  clearTimeout(next);
  next = setTimeout(poll, EVERY_MS);
}

if (location.hash) {
  const wanted = [...select.options].find((one) => one.value === location.hash.slice(1));
  if (wanted) select.value = wanted.value;
}
select.addEventListener("change", () => {
  chosen = null;
  reconcile.close();
  picture.forget();
  tiles.forget();
  Object.keys(drawn).forEach((name) => delete drawn[name]);
  poll();
});
poll();
