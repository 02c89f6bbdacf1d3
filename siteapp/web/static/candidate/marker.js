/**
 * A mark that this machine keeps. If a machine comes without the mark it had, it forgets its storage when it
 * restarts (a restore card), and the administrator's page says so.
 */

import { newInstance } from "./local.js";
import { canSeal } from "./rescue.js";

const MARK = "examsite.machine";

/** The mark of this machine, made if it has none; null where nothing can be kept. */
export function mark() {
  try {
    const kept = localStorage.getItem(MARK) || newInstance();
    localStorage.setItem(MARK, kept);
    return kept;
  } catch (error) {
    console.info("this machine keeps no mark", String(error));
    return null;
  }
}

/** Tells the server once; whether it hears it matters to nobody who sits here. @param {number} seat */
export async function showMark(seat) {
  const marker = mark() || newInstance();
  if (!(seat > 0)) return;
  const headers = { "Content-Type": "application/json" };
  const body = JSON.stringify({ marker, seat, seals: canSeal() });
  try {
    await fetch("/api/machine/marker", { method: "POST", headers, body, cache: "no-store" });
  } catch (error) {
    console.info("the mark was not told", String(error));
  }
}
