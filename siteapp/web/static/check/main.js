/** The check page of a student machine: asks its seat once, measures, shows what the server made of it, and waits. */

import { newInstance } from "../candidate/local.js";
import { mark } from "../candidate/marker.js";
import { keepSeen } from "../candidate/seen.js";
import { el, setText } from "../shared/dom.js";
import { t } from "../shared/words.js";
import { camera, keys, lockdown, sound } from "./asks.js";
import { drillCard, follow } from "./drill.js";
import { findingsTable, LEVELS } from "./findings.js";
import { about, ping, pull, push, trips } from "./measure.js";

const SEAT = "examsite.check-seat";
const LOOK_MS = 2000;

const place = /** @type {HTMLElement} */ (document.getElementById("check"));
const status = el("p", { role: "status" });
const bar = el("progress", { max: 1, value: 0, "aria-label": t("检查进度", "Progress") });
const banner = el("div", { id: "banner", class: "notice", hidden: true });
const list = el("div", {});
/** @type {Record<string, any>} */
const report = { visit: newInstance(), input_method: null, load: null, seb: lockdown() };
let joined = 0;
const tellSeen = keepSeen(() => Number(report.seat) || 0);
let numbered = false;
let measured = false;

/** @returns {number} */
function keptSeat() {
  const asked = Number(new URLSearchParams(location.search).get("seat"));
  try {
    return asked || Number(localStorage.getItem(SEAT)) || 0;
  } catch (error) {
    console.info("nothing is kept here", String(error));
    return asked;
  }
}

/** @param {number} seat */
function keepSeat(seat) {
  try {
    localStorage.setItem(SEAT, String(seat));
  } catch (error) {
    console.info("nothing is kept here", String(error));
  }
}

/** Asks at which seat this machine stands. */
function askSeat() {
  const input = el("input", { id: "seat", type: "number", min: 1, max: 9999, required: true, value: keptSeat() || "" });
  const form = el(
    "form",
    { class: "card narrow" },
    el("p", {}, t("不用安装任何软件，约 10 秒。请填写本机贴的座位号。", "Nothing to install, about ten seconds. Write the seat number on this machine.")),
    el("div", { class: "field" }, el("label", { for: "seat" }, t("座位号", "Seat")), input),
    el("button", {}, t("开始检查", "Check this machine")),
  );
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    begin(Number(input.value));
  });
  show(form);
  input.focus();
}

/** @param {...Node} parts */
function show(...parts) {
  place.replaceChildren(el("h1", {}, t("考试机检查", "Machine check")), ...parts);
}

/** @param {number} seat */
async function begin(seat) {
  keepSeat(seat);
  Object.assign(report, { seat, marker: mark() || newInstance() });
  const again = el("button", { class: "plain", type: "button", on: { click: askSeat } }, t("更正座位号", "Correct the seat"));
  const head = el("div", { class: "row seat-head" }, el("span", { class: "seat" }, String(seat)), el("div", { class: "grow" }, status, bar), again);
  show(el("section", { class: "card" }, head, banner), drillCard(), ...asks(), list);
  tellSeen();
  await measure();
  await send();
  measured = true;
}

async function measure() {
  setText(status, t("正在读取本机情况……", "Reading this machine …"));
  Object.assign(report, await about());
  setText(status, t("正在测量往返时间……", "Measuring round trips …"));
  Object.assign(report, await trips((part) => (bar.value = part * 0.7)));
  setText(status, t("正在测速……", "Measuring throughput …"));
  const down = await pull();
  bar.value = 0.85;
  report.down_kbit = down && down.kbit;
  report.up_kbit = await push();
  bar.value = 1;
}

/** Tells the server, and shows what it says. */
async function send() {
  const headers = { "Content-Type": "application/json" };
  try {
    const answer = await fetch("/api/check/result", { method: "POST", headers, body: JSON.stringify(report), cache: "no-store" });
    const said = await answer.json();
    if (!answer.ok) throw new Error(said.error.message[document.documentElement.lang === "en" ? "en" : "zh"]);
    told(said);
  } catch (error) {
    banner.hidden = false;
    banner.className = "notice bad";
    setText(banner, t("结果没有送达服务器：", "The result did not reach the server: ") + String(error));
  }
}

/** @param {{level: keyof typeof LEVELS, findings: any[]}} said */
function told(said) {
  const [kind] = LEVELS[said.level];
  setText(status, t("检查完毕，请保持本页打开，等待统一测速。", "Done. Keep this page open for the common test."));
  banner.hidden = false;
  banner.className = `notice ${kind}`;
  const line = { ok: t("本机可以使用", "This machine is ready"), unknown: t("可以使用；有几项无法得知", "Ready; some things cannot be known"), warn: t("可以使用，但有需要注意的地方", "It will do, with the remarks below"), fail: t("本机不能使用，请按下面的办法处理", "Not fit for use yet: see below") };
  banner.replaceChildren(el("strong", {}, line[said.level]));
  list.replaceChildren(el("section", { class: "card" }, findingsTable(said.findings, false)));
}

/** What only the person here can tell. */
function asks() {
  const told = (/** @type {Record<string, boolean>} */ found) => {
    Object.assign(report, found);
    if (report.trips) send();
  };
  const { sound: heard, camera: seen } = place.dataset;
  return [keys(told, (name) => report[name] === true), sound(told, Boolean(heard)), ...(seen ? [camera(told)] : [])];
}

/** Looks every two seconds whether a number is to be shown, or all machines are to pull together. */
function watch() {
  setInterval(async () => {
    const answer = await ping();
    const numbers = Boolean(answer && answer.numbers);
    if (answer && numbers !== numbered) tellSeen();
    if (answer) numbered = numbers;
    if (!measured) return;
    if (answer) follow(answer.drill, report.seat);
    const coming = answer && answer.pull;
    if (!coming || coming.round === joined) return;
    joined = coming.round;
    setTimeout(() => together(coming.round), Math.max(0, coming.in_ms));
  }, LOOK_MS);
}

/** @param {number} round */
async function together(round) {
  setText(status, t("全员同时下载……", "All machines pull now …"));
  const found = await pull();
  if (found) report.load = { round, ms: Math.min(600000, found.ms) };
  await send();
}

askSeat();
watch();
if (new URLSearchParams(location.search).get("seat")) begin(keptSeat());
