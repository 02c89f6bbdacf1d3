/** The hand-in: all saves first, then the hand-in itself, and a wait in line while the server is away. */

import { Backoff, Rest } from "./backoff.js";
import { Refusal } from "./server.js";

const LOOK_AGAIN_MS = 200;

/**
 * @typedef {{receipt: string, answered: number, of: number}} Done
 * @typedef {{done: Done}|{refusal: Refusal}|null} Outcome  null: it was stopped from outside
 */

export class Collection {
  /**
   * @param {import("./server.js").Server} server
   * @param {import("./attempt.js").Attempt} attempt
   * @param {{meet: (error: unknown) => boolean, changed: () => void, hear: () => Promise<void>}} app
   */
  constructor(server, attempt, app) {
    this.server = server;
    this.attempt = attempt;
    this.app = app;
    this.stopped = false;
    this.backoff = new Backoff();
    this.rest = new Rest();
    /** @type {number[]} sequences the server misses although they were sent */
    this.missing = [];
  }

  stop() {
    this.stopped = true;
    this.rest.wake();
  }

  /** The server answered something: try again now. */
  serverIsBack() {
    if (!this.missing.length) this.rest.wake();
  }

  /** @param {import("./types.js").How} how @returns {Promise<Outcome>} */
  async run(how) {
    await this.attempt.settle();
    await this.attempt.resend(this.attempt.ledger.reopenRefused());
    while (!this.stopped) {
      await this.#allSent();
      const outcome = this.stopped ? null : await this.#ask(how);
      if (outcome) return outcome;
    }
    return null;
  }

  async #allSent() {
    while (!this.stopped && (this.attempt.ledger.unsent || this.attempt.files.going)) {
      this.attempt.outbox.kick();
      this.attempt.files.kick();
      await new Promise((resolve) => setTimeout(resolve, LOOK_AGAIN_MS));
    }
  }

  /** @param {import("./types.js").How} how @returns {Promise<Outcome>} null: ask again */
  async #ask(how) {
    try {
      // While the server was away it may have given more time: ask before the end is made final.
      if (how === "time") await this.app.hear();
      if (this.stopped) return null;
      const { instance, last } = this.attempt.ledger;
      return { done: await this.server.handIn(instance, last, how) };
    } catch (error) {
      if (!this.app.meet(error)) this.stopped = true;
      else if (error instanceof Refusal && error.code === "missing-saves") await this.#resend(error);
      else if (error instanceof Refusal && !error.passing) return { refusal: error };
      else await this.rest.sleep(this.backoff.next(error instanceof Refusal ? error.waitMs : 0));
      return null;
    }
  }

  /** @param {Refusal} error */
  async #resend(error) {
    const again = this.missing.length > 0;
    this.missing = error.missing;
    await this.attempt.resend(this.attempt.ledger.reopen(error.missing));
    this.app.changed();
    if (again) await this.rest.sleep(this.backoff.next(1000));
  }
}
