/** The administrator's readiness page: asks every three seconds, and draws what is known. */

import { findingsTable } from "../check/findings.js";
import { tell } from "../shared/dialog.js";
import { el, setText } from "../shared/dom.js";
import { language, t } from "../shared/words.js";
import { seatsPlot, tripsPlot } from "./readiness-plots.js";

const LOOK_MS = 3000;
const PLAIN_LIMIT_MS = 50;
const place = /** @type {HTMLElement} */ (document.getElementById("readiness"));
const chosen = /** @type {HTMLSelectElement} */ (document.getElementById("session"));
let drawn = "";

/** @param {string} path @param {string} method */
async function ask(path, method = "GET") {
  const answer = await fetch(path, { method, cache: "no-store" });
  const said = await answer.json();
  if (!answer.ok) throw new Error(said.error.message[language()] || said.error.code);
  return said;
}

const address = () => `/api/readiness/${chosen.value}`;

async function look() {
  const option = chosen.selectedOptions[0];
  setText(/** @type {Element} */ (document.getElementById("print-session")), option.textContent || "");
  try {
    draw(await ask(address()));
  } catch (error) {
    place.replaceChildren(el("div", { class: "notice bad" }, String(error)));
    drawn = "";
  }
}

/** Draws only what changed, so that what a person has opened stays open. @param {any} state */
function draw(state) {
  const { time: _, at: __, ...rest } = state.report;
  const now = JSON.stringify({ ...state, report: rest, pull_in_ms: state.pull_in_ms !== null });
  if (now === drawn) return;
  drawn = now;
  const open = [...place.querySelectorAll("details")].map((one) => one.open);
  const trip = state.report.findings.find((/** @type {any} */ one) => one.check === "round-trip");
  place.replaceChildren(
    head(state),
    el("div", { class: "plots" }, tripsPlot(state.trips, trip ? trip.limit : PLAIN_LIMIT_MS), seatsPlot(state)),
    el("section", { class: "card" }, findingsTable(state.report.findings, true)),
  );
  [...place.querySelectorAll("details")].forEach((one, n) => (one.open = Boolean(open[n])));
}

/** @param {any} state */
function head(state) {
  const { report } = state;
  const banner = report.ready
    ? t(`可供 ${report.seats_ready} 名考生考试，另有 ${report.spares} 台备用机`, `Ready for ${report.seats_ready} candidates, ${report.spares} spares`)
    : t(`尚未就绪：${report.candidates} 个考生座位中 ${report.seats_ready} 个可用，备用机 ${report.spares} 台`, `Not ready: ${report.seats_ready} of ${report.candidates} candidates' seats, ${report.spares} spares`);
  return el(
    "section",
    { class: "card" },
    el("div", { class: `notice ${report.ready ? "good" : "bad"}`, id: "verdict" }, el("strong", {}, banner)),
    el("div", { class: "tally" }, premises(report.premises).map(([name, count]) => el("div", {}, name, el("b", {}, count)))),
    el("p", { class: "quiet" }, kept(state)),
    el("div", { class: "row no-print" }, buttons(state)),
  );
}

/** @param {any} counted @returns {[string, string][]} */
function premises(counted) {
  const cameras = counted.cameras === null ? t("未检查", "not checked") : String(counted.cameras);
  return [
    [t("机房数量", "Rooms"), String(counted.rooms)],
    [t("服务器", "Servers"), String(counted.servers.length)],
    [t("学生机", "Student machines"), String(counted.machines)],
    [t("监控设备", "Cameras"), cameras],
  ];
}

/** @param {any} state */
function kept({ kept: last, counts, hours }) {
  if (!last) return t(`还没有签发报告。开考前须有 ${hours} 小时内通过的报告，否则主监考须填写原因。`, `No report is signed yet. A start takes one of the last ${hours} h that says ready, or the chief's reason.`);
  const said = last.ready ? t("就绪", "ready") : t("未就绪", "not ready");
  const holds = counts ? t("开考有效", "good for a start") : t("开考时须填写原因", "a start takes the chief's reason");
  return t(`最近签发：${last.time}（${said}，${holds}）`, `Last signed: ${last.time} (${said}; ${holds})`);
}

/** @param {any} state */
function buttons(state) {
  const sign = el("button", { on: { click: () => act("sign", t("报告已签名并保存在本机", "The report is signed and kept here")) } }, t("重新测量并签发报告", "Measure again and sign"));
  const pull = el("button", { class: "plain", disabled: state.pull_in_ms !== null, on: { click: () => act("pull", t("几秒后所有打开检查页的考试机同时下载", "In a few seconds all machines with the check page open pull at once")) } }, t("全员同时下载测速", "All machines at once"));
  const print = el("button", { class: "plain", on: { click: () => window.print() } }, t("打印（A4）", "Print (A4)"));
  const file = state.kept ? el("a", { class: "button plain", href: `/admin/readiness/${chosen.value}/statement` }, t("下载签名报告", "Signed report")) : null;
  return [sign, pull, print, file];
}

/** @param {string} path @param {string} done */
async function act(path, done) {
  try {
    await ask(`${address()}/${path}`, "POST");
    tell(t("好的", "Done"), [done]);
  } catch (error) {
    tell(t("未完成", "Not done"), [String(error)]);
  }
  await look();
}

if (chosen) {
  chosen.addEventListener("change", look);
  look();
  setInterval(look, LOOK_MS);
}
