/** Bytes kept on this machine over a reload: small chosen files, and the materials of the paper. */

/** Larger ones are chosen again after a reload: the browser would take long to copy them. */
export const KEPT_BYTES = 8 * 1024 * 1024;

/** @returns {Promise<IDBDatabase>} */
function open() {
  return new Promise((resolve, reject) => {
    const asked = indexedDB.open("examsite-files", 1);
    asked.onupgradeneeded = () => asked.result.createObjectStore("bytes");
    asked.onsuccess = () => resolve(asked.result);
    asked.onerror = () => reject(asked.error);
    asked.onblocked = () => reject(new Error("blocked"));
  });
}

/**
 * One act on the store; null where this browser keeps nothing.
 * @template T
 * @param {IDBTransactionMode} mode
 * @param {(store: IDBObjectStore) => IDBRequest<T>} act
 * @returns {Promise<T|null>}
 */
async function ask(mode, act) {
  try {
    const database = await open();
    try {
      return await new Promise((resolve, reject) => {
        const transaction = database.transaction("bytes", mode);
        const request = act(transaction.objectStore("bytes"));
        transaction.oncomplete = () => resolve(request.result);
        transaction.onabort = () => reject(transaction.error);
      });
    } finally {
      database.close();
    }
  } catch (error) {
    console.warn("no bytes are kept on this machine", error);
    return null;
  }
}

/** True once the bytes are on the disk. @param {string} attempt @param {string} name @param {Blob} bytes */
export async function keepBytes(attempt, name, bytes) {
  const kept = await bytes.arrayBuffer();
  return (await ask("readwrite", (store) => store.put(kept, [attempt, name]))) !== null;
}

/** @param {string} attempt @param {string} name @returns {Promise<Blob|null>} */
export async function keptBytes(attempt, name) {
  const found = await ask("readonly", (store) => store.get([attempt, name]));
  return found ? new Blob([found]) : null;
}

/** @param {string} attempt @param {string} name */
export function dropBytes(attempt, name) {
  return ask("readwrite", (store) => store.delete([attempt, name]));
}

/** All that is kept of one attempt goes. @param {string} attempt */
export function forgetBytes(attempt) {
  return ask("readwrite", (store) => store.delete(IDBKeyRange.bound([attempt], [attempt, []])));
}
