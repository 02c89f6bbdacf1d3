/** The server this page came from and its spare: if the spare took over, the page asks that one. */

const LEARN_MS = 30000;
const LOOK_MS = 2000;
const BRING_MS = 3000;
const RECORD = "/api/server/promotion";

const KEPT = "examsite.servers";

/** @typedef {(path: string, request: RequestInit) => Promise<any>} Talk */

export class Servers {
  constructor() {
    /** Where this page asks now: "" is where it came from. */
    this.base = "";
    // Over HTTPS a page opens while its server is away, and cannot be told then where to look.
    const { spare, term } = remembered();
    this.spare = spare;
    this.term = term;
    this.learnAt = 0;
    this.lookAt = 0;
  }

  /** @param {string} path @param {RequestInit} request @param {Talk} talk @returns {Promise<any>} */
  async ask(path, request, talk) {
    try {
      const answer = await talk(this.base + path, request);
      this.#learn(talk);
      return answer;
    } catch (error) {
      if (!isGone(error) || !(await this.#turn(talk))) throw error;
      return talk(this.base + path, request);
    }
  }

  /** Which server this is and which is its spare; asked while all is well. @param {Talk} talk */
  async #learn(talk) {
    if (this.base || performance.now() < this.learnAt) return;
    this.learnAt = performance.now() + LEARN_MS;
    try {
      const said = await talk("/api/server", { cache: "no-store" });
      this.spare = said.spare;
      this.term = said.server_term;
      remember(this.spare, this.term);
    } catch (error) {
      this.learnAt = 0;
    }
  }

  /** Has the spare taken over? Then it is the one to ask from now on. @param {Talk} talk @returns {Promise<boolean>} */
  async #turn(talk) {
    if (this.base || !this.spare || performance.now() < this.lookAt) return false;
    this.lookAt = performance.now() + LOOK_MS;
    try {
      const said = await talk(`${this.spare}/api/server`, { cache: "no-store" });
      if (said.server_term <= this.term) return false;
      this.base = this.spare;
      this.#bring();
      return true;
    } catch (error) {
      console.info("no spare has taken over", String(error));
      return false;
    }
  }

  /** Tells the former server, should it come back, that it is one: with the record its spare signed. */
  async #bring() {
    try {
      const record = await (await fetch(this.base + RECORD, { cache: "no-store" })).text();
      const told = await fetch(RECORD, { method: "POST", body: record });
      if (told.ok || told.status === 503) return;
    } catch (error) {
      console.info("the former server is away", String(error));
    }
    setTimeout(() => this.#bring(), BRING_MS * (1 + Math.random()));
  }
}

/** @returns {{spare: string, term: number}} what an earlier page learned at this machine */
function remembered() {
  try {
    const { spare, term } = JSON.parse(localStorage.getItem(KEPT) || "");
    if (typeof spare === "string" && Number.isInteger(term)) return { spare, term };
  } catch (error) {
    console.info("no second server is known yet", String(error));
  }
  return { spare: "", term: 0 };
}

/** @param {string} spare @param {number} term */
function remember(spare, term) {
  try {
    localStorage.setItem(KEPT, JSON.stringify({ spare, term }));
  } catch (error) {
    console.info("this machine remembers no second server", String(error));
  }
}

/** Nobody answered, or one who says that another took over. @param {any} error */
function isGone(error) {
  return error.status === undefined || error.code === "server-fenced";
}
