/**
 * The page's own record of when it could be used, on the site's clock carried on by performance.now():
 * a closed browser or a dead machine shows as a gap. Told to the server after every silence.
 */

const KEY = "examsite.usable/";
/** A beat goes to this machine's storage so often. */
const KEEP_MS = 5000;
/** A page that could be used never pauses so long; a machine that slept does. */
const PAUSE_MS = 5000;
/** Without contact for so long the server may wonder: it is told. */
const SILENT_MS = 8000;
const MOST = 200;

/** @typedef {[number, number]} Span */

export class Usable {
  /** @param {string} attempt @param {() => Storage} storage */
  constructor(attempt, storage = () => window.localStorage) {
    this.key = KEY + attempt;
    this.storage = storage;
    /** @type {Span[]} earlier stretches, on the site's clock */
    this.past = this.#read();
    /** @type {{from: number, to: number}|null} the present one, on performance.now() */
    this.now = null;
    /** @type {{clock: number, at: number}|null} the site's clock at the last contact of this page */
    this.anchor = null;
    this.keptAt = 0;
    /** The server has not heard of what happened before its last word. */
    this.due = true;
  }

  /** The page can be used, or cannot, at this moment. @param {boolean} can @param {number} [at] */
  beat(can, at = performance.now()) {
    const { now } = this;
    // A hidden page's timers are slowed down; hidden it was by the candidate.
    const slept = now && at - now.to > PAUSE_MS && document.visibilityState === "visible";
    if (now && (slept || !can)) this.#end();
    if (!can) return;
    if (!this.now) this.now = { from: at, to: at };
    this.now.to = at;
    if (at - this.keptAt > KEEP_MS) this.#keep(at);
  }

  /** The server said what its clock shows. @param {number} clock @param {number} at performance.now() */
  heard(clock, at) {
    const { anchor } = this;
    if (!anchor || at - anchor.at > SILENT_MS) this.due = true;
    const passed = anchor ? clock - anchor.clock - (at - anchor.at) : 0;
    if (this.now && passed > PAUSE_MS) {
      // The machine's clock stood still: it slept, and this stretch ended when it fell asleep.
      this.#end();
      this.due = true;
    }
    this.anchor = { clock, at };
    // The site's clock stands still over a reboot: nothing lies ahead of it.
    this.past = this.past.map(([from, to]) => /** @type {Span} */ ([Math.min(from, clock), Math.min(to, clock)]));
  }

  /** From the last contact to now, on the site's clock; null if this page never had contact. @returns {Span|null} */
  reading() {
    const { anchor } = this;
    if (!anchor) return null;
    return [Math.round(anchor.clock), Math.round(anchor.clock + performance.now() - anchor.at)];
  }

  /** All stretches, as the server takes them. @returns {Span[]} */
  spans() {
    const present = this.#present();
    return merged(present ? [...this.past, present] : this.past).slice(-MOST);
  }

  /** Nothing of it stays on this machine. */
  forget() {
    this.#write(null);
  }

  #end() {
    const present = this.#present();
    if (present) this.past = merged([...this.past, present]).slice(-MOST);
    this.now = null;
  }

  /** @returns {Span|null} null while the site's clock is unknown: such a stretch cannot be placed yet */
  #present() {
    const { now, anchor } = this;
    if (!now || !anchor) return null;
    const on = (/** @type {number} */ at) => Math.max(0, Math.round(anchor.clock + at - anchor.at));
    return [on(now.from), on(now.to)];
  }

  /** @param {number} at */
  #keep(at) {
    this.keptAt = at;
    if (this.anchor) this.#write(JSON.stringify(this.spans()));
  }

  /** @returns {Span[]} */
  #read() {
    try {
      return JSON.parse(this.storage().getItem(this.key) || "[]");
    } catch (error) {
      console.warn("no record of earlier use", error);
      return [];
    }
  }

  /** @param {string|null} text */
  #write(text) {
    try {
      if (text === null) this.storage().removeItem(this.key);
      else this.storage().setItem(this.key, text);
    } catch (error) {
      console.warn("the record of use was not kept", error);
    }
  }
}

/** In order, and those that touch as one. @param {Span[]} spans @returns {Span[]} */
function merged(spans) {
  /** @type {Span[]} */
  const found = [];
  for (const [from, to] of [...spans].sort((a, b) => a[0] - b[0])) {
    const last = found[found.length - 1];
    if (to <= from) continue;
    if (last && from <= last[1]) last[1] = Math.max(last[1], to);
    else found.push([from, to]);
  }
  return found;
}
