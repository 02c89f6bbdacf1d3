/**
 * The files of one attempt: which were chosen here, where each stands, and their way to the server in
 * parts. Only the server's answer to the end of a file makes it held.
 */

import { Backoff, Rest } from "./backoff.js";
import { dropBytes, KEPT_BYTES, keepBytes, keptBytes } from "./file-store.js";
import { Away, Refusal } from "./server.js";
import { Sha256 } from "./sha256.js";

/** @typedef {import("./types.js").FileEntry} FileEntry */
/** @typedef {{name: string, size: number, sha256: string, instance: string, sequence: number, ref: string, counts: boolean}} Version */

const SLICE = 1024 * 1024;
/** Answers after which the same file is announced again, which tells how much of it is there. */
const AGAIN = ["wrong-offset", "upload-altered", "not-found"];
const NOT_YET = ["not-open"];
const MOST_TURNS = 5;
const UNREADABLE = { zh: "无法读取所选文件（可能已改动或移走），请重新选择", en: "the chosen file cannot be read (changed or moved?): choose it again" };

export class Files {
  /**
   * @param {import("./server.js").Server} server
   * @param {import("./types.js").Record_} record
   * @param {{meet: (error: unknown) => boolean, changed: () => void}} app
   * @param {() => Promise<void>} write keeps the record on this machine
   * @param {() => [number, number]|null} whenChosen the last contact and now, on the site's clock
   * @param {Files|null} before the same attempt's in this page, which has the bytes at hand
   */
  constructor(server, record, app, write, whenChosen, before) {
    this.server = server;
    this.record = record;
    this.app = app;
    this.write = write;
    this.whenChosen = whenChosen;
    /** @type {FileEntry[]} */
    this.entries = record.files = record.files || [];
    /** @type {Version[]} what the server keeps, of every page of this attempt */
    this.versions = before ? before.versions : [];
    /** @type {Map<number, Blob>} */
    this.bytes = before ? before.bytes : new Map();
    /** @type {{item: string, name: string, size: number, read: number}[]} whose hash is being worked out */
    this.reading = [];
    this.backoff = new Backoff();
    this.rest = new Rest();
    this.running = false;
    this.stopped = false;
    this.learned = false;
    this.recalled = false;
    this.turns = 0;
  }

  stop() {
    this.stopped = true;
    this.rest.wake();
  }

  /** There may be something to send, or to ask. */
  kick() {
    if (this.running || this.stopped || !this.record.paper || !this.record.paper.tasks.length) return;
    this.running = true;
    this.#run().finally(() => (this.running = false));
  }

  /** The server answered something else: no need to wait longer. */
  serverIsBack() {
    this.rest.wake();
    this.kick();
  }

  /** The candidate chose a file. @param {string} item @param {File} file */
  async add(item, file) {
    const made = this.whenChosen();
    const reading = { item, name: file.name, size: file.size, read: 0 };
    this.reading.push(reading);
    this.app.changed();
    try {
      const sha256 = await this.#digest(file, reading);
      if (!this.stopped) await this.#chosen(item, file, sha256, made);
    } finally {
      this.reading = this.reading.filter((one) => one !== reading);
      this.app.changed();
    }
  }

