/** The files that tasks hand out and items show: fetched with the paper, so that they outlive the server. */

import { keepBytes, keptBytes } from "./file-store.js";

/** The server names none: what it hands out is never opened by its address. @type {Record<string, string>} */
const TYPES = {
  png: "image/png",
  jpg: "image/jpeg",
  jpeg: "image/jpeg",
  gif: "image/gif",
  webp: "image/webp",
  mp3: "audio/mpeg",
  m4a: "audio/mp4",
  ogg: "audio/ogg",
  wav: "audio/wav",
  mp4: "video/mp4",
  m4v: "video/mp4",
  webm: "video/webm",
};

export class Materials {
  /** @param {import("./server.js").Server} server @param {string} attempt */
  constructor(server, attempt) {
    this.server = server;
    this.attempt = attempt;
    /** @type {Map<string, Promise<Blob>>} */
    this.here = new Map();
    /** @type {Map<string, Promise<string>>} */
    this.urls = new Map();
  }

  /** Fetches what the paper needs, one after another; what fails now is fetched when it is wanted. @param {import("./types.js").Paper} paper */
  async fetchAll(paper) {
    const handed = paper.tasks.flatMap((task) => task.materials).map(({ file }) => file);
    for (const file of [...(paper.media || []), ...handed]) {
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

  /** An address of this page for a picture, sound or film. @param {string} file @returns {Promise<string>} */
  urlOf(file) {
    const known = this.urls.get(file);
    if (known) return known;
    const made = this.get(file).then((data) => URL.createObjectURL(new Blob([data], { type: TYPES[file.split(".").pop() || ""] || "" })));
    this.urls.set(file, made);
    made.catch(() => this.urls.delete(file));
    return made;
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
