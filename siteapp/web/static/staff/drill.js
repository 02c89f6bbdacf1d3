/** The guided drill: one step at a time, with what the server sees as it sees it. */

import { ask, tell } from "../shared/dialog.js";
import { el } from "../shared/dom.js";
import { language, say, t } from "../shared/words.js";

const LOOK_MS = 1000;
const PATIENCE_MS = 4000;
const QUIET_MS = 10000;
const MARKS = /** @type {Record<string, string>} */ ({ waiting: "", running: "warn", passed: "good", failed: "bad", skipped: "warn" });

const place = /** @type {HTMLElement} */ (document.getElementById("drill"));
const gone = el("div", { class: "notice warn", hidden: true });
const body = el("div", {});
/** @type {any} */
let state = null;
let chosen = "";
let drawn = "";

/** @param {string} path @param {unknown} [given] */
async function send(path, given) {
  const stop = new AbortController();
  const late = setTimeout(() => stop.abort(), PATIENCE_MS);
  const more = given === undefined ? {} : { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(given) };
  try {
    const answer = await fetch(path, { cache: "no-store", signal: stop.signal, ...more });
    const said = await answer.json();
    if (!answer.ok) throw new Error(said.error.message[language()] || said.error.code);
    return said;
  } finally {
    clearTimeout(late);
  }
}

async function look() {
  try {
    take(await send("/api/drill"));
    gone.hidden = true;
  } catch (error) {
    gone.hidden = false;
    const running = state && state.running;
    const usual = t("暂时联系不上服务器。演练断网或停服务时这是正常的，请照提示继续；恢复后本页会自动更新。", "The server cannot be reached. While a cable is out or the service is down this is as it should be: go on, and this page comes back by itself.");
    gone.replaceChildren(running ? usual : String(error));
  }
  setTimeout(look, LOOK_MS);
}

/** @param {any} said */
function take(said) {
  state = said;
  if (said.running) chosen = said.running;
  if (!chosen) chosen = (said.steps.find((/** @type {any} */ one) => one.phase !== "passed") || said.steps[0]).step;
  const now = JSON.stringify([said, chosen]);
  if (now !== drawn) draw();
  drawn = now;
}

function draw() {
  const step = state.steps.find((/** @type {any} */ one) => one.step === chosen);
  const focus = document.activeElement && document.activeElement.id;
  body.replaceChildren(room(), el("div", { class: "drill" }, list(), detail(step)));
  if (focus) document.getElementById(focus)?.focus();
}

/** Whether a drill is on, and who takes part. */
function room() {
  const key = state.on
    ? el("button", { class: "plain", id: "finish", on: { click: () => act("/api/drill/finish") } }, t("结束演练", "End the drill"))
    : el("button", { id: "start", on: { click: () => act("/api/drill/start") } }, t("开始演练", "Begin the drill"));
  const heard = state.pages.filter((/** @type {any} */ one) => one.quiet_ms < QUIET_MS).length;
  const said = state.on
    ? t(`演练已开始，${heard} 台考试机在线。考试机打开 /check 并填座位号后自动加入。`, `The drill is on; ${heard} machines are here. A machine joins when /check is open and its seat is written.`)
    : t("点“开始演练”后，已打开 /check 页面的考试机自动加入。", "Once it has begun, machines with /check open join by themselves.");
  return el("section", { class: "card" }, el("div", { class: "row" }, el("p", { class: "grow" }, said), key), el("div", { class: "drill-pages" }, state.pages.map(page)));
}

/** @param {any} one */
function page(one) {
  const away = one.quiet_ms >= QUIET_MS;
  const left = one.made - one.found;
  return el("div", { class: away ? "away" : "" }, t(`${one.seat} 号 ${one.found}`, `${one.seat}: ${one.found}`), away ? t(" 失联", " away") : left > 0 ? ` +${left}` : "");
}

function list() {
  return el(
    "ol",
    { class: "drill-steps card" },
    state.steps.map((/** @type {any} */ one) => {
      const pick = () => {
        chosen = one.step;
        drawn = "";
        draw();
      };
      const button = el("button", { type: "button", id: `step-${one.step}`, on: { click: pick } }, el("span", { class: "grow" }, say(one.title)), phase(one));
      if (one.step === chosen) button.setAttribute("aria-current", "step");
      return el("li", {}, button);
    }),
  );
}

