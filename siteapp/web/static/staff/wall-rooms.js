/** Beside the wall: machines that are not where they belong. */

import { el } from "../shared/dom.js";
import { t } from "../shared/words.js";
import { NOTICES } from "./rooms-server.js";

/** @param {{what: keyof typeof NOTICES, seat: number, other: number, address: string}[]} found @returns {HTMLElement[]} */
export function elsewherePart(found = []) {
  if (!found.length) return [];
  const lines = found.map((one) => {
    const seats = one.what === "swapped" ? `${one.seat} ⇄ ${one.other}` : String(one.seat);
    return el("li", {}, el("b", {}, seats), el("span", { class: "sign" }, `${NOTICES[one.what]} ${one.address}`));
  });
  return [el("h2", {}, t("机器与座位", "Machines and seats")), el("ul", { class: "elsewhere" }, lines)];
}
