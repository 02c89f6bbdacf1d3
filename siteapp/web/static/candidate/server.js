/** The questions this page may ask the server, and the three ways an answer can fail to come. */

import { lockdownHeader } from "./lockdown.js";
import { Servers } from "./servers.js";

/** @typedef {import("./types.js").Words} Words */
/** @typedef {import("./types.js").State} State */
/** @typedef {import("./types.js").Save} Save */

const PATIENCE_MS = 10000;
const PART_PATIENCE_MS = 60000;
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

  /** @param {number} [here] how many answers only this machine has: the wall shows it @returns {Promise<State>} */
  state(here = 0) {
    return this.#ask("GET", here ? `state?here=${here}` : "state");
  }

  /** @returns {Promise<State>} */
  confirm() {
    return this.#ask("POST", "confirm", {});
  }

  /** The caller's own photo; refused if headquarters sent none. @returns {Promise<Blob>} */
  photo() {
    const request = { headers: { Authorization: `Bearer ${this.token}` }, cache: "no-store" };
    return this.servers.ask("/api/candidate/photo", /** @type {RequestInit} */ (request), fetchBytes);
  }

  /** @returns {Promise<State>} */
  start() {
    return this.#ask("POST", "start", {});
  }

  /** @returns {Promise<import("./types.js").Paper>} */
  paper() {
    return this.#ask("GET", "paper");
  }

  /** After a practice. @returns {Promise<import("./types.js").Review>} */
  review() {
    return this.#ask("GET", "review");
  }

  /** @param {string} instance @param {Save[]} saves @returns {Promise<{saved: number[]}>} */
  responses(instance, saves) {
    // A request may lie on the wire until the time is over: each says when it was made.
    const sent = saves.map(({ sequence, item, response, made }) => ({ sequence, item, response, made }));
    return this.#ask("POST", "responses", { instance, saves: sent });
  }

  /** @param {string} instance @param {[number, number][]} spans when this page could be used @returns {Promise<{}>} */
  usable(instance, spans) {
    return this.#ask("POST", "usable", { instance, spans });
  }

  /** @param {string} item @param {boolean} flagged @returns {Promise<{}>} */
  flag(item, flagged) {
    return this.#ask("POST", "flag", { item, flagged });
  }

  /** @param {string} instance @param {[string, number, number][]} seen what, how often, for how many ms @returns {Promise<{}>} */
  noticed(instance, seen) {
    return this.#ask("POST", "noticed", { instance, seen });
  }

  /** @param {boolean} raised @returns {Promise<State>} */
  hand(raised) {
    return this.#ask("POST", "hand", { raised });
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

  /** Something about a file to hand in. @param {string} method @param {string} what "" or /<upload>… @param {object} [body] @returns {Promise<any>} */
  upload(method, what, body) {
    return this.#ask(method, `uploads${what}`, body);
  }

  /** One part of a file. @param {string} upload @param {number} offset @param {ArrayBuffer} bytes @returns {Promise<{offset: number}>} */
  part(upload, offset, bytes) {
    const headers = { Accept: "application/json", Authorization: `Bearer ${this.token}`, "Upload-Offset": String(offset) };
    const request = { method: "PATCH", headers, body: bytes, cache: "no-store" };
    return this.servers.ask(`/api/candidate/uploads/${upload}`, /** @type {RequestInit} */ (request), slowTalk);
  }

  /** A file that a task hands out. @param {string} file @returns {Promise<Blob>} */
  material(file) {
    const name = file.split("/").map(encodeURIComponent).join("/");
    const request = { headers: { Authorization: `Bearer ${this.token}` }, cache: "no-store" };
    return this.servers.ask(`/api/candidate/materials/${name}`, /** @type {RequestInit} */ (request), fetchBytes);
  }

  /** @param {string} method @param {string} name @param {object} [body] @param {string|null} [token] @returns {Promise<any>} */
  async #ask(method, name, body, token = this.token) {
    /** @type {Record<string, string>} */
    const headers = { Accept: "application/json", ...(await lockdownHeader()) };
    if (body) headers["Content-Type"] = "application/json";
    if (token) headers.Authorization = `Bearer ${token}`;
    const request = { method, headers, body: body && JSON.stringify(body), cache: "no-store" };
    return this.servers.ask(`/api/candidate/${name}`, /** @type {RequestInit} */ (request), talk);
  }
}

/**
 * True if a front speaks for a service that does not answer: ours puts a code into each of its refusals.
 * @param {Response} answer @param {any} body
 */
function isFronts(answer, body) {
  return answer.ok ? body === null : answer.status >= 500 && !(body && body.error && body.error.code);
}

/** One request with an end to its patience. @param {string} path @param {RequestInit} request */
function talk(path, request) {
  return within(PATIENCE_MS, path, request, (answer) => answer.json());
}

/** A part of a file may take long on a busy network. @param {string} path @param {RequestInit} request */
function slowTalk(path, request) {
  return within(PART_PATIENCE_MS, path, request, (answer) => answer.json());
}

/** @param {string} path @param {RequestInit} request */
function fetchBytes(path, request) {
  return within(PART_PATIENCE_MS, path, request, (answer) => (answer.ok ? answer.blob() : answer.json()));
}

/** @param {number} patience @param {string} path @param {RequestInit} request @param {(answer: Response) => Promise<any>} read */
async function within(patience, path, request, read) {
  const giveUp = new AbortController();
  const timer = setTimeout(() => giveUp.abort(), patience);
  try {
    const answer = await fetch(path, { ...request, signal: giveUp.signal });
    const body = await read(answer).catch(() => null);
    if (isFronts(answer, body)) {
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
