/**
 * The machine's quick checks, by themselves while a candidate waits: a dozen small questions, nothing large. Nothing here may
 * hinder anybody: it begins late, ends when the screen goes, and what fails is only noted.
 */

import { newInstance } from "./local.js";
import { mark } from "./marker.js";

// Not all of a room at once.
const FIRST_MS = 2000;
const SPREAD_MS = 15000;
const TRIPS = 8;

/** @param {number} seat @returns {() => void} what ends it */
export function checkQuietly(seat) {
  let over = false;
  const run = () => check(seat, () => over).catch((error) => console.info("not checked", String(error)));
  const begin = setTimeout(run, FIRST_MS + Math.random() * SPREAD_MS);
  return () => {
    over = true;
    clearTimeout(begin);
  };
}

/** @param {number} seat @param {() => boolean} over */
async function check(seat, over) {
  // Loaded only now: a page without the server does without it.
  const { about, trips } = await import("../check/measure.js");
  const found = { ...(await about()), ...(await trips(() => undefined, TRIPS)) };
  if (over() || found.trips.length === 0) return;
  const marks = { seat, marker: mark() || newInstance(), visit: newInstance(), quick: true };
  const unasked = { down_kbit: null, up_kbit: null, input_method: null, load: null };
  const body = JSON.stringify({ ...marks, ...unasked, ...found });
  const headers = { "Content-Type": "application/json" };
  await fetch("/api/check/result", { method: "POST", headers, body, cache: "no-store" });
}
