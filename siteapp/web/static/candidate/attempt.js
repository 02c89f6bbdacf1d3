/** One candidate's attempt on this machine: its record, its answers and their way to the server. */

import { Files } from "./files.js";
import { Ledger } from "./ledger.js";
import { Materials } from "./materials.js";
import { Outbox } from "./outbox.js";
import { groupsOf, isAnswered } from "./places.js";
import { Usable } from "./usable.js";

/** @typedef {import("./types.js").Record_} Record_ */
/** @typedef {import("./types.js").Response} Response */
/** @typedef {import("./types.js").Save} Save */
/** @typedef {import("./types.js").State} State */

const KEYSTROKES_MS = 150;
const TYPING_PAUSE_MS = 800;
const TYPING_AT_MOST_MS = 5000;

export class Attempt {
  /**
   * @param {import("./local.js").Local} local
   * @param {import("./server.js").Server} server
   * @param {Record_} record
   * @param {Save[]} saves
   * @param {{meet: (error: unknown) => boolean, changed: () => void, overdue: () => boolean}} app
   * @param {Attempt|null} [before] the same attempt in this page, before it signed in again
   */
  constructor(local, server, record, saves, app, before = null) {
    this.local = local;
    this.record = record;
    this.app = app;
    this.usable = before ? before.usable : new Usable(record.attempt);
    this.ledger = new Ledger(record.attempt, record.instance, saves, record.responses);
    this.outbox = new Outbox(server, this, app.meet, app.changed);
    this.files = new Files(server, record, app, () => this.write(), () => this.usable.reading(), before && before.files);
    this.materials = before ? before.materials : new Materials(server, record.attempt);
    this.paperIsFresh = false;
    this.typingSince = 0;
    this.keystrokes = 0;
    this.pause = 0;
    this.groups = record.paper ? groupsOf(record.paper) : [];
    this.places = this.groups.flatMap((group) => group.places);
  }

  /** Keeps the record on this machine. */
  write() {
    return this.local.keepRecord(this.record);
  }

  /** Fetches the paper; answers that the server did not have when it was asked win. @param {import("./server.js").Server} server */
  async fetchPaper(server) {
    const held = this.ledger.held();
    const wished = Object.keys(this.record.unsentFlags);
    await this.#adoptPaper(await server.paper(), held, wished);
  }

  /**
   * @param {import("./types.js").Paper} paper
   * @param {Set<number>} held what the server held before it was asked
   * @param {string[]} wished items whose flag it did not know then
   */
  async #adoptPaper(paper, held, wished) {
    const { responses = {}, flags = [], ...rest } = paper;
    this.record.paper = rest;
    this.record.responses = responses;
    const flagged = new Set(flags);
    for (const item of wished.concat(Object.keys(this.record.unsentFlags))) {
      if (this.isFlagged(item)) flagged.add(item);
      else flagged.delete(item);
    }
    this.record.flags = [...flagged];
    this.ledger.merge(responses, held);
    this.paperIsFresh = true;
    this.groups = groupsOf(this.record.paper);
    this.places = this.groups.flatMap((group) => group.places);
    // To be seen at once: what the disk does not have yet can be fetched again.
    this.app.changed();
    await this.write();
    this.outbox.kick();
    this.files.kick();
    this.materials.fetchAll(this.record.paper);
  }

  /** At rest: nothing is sent any more. */
  stop() {
    this.outbox.stop();
    this.files.stop();
  }

  /** Answers and files by where they are. */
  marks() {
    const marks = this.ledger.marks();
    const files = this.files.marks();
    const more = [...this.files.items()].filter((item) => !isAnswered(this.ledger.response(item)));
    return {
      onServer: marks.onServer + more.length,
      onlyHere: marks.onlyHere + files.onlyHere,
      refused: marks.refused + files.refused,
    };
  }

  /** A choice: written down here, then sent. @param {string} item @param {Response} response */
  answer(item, response) {
    this.ledger.record(item, response).made = this.usable.reading();
    return this.settle();
  }

  /** Text being typed: written down here after each burst of keys, sent after a pause. @param {string} item @param {string} text */
  type(item, text) {
    this.ledger.record(item, text).made = this.usable.reading();
    this.typingSince = this.typingSince || performance.now();
    if (!this.keystrokes) {
      this.keystrokes = setTimeout(() => {
        this.keystrokes = 0;
        this.keep(this.ledger.unripe());
      }, KEYSTROKES_MS);
    }
    clearTimeout(this.pause);
    const left = this.typingSince + TYPING_AT_MOST_MS - performance.now();
    this.pause = setTimeout(() => this.settle(), Math.max(0, Math.min(TYPING_PAUSE_MS, left)));
    this.app.changed();
  }

  /**
   * Writes down every open change on this machine and only then lets it go to the server. A save that
   * changed again meanwhile is left to the writing that carries the change.
   */
  async settle() {
    clearTimeout(this.pause);
    clearTimeout(this.keystrokes);
    this.keystrokes = 0;
    this.typingSince = 0;
    const open = this.ledger.unripe();
    const writing = this.keep(open);
    const revisions = open.map((save) => save.revision);
    this.app.changed();
    await writing;
    for (const [i, save] of open.entries()) {
      if (save.revision === revisions[i]) save.ripe = true;
    }
    this.outbox.kick();
    this.app.changed();
  }

  /** @param {Save[]} saves */
  keep(saves) {
    return this.local.keepSaves(saves);
  }

  /** Compares with the server's watermark and sends again what it lost. @param {State} state @param {{withoutGap: number, highest: number}} before */
  async reconcile(state, before) {
    const watermark = state.watermark[this.record.instance] || 0;
    const highest = (state.highest || {})[this.record.instance] || 0;
    await this.resend(this.ledger.reconcile(watermark, before, highest));
  }

  /** @param {Save[]} saves */
  async resend(saves) {
    await this.keep(saves);
    this.outbox.kick();
  }

  overdue() {
    return this.app.overdue();
  }

  /** After a silence the server hears when this page could be used. @param {import("./server.js").Server} server */
  async account(server) {
    if (!this.usable.due) return;
    try {
      await server.usable(this.record.instance, this.usable.spans());
      this.usable.due = false;
    } catch (error) {
      console.info("told again with the next poll", String(error)); // answers do not wait for it
    }
  }

  /** @param {string} item */
  isFlagged(item) {
    return this.record.flags.includes(item);
  }

  /** @param {string} item @param {boolean} on */
  async flag(item, on) {
    this.record.flags = this.record.flags.filter((other) => other !== item).concat(on ? [item] : []);
    this.record.unsentFlags[item] = on;
    await this.write();
    this.outbox.kick();
    this.app.changed();
  }

  /** @returns {[string, boolean]|null} */
  nextFlag() {
    return Object.entries(this.record.unsentFlags)[0] || null;
  }

  /** @param {string} item @param {boolean} flagged */
  flagSent(item, flagged) {
    // Flipped again while it was on its way: the newer wish is still to be sent.
    if (this.record.unsentFlags[item] === flagged) delete this.record.unsentFlags[item];
    this.write();
  }
}
