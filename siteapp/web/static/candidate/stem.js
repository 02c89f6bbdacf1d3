/** The question above an answer that is no choice. */

import { el, stressed } from "../shared/dom.js";

/** @param {import("./places.js").Place} place */
export function stemOf(place) {
  return el("p", { class: "stem", id: "stem", lang: "zh-CN" }, ...stressed(place.stem));
}
