/** The files that a practical task hands out: fetched with the paper, so that they outlive the server. */

import { keepBytes, keptBytes } from "./file-store.js";

export class Materials {
  /** @param {import("./server.js").Server} server @param {string} attempt */
  constructor(server, attempt) {
    this.server = server;
    this.attempt = attempt;
    /** @type {Map<string, Promise<Blob>>} */
    this.here = new Map();
  }

  /** Fetches what the tasks hand out, one after another; what fails now is fetched when it is wanted. @param {import("./types.js").Task[]} tasks */
  async fetchAll(tasks) {
    for (const { file } of tasks.flatMap((task) => task.materials)) {
      await this.get(file).catch((error) => console.info("material", file, String(error)));
    }
  }

  /** @param {string} file @returns {Promise<Blob>} */
  get(file) {
    const known = this.here.get(file);
    if (known) return known;
    const found = this.#find(file);
    this.here.set(file, found);
    found.catch(() => this.here.delete(file));
    return found;
  }

  /** @param {string} file */
  async #find(file) {
    const kept = await keptBytes(this.attempt, `material/${file}`);
    if (kept) return kept;
    const fetched = await this.server.material(file);
    await keepBytes(this.attempt, `material/${file}`, fetched);
    return fetched;
  }
}
