/** One tile a seat: made once and filled anew, so that a press or the focus outlives a poll. */

import { el } from "../shared/dom.js";
import { say, t } from "../shared/words.js";
import { button, clock } from "./parts.js";

/** @type {Record<string, [string, string]>} */
export const STATES = {
  away: ["⚠", t("失联", "away")],
  absent: ["✕", t("缺考", "absent")],
  expected: ["○", t("未登录", "not here")],
  "signed-in": ["◔", t("已登录", "signed in")],
  confirmed: ["◑", t("已确认", "ready")],
  started: ["▶", t("作答中", "in exam")],
  paused: ["‖", t("已暂停", "paused")],
  resting: ["☾", t("休息中", "resting")],
  "handed-in": ["✓", t("已交卷", "handed in")],
};

const WORTH_SAYING_MS = 10000;

/** Why a seat needs attention; nothing if it does not. @param {any} state @param {any} tile @returns {string[]} */
export function alertsOf(state, tile) {
  const away = tile.state === "away" && STATES.away.join(" ");
  const paused = tile.state === "paused" && STATES.paused.join(" ");
  return [away, paused, ...dueWords(state, tile)].filter((one) => typeof one === "string");
}

/** What a tile says that somebody should come or decide for. @param {any} state @param {any} tile */
function callsOf(state, tile) {
  const hand = state.hands.some((/** @type {any} */ one) => one.attempt === tile.attempt);
  const due = dueWords(state, tile);
  return hand ? [`↑ ${t("举手", "hand up")}`, ...due] : due;
}

/** Signed in, and not yet at the paper. @param {any} tile */
function here(tile) {
  return tile.state === "signed-in" || tile.state === "confirmed";
}

/** What somebody has to decide on. @param {any} state @param {any} tile */
function dueWords(state, tile) {
  const lost = state.lost.some((/** @type {any} */ one) => one.attempt === tile.attempt);
  const left = leftOften(tile);
  return [
    tile.look && tile.phase === "started" && `◇ ${t(`切屏 ${left}`, `left ${left}×`)}`,
    tile.noticed.paused && tile.phase === "started" && `◇ ${t(`停中作答 ${tile.noticed.paused}`, `paused, ${tile.noticed.paused} answers`)}`,
    state.seb[tile.attempt] === "other" && tile.phase !== "handed-in" && `⊘ ${t("非 SEB", "not in SEB")}`,
    here(tile) && tile.late_comer && `△ ${t("迟到", "late-comer")}`,
    here(tile) && state.check_in && !tile.checked && `? ${t("待核验", "check in")}`,
    (tile.held || lost) && tile.phase === "started" && `‖ ${t("待补时", "time due")}`,
    tile.rescued > 0 && `+ ${t(`待采用 ${tile.rescued}`, `${tile.rescued} rescued`)}`,
    tile.late > 0 && `△ ${t("待裁定", "late")}`,
  ].filter((one) => typeof one === "string");
}

/** The number of a sitting where a room has several: on its card and on each of its tiles. @param {any} state @param {string} id */
export function sittingSign(state, id) {
  const place = state.sittings.findIndex((/** @type {any} */ one) => one.id === id);
  if (state.sittings.length < 2 || place < 0) return null;
  const words = say(state.sittings[place].title);
  return el("i", { class: "sitting-sign", role: "img", title: words, "aria-label": words }, String(place + 1));
}

export class Tiles {
  /** @param {(attempt: string) => void} choose */
  constructor(choose) {
    this.choose = choose;
    /** @type {Map<string, HTMLElement>} */
    this.places = new Map();
  }

  forget() {
    this.places.clear();
  }

  /** The place of a tile, as it is now. @param {any} state @param {any} tile @param {boolean} chosen @param {number} now the server's clock */
  shown(state, tile, chosen, now) {
    const place = this.#placeOf(tile.attempt);
    const made = /** @type {HTMLElement} */ (place.firstChild);
    const calls = callsOf(state, tile).length > 0;
    made.className = `tile ${tile.state}${chosen ? " chosen" : ""}${calls ? " calls" : ""}`;
    made.setAttribute("aria-pressed", String(chosen));
    const lines = linesOf(state, tile, now);
    const said = JSON.stringify(lines.map((one) => one.textContent));
    if (made.dataset.said !== said) {
      made.dataset.said = said;
      made.replaceChildren(...lines);
    }
    return place;
  }

