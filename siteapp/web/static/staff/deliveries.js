/** The deliveries as they are: asks every three seconds, and draws what is new. */

import { language } from "../shared/words.js";
import { putDrawn } from "./drawn.js";

const LOOK_MS = 3000;
const PATIENCE_MS = 8000;
const NOT_SIGNED_IN = 401;
const LOCKED = 423;
const place = /** @type {HTMLElement} */ (document.getElementById("deliveries"));
const heard = /** @type {HTMLElement} */ (document.getElementById("heard"));
let drawn = "";

/** The server's answer, or null if none came in good time. */
async function ask() {
  const stop = new AbortController();
  const giveUp = setTimeout(() => stop.abort(), PATIENCE_MS);
  const asked = fetch(`/api/deliveries?lang=${language()}`, { cache: "no-store", signal: stop.signal });
  return asked.catch(() => null).finally(() => clearTimeout(giveUp));
}

async function look() {
  const answer = await ask();
  // The page itself says where to go on from there.
  if (answer?.status === NOT_SIGNED_IN || answer?.status === LOCKED) return location.reload();
  const told = answer?.ok ? await answer.json().catch(() => null) : null;
  heard.hidden = told !== null;
  if (told && told.drawn !== drawn) {
    drawn = told.drawn;
    putDrawn(place, drawn);
  }
  setTimeout(look, LOOK_MS);
}

setTimeout(look, LOOK_MS);
