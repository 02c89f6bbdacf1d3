/** What this machine keeps: IndexedDB first, localStorage behind it; reads see both. */

import { openIndexedDB } from "./store-indexeddb.js";
import { plainStore } from "./store-plain.js";

/** @typedef {import("./types.js").Record_} Record_ */
/** @typedef {import("./types.js").Save} Save */
/** @typedef {import("./types.js").Store} Store */

/** Every place this browser lets us write to; none is possible, and then said on the screen. */
export async function openLocal() {
  /** @type {Store[]} */
  const stores = [];
  try {
    stores.push(await openIndexedDB());
  } catch (error) {
    console.warn("IndexedDB is not to be had", error);
  }
  try {
    stores.push(plainStore(window.localStorage));
  } catch (error) {
    console.warn("localStorage is not to be had", error);
  }
  return new Local(stores);
}

/** Twelve hex digits at random; getRandomValues also exists on plain HTTP, randomUUID does not. */
export function newInstance() {
  const bytes = crypto.getRandomValues(new Uint8Array(6));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

export class Local {
  /** @param {Store[]} stores in order of preference */
  constructor(stores) {
    this.stores = stores;
    /** False as soon as a write found no place: answers then live in this page and on the server. */
    this.works = stores.length > 0;
    /** @type {Map<string, Record_>} what found no place; the next write tries it again */
    this.owedRecords = new Map();
    /** @type {Set<Save>} */
    this.owedSaves = new Set();
  }

  /** @returns {Promise<Record_[]>} the last used first */
  async records() {
    const found = new Map();
    for (const record of await this.#gather((store) => store.records())) {
      const other = found.get(record.attempt);
      if (!other || record.used >= other.used) found.set(record.attempt, record);
    }
    return [...found.values()].sort((a, b) => b.used - a.used);
  }

  /** @param {string} attempt @returns {Promise<Save[]>} by sequence, the newest writing of each */
  async saves(attempt) {
    const found = new Map();
    for (const save of await this.#gather((store) => store.saves(attempt))) {
      const key = `${save.instance}/${save.sequence}`;
      const other = found.get(key);
      if (!other || save.revision > other.revision) found.set(key, save);
    }
    return [...found.values()].sort((a, b) => a.sequence - b.sequence);
  }

  /** @param {Record_} record */
  keepRecord(record) {
    return this.#write([record], []);
  }

  /** @param {Save[]} saves */
  keepSaves(saves) {
    if (!saves.length) return Promise.resolve();
    saves.forEach((save) => (save.revision += 1));
    return this.#write([], saves);
  }

  /** Removes all that is kept of one attempt, everywhere. @param {string} attempt */
  async forget(attempt) {
    this.owedRecords.delete(attempt);
    for (const save of this.owedSaves) if (save.attempt === attempt) this.owedSaves.delete(save);
    for (const store of this.stores) {
      await store.forget(attempt).catch((error) => console.warn("not forgotten", error));
    }
  }

  /**
   * @template T
   * @param {(store: Store) => Promise<T[]>} ask
   * @returns {Promise<T[]>}
   */
  async #gather(ask) {
    /** @type {T[]} */
    const all = [];
    for (const store of this.stores) {
      try {
        all.push(...(await ask(store)));
      } catch (error) {
        console.warn("one place could not be read", error);
      }
    }
    return all;
  }

  /** Writes these and all that is owed, in the first place that takes them. @param {Record_[]} records @param {Save[]} saves */
  async #write(records, saves) {
    const due = new Map(this.owedRecords);
    records.forEach((record) => due.set(record.attempt, record));
    const dueSaves = [...new Set([...this.owedSaves, ...saves])];
    for (const store of this.stores) {
      try {
        for (const record of due.values()) await store.keepRecord(record);
        if (dueSaves.length) await store.keepSaves(dueSaves);
        due.forEach((_, attempt) => this.owedRecords.delete(attempt));
        dueSaves.forEach((save) => this.owedSaves.delete(save));
        this.works = !this.owedRecords.size && !this.owedSaves.size;
        return;
      } catch (error) {
        console.warn("one place could not be written", error);
      }
    }
    due.forEach((record, attempt) => this.owedRecords.set(attempt, record));
    dueSaves.forEach((save) => this.owedSaves.add(save));
    this.works = false;
  }
}
