/** The strip of cameras beside the wall: of the session chosen there. */

import { el } from "../shared/dom.js";
import { strip } from "./camera-parts.js";

const LOOK_MS = 10_000;
const place = document.getElementById("camera-strip");
const chosen = /** @type {HTMLSelectElement|null} */ (document.getElementById("session"));
let drawn = "";

async function look() {
  if (!place || !chosen || !chosen.value || document.hidden) return;
  try {
    const answer = await fetch(`/api/room/${chosen.value}/cameras`, { cache: "no-store" });
    if (!answer.ok) return;
    const { now, cameras } = await answer.json();
    const said = JSON.stringify([cameras, Math.floor(now / 60_000)]);
    if (said === drawn) return;
    drawn = said;
    place.replaceChildren(cameras.length ? strip(cameras, now) : el("span", {}));
  } catch (error) {
    // The wall says itself when the server is away; the last pictures stay.
    console.info("cameras not heard", String(error));
  }
}

if (chosen) chosen.addEventListener("change", look);
look();
setInterval(look, LOOK_MS);
