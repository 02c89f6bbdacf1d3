/** The administrator's readiness page: asks every three seconds, and draws what is known. */

import { tell } from "../shared/dialog.js";
import { el } from "../shared/dom.js";
import { language, t } from "../shared/words.js";
import { putDrawn } from "./drawn.js";

const LOOK_MS = 3000;
const place = /** @type {HTMLElement} */ (document.getElementById("readiness"));
const chosen = /** @type {HTMLSelectElement} */ (document.getElementById("session"));
let drawn = "";

/** @param {string} path @param {string} method */
async function ask(path, method = "GET") {
  const answer = await fetch(path, { method, cache: "no-store" });
  const said = await answer.json();
  if (!answer.ok) throw new Error(said.error.message[language()] || said.error.code);
  return said;
}

const address = () => `/api/readiness/${chosen.value}`;

async function look() {
  try {
    draw(await ask(`${address()}?lang=${language()}`));
  } catch (error) {
    place.replaceChildren(el("div", { class: "notice bad" }, String(error)));
    drawn = "";
  }
}

/** Draws only what changed, so that what a person has opened stays open. @param {any} state */
function draw(state) {
  const now = JSON.stringify([state.drawn, state.kept, state.counts, state.pull_in_ms !== null]);
  if (now === drawn) return;
  drawn = now;
  putDrawn(place, state.drawn, [head(state)]);
}

/** @param {any} state */
function head(state) {
  const free = state.counts || !state.asks;
  return el(
    "section",
    { class: "card no-print", id: "gate" },
    el("div", { class: `notice ${free ? "good" : "warn"}` }, kept(state)),
    el("div", { class: "row" }, buttons(state)),
  );
}

/** What the start asks for, and whether it is there. @param {any} state */
function kept({ kept: last, counts, hours, asks }) {
  if (!asks) return t("试考不需要就绪报告", "A rehearsal opens without a report");
  if (!last) return t(`还没有签发报告。开考前须有 ${hours} 小时内通过的报告，否则主监考须填写原因。`, `No report is signed yet. A start takes one of the last ${hours} h that says ready, or the chief's reason.`);
  const said = last.ready ? t("就绪", "ready") : t("未就绪", "not ready");
  const holds = counts ? t("开考有效", "good for a start") : t("开考时须填写原因", "a start takes the chief's reason");
  return t(`最近签发：${last.time}（${said}，${holds}）`, `Last signed: ${last.time} (${said}; ${holds})`);
}

/** @param {any} state */
function buttons(state) {
  const sign = el("button", { on: { click: () => act("sign", t("报告已签名并保存在本机", "The report is signed and kept here")) } }, t("重新测量并签发报告", "Measure again and sign"));
  const pull = el("button", { class: "plain", disabled: state.pull_in_ms !== null, on: { click: () => act("pull", t("几秒后所有打开检查页的考试机同时下载", "In a few seconds all machines with the check page open pull at once")) } }, t("全员同时下载测速", "All machines at once"));
  const of = `/admin/readiness/${chosen.value}`;
  const links = [
    [`${of}/paper.pdf`, "PDF"],
    [`${of}/paper`, t("打印（A4）", "Print (A4)")],
    [`${of}/statement`, t("签名文件", "Signed statement")],
  ];
  const files = state.kept ? links.map(([href, name]) => el("a", { class: "button plain", href }, name)) : [];
  return [sign, pull, ...files];
}

/** @param {string} path @param {string} done */
async function act(path, done) {
  try {
    await ask(`${address()}/${path}`, "POST");
    tell(t("好的", "Done"), [done]);
  } catch (error) {
    tell(t("未完成", "Not done"), [String(error)]);
  }
  await look();
}

if (chosen) {
  chosen.addEventListener("change", look);
  look();
  setInterval(look, LOOK_MS);
}