  /** @param {string} attempt */
  #placeOf(attempt) {
    const known = this.places.get(attempt);
    if (known) return known;
    const place = el("div", { class: "place", role: "listitem" }, button("", () => this.choose(attempt), "tile"));
    this.places.set(attempt, place);
    return place;
  }
}

/** @param {any} tile @param {number} now */
function leftOf(tile, now) {
  return tile.paused_left_ms === null ? clock(Math.max(0, tile.ends_ms - now)) : `‖ ${clock(tile.paused_left_ms)}`;
}

/** What is on record of this seat and asks for nobody: violations that the chief noted, leaving that is not yet worth a look. @param {any} state @param {any} tile */
function onRecord(state, tile) {
  const left = leftOften(tile);
  const lines = [];
  if (tile.violations) lines.push(spoken(`§ ${t(`违纪 ${tile.violations}`, `violation ${tile.violations}`)}`, t(`已记违纪 ${tile.violations} 次`, `violations on record: ${tile.violations}`), "noted"));
  if (left && !tile.look && tile.phase === "started") lines.push(spoken(`◇ ${t(`切屏 ${left}/${state.look_from}`, `left ${left}/${state.look_from}`)}`, t(`离开页面 ${left} 次，满 ${state.look_from} 次时提示查看`, `left the page ${left} times; from ${state.look_from} on you are asked to look`), "quiet"));
  return lines;
}

/** A short sign for the eye, and the whole of it for who listens. @param {string} sign @param {string} words @param {string} look */
function spoken(sign, words, look) {
  return el("span", { class: look, title: words }, el("span", { class: "shown", "aria-hidden": "true" }, sign), el("span", { class: "sr" }, words));
}

/** How often a page said that it was left. @param {any} tile */
function leftOften(tile) {
  return (tile.noticed.hidden || 0) + (tile.noticed.blur || 0);
}

/** @param {any} state @param {any} tile @param {number} now */
function linesOf(state, tile, now) {
  const [sign, words] = STATES[tile.state];
  const head = el("span", { class: "tile-head" }, el("b", {}, String(tile.seat)), sittingSign(state, tile.sitting));
  if (tile.phase === "started") head.append(el("span", { class: "left" }, leftOf(tile, now)));
  const said = here(tile) && tile.checked ? `✓ ${t("已核验", "checked in")}` : `${sign} ${words}`;
  const lines = [head, el("span", { class: "who" }, tile.name), el("span", {}, said)];
  if (tile.part && tile.phase === "started") lines.push(el("span", { class: "quiet" }, t(`第 ${tile.part[0]}/${tile.part[1]} 部分`, `part ${tile.part[0]} of ${tile.part[1]}`)));
  if (tile.phase === "started" || tile.phase === "handed-in") lines.push(el("span", {}, `${tile.answered}/${tile.of}`));
  const { going = 0, stalled = 0 } = (state.uploads || {})[tile.attempt] || {};
  if (tile.files || going || stalled) {
    const parts = [t(`文件 ${tile.files}`, `files ${tile.files}`)];
    if (going) parts.push(t(`上传中 ${going}`, `${going} going up`));
    if (stalled) parts.push(t(`未传完 ${stalled}`, `${stalled} unfinished`));
    lines.push(el("span", {}, parts.join(" · ")));
  }
  lines.push(...onRecord(state, tile));
  const kept = (state.only_there || {})[tile.attempt];
  if (kept && tile.phase === "started") lines.push(el("span", { class: "sign" }, t(`${kept} 题仅在本机`, `${kept} only on the machine`)));
  const silent = tile.heard_ms === null ? 0 : now - tile.heard_ms;
  if (silent >= WORTH_SAYING_MS && tile.phase === "started") lines.push(el("span", { class: "quiet" }, t(`${clock(silent)} 无联系`, `silent ${clock(silent)}`)));
  lines.push(...callsOf(state, tile).map((words) => el("span", { class: "sign" }, words)));
  return lines;
}
