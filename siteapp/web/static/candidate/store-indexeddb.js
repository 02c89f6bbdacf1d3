/** The first place for answers on this machine: IndexedDB, database "examsite". */

/** @typedef {import("./types.js").Record_} Record_ */
/** @typedef {import("./types.js").Save} Save */
/** @typedef {import("./types.js").Store} Store */

/** Long: a page that gave up on a slow disk would hide the answers that lie there. */
const PATIENCE_MS = 20000;

/** Opens the database of answers. @returns {Promise<Store>} */
export async function openIndexedDB() {
  const database = await openDatabase("examsite", (made) => {
    made.createObjectStore("records", { keyPath: "attempt" });
    made.createObjectStore("saves", { keyPath: ["attempt", "instance", "sequence"] });
  });
  return storeOf(database);
}

/**
 * Opens a database; rejects if this browser forbids it or another tab blocks it.
 * @param {string} name @param {(made: IDBDatabase) => void} make
 * @returns {Promise<IDBDatabase>}
 */
export function openDatabase(name, make) {
  return new Promise((resolve, reject) => {
    const asked = indexedDB.open(name, 1);
    setTimeout(() => reject(new Error("IndexedDB did not open in time")), PATIENCE_MS);
    asked.onupgradeneeded = () => make(asked.result);
    asked.onsuccess = () => resolve(asked.result);
    asked.onerror = () => reject(asked.error);
  });
}

/** @param {IDBDatabase} database @returns {Store} */
function storeOf(database) {
  return {
    records: () => read(database, "records", (store) => store.getAll()),
    saves: (attempt) => read(database, "saves", (store) => store.getAll(ofAttempt(attempt))),
    keepRecord: (record) => write(database, ["records"], (t) => t.objectStore("records").put(record)),
    keepSaves: (saves) =>
      write(database, ["saves"], (t) => saves.forEach((save) => t.objectStore("saves").put(save))),
    forget: (attempt) =>
      write(database, ["records", "saves"], (t) => {
        t.objectStore("records").delete(attempt);
        t.objectStore("saves").delete(ofAttempt(attempt));
      }),
  };
}

/** An array sorts after every string and number, so it closes the range. @param {string} attempt */
function ofAttempt(attempt) {
  return IDBKeyRange.bound([attempt], [attempt, []]);
}

/**
 * @template T
 * @param {IDBDatabase} database
 * @param {string} name
 * @param {(store: IDBObjectStore) => IDBRequest<T>} ask
 * @returns {Promise<T>}
 */
export function read(database, name, ask) {
  return new Promise((resolve, reject) => {
    const request = ask(database.transaction(name).objectStore(name));
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

/**
 * Resolves when the transaction is on the disk, not when it was asked for: a machine may lose power.
 * @param {IDBDatabase} database
 * @param {string[]} names
 * @param {(transaction: IDBTransaction) => void} act
 * @returns {Promise<void>}
 */
export function write(database, names, act) {
  return new Promise((resolve, reject) => {
    const transaction = database.transaction(names, "readwrite", { durability: "strict" });
    transaction.oncomplete = () => resolve();
    transaction.onabort = () => reject(transaction.error);
    act(transaction);
  });
}
