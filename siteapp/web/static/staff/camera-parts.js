/** What the pages of cameras share: a picture, how long ago, and the strip. All text is text. */

import { el } from "../shared/dom.js";
import { say, t } from "../shared/words.js";

/** @typedef {{id: string, label: string, kind: string, room: string, seats: string, level: string, at: number|null, still: string, findings: any[]}} Camera */

/** @param {number} ms */
export function ago(ms) {
  const minutes = Math.max(0, Math.round(ms / 60_000));
  if (minutes < 1) return t("刚刚", "just now");
  if (minutes < 120) return t(`${minutes} 分钟前`, `${minutes} min ago`);
  return t(`${Math.round(minutes / 60)} 小时前`, `${Math.round(minutes / 60)} h ago`);
}

/** The picture, anew only if it is another one; or why there is none. @param {Camera} one */
export function picture(one) {
  const alt = t(`${one.label}的画面`, `Picture of ${one.label}`);
  if (one.still) return el("div", { class: "picture" }, el("img", { src: `/api/cameras/${one.id}/still?${one.still}`, alt, loading: "lazy" }));
  const first = one.findings.find((finding) => finding.level === "fail");
  const why = one.kind === "recorder" ? t("录像机", "recorder") : one.at === null ? t("尚未检查", "not checked yet") : first ? inWords(first) : t("没有画面", "no picture");
  return el("div", { class: "picture" }, why);
}

/** What was found, in the reader's half of it: the report writes both. @param {any} finding */
export function inWords(finding) {
  const [, zh, en] = /^([^ ]*[^\x00-\x7f][^ ]*) ([\x20-\x7e]+)$/.exec(finding.said) || ["", finding.said, finding.said];
  const amount = finding.value === null ? "" : `${finding.value} ${finding.unit}`.trim();
  return [say(finding.title), amount, t(zh, en)].filter(Boolean).join(" · ");
}

/** @param {Camera} one */
export function covered(one) {
  if (one.kind === "recorder") return t("录像机", "recorder");
  const parts = [one.room, one.seats && t(`座位 ${one.seats}`, `seats ${one.seats}`)].filter(Boolean);
  return parts.length ? parts.join(" · ") : t("未绑定座位", "bound to no seats");
}

/** @param {Camera[]} cameras @param {number} now */
export function strip(cameras, now) {
  const shown = cameras.map((one) => {
    const bad = one.findings.filter((finding) => finding.level === "fail" || finding.level === "warn").map(inWords);
    const says = one.at === null ? t("尚未检查", "not checked yet") : bad[0] || ago(now - one.at);
    const caption = el("figcaption", {}, el("b", {}, one.label), el("span", { class: "quiet" }, covered(one)), el("span", { title: bad.join("; ") || null }, says));
    return el("figure", { class: one.level }, picture(one), caption);
  });
  return el("div", { class: "camera-strip", role: "group", "aria-label": t("监控画面", "Cameras") }, shown);
}