  /** @param {Blob} file @param {{read: number}} reading */
  async #digest(file, reading) {
    const sum = new Sha256();
    for (let at = 0; at < file.size && !this.stopped; at += SLICE) {
      sum.update(new Uint8Array(await file.slice(at, at + SLICE).arrayBuffer()));
      reading.read = Math.min(file.size, at + SLICE);
      this.app.changed();
    }
    return sum.hex();
  }

  /** The same file again goes on where it was; another one is a new version. @param {string} item @param {File} file @param {string} sha256 @param {[number, number]|null} made */
  async #chosen(item, file, sha256, made) {
    const { name, size } = file;
    const last = this.entries.filter((one) => one.item === item).pop();
    const same = last && last.name === name && last.sha256 === sha256 ? last : null;
    if (same && same.standing === "held") return;
    const entry = same || this.#enter({ item, name, size, sha256, made });
    entry.standing = "waiting";
    // A copy of a small one: it stays whole here also if the file is changed or its stick pulled out.
    const bytes = size <= KEPT_BYTES ? new Blob([await file.arrayBuffer()]) : file;
    this.bytes.set(entry.sequence, bytes);
    await this.write();
    if (bytes !== file) await keepBytes(this.record.attempt, String(entry.sequence), bytes);
    this.rest.wake();
    this.kick();
  }

  /** @param {{item: string, name: string, size: number, sha256: string, made?: [number, number]|null}} file */
  #enter(file) {
    const own = this.versions.filter((one) => one.instance === this.record.instance);
    const last = Math.max(0, this.record.lastFile || 0, ...[...own, ...this.entries].map((one) => one.sequence));
    this.record.lastFile = last + 1;
    /** @type {FileEntry} */
    const entry = { ...file, sequence: last + 1, offset: 0, upload: "", standing: "waiting" };
    this.entries.push(entry);
    return entry;
  }

  /** The candidate does not want this one any more. @param {FileEntry} entry */
  async giveUp(entry) {
    if (entry.standing === "held") return;
    this.#remove(entry);
    this.rest.wake();
    await this.write();
    this.app.changed();
    if (entry.upload) await this.#tellGivenUp(entry.upload);
  }

  /** Its room on the server is free once that knows; told to wait, this page says it again. @param {string} upload */
  async #tellGivenUp(upload) {
    const backoff = new Backoff();
    for (let turn = 0; turn < MOST_TURNS && !this.stopped; turn++) {
      try {
        await this.server.upload("DELETE", `/${upload}`, {});
        return;
      } catch (error) {
        console.info("given up", String(error));
        if (!(error instanceof Refusal && error.passing)) return;
        await new Rest().sleep(backoff.next(error.waitMs));
      }
    }
  }

  /** @param {FileEntry} entry */
  #remove(entry) {
    this.entries.splice(this.entries.indexOf(entry), 1);
    this.#letGo(entry);
  }

  /** @param {FileEntry} entry */
  #letGo(entry) {
    this.bytes.delete(entry.sequence);
    dropBytes(this.record.attempt, String(entry.sequence));
  }

  /** True where the bytes are gone and the candidate has to choose the file again. @param {FileEntry} entry */
  isLost(entry) {
    return entry.standing === "waiting" && this.recalled && !this.bytes.has(entry.sequence);
  }

  /** How many are on their way and can get there without the candidate. */
  get going() {
    return this.reading.length + this.#ready().length;
  }

  /** Where the newest file of an item stands, and whether the server has any. @param {string} item */
  standing(item) {
    const mine = this.entries.filter((one) => one.item === item);
    const held = mine.some((one) => one.standing === "held") || this.versions.some((one) => one.ref === item);
    const local = mine.some((one) => one.standing === "waiting") || this.reading.some((one) => one.item === item);
    return { held, local, refused: mine.some((one) => one.standing === "refused") };
  }

  /** Items with a file on the server. */
  items() {
    const held = this.entries.filter((one) => one.standing === "held").map((one) => one.item);
    return new Set([...held, ...this.versions.map((one) => one.ref)]);
  }

  /** Files by where they are, as the ledger counts answers. */
  marks() {
    const refused = this.entries.filter((one) => one.standing === "refused").length;
    const waiting = this.entries.filter((one) => one.standing === "waiting").length;
    return { onlyHere: this.reading.length + waiting + refused, refused };
  }

  /** Versions that other pages of this attempt sent, and that only the server knows. @param {string} item */
  elsewhere(item) {
    const { instance } = this.record;
    const here = new Set(this.entries.map((one) => one.sequence));
    return this.versions.filter((one) => one.ref === item && !(one.instance === instance && here.has(one.sequence)));
  }

  /** The server's word that this version is the one that is marked. @param {{instance: string, sequence: number}} one */
  counts({ instance, sequence }) {
    return this.versions.some((other) => other.instance === instance && other.sequence === sequence && other.counts);
  }

  #ready() {
    return this.entries.filter((one) => one.standing === "waiting" && this.bytes.has(one.sequence));
  }

  async #run() {
    await this.#recall();
    while (!this.stopped && (!this.learned || this.#ready().length)) {
      try {
        if (this.learned) await this.#send(this.#ready()[0]);
        else await this.#learn();
        this.backoff.reset();
      } catch (error) {
        await this.#failed(error, this.#ready()[0]);
      }
      this.app.changed();
    }
  }

  /** After a reload: the bytes that this machine kept. */
  async #recall() {
    if (this.recalled) return;
    for (const entry of this.entries.filter((one) => one.standing === "waiting" && !this.bytes.has(one.sequence))) {
      const kept = await keptBytes(this.record.attempt, String(entry.sequence));
      if (kept && kept.size === entry.size) this.bytes.set(entry.sequence, kept);
    }
    this.recalled = true;
    this.app.changed();
  }

  /** What the server keeps; one restored from an older copy may lack what it had. */
  async #learn() {
    const { files } = await this.server.upload("GET", "");
    this.versions = files;
    const has = new Set(this.versions.filter((one) => one.instance === this.record.instance).map((one) => one.sequence));
    for (const entry of this.entries) {
      if (has.has(entry.sequence)) entry.standing = "held";
      else if (entry.standing === "held") entry.standing = "waiting";
    }
    this.learned = true;
    await this.write();
  }

  /** @param {FileEntry} entry */
  async #send(entry) {
    const { item, name, size, sha256, sequence } = entry;
    const told = await this.server.upload("POST", "", { item, name, size, sha256, sequence });
    entry.upload = told.upload;
    entry.offset = told.offset;
    while (entry.offset < size) {
      if (this.stopped || !this.entries.includes(entry)) return;
      await this.#part(entry, told.part);
    }
    await this.server.upload("POST", `/${entry.upload}/finish`, { made: entry.made });
    entry.standing = "held";
    this.turns = 0;
    // Which version counts is the server's word.
    this.learned = false;
    this.#letGo(entry);
    await this.write();
  }

  /** @param {FileEntry} entry @param {number} most */
  async #part(entry, most) {
    const bytes = /** @type {Blob} */ (this.bytes.get(entry.sequence));
    // Read first: what cannot be read any more must not look like a line that is cut.
    const part = await bytes.slice(entry.offset, entry.offset + most).arrayBuffer();
    const told = await this.server.part(entry.upload, entry.offset, part);
    entry.offset = told.offset;
    this.backoff.reset();
    this.app.changed();
  }

  /** @param {unknown} error @param {FileEntry|undefined} entry */
  async #failed(error, entry) {
    if (!(error instanceof Refusal || error instanceof Away)) return this.#unreadable(error, entry);
    if (!this.app.meet(error)) return this.stop();
    if (error instanceof Away) this.learned = false;
    else if (entry && this.learned && this.#settled(error, entry)) return;
    await this.write();
    await this.rest.sleep(this.backoff.next(error instanceof Refusal ? error.waitMs : 0));
  }

  /** True if the next turn may follow at once. @param {Refusal} error @param {FileEntry} entry */
  #settled(error, entry) {
    if (error.passing || NOT_YET.includes(error.code)) return false;
    if (error.code === "sequence-reused") {
      this.#renumber(entry);
      return true;
    }
    this.turns += 1;
    if (AGAIN.includes(error.code) && this.turns < MOST_TURNS) return true;
    this.turns = 0;
    entry.standing = "refused";
    entry.reason = error.words;
    this.write();
    return true;
  }

  /** This machine had forgotten some numbers. @param {FileEntry} entry */
  #renumber(entry) {
    const bytes = /** @type {Blob} */ (this.bytes.get(entry.sequence));
    this.#remove(entry);
    this.bytes.set(this.#enter(entry).sequence, bytes);
  }

  /** @param {unknown} error @param {FileEntry|undefined} entry */
  async #unreadable(error, entry) {
    console.warn("a chosen file cannot be read", error);
    if (!entry) return this.stop();
    entry.standing = "refused";
    entry.reason = UNREADABLE;
    this.#letGo(entry);
    await this.write();
  }
}
