/** What kind of session this is: an examination needs no words, a rehearsal or a practice says so on every screen. */

import { el } from "../shared/dom.js";
import { t } from "../shared/words.js";

let kind = "";

/** @param {string} now of the session that is on the screen; "" while nobody is signed in */
export function setKind(now) {
  kind = now;
}

/** A calm band, or nothing. @returns {HTMLElement|null} */
export function kindBand() {
  if (kind !== "rehearsal" && kind !== "practice") return null;
  const [name, says] =
    kind === "practice"
      ? [t("练习", "Practice"), t("成绩不作数；交卷后可以看到答案和解析，可以反复练习。", "The result does not count. After the hand-in you see the answers and reasons; take it as often as you like.")]
      : [t("试考", "Rehearsal"), t("与正式考试相同，成绩不作数，可以再考一次。", "As an examination; the result does not count, and you may take it again.")];
  return el("p", { class: "kind-band", role: "note" }, el("strong", {}, name), " ", says);
}

/**
 * A practice shows score and reasons; without them the receipt stands all the same.
 * @param {import("./server.js").Server} server @param {import("./types.js").Record_} record
 */
export async function reviewOf(server, record) {
  if (record.session.kind !== "practice") return null;
  return server.review().catch((error) => {
    console.warn("no review", String(error));
    return null;
  });
}

/** Whether the session may be taken again. */
export function repeats() {
  return kind === "rehearsal" || kind === "practice";
}
