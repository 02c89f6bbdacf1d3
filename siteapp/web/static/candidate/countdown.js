/** Times that the server holds; between two polls they run on this page's monotonic clock. */

const WARNINGS_MIN = [15, 5, 1];
const MINUTE_MS = 60000;

export class Countdown {
  constructor() {
    /** @type {number|null} when the time is over, on performance.now() */
    this.end = null;
    /** @type {number|null} */
    this.seen = null;
  }

  /**
   * Takes the server's word. @param {number|null} remaining @param {number} at performance.now() it was true at
   * @returns {number} by how much the end moved back, in ms (a grant is positive)
   */
  anchor(remaining, at) {
    const before = this.end;
    this.end = remaining === null ? null : at + remaining;
    return before === null || this.end === null ? 0 : this.end - before;
  }

  /** @param {number} [now] @returns {number|null} ms left, never below 0; null if nobody knows */
  remaining(now = performance.now()) {
    return this.end === null ? null : Math.max(0, this.end - now);
  }

  /** The warning (15, 5 or 1 minutes) crossed since the last call, or null. @param {number} [now] */
  crossed(now = performance.now()) {
    const left = this.remaining(now);
    const before = this.seen;
    this.seen = left;
    if (left === null || before === null || left === 0) return null;
    const passed = WARNINGS_MIN.filter((m) => before > m * MINUTE_MS && left <= m * MINUTE_MS);
    return passed.length ? passed[passed.length - 1] : null;
  }
}

/** Which of "calm", "soon", "near", "last" the time left is. @param {number|null} left */
export function urgency(left) {
  if (left === null || left > 15 * MINUTE_MS) return "calm";
  if (left > 5 * MINUTE_MS) return "soon";
  return left > MINUTE_MS ? "near" : "last";
}

/** 1:02:03 or 02:03, rounded up so that 00:00 means over. @param {number} ms */
export function asClock(ms) {
  const seconds = Math.ceil(ms / 1000);
  const [h, m, s] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  const two = (/** @type {number} */ n) => String(n).padStart(2, "0");
  return h ? `${h}:${two(m)}:${two(s)}` : `${two(m)}:${two(s)}`;
}

/** The server's clock as time of day in China, whatever this machine's own clock and zone say. @param {number} ms */
export function timeOfDay(ms) {
  return new Date(ms).toLocaleTimeString("zh-CN", { timeZone: "Asia/Shanghai", hour12: false });
}
