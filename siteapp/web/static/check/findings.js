/** Findings as a table, for a student machine and for the administrator: what, how much, who mends it and how. */

import { el } from "../shared/dom.js";
import { say, t } from "../shared/words.js";

/** level → class of its mark, and its words. @type {Record<"ok"|"warn"|"fail"|"unknown", [string, string, string]>} */
export const LEVELS = {
  fail: ["bad", "未通过", "fails"],
  warn: ["warn", "注意", "remark"],
  unknown: ["", "未知", "unknown"],
  ok: ["good", "通过", "passes"],
};
const MOST_SEATS = 24;

/** @param {keyof typeof LEVELS} level */
export function levelMark(level) {
  const [kind, zh, en] = LEVELS[level];
  return el("span", { class: `mark ${kind}` }, t(zh, en));
}

/** A number with its unit, as people read it. @param {number} value @param {string} unit */
function amount(value, unit) {
  if (unit === "kbit/s" && value >= 1000) return `${(value / 1000).toFixed(value < 10000 ? 1 : 0)} Mbit/s`;
  if (unit === "MiB" && value >= 10240) return `${(value / 1024).toFixed(0)} GiB`;
  return `${value} ${unit}`.trim();
}

/** @param {any} one */
function measured(one) {
  const says = one.said && (one.value === null || ["browser", "screen"].includes(one.check));
  if (says) return one.said;
  if (one.value === null) return "—";
  return amount(one.value, one.unit) + (one.said ? `（${one.said}）` : "");
}

/** @param {number[]} seats */
function listed(seats) {
  const shown = seats.slice(0, MOST_SEATS).join(t("、", ", "));
  return seats.length > MOST_SEATS ? `${shown} … (${seats.length})` : shown;
}

/** @param {any} one @param {boolean} withSeats */
function row(one, withSeats) {
  const about = el("details", {}, el("summary", {}, say(one.title)), el("p", { class: "small quiet" }, say(one.why)));
  const remedy = one.level === "ok" ? "" : [say(one.how), el("span", { class: "quiet" }, t(`（${say(one.who)}）`, ` (${say(one.who)})`))];
  return el(
    "tr",
    { class: `level-${one.level}` },
    el("td", {}, levelMark(one.level)),
    el("td", {}, about),
    el("td", { class: "nowrap" }, measured(one)),
    el("td", { class: "nowrap quiet" }, one.limit === null ? "" : amount(one.limit, one.unit)),
    withSeats ? el("td", {}, one.level === "ok" && one.of_machine ? t(`${one.seats.length} 台`, `${one.seats.length} machines`) : listed(one.seats)) : null,
    el("td", {}, ...remedy),
  );
}

/** @param {any[]} findings @param {boolean} withSeats */
export function findingsTable(findings, withSeats) {
  const heads = [t("结果", "Result"), t("检查项", "Check"), t("测得", "Measured"), t("标准", "Threshold"), withSeats ? t("座位", "Seats") : null, t("怎么处理（由谁）", "What to do (who)")];
  return el(
    "table",
    { class: "findings" },
    el("thead", {}, el("tr", {}, heads.filter((one) => one).map((one) => el("th", {}, one)))),
    el("tbody", {}, findings.map((one) => row(one, withSeats))),
  );
}
