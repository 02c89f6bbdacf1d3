/** This page is open: said now and then, so that the administrator's list of machines knows. */

import { mark } from "./marker.js";
import { showNumber } from "./number.js";

const EVERY_MS = 20_000;
// While somebody walks through the room, what was just bound is soon seen on the machine.
const SHOWING_MS = 3_000;

/**
 * Says it at once and from then on; the answer may be a number to show.
 * @param {() => number} seat which this machine remembers, 0 if none
 * @returns {() => Promise<void>} says it now
 */
export function keepSeen(seat) {
  const marker = mark();
  if (!marker) return async () => {};
  let next = 0;
  const tell = async () => {
    clearTimeout(next);
    const headers = { "Content-Type": "application/json" };
    const body = JSON.stringify({ marker, seat: seat() || 0 });
    let every = EVERY_MS;
    try {
      const answer = await fetch("/api/machine/seen", { method: "POST", headers, body, cache: "no-store" });
      const told = answer.ok ? await answer.json() : {};
      showNumber(told);
      if (told.number) every = SHOWING_MS;
    } catch (error) {
      console.info("not told that this page is open", String(error));
    }
    clearTimeout(next);
    next = setTimeout(tell, every);
  };
  tell();
  return tell;
}
