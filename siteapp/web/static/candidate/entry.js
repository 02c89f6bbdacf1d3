/** Signing in, so that what this machine kept of the same attempt is taken up again. */

import { forgetBytes } from "./file-store.js";
import { newInstance } from "./local.js";

/** @typedef {import("./types.js").Record_} Record_ */
/** @typedef {{admission: string, secret: string, seat: number}} Fields */

/**
 * Signs in and returns the record of the attempt on this machine. The instance belongs to the
 * attempt, which only the server's answer names: if the kept one was of another attempt (the same
 * candidate in the morning), signing in is repeated with the right one.
 * @param {import("./local.js").Local} local
 * @param {import("./server.js").Server} server
 * @param {Fields} fields
 * @param {Record_|null} current the one in this page's memory, where nothing can be kept on the machine
 * @returns {Promise<Record_>}
 */
export async function signIn(local, server, fields, current) {
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
  const { token, attempt, candidate, sitting, session, phase } = answer;
  const now = { token, attempt, candidate, sitting, session, phase, instance, used: Date.now() };
  /** @type {Record_} */
  const record = { ...(kept || blank()), ...now };
  await local.keepRecord(record);
  const others = records.filter((one) => one.attempt !== attempt && one.token);
  await Promise.all(others.map((one) => local.keepRecord({ ...one, token: null })));
  return record;
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
 * Ends what this machine keeps of an attempt. If no server has some of its answers, those stay, without
 * the paper and the token, so that they can still be found; otherwise everything goes.
 * @param {import("./local.js").Local} local
 * @param {Record_} record
 * @param {boolean} complete the server holds every answer
 */
export async function retire(local, record, complete) {
  await forgetBytes(record.attempt);
  if (complete) await local.forget(record.attempt);
  else await local.keepRecord({ ...record, ...blank(), left: record.left, token: null });
}
