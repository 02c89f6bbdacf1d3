/** What the page says of the time by itself: read out, and for a while to be seen. */

import { announce } from "../shared/dom.js";
import { say } from "../shared/words.js";

/** @typedef {import("./types.js").Words} Words */

const SHOWN_MS = 20000;

export class Said {
  constructor() {
    /** @type {Words|null} */
    this.words = null;
    this.until = 0;
  }

  /** @param {string} zh @param {string} en */
  now(zh, en) {
    this.words = { zh, en };
    this.until = performance.now() + SHOWN_MS;
    announce(say(this.words));
  }

  /** What is still to be seen; empty when its while is over. */
  get text() {
    return this.words && performance.now() < this.until ? say(this.words) : "";
  }
}
