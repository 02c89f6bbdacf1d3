/** One tab at a time answers an attempt; the others say so and stay passive. */

import { newInstance } from "./local.js";

const ANSWER_MS = 300;
const YIELD_MS = 1500;

export class Tabs {
  /** @param {() => Promise<void>} onYield writes everything down and lets go */
  constructor(onYield) {
    this.me = newInstance();
    this.onYield = onYield;
    /** @type {string|null} */
    this.attempt = null;
    this.deciding = false;
    /** @type {Record<string, () => void>} */
    this.heard = {};
    this.channel = "BroadcastChannel" in window ? new BroadcastChannel("examsite") : null;
    if (this.channel) this.channel.onmessage = (event) => this.#receive(event.data);
  }

  /** True if no other tab answers this attempt; then it is ours. @param {string} attempt */
  async claim(attempt) {
    this.attempt = attempt;
    this.deciding = true;
    this.#say("claim");
    const taken = await this.#hears("taken", ANSWER_MS);
    this.deciding = false;
    if (taken) this.attempt = null;
    return !taken;
  }

  /** The person wants to continue here: the other tab writes everything down first. @param {string} attempt */
  async take(attempt) {
    this.attempt = attempt;
    this.#say("take");
    await this.#hears("yielded", YIELD_MS);
  }

  release() {
    this.attempt = null;
  }

  /** @param {string} kind */
  #say(kind, attempt = this.attempt) {
    if (this.channel) this.channel.postMessage({ kind, attempt, tab: this.me });
  }

  /** @param {string} kind @param {number} ms @returns {Promise<boolean>} */
  #hears(kind, ms) {
    return new Promise((resolve) => {
      const timer = setTimeout(() => resolve(false), ms);
      this.heard[kind] = () => {
        clearTimeout(timer);
        resolve(true);
      };
    });
  }

  /** @param {{kind: string, attempt: string, tab: string}} message */
  #receive({ kind, attempt, tab }) {
    if (!this.attempt || attempt !== this.attempt) return;
    // Two tabs restored at the same moment: the lower number has it.
    if (kind === "claim" && (!this.deciding || this.me < tab)) this.#say("taken");
    else if (kind === "take") this.#yield();
    else if (this.heard[kind]) this.heard[kind]();
  }

  async #yield() {
    const attempt = this.attempt;
    this.attempt = null;
    await this.onYield();
    this.#say("yielded", attempt);
  }
}
