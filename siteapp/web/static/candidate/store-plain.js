/** The second place for answers on this machine: localStorage, where IndexedDB is missing or fails. */

/** @typedef {import("./types.js").Save} Save */
/** @typedef {import("./types.js").Store} Store */

const RECORD = "examsite/record/";
const SAVE = "examsite/save/";

/** @param {Storage} storage @returns {Store} */
export function plainStore(storage) {
  return {
    records: async () => readAll(storage, RECORD),
    saves: async (attempt) => readAll(storage, `${SAVE}${attempt}/`),
    keepRecord: async (record) => storage.setItem(RECORD + record.attempt, JSON.stringify(record)),
    keepSaves: async (saves) =>
      saves.forEach((save) => storage.setItem(keyOf(save), JSON.stringify(save))),
    forget: async (attempt) => {
      storage.removeItem(RECORD + attempt);
      keysUnder(storage, `${SAVE}${attempt}/`).forEach((key) => storage.removeItem(key));
    },
  };
}

/** @param {Save} save */
function keyOf(save) {
  return `${SAVE}${save.attempt}/${save.instance}/${save.sequence}`;
}

/** @param {Storage} storage @param {string} prefix @returns {string[]} */
function keysUnder(storage, prefix) {
  return Object.keys(storage).filter((key) => key.startsWith(prefix));
}

/** @param {Storage} storage @param {string} prefix @returns {any[]} */
function readAll(storage, prefix) {
  return keysUnder(storage, prefix).map((key) => JSON.parse(storage.getItem(key) || "null"));
}
