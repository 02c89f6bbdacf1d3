/**
 * A machine in a drill: writes answers as a candidate would, keeps them until they are acknowledged, and tells what it saw.
 * The answers are invented and go to the drill's own room.
 */

import { newInstance } from "../candidate/local.js";
import { el, setText } from "../shared/dom.js";
import { t } from "../shared/words.js";

const TELL_MS = 1000;
const PATIENCE_MS = 8000;
const AGAIN_MS = 1500;
// Younger ones are on their way, and wait for nothing.
const SETTLED_MS = 3000;
const MOST_BYTES = 12000;
const MOST_TIMES = 400;

/** @typedef {{sequence: number, at: number, text: string, paced: boolean, refused: boolean}} Answer */
/** @typedef {{run: string, part: number, step: string|null, every_ms: number, size: number, burst: {in_ms: number, count: number}|null}} Orders */

/** @param {string} path @param {unknown} body @param {string} token */
async function post(path, body, token) {
  const stop = new AbortController();
  const late = setTimeout(() => stop.abort(), PATIENCE_MS);
  /** @type {Record<string, string>} */
  const headers = { "Content-Type": "application/json" };
  if (token) headers.Authorization = `Bearer ${token}`;
  try {
    return await fetch(path, { method: "POST", headers, body: JSON.stringify(body), cache: "no-store", signal: stop.signal });
  } finally {
    clearTimeout(late);
  }
}

/** One machine's part in one drill. */
class Part {
  /** @param {number} seat */
  constructor(seat) {
    this.seat = seat;
    this.instance = newInstance();
    this.token = "";
    this.over = false;
    this.made = 0;
    /** @type {Map<number, Answer>} */
    this.unsent = new Map();
    /** @type {Orders|null} */
    this.orders = null;
    this.forget();
    this.sending = false;
  }

  /** What belongs to one step only. */
  forget() {
    this.waited = 0;
    this.paced = 0;
    this.burst = 0;
    this.burstAt = 0;
    /** @type {number[]} */
    this.times = [];
  }

  async join() {
    const answer = await post("/api/drill/join", { seat: this.seat, instance: this.instance }, "");
    if (!answer.ok) throw new Error(`${answer.status}`);
    const said = await answer.json();
    this.token = said.token;
    this.obey(said.orders);
    setTimeout(() => this.write(), Math.random() * said.orders.every_ms);
    setTimeout(() => this.tell(), TELL_MS);
  }

  /** @param {Orders} orders */
  obey(orders) {
    if (!this.orders || orders.part !== this.orders.part) this.forget();
    this.orders = orders;
    if (!orders.burst || this.burstAt || orders.burst.in_ms < 0) return;
    this.burstAt = performance.now() + orders.burst.in_ms;
    setTimeout(() => this.together(), orders.burst.in_ms);
  }

  /** @param {boolean} paced @returns {Answer} */
  answer(paced) {
    this.made += 1;
    const size = this.orders ? this.orders.size : 200;
    const one = { sequence: this.made, at: performance.now(), text: `${this.seat}-${this.made} `.padEnd(size, "答"), paced, refused: false };
    this.unsent.set(one.sequence, one);
    return one;
  }

  write() {
    if (this.over) return;
    this.answer(true);
    this.flush();
    setTimeout(() => this.write(), this.orders ? this.orders.every_ms : AGAIN_MS);
  }

  /** Many at one moment, each in a request of its own. */
  together() {
    if (this.over || !this.orders || !this.orders.burst) return;
    const every = Array.from({ length: this.orders.burst.count }, () => this.answer(false));
    every.forEach((one) => this.send([one]).catch((error) => console.info("sent again later", String(error))));
  }

  /** Sends what waits, the oldest first, until nothing does. */
  async flush() {
    if (this.sending) return;
    this.sending = true;
    while (this.unsent.size && !this.over) {
      try {
        await this.send(this.some());
      } catch (error) {
        console.info("not saved yet", String(error));
        for (const one of this.unsent.values()) one.refused = true;
        await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
      }
    }
    this.sending = false;
  }

  /** As many of the oldest as one request may carry. */
  some() {
    const found = [];
    let bytes = 0;
    for (const one of this.unsent.values()) {
      bytes += one.text.length * 3 + 100;
      if (found.length && bytes > MOST_BYTES) break;
      found.push(one);
    }
    return found;
  }

  /** @param {Answer[]} some */
  async send(some) {
    const saves = some.map(({ sequence, text }) => ({ sequence, item: "q1", response: text }));
    const answer = await post("/api/drill/responses", { instance: this.instance, saves }, this.token);
    if (!answer.ok) throw new Error(`${answer.status}`);
    const now = performance.now();
    for (const one of some) {
      if (!this.unsent.delete(one.sequence)) continue;
      this.times.push(Math.round(now - one.at));
      if (one.paced) this.paced += 1;
      else this.burst += 1;
    }
  }

  /** All up to it are acknowledged. */
  acknowledged() {
    return this.unsent.size ? Math.min(...this.unsent.keys()) - 1 : this.made;
  }

  /** What waits: what was sent in vain, or is long under way; not what was written a moment ago. */
  waiting() {
    const before = performance.now() - SETTLED_MS;
    return [...this.unsent.values()].filter((one) => one.refused || one.at < before);
  }

  async tell() {
    if (this.over) return;
    const waiting = this.waiting();
    this.waited = Math.max(this.waited, waiting.length);
    const times = this.times.slice(0, MOST_TIMES);
    const acknowledged = this.acknowledged();
    const made = Math.max(acknowledged, ...waiting.map((one) => one.sequence));
    const { waited, paced, burst } = this;
    const body = { part: this.orders ? this.orders.part : 0, made, acknowledged, waited, paced, burst, times };
    try {
      const answer = await post("/api/drill/told", body, this.token);
      if (answer.status === 409) this.over = true;
      if (answer.ok) {
        this.times = this.times.slice(times.length);
        this.obey(await answer.json());
      }
    } catch (error) {
      console.info("not told", String(error));
    }
    setTimeout(() => this.tell(), TELL_MS);
  }
}

const place = el("section", { class: "card", id: "drill", hidden: true });
const count = el("p", { class: "drill-count", role: "status" });
place.append(
  el("h2", {}, t("演练进行中", "A drill is on")),
  el("p", {}, t("本页自动模拟作答，请不要关闭，也不用操作。数据与考试无关。", "This page writes invented answers by itself. Do not close it; nothing here belongs to an examination.")),
  count,
);
/** @type {Part|null} */
let part = null;
let joined = "";

/** The card that shows it; hidden while there is no drill. */
export function drillCard() {
  return place;
}

/** Joins the drill that is on, once; looked at with every ping. @param {string|null} run @param {number} seat */
export async function follow(run, seat) {
  if (part && (part.over || run !== joined)) {
    part.over = true;
    part = null;
    joined = "";
  }
  place.hidden = !part;
  if (!run || part) return;
  joined = run;
  part = new Part(seat);
  try {
    await part.join();
  } catch (error) {
    console.info("not in the drill", String(error));
    part = null;
    joined = "";
  }
}

setInterval(() => {
  if (!part) return;
  const safe = part.acknowledged();
  const left = part.made - safe;
  setText(count, t(`已写 ${part.made} 条，服务器已保存 ${safe} 条，仅在本机 ${left} 条`, `${part.made} written, ${safe} on the server, ${left} only on this machine`));
}, 500);
