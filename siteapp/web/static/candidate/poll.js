/** Asks the server for the state again and again; gently while it is away. */

import { Backoff, Rest } from "./backoff.js";

export class Poll {
  /**
   * @param {() => Promise<void>} ask throws if it failed
   * @param {(error: unknown) => boolean} meet is told of every failure; false stops the loop
   * @param {() => number} intervalMs
   */
  constructor(ask, meet, intervalMs) {
    this.ask = ask;
    this.meet = meet;
    this.intervalMs = intervalMs;
    this.stopped = false;
    this.rest = new Rest();
    this.backoff = new Backoff();
  }

  async run() {
    while (!this.stopped) await this.rest.sleep(await this.#once());
  }

  /** Asks at once instead of at the next turn. */
  soon() {
    this.rest.wake();
  }

  stop() {
    this.stopped = true;
    this.rest.wake();
  }

  /** @returns {Promise<number>} how long to rest */
  async #once() {
    try {
      await this.ask();
      this.backoff.reset();
      // A fifth of jitter keeps a room of pages from asking in step.
      return this.intervalMs() * (0.9 + Math.random() * 0.2);
    } catch (error) {
      if (!this.meet(error)) this.stopped = true;
      return this.backoff.next(500);
    }
  }
}
