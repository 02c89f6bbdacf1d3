/** Screen 1: the candidate signs in at a seat; also when the session ended in the middle. */

import { el } from "../shared/dom.js";
import { t } from "../shared/words.js";
import { failure, notice, plainFrame } from "./frame.js";
import { showMark } from "./marker.js";
import { Refusal } from "./server.js";
import * as session from "./session.js";

/** Why the last try failed: still said when the screen is drawn anew in the other language. @type {unknown} */
let refused = null;

/**
 * @param {import("./app.js").App} app
 * @param {() => void} again
 * @returns {import("./main.js").Screen}
 */
export function signInScreen(app, again) {
  const current = app.signingInAgain && app.attempt ? app.attempt.record : null;
  const fields = inputs(current);
  const problem = el("div", {}, refused !== null && failure(refused));
  const submit = el("button", { type: "submit" }, t("登录", "Sign in"));
  const form = el(
    "form",
    { novalidate: true, autocomplete: "off" },
    problem,
    fields.map((field) => field.element),
    el("div", { class: "row" }, submit, current && anotherCandidate(app)),
  );
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    send(app, fields, submit, problem);
  });
  const title = current ? t("请重新登录", "Please sign in again") : t("考生登录", "Candidate sign-in");
  const element = plainFrame(title, again, current ? stillHere(app) : hint(), form);
  const empty = fields.find((field) => !field.input.value) || fields[0];
  return { title, element, focus: empty.input };
}

function hint() {
  return el(
    "p",
    { class: "quiet" },
    t("请对照准考证填写。登录有困难请举手。", "Fill this in from your admission ticket. Raise your hand if it does not work."),
  );
}

/** @param {import("./app.js").App} app */
function stillHere(app) {
  const here = app.attempt ? app.attempt.marks().onlyHere : 0;
  return notice(
    "warn",
    t(
      `登录已失效，作答都还在。重新登录后继续${here ? `，仅保存在本机的 ${here} 题会自动上传` : ""}。`,
      `Your session has ended; your answers are still here. Sign in to go on${here ? `; the ${here} kept only on this machine will be sent` : ""}.`,
    ),
  );
}

/** @param {import("./app.js").App} app */
function anotherCandidate(app) {
  const leave = () => app.leave();
  return el("button", { type: "button", class: "plain", on: { click: leave } }, t("换一位考生", "Another candidate"));
}

/** @typedef {{name: string, input: HTMLInputElement, element: HTMLElement, error: HTMLElement, check: (value: string) => string}} Field */

/** @param {import("./types.js").Record_|null} current @returns {Field[]} */
function inputs(current) {
  const admission = field("admission", t("准考证号", "Admission number"), "", (value) =>
    value ? "" : t("请填写准考证号", "Enter your admission number"),
  );
  const secret = field("secret", t("身份证号后六位", "Last six characters of your identity number"),
    t("最后一位可能是字母 X", "The last one may be the letter X"), (value) =>
    /^\d{5}[\dXx]$/.test(value) ? "" : t("应为六位：五个数字加一个数字或 X", "Six characters: five digits, then a digit or X"),
  );
  const seat = field("seat", t("座位号", "Seat number"), t("见桌上的座位贴", "On the label on your desk"), (value) =>
    /^[1-9]\d{0,3}$/.test(value) ? "" : t("请填写座位贴上的数字", "Enter the number on the seat label"),
  );
  seat.input.inputMode = "numeric";
  secret.input.maxLength = 6;
  admission.input.value = current ? current.candidate.admission : "";
  admission.input.readOnly = current !== null;
  seat.input.value = current ? String(current.candidate.seat) : session.seat();
  return [admission, secret, seat];
}

/** @param {string} name @param {string} label @param {string} help @param {(value: string) => string} check @returns {Field} */
function field(name, label, help, check) {
  const error = el("div", { class: "field-error", id: `${name}-error` });
  const input = el("input", {
    type: "text", id: name, name, autocomplete: "off", spellcheck: "false", autocapitalize: "off",
    required: true, "aria-describedby": `${name}-help ${name}-error`,
  });
  const element = el(
    "div",
    { class: "field" },
    el("label", { for: name }, label),
    input,
    el("div", { class: "quiet small", id: `${name}-help` }, help),
    error,
  );
  return { name, input, element, error, check };
}

/**
 * @param {import("./app.js").App} app
 * @param {Field[]} fields
 * @param {HTMLButtonElement} submit
 * @param {HTMLElement} problem
 */
async function send(app, fields, submit, problem) {
  problem.replaceChildren();
  refused = null;
  const wrong = fields.filter((one) => !passes(one));
  if (wrong.length) return wrong[0].input.focus();
  const [admission, secret, seat, answer] = fields.map((one) => one.input.value.trim());
  submit.disabled = true;
  let pause = 0;
  try {
    await app.signIn({ admission, secret: secret.toUpperCase(), seat: Number(seat), ...(answer ? { answer } : {}) });
    session.keepSeat(Number(seat));
    showMark(Number(seat));
  } catch (error) {
    refused = error;
    problem.replaceChildren(failure(error));
    if (error instanceof Refusal) pause = error.waitMs;
    if (error instanceof Refusal && error.code === "readmission-needed") askForAnswer(fields);
    if (error instanceof Refusal && error.code === "seb-needed") problem.append(howTo());
  }
  setTimeout(() => (submit.disabled = false), pause);
}

/** The page that says how the right browser is opened. */
function howTo() {
  return el("p", {}, el("a", { href: "/browser" }, t("怎样打开考试浏览器", "How to open Safe Exam Browser")));
}

/** This machine is another than that of the answers so far: an invigilator has the code. @param {Field[]} fields */
function askForAnswer(fields) {
  const last = fields[fields.length - 1];
  if (last.name === "answer") return last.input.focus();
  const answer = field("answer", t("准入码", "Code"), t("监考员给的六位数字", "Six digits, from the invigilator"), (value) =>
    /^\d{6}$/.test(value) ? "" : t("应为六位数字", "Six digits"),
  );
  answer.input.inputMode = "numeric";
  last.element.after(answer.element);
  fields.push(answer);
  answer.input.focus();
}

/** @param {Field} one */
function passes(one) {
  const text = one.check(one.input.value.trim());
  one.error.textContent = text;
  one.input.setAttribute("aria-invalid", String(text !== ""));
  return text === "";
}
