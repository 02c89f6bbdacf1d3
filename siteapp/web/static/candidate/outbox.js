/** Sends waiting saves, one request in flight, until the server holds them all or says no. */

import { Backoff, Rest } from "./backoff.js";
import { Refusal } from "./server.js";

/** @typedef {import("./types.js").Save} Save */
/** @typedef {import("./types.js").Words} Words */

const SAVES_A_REQUEST = 20;
const CHARACTERS_A_REQUEST = 60000;
/** The attempt as a whole takes no more answers: splitting a batch would change nothing. */
const OVER = ["already-handed-in", "time-is-up"];
/** The server does not know yet that this attempt has started (it was restored): it will. */
const NOT_YET = ["not-open"];

/**
 * @typedef {object} Work  what the outbox needs of its attempt
 * @property {import("./ledger.js").Ledger} ledger
 * @property {(saves: Save[]) => Promise<void>} keep
 * @property {() => [string, boolean]|null} nextFlag
 * @property {() => boolean} overdue  the time is over: the server judges each late save by itself
 * @property {(item: string, flagged: boolean) => void} flagSent
 */

export class Outbox {
  /**
   * @param {import("./server.js").Server} server
   * @param {Work} work
   * @param {(error: unknown) => boolean} meet is told of every failure; false stops the outbox
   * @param {() => void} changed
   */
  constructor(server, work, meet, changed) {
    this.server = server;
    this.work = work;
    this.meet = meet;
    this.changed = changed;
    this.backoff = new Backoff();
    this.rest = new Rest();
    this.running = false;
    this.stopped = false;
    /** So many saves go one by one, because a batch with one of them was refused. */
    this.singly = 0;
    /** @type {Refusal|null} why the server takes nothing at present */
    this.trouble = null;
    /** Not before this time (performance.now()), by Retry-After. */
    this.notBefore = 0;
  }

  /** There may be something to send. */
  kick() {
    if (!this.running && !this.stopped) this.run();
  }

  /** The server answered something else: no need to wait longer, unless it asked us to. */
  serverIsBack() {
    if (performance.now() < this.notBefore) return;
    this.backoff.reset();
    this.rest.wake();
    this.kick();
  }

  stop() {
    this.stopped = true;
    this.rest.wake();
  }

  /** The seat is left: what is still here goes to the server as evidence; it will say no to each. */
  async lastWords() {
    const saves = this.work.ledger.batch(Infinity, Infinity);
    for (let i = 0; i < saves.length; i += SAVES_A_REQUEST) {
      const some = saves.slice(i, i + SAVES_A_REQUEST);
      await this.server.responses(this.work.ledger.instance, some).catch((error) => console.info("evidence", error.message));
    }
  }

  async run() {
    this.running = true;
    try {
      while (!this.stopped && (await this.#sendSome()));
    } finally {
      this.running = false;
    }
  }

  /** Sends one request; false if there is nothing to send. */
  async #sendSome() {
    const single = this.singly || this.work.overdue();
    const batch = this.work.ledger.batch(single ? 1 : SAVES_A_REQUEST, CHARACTERS_A_REQUEST);
    const flag = this.work.nextFlag();
    if (!batch.length && !flag) return false;
    try {
      if (batch.length) await this.#sendSaves(batch);
      else if (flag) await this.#sendFlag(...flag);
      this.backoff.reset();
      this.trouble = null;
    } catch (error) {
      await this.#failed(error, batch, flag);
    }
    this.changed();
    return true;
  }

  /** @param {Save[]} batch */
  async #sendSaves(batch) {
    const { saved } = await this.server.responses(this.work.ledger.instance, batch);
    const held = this.work.ledger.hold(saved);
    if (!held.length) throw new Refusal(503, null, "1"); // it answered, and holds nothing
    this.singly = Math.max(0, this.singly - 1);
    await this.work.keep(held);
  }

  /** @param {string} item @param {boolean} flagged */
  async #sendFlag(item, flagged) {
    await this.server.flag(item, flagged);
    this.work.flagSent(item, flagged);
  }

  /** @param {unknown} error @param {Save[]} batch @param {[string, boolean]|null} flag */
  async #failed(error, batch, flag) {
    if (!this.meet(error)) return this.stop();
    if (error instanceof Refusal && isFinal(error)) return this.#refused(error, batch, flag);
    const asked = error instanceof Refusal ? error.waitMs : 0;
    this.trouble = error instanceof Refusal ? error : null;
    this.notBefore = performance.now() + asked;
    this.changed();
    await this.rest.sleep(this.backoff.next(asked));
  }

  /** One bad save must not hold back the others. @param {Refusal} error @param {Save[]} batch @param {[string, boolean]|null} flag */
  async #refused(error, batch, flag) {
    if (batch.length > 1 && !OVER.includes(error.code)) {
      this.singly = batch.length;
    } else if (batch.length) {
      this.singly = Math.max(0, this.singly - 1);
      const sequences = batch.map((save) => save.sequence);
      await this.work.keep(this.work.ledger.refuse(sequences, error.words, error.code === "time-is-up"));
    } else if (flag) {
      this.work.flagSent(...flag); // a mark for the candidate's own eye: kept here, not worth a fight
    }
  }
}

/** True if asking again would get the same answer. @param {Refusal} error */
function isFinal(error) {
  return !error.passing && !NOT_YET.includes(error.code);
}
