/** The room plan's page: machines are bound to seats, or the plan is drawn; both with a version. */

import { ask, tell } from "../shared/dialog.js";
import { el, setText } from "../shared/dom.js";
import { t } from "../shared/words.js";
import { button } from "./parts.js";
import { countsOf } from "./plan-view.js";
import { Binding } from "./rooms-bind.js";
import { Draft } from "./rooms-draft.js";
import { drawTools, Drawing } from "./rooms-drawing.js";
import { isChanged, post, read, readSheet, refusal } from "./rooms-server.js";

const LOOK_MS = 3000;
const page = (/** @type {string} */ id) => /** @type {HTMLElement} */ (document.getElementById(id));
/** @type {any} */
let state = null;
/** @type {Draft|null} */
let draft = null;
let place = 0;
let drawn = "";

const binding = new Binding({ act, again: () => show(true), room: () => state.plan.rooms[place], go: goTo });
const drawing = new Drawing({ again: () => show(true), place: () => place, go: (/** @type {number} */ n) => (place = n) });

/** An act on the newest version; a refusal is said. @param {string} path @param {object} body */
async function act(path, body) {
  try {
    state = await post(path, { version: state.version, ...body });
    show(true);
    return true;
  } catch (error) {
    tell(t("没有完成", "Not done"), [refusal(error)]);
    await look();
    return false;
  }
}

/** Shows the room in which a seat stands. @param {number} seat */
function goTo(seat) {
  const found = state.plan.rooms.findIndex((/** @type {any} */ room) => room.cells.some((/** @type {any} */ cell) => cell.seat === seat));
  if (found >= 0) place = found;
}

function startDrawing() {
  draft = new Draft(state.plan, state.version);
  show(true);
  if (!state.plan.rooms.length) drawing.askRoom(draft);
}

async function leaveDrawing() {
  const says = [t("没有保存的改动会丢失。", "What is not saved will be lost.")];
  if (draft && draft.changed && !(await ask({ title: t("不保存就退出？", "Leave without saving?"), says, yes: t("不保存", "Leave"), danger: true }))) return;
  draft = null;
  show(true);
}

async function save() {
  const kept = /** @type {Draft} */ (draft);
  try {
    state = await post("/plan", { version: kept.version, plan: kept.plan });
    draft = null;
    setText(page("said"), t(`已保存为版本 ${state.version}`, `Saved as version ${state.version}`));
  } catch (error) {
    tell(t("没有保存", "Not saved"), [refusal(error)]);
    if (isChanged(error)) await look();
  }
  show(true);
}

/** @param {File|undefined} file */
async function bringIn(file) {
  if (!file) return;
  try {
    const { plan } = await readSheet(file);
    const before = draft || new Draft(state.plan, state.version);
    before.step(() => plan);
    draft = before;
    place = 0;
    setText(page("said"), t("已读入表格，请核对后保存", "The sheet was read in: look at it, then save"));
  } catch (error) {
    tell(t("没有导入", "Not imported"), [refusal(error)]);
  }
  show(true);
}

function head() {
  const version = state.version ? t(`版本 ${state.version} · ${state.who}`, `version ${state.version} · ${state.who}`) : t("还没有平面图", "no plan yet");
  setText(page("version"), version);
  if (draft) {
    const stale = draft.version !== state.version ? el("span", { class: "mark bad" }, t(`${state.who} 刚保存了新版本`, `${state.who} has just saved a newer one`)) : null;
    const keep = el("button", { type: "button", disabled: !draft.changed, on: { click: save } }, t("保存", "Save"));
    return [stale, keep, button(t("退出绘制", "Leave"), leaveDrawing)].filter(Boolean);
  }
  const undo = el("button", { type: "button", class: "plain", disabled: !state.version, on: { click: () => act("/undo", {}) } }, t("撤销上次改动", "Undo last change"));
  const input = el("input", { type: "file", id: "sheet", accept: ".xlsx,.xls,.ods", class: "sr", tabindex: -1, "aria-label": t("导入表格", "Import a sheet"), on: { change: (/** @type {Event} */ event) => bringIn(/** @type {HTMLInputElement} */ (event.target).files?.[0]) } });
  return [
    button(t("绘制平面图", "Draw the plan"), startDrawing, ""),
    undo,
    el("a", { class: "button plain", href: "/admin/rooms/sheet" }, t("导出 .xlsx", "Export .xlsx")),
    el("span", {}, button(t("导入 .xlsx", "Import .xlsx"), () => input.click()), input),
  ];
}

/** @param {import("./plan-view.js").Plan} plan */
function tabs(plan) {
  return plan.rooms.map((room, n) => {
    const choose = () => {
      place = n;
      show(true);
    };
    return el("button", { type: "button", class: "plain", "aria-pressed": String(n === place), on: { click: choose } }, room.name, el("span", { class: "quiet small" }, ` ${countsOf(room)}`));
  });
}

/** Draws what has changed; a redraw in the middle of a stroke would take the pointer away. @param {boolean} [always] */
function show(always) {
  if (!state) return;
  const said = JSON.stringify([state, Boolean(draft), place]);
  if (!always && (said === drawn || draft)) {
    if (draft && draft.version !== state.version) page("acts").replaceChildren(...head());
    return;
  }
  drawn = said;
  const plan = draft ? draft.plan : state.plan;
  place = Math.max(0, Math.min(place, plan.rooms.length - 1));
  page("acts").replaceChildren(...head());
  page("tabs").replaceChildren(...tabs(plan), ...(draft ? [button(t("＋ 新机房", "+ Room"), () => drawing.askRoom(/** @type {Draft} */ (draft)))] : []));
  page("tools").replaceChildren(...(draft && plan.rooms.length ? drawTools(draft, drawing) : []));
  if (draft) {
    page("plan").replaceChildren(plan.rooms.length ? drawing.grid(draft) : nothing());
    page("side").replaceChildren(...drawing.help(draft));
    drawing.shown(page("plan"));
  } else {
    page("plan").replaceChildren(plan.rooms.length ? binding.grid(state) : nothing());
    binding.side(state, page("side"));
  }
}

function nothing() {
  return el("p", { class: "notice" }, t("还没有机房。请按“绘制平面图”添加，或导入表格。", "No room yet: draw one, or import a sheet."));
}

async function look() {
  const contact = page("contact");
  try {
    const found = await read();
    if (!state || found.version >= state.version) state = found;
    show();
    setText(contact, t("实时", "live"));
    contact.className = "mark good";
  } catch (error) {
    console.info("not heard", String(error));
    setText(contact, t("与服务器失去联系，正在重试", "No contact with the server; trying again"));
    contact.className = "mark bad";
  }
}

async function poll() {
  await look();
  setTimeout(poll, LOOK_MS);
}

document.addEventListener("keydown", (event) => {
  if (!draft || !(event.ctrlKey || event.metaKey) || document.querySelector("dialog")) return;
  const key = event.key.toLowerCase();
  if (key !== "z" && key !== "y") return;
  event.preventDefault();
  if (key === "y" || event.shiftKey) draft.redo();
  else draft.undo();
  show(true);
});
window.addEventListener("beforeunload", (event) => {
  if (draft && draft.changed) event.preventDefault();
});
poll();
