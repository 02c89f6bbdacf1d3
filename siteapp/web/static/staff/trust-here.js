/** Tells a machine whether it trusts the room's certificate. */

import { keepsWorker } from "../shared/keeps.js";

const state = document.getElementById("state");
if (state && location.protocol === "https:") {
  const good = await keepsWorker();
  state.textContent = (good ? state.dataset.trusted : state.dataset.untrusted) || "";
  state.classList.remove("warn");
  state.classList.add(good ? "good" : "bad");
}
