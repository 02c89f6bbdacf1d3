/** The cameras' page: the list with pictures, a form, discovery; asks every two seconds. */

import { levelMark } from "../check/findings.js";
import { ask } from "../shared/dialog.js";
import { el, setText } from "../shared/dom.js";
import { problem } from "../shared/problem.js";
import { language, t } from "../shared/words.js";
import { ago, covered, inWords, picture } from "./camera-parts.js";

const LOOK_MS = 2000;
/** @param {string} id */
const by = (id) => /** @type {HTMLElement} */ (document.getElementById(id));
const mayChange = by("cameras").dataset.role === "administrator";
const form = /** @type {HTMLFormElement} */ (document.getElementById("form"));
const EMPTY = { label: "", kind: "camera", host: "", port: 554, path: "/", onvif_port: 80, room: "", seats: "" };
let editing = "";
let drawn = "";

/** @param {string} path @param {any} [body] */
async function call(path, body) {
  const sent = body === undefined ? {} : { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) };
  const answer = await fetch(path, { cache: "no-store", ...sent });
  if (answer.status === 401) location.href = "/staff/sign-in";
  const said = await answer.json();
  if (!answer.ok) throw said.error;
  return said;
}

/** @param {any} error */
function refused(error) {
  if (!error || !error.message) return problem({ zh: "服务器没有应答", en: "The server does not answer" }, null, "");
  const problems = (error.problems || []).map((/** @type {any} */ one) => el("li", {}, one[language()]));
  return problem(error.message, error.hint, error.code, problems.length ? el("ul", {}, problems) : null);
}

/** @param {any} one @param {number} now */
function card(one, now) {
  const open = one.findings.filter((/** @type {any} */ finding) => finding.level !== "ok" && one.at !== null);
  const wrong = open.map((/** @type {any} */ finding) => el("li", { class: finding.level }, el("b", {}, inWords(finding)), finding.level === "unknown" ? t("未知", "unknown") : finding.how[language()]));
  const facts = one.width ? `${one.codec} ${one.width}×${one.height} · ` : "";
  const where = `${one.host}:${one.port}${one.path}`;
  const button = (/** @type {string} */ words, /** @type {() => void} */ work) => el("button", { class: "plain small", "aria-label": `${words}: ${one.label}`, on: { click: work } }, words);
  const acts = [button(t("检查", "Check"), () => check([one.id]))];
  if (mayChange) acts.push(button(t("修改", "Change"), () => edit(one.id, one)), button(t("移除", "Remove"), () => remove(one)));
  return el("article", { class: `camera ${one.level}` }, picture(one),
    el("div", { class: "says" }, el("h2", {}, one.label, levelMark(one.level)), el("p", {}, covered(one)), el("p", { class: "small quiet code" }, where),
      el("p", { class: "small quiet" }, one.at === null ? t("尚未检查", "not checked yet") : facts + ago(now - one.at)), wrong.length ? el("ul", {}, wrong) : null, el("div", { class: "row" }, acts)));
}

/** @param {any} state */
function draw(state) {
  const { now, round, ...rest } = state;
  by("round").hidden = !round;
  const check = /** @type {HTMLButtonElement} */ (by("check"));
  check.disabled = Boolean(round) || !state.cameras.length;
  if (round) {
    setText(by("round-says"), t(`正在检查：${round.done} / ${round.of}`, `Checking: ${round.done} of ${round.of}`));
    const bar = /** @type {HTMLProgressElement} */ (by("progress"));
    bar.max = round.of || 1;
    bar.value = round.done;
  }
  const said = JSON.stringify([rest, Math.floor(now / 60_000)]);
  if (said === drawn) return;
  drawn = said;
  by("none").hidden = state.cameras.length > 0;
  by("list").replaceChildren(...state.cameras.map((/** @type {any} */ one) => card(one, now)));
  by("sessions").replaceChildren(...(state.cameras.length ? state.sessions.map(uncovered) : []));
}

/** @param {any} one */
function uncovered(one) {
  const name = `${one.name[language()]} · ${one.room}`;
  const all = one.covered === one.of;
  const says = all ? t(`全部 ${one.of} 个座位有摄像机覆盖`, `all ${one.of} seats are covered`) : t(`${one.of} 个座位中 ${one.covered} 个有摄像机覆盖；未覆盖：${one.seats}`, `${one.covered} of ${one.of} seats are covered; not covered: ${one.seats}`);
  return el("div", { class: `notice ${all ? "good" : "warn"}` }, el("strong", {}, name), " ", says);
}

