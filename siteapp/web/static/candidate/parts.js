/**
 * Parts of the paper with times of their own. The server says which is open and how long each still goes; while it
 * is away the page goes on by its own clock, and never back into a part that it has left.
 */

import { t } from "../shared/words.js";
import { Countdown } from "./countdown.js";

/** @typedef {import("./app.js").App} App */
/** @typedef {import("./places.js").Place} Place */

export class Parts {
  /** @param {App} app */
  constructor(app) {
    this.app = app;
    this.clock = new Countdown();
    /** @type {number[]|null} when each part from `first` on ends, on performance.now() */
    this.ends = null;
    this.first = 0;
    this.stands = false;
  }

  /** Takes the server's word. @param {import("./types.js").State} state @param {number} at performance.now() it was true at */
  heard(state, at) {
    const { parts } = state;
    this.ends = parts ? parts.left_ms.map((ms) => at + ms) : null;
    this.first = parts ? parts.now : 0;
    this.stands = state.paused || state.held;
    this.#follow();
  }

  /** The part that is open; null where parts have no times of their own. @returns {number|null} */
  get index() {
    const { attempt } = this.app;
    const kept = attempt ? attempt.record.part : undefined;
    if (!this.ends) return kept === undefined ? null : kept;
    let at = 0;
    while (!this.stands && at < this.ends.length - 1 && performance.now() >= this.ends[at]) at += 1;
    return this.first + at;
  }

  /** True in the last part, and where parts have no times. */
  get last() {
    const at = this.index;
    return at === null || (this.ends !== null && at === this.first + this.ends.length - 1);
  }

  /** Time goes on: the next part opens by itself. */
  tick() {
    this.#follow();
    const minutes = this.last ? null : this.clock.crossed();
    if (minutes) this.app.said.now(`距离本部分结束还有 ${minutes} 分钟`, `${minutes} min are left of this part`);
  }

  #follow() {
    const { attempt } = this.app;
    const now = this.index;
    if (now === null || !attempt) return;
    if (this.ends) this.clock.end = this.ends[now - this.first];
    const { record } = attempt;
    if (record.part === now) return;
    const moved = record.part !== undefined;
    record.part = now;
    this.clock.seen = null;
    this.#open(now, moved);
  }

  /** @param {number} now @param {boolean} moved */
  #open(now, moved) {
    const attempt = /** @type {import("./attempt.js").Attempt} */ (this.app.attempt);
    // What was being typed goes out at once: the server takes it for some seconds more.
    attempt.settle();
    if (!inPart(attempt.groups, attempt.places[attempt.record.place], now)) {
      attempt.record.place = Math.max(0, attempt.places.findIndex((place) => inPart(attempt.groups, place, now)));
    }
    attempt.write();
    if (moved) this.app.said.now(`已进入第 ${now + 1} 部分，前面的部分不能返回`, `Part ${now + 1} is open now; the parts before it are closed`);
    this.app.review(false);
  }
}

/** @param {import("./places.js").Group[]} groups @param {Place|undefined} place @param {number} part */
function inPart(groups, place, part) {
  return place !== undefined && groups.indexOf(place.group) === part;
}

/** Whether this place may be looked at and answered now. @param {App} app @param {Place|undefined} place */
export function isOpenNow(app, place) {
  const part = app.parts.index;
  return app.attempt !== null && place !== undefined && (part === null || inPart(app.attempt.groups, place, part));
}

/** Words for a place of another part. @param {App} app */
export function otherPart(app) {
  const part = (app.parts.index || 0) + 1;
  return t(`现在是第 ${part} 部分，到时自动进入下一部分，已结束的部分不能返回`, `Part ${part} is open; the next opens by itself, a part that is over stays closed`);
}
