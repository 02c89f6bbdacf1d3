/** The end of a session: from the roster to headquarters in figures, and a row for what does not add up. */

import { ask } from "../shared/dialog.js";
import { el } from "../shared/dom.js";
import { t } from "../shared/words.js";
import { button } from "./parts.js";
import { call, failed } from "./room-server.js";

/** @type {Record<string, string>} */
const PROBLEMS = {
  writing: t("还在作答", "still writing"),
  nobody: t("未到场，也未记缺考", "did not come, and is not recorded as absent"),
  "not-started": t("已登录，没有开始", "signed in and never started"),
  blank: t("已交卷，但没有任何作答", "handed in without any answer"),
  late: t("有迟到的作答待裁定", "late answers wait for a decision"),
  rescued: t("有救援作答待决定", "rescued answers wait for a decision"),
  uploads: t("有文件没有传完", "a file is not whole"),
};
/** @type {Record<string, string>} */
const MENDS = {
  collect: t("强制收卷", "Collect"),
  absent: t("记为缺考", "Record as absent"),
  blank: t("核实空白卷", "Confirm it is blank"),
};

export class Reconcile {
  /** @param {HTMLElement} place @param {import("./acts.js").Room} room @param {boolean} mayAct @param {(attempt: string) => void} choose */
  constructor(place, room, mayAct, choose) {
    this.place = place;
    this.room = room;
    this.mayAct = mayAct;
    this.choose = choose;
    this.session = "";
  }

  /** Show it, or put it away. @param {string} session */
  async toggle(session) {
    this.session = session;
    if (!this.place.hidden) this.close();
    else await this.show();
  }

  close() {
    this.place.hidden = true;
  }

  async show() {
    try {
      const told = await call(this.session, "/reconcile", null);
      this.place.replaceChildren(...this.#parts(told));
    } catch (error) {
      this.place.replaceChildren(failed(error));
    }
    this.place.hidden = false;
  }

  /** @param {any} told */
  #parts(told) {
    const again = button(t("重新核对", "Look again"), () => this.show());
    const head = el("div", { class: "row" }, el("h2", {}, t("收尾核对", "Does it add up?")), again, button(t("关闭", "Close"), () => this.close()));
    const verdict = told.rows.length
      ? el("p", { class: "notice warn" }, t(`有 ${told.rows.length} 处对不上，请逐条处理。`, `${told.rows.length} things do not add up; mend each.`))
      : el("p", { class: "notice good" }, ...addsUp(told));
    return [head, chain(told), verdict, ...(told.rows.length ? [this.#table(told.rows)] : [])];
  }

  /** @param {any[]} rows */
  #table(rows) {
    const body = rows.map((row) => el("tr", {},
      el("td", {}, button(`${row.seat} ${row.name}`, () => this.choose(row.attempt))),
      el("td", {}, row.problems.map((/** @type {string} */ one) => PROBLEMS[one]).join(t("；", "; "))),
      el("td", {}, this.mayAct ? row.mends.map((/** @type {string} */ how) => button(MENDS[how], () => this.#mend(row, how), how === "collect" ? "danger" : "")) : [])));
    return el("table", { class: "table" }, el("tbody", {}, body));
  }

  /** @param {any} row @param {string} how */
  async #mend(row, how) {
    const about = t(`${row.seat} 号 ${row.name}`, `seat ${row.seat} ${row.name}`);
    const work = (/** @type {Record<string, string>} */ given) => this.room.act("/settle", { attempt: row.attempt, how, note: given.note });
    /** @type {import("../shared/dialog.js").Field} */
    const note = { name: "note", label: t("情况（记入考场记录）", "What happened (for the room record)"), kind: "text" };
    const given = await ask({ failed, title: `${MENDS[how]} · ${about}`, fields: [note], yes: MENDS[how], danger: how === "collect", work });
    if (given) await this.show();
  }
}

/** The room is in order; whether headquarters has it all is another matter. @param {any} told */
function addsUp(told) {
  const said = t("考场内全部对得上。", "Everything in the room adds up.");
  if (told.delivered) return [said, " ", t("总部已存档全部记录。", "Headquarters has archived all of it.")];
  return [said, " ", t("总部尚未存档全部记录，请勿关闭服务器。", "Headquarters has not archived everything yet: leave the server on.")];
}

/** The way from the roster to headquarters; a step that lacks something is marked. @param {any} told */
function chain(told) {
  const due = told.registered - told.absent;
  /** @type {[string, number|string, boolean][]} */
  const steps = [
    [t("应考", "registered"), told.registered, true],
    [t("缺考", "absent"), told.absent, true],
    [t("到场", "present"), told.present, told.present === due],
    [t("开考", "started"), told.started, told.started === due],
    [t("交卷", "handed in"), told.handed_in, told.handed_in === due],
    [t("其中空白", "of them blank"), told.blank, !told.rows.some((/** @type {any} */ row) => row.problems.includes("blank"))],
    [t("已打包记录", "records packed"), `${told.packed}/${told.events}`, told.packed === told.events],
    [t("总部已存档", "archived"), `${told.archived}/${told.batches}`, told.delivered],
  ];
  return el("ol", { class: "chain" }, steps.map(([words, count, whole]) =>
    el("li", { class: whole ? "whole" : "lacks" }, el("b", {}, String(count)), el("span", {}, words))));
}
