/** The one dialog of all pages: a title, what there is to know, fields, and two buttons. All text is text. */

import { el, focusOn, sameAgain } from "./dom.js";
import { t } from "./words.js";

/** @typedef {import("./dom.js").Child} Child */
/**
 * @typedef {object} Field
 * @property {string} name
 * @property {string} label
 * @property {"text"|"number"|"password"|"long"|"choice"} kind
 * @property {[string, string][]} [options] value and words of a choice
 * @property {string[]} [offers] what is often written there: a press fills it in
 * @property {number} [min]
 * @property {number} [max]
 */
/**
 * @typedef {object} Question
 * @property {string} title
 * @property {Child[]} [says]
 * @property {Field[]} [fields]
 * @property {string} yes what the button does, in its own words
 * @property {boolean} [danger] it cannot be taken back: the focus begins on the way out
 * @property {string} [no]
 * @property {(given: Record<string, string>) => Promise<unknown>} [work] done while the dialog is open
 * @property {(error: unknown) => HTMLElement} [failed] says in the dialog why the work was not done
 */

const FOCUSABLE = "button:not(:disabled), input:not(:disabled), select, textarea, summary";
const LONGEST = 500;
let made = 0;

/**
 * Asks; what was given once the work is done, or null. A failed work leaves the dialog and what was typed.
 * @param {Question} question @returns {Promise<Record<string, string>|null>}
 */
export function ask(question) {
  const { title, says = [], fields = [], danger = false } = question;
  const yes = el("button", { type: "submit", class: danger ? "danger" : "", value: "yes" }, question.yes);
  const no = el("button", { type: "button", class: "plain" }, question.no || t("取消", "Cancel"));
  const trouble = el("div", {});
  const inputs = fields.map(fieldOf);
  const form = el("form", {}, inputs.map((one) => one.element), trouble, el("div", { class: "row" }, no, yes));
  const dialog = open(title, says, form);
  (inputs.length ? inputs[0].input : danger ? no : yes).focus();
  no.addEventListener("click", () => dialog.close());
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    send(dialog, question, inputs, yes, trouble);
  });
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => resolve(dialog.returnValue === "yes" ? valuesOf(inputs) : null));
  });
}

/** Tells something that needs no answer. @param {string} title @param {Child[]} says */
export function tell(title, says) {
  const close = el("button", {}, t("关闭", "Close"));
  const dialog = open(title, says, el("form", { method: "dialog", class: "row" }, close));
  close.focus();
  return dialog;
}

/** @param {string} title @param {Child[]} says @param {HTMLElement} rest */
function open(title, says, rest) {
  const name = `dialog-${(made += 1)}`;
  const before = document.activeElement;
  // What opened it may be drawn anew meanwhile.
  const home = before?.closest("[id]:not(button)");
  const body = el("div", { id: `${name}-says` }, says.map((one) => (typeof one === "string" ? el("p", {}, one) : one)));
  const names = { "aria-labelledby": `${name}-title`, "aria-describedby": body.childNodes.length ? body.id : null };
  const dialog = el("dialog", names, el("h2", { id: `${name}-title` }, title), body, rest);
  dialog.addEventListener("keydown", (event) => keepFocus(dialog, event));
  dialog.addEventListener("close", () => {
    dialog.remove();
    if (before instanceof HTMLElement && before.isConnected) before.focus();
    else if (before && home?.isConnected) focusOn(sameAgain(home, before), true);
  });
  document.body.append(dialog);
  dialog.showModal();
  return dialog;
}

/** Tab goes round within the dialog. @param {HTMLDialogElement} dialog @param {KeyboardEvent} event */
function keepFocus(dialog, event) {
  if (event.key !== "Tab") return;
  const stops = [.../** @type {NodeListOf<HTMLElement>} */ (dialog.querySelectorAll(FOCUSABLE))].filter((one) => one.offsetParent);
  const [first, last] = [stops[0], stops[stops.length - 1]];
  if (document.activeElement !== (event.shiftKey ? first : last)) return;
  event.preventDefault();
  (event.shiftKey ? last : first).focus();
}

/** @typedef {{field: Field, input: HTMLInputElement|HTMLTextAreaElement|HTMLSelectElement, element: HTMLElement}} Input */

/** @param {Field} field @returns {Input} */
function fieldOf(field) {
  const about = { name: field.name, id: `field-${field.name}`, required: true, autocomplete: "off" };
  const input = inputOf(field, about);
  // The browser would complain in its own language, not in the page's.
  input.addEventListener("invalid", () => input.setCustomValidity(wanted(field)));
  input.addEventListener("input", () => input.setCustomValidity(""));
  const label = el("label", { for: about.id }, field.label);
  return { field, input, element: el("div", { class: "field" }, label, input, offersOf(field, input)) };
}

/** @param {Field} field */
function wanted({ kind, min, max }) {
  if (kind === "number") return t(`请填写 ${min}–${max} 的整数`, `A whole number from ${min} to ${max}`);
  return kind === "choice" ? t("请选择一项", "Choose one") : t("请填写", "Fill this in");
}

/** @param {Field} field @param {Record<string, any>} about */
function inputOf(field, about) {
  if (field.kind === "choice") {
    const options = (field.options || []).map(([value, words]) => el("option", { value }, words));
    return el("select", about, el("option", { value: "" }, t("请选择", "Choose")), options);
  }
  if (field.kind === "long") return el("textarea", { ...about, rows: 3, maxlength: LONGEST });
  const bounds = field.kind === "number" ? { min: field.min, max: field.max, step: 1 } : { maxlength: LONGEST };
  return el("input", { ...about, ...bounds, type: field.kind });
}

/** @param {Field} field @param {Input["input"]} input */
function offersOf(field, input) {
  if (!field.offers || !field.offers.length) return null;
  const fill = (/** @type {string} */ words) => () => {
    input.value = words;
    input.dispatchEvent(new Event("input"));
    input.focus();
  };
  const all = field.offers.map((words) => el("button", { type: "button", class: "plain small", on: { click: fill(words) } }, words));
  return el("div", { class: "offers", role: "group", "aria-label": t(`常用：${field.label}`, `Often used: ${field.label}`) }, all);
}

/** @param {Input[]} inputs @returns {Record<string, string>} */
function valuesOf(inputs) {
  return Object.fromEntries(inputs.map(({ field, input }) => [field.name, field.kind === "password" ? input.value : input.value.trim()]));
}

/** @param {HTMLDialogElement} dialog @param {Question} question @param {Input[]} inputs @param {HTMLButtonElement} yes @param {HTMLElement} trouble */
async function send(dialog, question, inputs, yes, trouble) {
  const { work, failed } = question;
  yes.disabled = true;
  trouble.replaceChildren();
  try {
    if (work) await work(valuesOf(inputs));
    dialog.close("yes");
  } catch (error) {
    if (!failed) throw error;
    const said = failed(error);
    // Put away meanwhile: it must be said all the same.
    if (dialog.open) trouble.replaceChildren(said);
    else tell(question.title, [said]);
  } finally {
    yes.disabled = false;
  }
}
