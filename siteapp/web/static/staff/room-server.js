/** The questions and acts of the wall, and how their failures are said. */

import { ask } from "../shared/dialog.js";
import { problem } from "../shared/problem.js";
import { t } from "../shared/words.js";

/** @typedef {import("../shared/words.js").Words} Words */

const NO_ANSWER = { zh: "与服务器失去联系，不知道是否已完成", en: "No contact with the server: it may or may not be done" };
const LOOK_FIRST = {
  zh: "可以再按一次：同一操作只生效一次",
  en: "You may press again: the same act counts only once",
};

/** What the server said no to. */
export class RoomRefusal extends Error {
  /** @param {number} status @param {any} body */
  constructor(status, body) {
    const error = (body && body.error) || {};
    super(`${status} ${error.code || ""}`);
    /** @type {string} */
    this.code = error.code || String(status);
    /** @type {Words} */
    this.words = error.message || { zh: `服务器回应 ${status}`, en: `The server answered ${status}` };
    /** @type {Words|null} */
    this.hint = error.hint || null;
  }
}

/** @param {unknown} error */
export function failed(error) {
  if (error instanceof RoomRefusal) return problem(error.words, error.hint, error.code);
  return problem(NO_ANSWER, LOOK_FIRST, "");
}

/** Keys of acts whose end is not known: pressed again they must not count twice. @type {Map<string, string>} */
const unanswered = new Map();

/** @param {string} said */
function keyOf(said) {
  const random = crypto.getRandomValues(new Uint8Array(12));
  const key = unanswered.get(said) || [...random].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  unanswered.set(said, key);
  return key;
}

/** A locked page asks for the password, once for all who wait. @type {Promise<boolean>|null} */
let unlocking = null;

/** True once the page is open again, false if the person gave up. @returns {Promise<boolean>} */
function unlock() {
  const work = async (/** @type {Record<string, string>} */ { password }) => {
    const headers = { "Content-Type": "application/json" };
    const answer = await fetch("/api/staff/unlock", { method: "POST", headers, body: JSON.stringify({ password }) });
    if (!answer.ok) throw new RoomRefusal(answer.status, await answer.json().catch(() => null));
  };
  /** @type {import("../shared/dialog.js").Field} */
  const password = { name: "password", label: t("您的密码", "Your password"), kind: "password" };
  const says = [t("本页有一段时间无人操作，已锁定。", "Nobody used this page for a while, so it is locked.")];
  unlocking = unlocking || ask({ failed, title: t("请再输一次密码", "Your password, please"), says, fields: [password], yes: t("解锁", "Unlock"), work })
    .then((given) => given !== null)
    .finally(() => (unlocking = null));
  return unlocking;
}

/** The room as it is, or after an act. @param {string} session @param {string} path @param {object|null} body @returns {Promise<any>} */
export async function call(session, path, body) {
  const said = `${session}${path}${JSON.stringify(body)}`;
  const headers = { "Content-Type": "application/json", "Idempotency-Key": body ? keyOf(said) : "" };
  const given = body ? { method: "POST", headers, body: JSON.stringify(body) } : {};
  const answer = await fetch(`/api/room/${encodeURIComponent(session)}${path}`, { credentials: "same-origin", ...given });
  const told = await answer.json().catch(() => null);
  if (answer.status === 401) location.href = "/staff/sign-in";
  if (answer.status === 423 && (await unlock())) return call(session, path, body);
  if (!answer.ok) {
    // A front that speaks for a server which is away is no answer of ours.
    if (told && told.error) unanswered.delete(said);
    throw new RoomRefusal(answer.status, told);
  }
  unanswered.delete(said);
  return told;
}

/** The picture of the wall that this page has: asks only for what is new, and keeps the time. */
export class Picture {
  constructor() {
    this.forget();
  }

  /** Another session. */
  forget() {
    /** @type {any} */
    this.state = null;
    this.anchor = 0;
  }

  /** @param {string} session */
  async renew(session) {
    const since = this.state ? `?since=${this.state.version}` : "";
    return this.take(await call(session, since, null), session);
  }

  /** What the server told, put into what is known; null if it is of another session. @param {any} told @param {string} session */
  take(told, session) {
    const asked = told.session || (this.state && this.state.session);
    if (asked !== session || this.#older(told.version)) return null;
    this.anchor = told.clock_ms - performance.now();
    if (told.whole || !this.state) {
      this.state = told;
    } else {
      const fresh = new Map(told.tiles.map((/** @type {any} */ tile) => [tile.attempt, tile]));
      const tiles = this.state.tiles.map((/** @type {any} */ tile) => fresh.get(tile.attempt) || tile);
      this.state = { ...this.state, ...told, tiles };
    }
    this.state.tiles.sort((/** @type {any} */ a, /** @type {any} */ b) => a.seat - b.seat || a.attempt.localeCompare(b.attempt));
    return this.state;
  }

  /** An answer that an act's own has overtaken. @param {string} version */
  #older(version) {
    if (!this.state) return false;
    const [epoch, number] = version.split(".");
    const [known, had] = this.state.version.split(".");
    return epoch === known && Number(number) < Number(had);
  }

  /** The server's clock, as far as this page can say. */
  now() {
    return this.anchor + performance.now();
  }
}