/** @param {any} one */
function phase(one) {
  return el("span", { class: `mark ${MARKS[one.phase]}` }, say(one.phase_said));
}

/** @param {any} one */
function detail(one) {
  return el(
    "section",
    { class: "card" },
    el("div", { class: "row" }, el("h2", { class: "grow" }, say(one.title)), phase(one)),
    el("p", { class: "quiet" }, say(one.shows)),
    outcome(one),
    el("ol", { class: "drill-do" }, one.do.map((/** @type {any} */ line) => el("li", {}, say(line)))),
    proofs(one),
    el("div", { class: "row" }, keys(one)),
  );
}

/** @param {any} one */
function outcome(one) {
  const facts = [one.time, one.by, one.reason].filter((part) => part).join(" · ");
  if (one.broken) return el("div", { class: "notice bad" }, el("strong", {}, t("有作答丢失或重复，请联系总部，不要用本机考试。", "An answer was lost or doubled. Ask headquarters; hold no examination on this server.")), " ", facts);
  if (one.phase === "waiting" || one.phase === "running") return null;
  const times = one.slow_ms === null ? "" : t(`；保存用时：一半在 ${one.middle_ms} 毫秒内，99 % 在 ${one.slow_ms} 毫秒内`, `; half of the saves within ${one.middle_ms} ms, 99 % within ${one.slow_ms} ms`);
  const counted = one.answers ? t(`${one.pages} 台，${one.answers} 条作答${times}`, `${one.pages} machines, ${one.answers} answers${times}`) : "";
  return el("div", { class: `notice ${MARKS[one.phase]}` }, counted, counted ? el("br", {}) : "", el("span", { class: "quiet" }, facts));
}

/** @param {any} one */
function proofs(one) {
  const over = one.phase === "failed" || one.phase === "passed";
  return el(
    "ul",
    { class: "drill-proofs" },
    one.proofs.map((/** @type {any} */ proof) => {
      const lack = over && !proof.met;
      const seats = proof.seats.length && !proof.met ? t(`（座位 ${proof.seats.join("、")}）`, ` (seats ${proof.seats.join(", ")})`) : "";
      const mark = proof.met ? "✓" : lack ? "✗" : "…";
      return el("li", { class: proof.met ? "met" : lack ? "lack" : "" }, el("span", { class: "tick" }, mark), el("span", {}, say(proof.title), seats), el("span", { class: "value" }, proof.value === null ? "" : String(proof.value)));
    }),
  );
}

/** @param {any} one */
function keys(one) {
  const path = `/api/drill/steps/${one.step}`;
  const running = state.running === one.step;
  const words = one.phase === "waiting" ? t("开始这一步", "Begin this step") : t("重做这一步", "Do this step again");
  const begin = el("button", { id: "begin", disabled: !state.on || Boolean(state.running), on: { click: () => act(`${path}/begin`) } }, words);
  const end = el("button", { class: "plain", id: "end", on: { click: () => act(`${path}/end`) } }, t("放弃这一步", "Give this step up"));
  const skip = el("button", { class: "plain", id: "skip", on: { click: () => leaveOut(path) } }, t("跳过……", "Skip …"));
  return [running ? end : begin, one.phase === "passed" || one.phase === "skipped" ? null : skip];
}

/** @param {string} path */
function leaveOut(path) {
  ask({
    title: t("跳过这一步", "Skip this step"),
    says: [t("跳过的步骤不算通过，原因写入考前检查报告。", "A skipped step does not pass; the reason goes into the readiness report.")],
    fields: [{ name: "reason", label: t("原因", "Reason"), kind: "text" }],
    yes: t("跳过", "Skip"),
    work: async ({ reason }) => take(await send(`${path}/skip`, { reason })),
    failed: (error) => el("p", { class: "notice bad", role: "alert" }, error instanceof Error ? error.message : String(error)),
  });
}

/** @param {string} path */
async function act(path) {
  try {
    take(await send(path, {}));
  } catch (error) {
    tell(t("未完成", "Not done"), [String(error)]);
  }
}

place.replaceChildren(gone, body);
look();
