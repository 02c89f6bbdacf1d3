/** The list of a task's materials: pictures are shown, everything can be saved on the machine. */

import { el } from "../shared/dom.js";
import { t } from "../shared/words.js";
import { failure } from "./frame.js";

/** @type {Record<string, string>} */
const PICTURES = { png: "image/png", jpg: "image/jpeg", jpeg: "image/jpeg", webp: "image/webp" };

/** @param {import("./app.js").App} app @param {import("./types.js").Material[]} list */
export function materialList(app, list) {
  return el("div", {}, el("h3", {}, t("材料", "Materials")), el("ul", { class: "materials" }, list.map((one) => el("li", {}, ...lineOf(app, one)))));
}

/** @param {import("./app.js").App} app @param {import("./types.js").Material} one */
function lineOf(app, one) {
  const { materials } = /** @type {import("./attempt.js").Attempt} */ (app.attempt);
  const name = one.file.replace(/^.*\//, "");
  const trouble = el("div", {});
  const save = async () => {
    trouble.replaceChildren();
    await materials.get(one.file).then((bytes) => download(bytes, name), (error) => trouble.replaceChildren(failure(error)));
  };
  const button = el("button", { type: "button", class: "plain", on: { click: save } }, t("下载", "Download"));
  button.setAttribute("aria-label", t(`下载 ${one.title}`, `Download ${one.title}`));
  const head = el("div", { class: "row" }, el("span", { lang: "zh-CN" }, one.title), el("span", { class: "quiet code" }, name), button);
  return [head, pictureOf(materials, one, name), trouble];
}

/** @param {Blob} bytes @param {string} name */
function download(bytes, name) {
  const address = URL.createObjectURL(bytes);
  el("a", { href: address, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(address), 60000);
}

/** @param {import("./materials.js").Materials} materials @param {import("./types.js").Material} one @param {string} name */
function pictureOf(materials, one, name) {
  const type = PICTURES[name.replace(/^.*\./, "").toLowerCase()];
  if (!type) return null;
  const picture = el("img", { alt: one.title, class: "material" });
  materials.get(one.file).then(
    (bytes) => {
      const address = URL.createObjectURL(new Blob([bytes], { type }));
      picture.addEventListener("load", () => URL.revokeObjectURL(address));
      picture.src = address;
    },
    () => picture.remove(),
  );
  return picture;
}
