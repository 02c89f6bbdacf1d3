/** Beside the wall: candidates' machines that did not pass their checks. Asked now and then; a word and no alarm. */

import { el } from "../shared/dom.js";
import { say, t } from "../shared/words.js";

const LOOK_MS = 10_000;
const MOST = 12;
const place = document.getElementById("checks");
const chosen = /** @type {HTMLSelectElement|null} */ (document.getElementById("session"));
let drawn = "";

async function look() {
  try {
    const answer = await fetch(`/api/room/${chosen.value}/checks`, { cache: "no-store" });
    if (answer.ok) show(await answer.json());
  } catch (error) {
    console.info("machine checks not heard", String(error));
  }
}

/** @param {{failing: {seat: number, checks: {zh: string, en: string}[]}[], unchecked: number[], seats: number}} state */
function show(state) {
  const now = JSON.stringify(state);
  if (now === drawn) return;
  drawn = now;
  const { failing, unchecked, seats } = state;
  place.hidden = failing.length === 0;
  const head = t(`${failing.length} 台考试机检查未通过`, failing.length === 1 ? "1 machine did not pass its check" : `${failing.length} machines did not pass their checks`);
  const rest = unchecked.length ? t(`（${seats} 个座位中 ${unchecked.length} 个尚未检查）`, ` (${unchecked.length} of ${seats} seats not checked yet)`) : "";
  const lines = failing.slice(0, MOST).map(({ seat, checks }) => el("li", {}, t(`座位 ${seat}：`, `Seat ${seat}: `) + checks.map((one) => say(one)).join(t("、", ", "))));
  const more = failing.length > MOST ? el("li", {}, `… (${failing.length})`) : null;
  place.replaceChildren(el("summary", {}, head + rest), el("ul", {}, lines, more));
}

if (place && chosen && chosen.value) {
  chosen.addEventListener("change", look);
  look();
  setInterval(look, LOOK_MS);
}
