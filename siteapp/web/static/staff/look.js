/** Larger text and high contrast on the staff's pages, kept on this machine as the candidates' are. */

import { restoreLook, sightTools } from "../shared/look.js";

restoreLook();
document.getElementById("look")?.append(sightTools());

/** Somebody is here: told at most once a minute, so that a page in use does not lock. */
const TELL_MS = 60_000;
let told = 0;

function here() {
  if (performance.now() - told < TELL_MS) return;
  told = performance.now();
  fetch("/api/staff/here", { method: "POST" }).catch((error) => console.info("not told", String(error)));
}

if (document.querySelector("header.top form")) {
  told = -TELL_MS;
  for (const name of ["pointerdown", "keydown"]) addEventListener(name, here, { passive: true });
}
