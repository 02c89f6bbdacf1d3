/**
 * Sealed copies of attempts that are over here (docs/specs/rescue.md): only the site can read them. Each is
 * offered to the server now and then, and goes when the server says that headquarters has all of it.
 */

import { Rest } from "./backoff.js";
import { canSeal, rescueFile } from "./rescue.js";
import { openDatabase, read, write } from "./store-indexeddb.js";

/** @typedef {import("./types.js").Record_} Record_ */
/** @typedef {import("./types.js").Save} Save */
/** @typedef {{id: string, ticket: string, instance: string, sequences: number[], file: string}} Copy  names nobody */
/** @typedef {{all: () => Promise<Copy[]>, keep: (copy: Copy) => Promise<void>, drop: (id: string) => Promise<void>}} Place */

const NAME = "examsite-sealed";
const PREFIX = "examsite/sealed/";
const AGAIN_MS = 20000;

export class SealedCopies {
  /** @param {import("./server.js").Server} server */
  constructor(server) {
    this.server = server;
    this.places = openPlaces();
    this.rest = new Rest();
    this.running = false;
    this.due = false;
  }

  /**
   * Seals what is kept of an attempt and keeps that. False if this browser cannot, or has no place for it.
   * @param {Record_} record @param {Save[]} saves
   */
  async seal(record, saves) {
    const { rescue, attempt, instance } = record;
    if (!canSeal() || !rescue) return false;
    try {
      const file = await rescueFile(rescue, { session: rescue.session, attempt, instance }, saves);
      const sequences = saves.map((save) => save.sequence);
      await this.#keep({ id: instance, ticket: rescue.ticket, instance, sequences, file });
    } catch (error) {
      console.warn("not sealed", error);
      return false;
    }
    this.run();
    return true;
  }

  /** Offers the copies until none is left. */
  async run() {
    this.due = true;
    if (this.running) return this.rest.wake();
    this.running = true;
    while (this.due) {
      this.due = false;
      const left = await this.#offerAll();
      // One that was sealed meanwhile is offered at once.
      if (left && !this.due) await this.rest.sleep(AGAIN_MS * (0.8 + Math.random() * 0.4));
      this.due = this.due || left > 0;
    }
    this.running = false;
  }

  /** @param {Copy} copy */
  async #keep(copy) {
    for (const place of await this.places) {
      try {
        return await place.keep(copy);
      } catch (error) {
        console.warn("one place took no sealed copy", error);
      }
    }
    throw new Error("no place took the sealed copy");
  }

  /** @returns {Promise<number>} how many are left */
  async #offerAll() {
    let left = 0;
    for (const place of await this.places) {
      for (const copy of await place.all().catch(() => [])) {
        if (await this.#offer(copy)) await place.drop(copy.id).catch((error) => console.warn("not dropped", error));
        else left += 1;
      }
    }
    return left;
  }

  /** @param {Copy} copy @returns {Promise<boolean>} it may go */
  async #offer({ ticket, instance, sequences, file }) {
    try {
      const { do: wish } = await this.server.offerCopy(ticket, instance, sequences);
      if (wish === "send") await this.server.sendCopy(ticket, file);
      return wish === "drop";
    } catch (error) {
      console.info("a sealed copy stays", String(error));
      return false;
    }
  }
}

/** A database of its own, so that no open page of an older release stands in its way. @returns {Promise<Place[]>} */
async function openPlaces() {
  /** @type {Place[]} */
  const places = [];
  try {
    const database = await openDatabase(NAME, (made) => made.createObjectStore("copies", { keyPath: "id" }));
    places.push({
      all: () => read(database, "copies", (store) => store.getAll()),
      keep: (copy) => write(database, ["copies"], (t) => t.objectStore("copies").put(copy)),
      drop: (id) => write(database, ["copies"], (t) => t.objectStore("copies").delete(id)),
    });
  } catch (error) {
    console.warn("IndexedDB takes no sealed copies", error);
  }
  try {
    places.push(plainPlace(window.localStorage));
  } catch (error) {
    console.warn("localStorage takes no sealed copies", error);
  }
  return places;
}

/** @param {Storage} storage @returns {Place} */
function plainPlace(storage) {
  return {
    all: async () =>
      Object.keys(storage)
        .filter((key) => key.startsWith(PREFIX))
        .map((key) => JSON.parse(storage.getItem(key) || "null")),
    keep: async (copy) => storage.setItem(PREFIX + copy.id, JSON.stringify(copy)),
    drop: async (id) => storage.removeItem(PREFIX + id),
  };
}
