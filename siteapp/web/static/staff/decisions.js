// What waits for the invigilator: time to give back, drawn, and late answers. All text is textContent.

import { ask } from "../shared/dialog.js";
import { el } from "../shared/dom.js";
import { t } from "../shared/words.js";
import { byTwo } from "./acts.js";
import { button } from "./parts.js";

/** The parser knows the namespace of a drawing, so no script needs to name it. */
const SVG = document.getElementById("stretch").namespaceURI;
const WIDTH = 260;
const HEIGHT = 14;
const MARGIN_MS = 15000;

function drawn(name, attributes) {
  const made = document.createElementNS(SVG, name);
  Object.entries(attributes).forEach(([key, value]) => made.setAttribute(key, String(value)));
  return made;
}

function clock(ms) {
  const seconds = Math.round(ms / 1000);
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}

/** The seat's time around its silences: heard, silent but the page worked, lost. */
function picture(one) {
  const every = [...one.silent, ...one.lost];
  const from = Math.min(...every.map((span) => span[0])) - MARGIN_MS;
  const to = Math.max(...every.map((span) => span[1])) + MARGIN_MS;
  const x = (ms) => ((Math.max(from, Math.min(ms, to)) - from) / (to - from)) * WIDTH;
  const svg = drawn("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, class: "stretch", role: "img" });
  svg.setAttribute("aria-label", t(`无可用页面 ${clock(one.ms)}`, `No usable page for ${clock(one.ms)}`));
  const bar = (span, name, thick) =>
    drawn("rect", { x: x(span[0]), width: Math.max(2, x(span[1]) - x(span[0])), y: (HEIGHT - thick) / 2, height: thick, rx: 2, class: name });
  svg.append(bar([from, to], "heard", 4));
  one.silent.forEach((span) => svg.append(bar(span, "quiet-part", 8)));
  one.worked.forEach((span) => svg.append(bar(span, "worked-part", 8)));
  one.lost.forEach((span) => svg.append(bar(span, "lost-part", HEIGHT)));
  return svg;
}

let reason = "";

/** The panels of what is to be decided; `room` acts. */
export class Decisions {
  constructor(room) {
    this.room = room;
  }

  /** What there is to decide, for one seat or (null) for the room; nothing if nothing. */
  parts(state, tile) {
    const lost = state.lost.filter((one) => !tile || one.attempt === tile.attempt);
    const late = state.tiles.filter((one) => one.late && (!tile || one.attempt === tile.attempt));
    const parts = lost.length ? [this.lostPanel(state, lost, !tile)] : [];
    const undecided = !lost.length && tile && tile.held && tile.phase === "started";
    if (undecided) parts.push(this.heldPanel(tile));
    if (late.length) parts.push(this.latePanel(late));
    return parts;
  }

  lostPanel(state, lost, room) {
    const panel = el("section", { class: "decision" });
    panel.append(el("h2", {}, t("建议补时", "Time to give back")));
    panel.append(this.reasons());
    if (room && lost.length > 1) {
      const all = t(`为 ${lost.length} 人各补所失时间`, `Give all ${lost.length} their time`);
      panel.append(button(all, () => this.decide("", true), ""));
    }
    lost.forEach((one) => panel.append(this.row(state, one)));
    return panel;
  }

  row(state, one) {
    const row = el("div", { class: "decision-row" });
    const since = clock(one.lost[0][0] - one.started_ms);
    const head = el("div", { class: "row" });
    head.append(el("b", {}, `${one.seat} ${one.name}`), el("span", { class: "lost-ms" }, clock(one.ms)));
    const given = one.granted_ms ? t(`；已补 ${clock(one.granted_ms)}`, `; already given ${clock(one.granted_ms)}`) : "";
    const words = t(`开考后 ${since} 起没有可用的页面${given}`, `No usable page from ${since} on${given}`);
    const admission = state.tiles.find((tile) => tile.attempt === one.attempt).admission;
    row.append(head, picture(one), el("p", { class: "quiet small" }, words));
    row.append(button(t(`补 ${clock(one.ms)}`, `Give ${clock(one.ms)}`), () => this.decide(admission, true), ""));
    row.append(button(t("不补", "Give nothing"), () => this.decide(admission, false)));
    return row;
  }

  /** The server was away, and this page has not said yet how it fared. */
  heldPanel(tile) {
    const panel = el("section", { class: "decision" });
    panel.append(el("h2", {}, t("待决定补时", "Decide on time")));
    panel.append(el("p", { class: "small" }, t(
      "服务器曾经中断，该页面尚未报告中断期间是否可用。到时不自动收卷。",
      "The server was away, and this page has not reported whether it could be used. It is not collected by the clock.")));
    panel.append(this.reasons(), button(t("不补", "Give nothing"), () => this.decide(tile.admission, false)));
    return panel;
  }

  /** One reason for the decisions that follow; the last one chosen stays. */
  reasons() {
    const choice = el("select", { "aria-label": t("原因", "Reason") });
    const known = [
      t("考试机断电或故障", "Machine or power failed"),
      t("浏览器异常关闭", "The browser closed by itself"),
      t("服务器或网络故障", "Server or network failed"),
    ];
    reason = reason || known[0];
    if (!known.includes(reason)) known.push(reason);
    choice.append(...[...known, t("其他…", "Other…")].map((words) => el("option", {}, words)));
    choice.value = reason;
    choice.addEventListener("change", async () => {
      if (choice.selectedIndex < known.length) reason = choice.value;
      else await this.otherReason(choice);
    });
    return el("label", { class: "field small" }, t("原因", "Reason"), choice);
  }

  async otherReason(choice) {
    const field = { name: "reason", label: t("原因", "Reason"), kind: "text" };
    const given = await ask({ title: t("补时的原因", "Reason for the decision"), fields: [field], yes: t("使用这个原因", "Use this reason") });
    if (given) {
      reason = given.reason;
      choice.prepend(el("option", {}, reason));
    }
    choice.value = reason;
  }

  decide(admission, give) {
    return this.room.press("/lost-time", { admission, give, reason });
  }

  latePanel(late) {
    const panel = el("section", { class: "decision" });
    panel.append(el("h2", {}, t("迟到的作答", "Late answers")));
    panel.append(el("p", { class: "small" }, t(
      "到时后才送达，不能自动计入。须两人决定。",
      "They arrived after the end and do not count by themselves. Two people decide.")));
    late.forEach((tile) => {
      const row = el("div", { class: "decision-row" });
      const count = t(`${tile.late} 条`, tile.late === 1 ? "1 save" : `${tile.late} saves`);
      row.append(el("div", { class: "row" }, el("b", {}, `${tile.seat} ${tile.name}`), el("span", { class: "lost-ms" }, count)));
      const acts = el("div", { class: "acts" });
      acts.append(button(t("计入", "Count them"), () => this.judge(tile, true), ""));
      acts.append(button(t("不计入", "Do not count"), () => this.judge(tile, false)));
      row.append(acts);
      panel.append(row);
    });
    return panel;
  }

  judge(tile, counts) {
    const title = counts ? t("计入迟到的作答", "Count the late answers") : t("不计入迟到的作答", "Do not count the late answers");
    return byTwo(this.room, title, tile, "/late", { attempt: tile.attempt, counts });
  }
}
