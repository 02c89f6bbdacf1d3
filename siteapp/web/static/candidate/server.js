/** The questions this page may ask the server, and the three ways an answer can fail to come. */

import { Servers } from "./servers.js";

/** @typedef {import("./types.js").Words} Words */
/** @typedef {import("./types.js").State} State */
/** @typedef {import("./types.js").Save} Save */

const PATIENCE_MS = 10000;
/** What a front says when the service behind it does not answer. */
const NOBODY_THERE = [502, 504];
const NOT_NOW = [408, 425, 429, 503, 507];

/** Nobody answered: the server, the network or the cable is away. */
export class Away extends Error {}

/** The server answered, and the answer is no. */
export class Refusal extends Error {
  /** @param {number} status @param {any} body @param {string|null} retryAfter */
  constructor(status, body, retryAfter) {
    const error = (body && body.error) || {};
    super(`${status} ${error.code || ""}`);
    this.status = status;
    /** @type {string} */
    this.code = error.code || "";
    /** @type {Words} */
    this.words = error.message || { zh: `服务器回应 ${status}`, en: `The server answered ${status}` };
    /** @type {Words|null} */
    this.hint = error.hint || null;
    this.waitMs = (Number(retryAfter) || 0) * 1000;
    /** @type {number[]} */
    this.missing = (body && body.missing) || error.missing || [];
  }

  /** True if the same question may be answered later. */
  get passing() {
    return this.status >= 500 || NOT_NOW.includes(this.status);
  }
}

export class Server {
  constructor() {
    /** @type {string|null} */
    this.token = null;
    this.servers = new Servers();
  }

  /** @param {{admission: string, secret: string, seat: number, instance: string}} fields @returns {Promise<import("./types.js").SignIn>} */
  signIn(fields) {
    return this.#ask("POST", "sign-in", fields);
  }

  /** @returns {Promise<State>} */
  state() {
    return this.#ask("GET", "state");
  }

  /** @returns {Promise<State>} */
  confirm() {
    return this.#ask("POST", "confirm", {});
  }

  /** @returns {Promise<State>} */
  start() {
    return this.#ask("POST", "start", {});
  }

  /** @returns {Promise<import("./types.js").Paper>} */
  paper() {
    return this.#ask("GET", "paper");
  }

  /** @param {string} instance @param {Save[]} saves @returns {Promise<{saved: number[]}>} */
  responses(instance, saves) {
    const sent = saves.map(({ sequence, item, response }) => ({ sequence, item, response }));
    return this.#ask("POST", "responses", { instance, saves: sent });
  }

  /** @param {string} item @param {boolean} flagged @returns {Promise<{}>} */
  flag(item, flagged) {
    return this.#ask("POST", "flag", { item, flagged });
  }

  /**
   * @param {string} instance
   * @param {number} lastSequence
   * @param {import("./types.js").How} how
   * @returns {Promise<{receipt: string, answered: number, of: number}>}
   */
  handIn(instance, lastSequence, how) {
    return this.#ask("POST", "hand-in", { instance, last_sequence: lastSequence, how });
  }

  /** What to do with a sealed copy of these saves. @param {string} ticket @param {string} instance @param {number[]} sequences @returns {Promise<{do: "send"|"keep"|"drop"}>} */
  offerCopy(ticket, instance, sequences) {
    return this.#ask("POST", "rescue/offer", { instance, sequences }, ticket);
  }

  /** @param {string} ticket @param {string} file @returns {Promise<{}>} */
  sendCopy(ticket, file) {
    return this.#ask("POST", "rescue", JSON.parse(file), ticket);
  }

  /** @param {string} method @param {string} name @param {object} [body] @param {string|null} [token] @returns {Promise<any>} */
  async #ask(method, name, body, token = this.token) {
    /** @type {Record<string, string>} */
    const headers = { Accept: "application/json" };
    if (body) headers["Content-Type"] = "application/json";
    if (token) headers.Authorization = `Bearer ${token}`;
    const request = { method, headers, body: body && JSON.stringify(body), cache: "no-store" };
    return this.servers.ask(`/api/candidate/${name}`, /** @type {RequestInit} */ (request), talk);
  }
}

/** One request with an end to its patience. @param {string} path @param {RequestInit} request */
async function talk(path, request) {
  const giveUp = new AbortController();
  const timer = setTimeout(() => giveUp.abort(), PATIENCE_MS);
  try {
    const answer = await fetch(path, { ...request, signal: giveUp.signal });
    const body = await answer.json().catch(() => null);
    if (NOBODY_THERE.includes(answer.status) || (answer.ok && body === null)) {
      throw new Away(`${path}: ${answer.status} without an answer of ours`);
    }
    if (!answer.ok) throw new Refusal(answer.status, body, answer.headers.get("Retry-After"));
    return body;
  } catch (error) {
    if (error instanceof Refusal || error instanceof Away) throw error;
    throw new Away(`${path}: ${error}`);
  } finally {
    clearTimeout(timer);
  }
}
