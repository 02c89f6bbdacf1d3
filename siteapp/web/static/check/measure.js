/** What a browser can measure of its machine and of the way to the server; each number as it is, unjudged. */

import { keepsWorker } from "../shared/keeps.js";

const TRIPS = 20;
const PATIENCE_MS = 2000;
// What anybody in the room may send at once.
const PIECE = 16000;
const PIECES = 16;
const AT_ONCE = 4;

/** @typedef {{wall: number, pull: {round: number, in_ms: number}|null, drill: string|null}} Ping */

/** @param {string} path @param {RequestInit} [more] */
async function ask(path, more = {}) {
  const answer = await fetch(path, { cache: "no-store", ...more });
  if (!answer.ok) throw new Error(`${answer.status}`);
  return answer;
}

/** One small question; null if no answer comes in time. @returns {Promise<Ping|null>} */
export async function ping() {
  const stop = new AbortController();
  const late = setTimeout(() => stop.abort(), PATIENCE_MS);
  try {
    return await (await ask("/api/check/ping", { signal: stop.signal })).json();
  } catch (error) {
    console.info("no answer", String(error));
    return null;
  } finally {
    clearTimeout(late);
  }
}

/** Round trips, lost ones, and the clock by the quickest of them. @param {(part: number) => void} told @param {number} [count] */
export async function trips(told, count = TRIPS) {
  // The first one opens the connection.
  await ping();
  const found = { trips: /** @type {number[]} */ ([]), lost: 0, clock_ms: /** @type {number|null} */ (null) };
  let quickest = Infinity;
  for (let n = 0; n < count; n += 1) {
    const [began, wall] = [performance.now(), Date.now()];
    const answer = await ping();
    const took = performance.now() - began;
    told((n + 1) / count);
    if (!answer) {
      found.lost += 1;
      continue;
    }
    found.trips.push(took);
    if (took >= quickest) continue;
    quickest = took;
    found.clock_ms = Math.round(wall + took / 2 - answer.wall);
  }
  return found;
}

/** How long the blob takes, and how fast that is; null while the server gives none. */
export async function pull() {
  const began = performance.now();
  try {
    const bytes = (await (await ask("/api/check/blob")).arrayBuffer()).byteLength;
    const ms = performance.now() - began;
    return { ms, kbit: speed(bytes, ms) };
  } catch (error) {
    console.info("nothing pulled", String(error));
    return null;
  }
}

/** How fast small pieces go up; null if they do not. */
export async function push() {
  const body = new Uint8Array(PIECE);
  const began = performance.now();
  try {
    for (let sent = 0; sent < PIECES; sent += AT_ONCE) {
      const some = Array.from({ length: AT_ONCE }, () => ask("/api/check/up", { method: "POST", body }));
      await Promise.all(some);
    }
    return speed(PIECE * PIECES, performance.now() - began);
  } catch (error) {
    console.info("nothing pushed", String(error));
    return null;
  }
}

/** kbit/s. @param {number} bytes @param {number} ms */
function speed(bytes, ms) {
  return Math.min(1_000_000_000, Math.round((bytes * 8) / Math.max(ms, 0.1)));
}

/** What the browser tells without measuring. */
export async function about() {
  const told = /** @type {any} */ (navigator);
  return {
    width: Math.round(screen.width),
    height: Math.round(screen.height),
    cores: told.hardwareConcurrency || null,
    memory_mib: told.deviceMemory ? Math.round(told.deviceMemory * 1024) : null,
    storage_mib: await room(),
    secure: window.isSecureContext,
    worker: await keepsWorker(),
    window: fillsTheScreen() ? "screen" : "window",
  };
}

/** No bar of the browser or of the system is left: a kiosk, or what looks like one. */
function fillsTheScreen() {
  return innerWidth >= screen.width && innerHeight >= screen.height;
}

/** How much may be kept here, MiB; null where the browser does not tell. */
async function room() {
  if (!navigator.storage || !navigator.storage.estimate) return null;
  const { quota } = await navigator.storage.estimate();
  return quota ? Math.min(1_000_000_000, Math.floor(quota / 2 ** 20)) : null;
}
