/** While there is trouble: a sealed file of what is kept here, for a stick; or honestly that there is none. */

import { el } from "../shared/dom.js";
import { t } from "../shared/words.js";
import { canSeal, rescueFile } from "./rescue.js";

/** @typedef {import("./app.js").App} App */

/** @param {App} app @returns {{element: HTMLElement, update: () => void}} */
export function rescueView(app) {
  const element = el("span", { class: "rescue", hidden: true }, canSeal() ? button(app) : none());
  const update = () => {
    element.hidden = !isTrouble(app);
  };
  update();
  return { element, update };
}

/** @param {App} app */
function button(app) {
  const title = t(
    "由监考员用 U 盘取走，在服务器上导入；文件已加密，只有本考点能读。",
    "An invigilator takes it to the server on a stick; it is sealed, and only this site can read it.",
  );
  return el("button", { type: "button", class: "plain small", title, on: { click: () => download(app) } }, t("下载救援文件", "Rescue file"));
}

function none() {
  const title = t("浏览器只在 HTTPS 下提供加密，请勿关闭本页。", "A browser seals over HTTPS only: do not close this page.");
  return el("span", { class: "quiet small", title }, t("普通 HTTP：没有救援文件，请勿关闭本页", "Plain HTTP: no rescue file, keep this page open"));
}

/** Answers may not reach the server, or not stay on this machine. @param {App} app */
function isTrouble({ attempt, contact, local, collection }) {
  if (!attempt || !attempt.ledger.saves.size) return false;
  const lacking = collection !== null && collection.missing.length > 0;
  return contact === "away" || attempt.outbox.trouble !== null || !local.works || lacking;
}

/** @param {App} app */
async function download({ attempt }) {
  if (!attempt || !attempt.record.rescue) return;
  await attempt.settle();
  const { rescue, instance, candidate } = attempt.record;
  const whose = { session: rescue.session, attempt: attempt.record.attempt, instance };
  const file = await rescueFile(rescue, whose, attempt.ledger.worthKeeping());
  const url = URL.createObjectURL(new Blob([file], { type: "application/octet-stream" }));
  el("a", { href: url, download: `rescue-${rescue.session}-seat-${candidate.seat}-${instance}.examrescue` }).click();
  setTimeout(() => URL.revokeObjectURL(url), 60000);
}
