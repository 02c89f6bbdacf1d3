/** Shows how far the making of all papers is, and the file when it is there. */
import { say, t } from "../shared/words.js";

const LOOK_MS = 1000;
const card = document.getElementById("all");
const bar = document.getElementById("made");
const said = document.getElementById("made-said");
const file = document.getElementById("made-file");
const button = card?.querySelector("button");

/** Asks once, shows it, and asks again while something is being made. */
async function look() {
  const answer = await fetch(`/api/papers/${card.dataset.session}`).catch(() => null);
  const state = answer?.ok ? await answer.json() : null;
  if (state) show(state);
  if (!state || state.making) setTimeout(look, LOOK_MS);
}

/** @param {{making: boolean, done: string[], of: number, ready: boolean, failed: {zh: string, en: string} | null}} state */
function show(state) {
  bar.value = state.done.length;
  bar.hidden = !state.making;
  button.disabled = state.making;
  file.hidden = !state.ready;
  said.textContent = state.failed
    ? say(state.failed)
    : state.making
      ? `${state.done.length} / ${state.of}`
      : state.ready
        ? t("已生成", "Made")
        : "";
}

if (card) look();
