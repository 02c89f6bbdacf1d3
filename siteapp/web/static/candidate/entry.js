/** Signing in, so that what this machine kept of the same attempt is taken up again. */

import { forgetBytes } from "./file-store.js";
import { Ledger } from "./ledger.js";
import { newInstance } from "./local.js";

/** @typedef {import("./sealed.js").SealedCopies} SealedCopies */
/** @typedef {import("./types.js").Record_} Record_ */
/** @typedef {{admission: string, secret: string, seat: number, answer?: string}} Fields */

/**
 * Signs in and returns the record of the attempt on this machine. The instance belongs to the
 * attempt, which only the server's answer names: if the kept one was of another attempt (the same
 * candidate in the morning), signing in is repeated with the right one.
 * @param {import("./local.js").Local} local
 * @param {import("./server.js").Server} server
 * @param {SealedCopies} sealed takes what lies here of others
 * @param {Fields} fields
 * @param {Record_|null} current the one in this page's memory, where nothing can be kept on the machine
 * @returns {Promise<Record_>}
 */
export async function signIn(local, server, sealed, fields, current) {
  const records = (current ? [current] : []).concat(await local.records());
  const guess = records.find((one) => one.candidate.admission === fields.admission && !one.left);
  let instance = guess ? guess.instance : newInstance();
  let answer = await server.signIn({ ...fields, instance });
  // What was unsent when the candidate left this seat is old by now: it must not be sent as new.
  const kept = records.find((record) => record.attempt === answer.attempt && !record.left);
  const right = kept ? kept.instance : guess ? newInstance() : instance;
  if (right !== instance) {
    instance = right;
    answer = await server.signIn({ ...fields, instance });
  }
  const { token, attempt, candidate, sitting, session, phase, rescue = null } = answer;
  const now = { token, attempt, candidate, sitting, session, phase, rescue, instance, used: Date.now() };
  /** @type {Record_} */
  const record = { ...(kept || blank()), ...now };
  await local.keepRecord(record);
  const others = records.filter((one) => one.attempt !== attempt);
  await Promise.all(others.map((one) => hide(local, sealed, one)));
  return record;
}

/**
 * Somebody else sits here now: what is kept of another attempt is sealed, so that only the site can read it. It
 * goes to the server by itself. What cannot be sealed (files, and all on plain HTTP) stays, without the token.
 * @param {import("./local.js").Local} local @param {SealedCopies} sealed @param {Record_} record
 */
async function hide(local, sealed, record) {
  const saves = await local.saves(record.attempt);
  const kept = new Ledger(record.attempt, record.instance, saves, {}).worthKeeping();
  const whole = kept.length > 0 && !(record.files || []).length;
  if (whole && (await sealed.seal(record, kept))) await local.forget(record.attempt);
  else if (record.token || record.rescue) await local.keepRecord({ ...record, token: null, rescue: null });
}

function blank() {
  return {
    agreed: false,
    paper: null,
    responses: {},
    flags: [],
    unsentFlags: {},
    place: 0,
    ending: null,
    files: [],
    left: false,
    read: [],
  };
}

/**
 * The attempt is over here: what is kept is sealed, and the plain copy goes. Where nothing can be sealed (plain
 * HTTP) it goes if the server has all of it.
 * @param {import("./local.js").Local} local
 * @param {import("./attempt.js").Attempt} attempt
 * @param {SealedCopies} sealed
 */
export async function retire(local, { record, ledger }, sealed) {
  const saves = ledger.worthKeeping();
  const safe = saves.length > 0 && (await sealed.seal(record, saves));
  await setAside(local, record, safe || ledger.complete);
}

/**
 * Ends what this machine keeps of an attempt. If no server has some of its answers, those stay, without
 * the paper and the keys, so that they can still be found; otherwise everything goes.
 * @param {import("./local.js").Local} local
 * @param {Record_} record
 * @param {boolean} complete the server holds every answer, or a sealed copy does
 */
export async function setAside(local, record, complete) {
  await forgetBytes(record.attempt);
  if (complete) await local.forget(record.attempt);
  else await local.keepRecord({ ...record, ...blank(), left: record.left, token: null, rescue: null });
}
