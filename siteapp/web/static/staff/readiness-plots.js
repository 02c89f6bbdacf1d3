/** What people would rather look at than read: how round trips are spread, and how fast each seat is. */

import { el } from "../shared/dom.js";
import { t } from "../shared/words.js";

// Upper edges, ms; the last group is open.
const EDGES = [2, 5, 10, 20, 50, 100, 200];

/** How many round trips lie in each group. @param {number[]} trips @param {number} limit */
export function tripsPlot(trips, limit) {
  const counts = [...EDGES, Infinity].map((edge, n) => trips.filter((one) => one <= edge && (n === 0 || one > EDGES[n - 1])).length);
  const most = Math.max(1, ...counts);
  const bars = counts.map((count, n) => {
    const over = (EDGES[n] || Infinity) > limit;
    const bar = el("div", { class: over ? "over" : "" }, el("b", {}, count ? String(count) : ""));
    bar.style.height = `${(count / most) * 85}%`;
    return bar;
  });
  const names = [...EDGES.map((edge) => `≤ ${edge}`), `> ${EDGES[EDGES.length - 1]}`].map((name) => el("span", {}, name));
  const about = t(`往返时间分布（毫秒），共 ${trips.length} 次`, `Round trips (ms), ${trips.length} in all`);
  return el("section", { class: "card" }, el("h2", {}, about), el("div", { class: "bars", role: "img", "aria-label": about }, bars), el("div", { class: "axis" }, names));
}

/** Each seat with the speed of its machine: the darker green, the faster. @param {any} state */
export function seatsPlot(state) {
  const machines = new Map([...state.report.machines].reverse().map((one) => [one.seat, one]));
  const seats = [...new Set([...state.seats, ...machines.keys()])].sort((a, b) => a - b);
  const wanted = new Set(state.seats);
  const limit = (state.report.findings.find((/** @type {any} */ one) => one.check === "down") || { limit: 10000 }).limit;
  const tiles = seats.map((seat) => tile(seat, machines.get(seat), wanted.has(seat), limit));
  const title = t("各座位下载速度（Mbit/s；虚线为备用机，红框为未通过）", "Download by seat (Mbit/s; dashed: spare, red frame: fails)");
  return el("section", { class: "card" }, el("h2", {}, title), el("div", { class: "heat" }, tiles));
}

/** @param {number} seat @param {any} machine @param {boolean} wanted @param {number} limit */
function tile(seat, machine, wanted, limit) {
  const kbit = machine ? machine.down_kbit : null;
  const names = [shade(kbit, limit), machine && machine.level === "fail" ? "fail" : "", wanted ? "" : "spare"];
  return el("div", { class: names.join(" ") }, el("b", {}, String(seat)), kbit === null ? "—" : inMegabits(kbit));
}

/** @param {number} kbit */
function inMegabits(kbit) {
  return kbit >= 10000 ? String(Math.round(kbit / 1000)) : (kbit / 1000).toFixed(1);
}

/** @param {number|null} kbit @param {number} limit */
function shade(kbit, limit) {
  if (kbit === null) return "none";
  if (kbit < limit / 4) return "q1";
  if (kbit < limit) return "q2";
  return kbit < limit * 5 ? "q3" : "q4";
}
