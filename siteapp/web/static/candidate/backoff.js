/** Exponential back-off with full jitter, so that a room of pages does not return all at once. */

const FIRST_MS = 500;
const CAP_MS = 10000;

export class Backoff {
  constructor() {
    this.failures = 0;
  }

  reset() {
    this.failures = 0;
  }

  /** How long to wait now; never less than the server asked for. @param {number} [atLeastMs] */
  next(atLeastMs = 0) {
    const span = Math.min(CAP_MS, FIRST_MS * 2 ** this.failures);
    this.failures = Math.min(this.failures + 1, 16);
    return atLeastMs + Math.random() * span;
  }
}

/** A wait that can be cut short. */
export class Rest {
  /** @param {number} ms @returns {Promise<void>} */
  sleep(ms) {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  wake() {}
}
