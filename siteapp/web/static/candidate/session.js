/** What this tab remembers over a reload, and the seat that this machine remembers. */

import { resetLook } from "../shared/look.js";

/** @typedef {import("./types.js").Receipt} Receipt */
/** @typedef {import("./types.js").Record_} Record_ */
/** @typedef {import("./types.js").Review} Review */
/** @typedef {Receipt & {name: string, seat: number, title: import("./types.js").Words, kind: string, review?: Review|null}} Finished */

const SESSION = "examsite.session";
const RECEIPT = "examsite.receipt";
const SEAT = "examsite.seat";

/** Storage may be forbidden; the page then only forgets. @param {() => Storage} storage @param {string} key @returns {string|null} */
function get(storage, key) {
  try {
    return storage().getItem(key);
  } catch (error) {
    console.warn("not remembered", key, error);
    return null;
  }
}

/** @param {() => Storage} storage @param {string} key @param {string|null} value */
function set(storage, key, value) {
  try {
    if (value === null) storage().removeItem(key);
    else storage().setItem(key, value);
  } catch (error) {
    console.warn("not remembered", key, error);
  }
}

const tab = () => window.sessionStorage;
const machine = () => window.localStorage;

/** The attempt this tab is busy with. @returns {string|null} */
export function attempt() {
  const kept = get(tab, SESSION);
  return kept && JSON.parse(kept).attempt;
}

/** The receipt this tab shows. @returns {Finished|null} */
export function receipt() {
  const kept = get(tab, RECEIPT);
  return kept && JSON.parse(kept);
}

/** @param {Record_} record */
export function keep(record) {
  set(tab, SESSION, JSON.stringify({ attempt: record.attempt, token: record.token }));
}

export function forget() {
  set(tab, SESSION, null);
}

/** @param {Record_} record @param {Receipt & {review?: Review|null}} given @returns {Finished} */
export function finish(record, given) {
  const { name, seat } = record.candidate;
  const finished = { ...given, name, seat, title: record.sitting.title, kind: record.session.kind };
  set(tab, RECEIPT, JSON.stringify(finished));
  forget();
  return finished;
}

/** The receipt was noted: the same candidate goes on. */
export function forgetReceipt() {
  set(tab, RECEIPT, null);
}

/** For the next candidate: nothing of this one stays; the seat is the machine's, so it does. */
export function clear() {
  forget();
  set(tab, RECEIPT, null);
  resetLook();
}

/** The seat of this machine: from the address, else as last signed in here. */
export function seat() {
  return new URLSearchParams(location.search).get("seat") || get(machine, SEAT) || "";
}

/** @param {number} number */
export function keepSeat(number) {
  set(machine, SEAT, String(number));
}
