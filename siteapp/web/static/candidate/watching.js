/** Notices when the page is left, and copying and pasting while a paper is open: evidence for people, no more. */

const EVERY_MS = 10_000;
const MOST = 1000;

/** @typedef {"hidden"|"blur"|"copy"|"paste"|"tools"} What */

/** @param {KeyboardEvent} event */
function asksForTools(event) {
  return event.key === "F12" || (event.ctrlKey && event.shiftKey && ["I", "J", "C"].includes(event.key.toUpperCase()));
}

/** A file is chosen in a window of the system's; that is no leaving. */
function choosesFile() {
  const active = document.activeElement;
  return active instanceof HTMLInputElement && active.type === "file";
}

class Watching {
  /** @param {import("./app.js").App} app */
  constructor(app) {
    this.app = app;
    /** @type {Map<What, {count: number, ms: number}>} */
    this.seen = new Map();
    /** @type {{what: What, at: number}|null} */
    this.gone = null;
    this.telling = false;
  }

  get open() {
    return this.app.stage === "paper" || this.app.stage === "hand-in";
  }

  /** @param {What} what @param {number} [ms] */
  note(what, ms = 0) {
    const { count, ms: before } = this.seen.get(what) || { count: 0, ms: 0 };
    this.seen.set(what, { count: Math.min(MOST, count + 1), ms: Math.round(before + ms) });
  }

  /** @param {What} what */
  left(what) {
    if (!this.open || choosesFile()) return;
    // Hidden says more than having lost the focus, which comes before it.
    if (!this.gone) this.gone = { what, at: performance.now() };
    else if (what === "hidden") this.gone.what = what;
  }

  back() {
    if (!this.gone || document.visibilityState === "hidden" || !document.hasFocus()) return;
    this.note(this.gone.what, performance.now() - this.gone.at);
    this.gone = null;
  }

  /** What was noticed goes to the server; what did not get there waits for the next turn. */
  async tell() {
    const { attempt, server, stopped, receipt } = this.app;
    if (this.telling || !this.seen.size || !attempt || stopped || receipt) return;
    const sent = this.seen;
    this.seen = new Map();
    this.telling = true;
    try {
      await server.noticed(attempt.record.instance, [...sent].map(([what, { count, ms }]) => [what, count, ms]));
    } catch (error) {
      console.info("not told what was noticed", String(error));
      for (const [what, { count, ms }] of sent) {
        const now = this.seen.get(what) || { count: 0, ms: 0 };
        this.seen.set(what, { count: Math.min(MOST, now.count + count), ms: now.ms + ms });
      }
    } finally {
      this.telling = false;
    }
  }
}

/** @param {import("./app.js").App} app */
export function watch(app) {
  const watching = new Watching(app);
  const noted = (/** @type {What} */ what) => () => watching.open && watching.note(what);
  document.addEventListener("visibilitychange", () => (document.visibilityState === "hidden" ? watching.left("hidden") : watching.back()));
  addEventListener("blur", () => watching.left("blur"));
  addEventListener("focus", () => watching.back());
  for (const name of ["copy", "cut"]) document.addEventListener(name, noted("copy"));
  document.addEventListener("paste", noted("paste"));
  addEventListener("keydown", (event) => asksForTools(event) && watching.open && watching.note("tools"));
  setInterval(() => watching.tell(), EVERY_MS);
}
