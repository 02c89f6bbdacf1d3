/** The question above an answer that is no choice. */

import { el } from "../shared/dom.js";
import { shown } from "./markup.js";

/** @param {import("./app.js").App} app @param {import("./places.js").Place} place */
export function stemOf(app, place) {
  const { materials } = /** @type {import("./attempt.js").Attempt} */ (app.attempt);
  return el("div", { class: "stem", id: "stem", lang: "zh-CN" }, ...shown(materials, place.stem));
}