async function look() {
  const contact = by("contact");
  try {
    draw(await call("/api/cameras"));
    setText(contact, t("实时", "live"));
    contact.className = "mark good";
  } catch (error) {
    setText(contact, t("没有读到清单", "The list was not read"));
    contact.className = "mark bad";
    by("trouble").replaceChildren(refused(error));
  }
}

/** @param {string[]} cameras */
async function check(cameras) {
  try {
    await call("/api/cameras/check", { cameras });
    by("trouble").replaceChildren();
  } catch (error) {
    by("trouble").replaceChildren(refused(error));
  }
  await look();
}

/** @param {string} name @param {any} of */
function edit(name, of) {
  editing = name;
  setText(by("form-title"), name ? t(`修改：${of.label}`, `Change: ${of.label}`) : t("添加摄像设备", "Add a camera"));
  for (const [field, value] of Object.entries(EMPTY)) /** @type {any} */ (by(field)).value = of[field] ?? value;
  for (const field of ["user", "password"]) /** @type {any} */ (by(field)).value = "";
  by("kept").hidden = !of.secret;
  by("form-trouble").replaceChildren();
  form.hidden = false;
  form.scrollIntoView({ block: "nearest" });
  by("label").focus();
}

/** @param {Event} event */
async function save(event) {
  event.preventDefault();
  const given = Object.fromEntries(new FormData(form).entries());
  const body = { ...given, port: Number(given.port), onvif_port: Number(given.onvif_port) };
  try {
    const { id } = await call(editing ? `/api/cameras/${editing}` : "/api/cameras", body);
    form.hidden = true;
    by("check").focus();
    await check([id]);
  } catch (error) {
    by("form-trouble").replaceChildren(refused(error));
  }
}

/** @param {any} one */
async function remove(one) {
  const says = [t("清单中的信息、密码和画面都会删除。", "What is listed, its password and its pictures are deleted.")];
  await ask({ title: t(`移除“${one.label}”？`, `Remove ${one.label}?`), says, yes: t("移除", "Remove"), danger: true, work: () => call(`/api/cameras/${one.id}/remove`, {}), failed: refused });
  await look();
}

async function discover() {
  const button = /** @type {HTMLButtonElement} */ (by("discover"));
  const list = by("found-list");
  button.disabled = true;
  by("found").hidden = false;
  list.replaceChildren(t("正在查找……", "Looking …"));
  try {
    const { found } = await call("/api/cameras/discover", {});
    const rows = found.map((/** @type {any} */ one) => {
      const take = () => edit("", { host: one.address, onvif_port: one.port, label: one.name || one.hardware || one.address, kind: one.recorder ? "recorder" : "camera" });
      const act = one.listed ? el("span", { class: "mark" }, t("已在清单中", "listed")) : el("button", { class: "plain small", on: { click: take } }, t("添加", "Add"));
      return el("tr", {}, el("td", { class: "code" }, `${one.address}:${one.port}`), el("td", {}, one.name || "—"), el("td", {}, one.hardware || "—"), el("td", {}, act));
    });
    const heads = [t("地址", "Address"), t("自报名称", "Calls itself"), t("型号", "Model"), ""].map((one) => el("th", {}, one));
    list.replaceChildren(rows.length ? el("table", {}, el("thead", {}, el("tr", {}, heads)), el("tbody", {}, rows)) : t("没有设备应答。请确认设备与服务器在同一网段，且已开启 ONVIF。", "No device answers. It must be in this server's network, with ONVIF switched on."));
  } catch (error) {
    list.replaceChildren(refused(error));
  } finally {
    button.disabled = false;
  }
}

by("check").addEventListener("click", () => check([]));
if (mayChange) {
  by("add").addEventListener("click", () => edit("", EMPTY));
  by("discover").addEventListener("click", discover);
  by("cancel").addEventListener("click", () => (form.hidden = true));
  form.addEventListener("submit", save);
}
look();
setInterval(look, LOOK_MS);
