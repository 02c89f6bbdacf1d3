/** How a person wants to see a page: language, larger text, high contrast; kept on this machine. */

import { el } from "./dom.js";
import { language, setLanguage, t } from "./words.js";

const KEY = "examsite.look";

/** @typedef {{size: "normal"|"large", contrast: "normal"|"high", shortcuts: boolean}} Look */

/** @type {Look} */
const look = { size: "normal", contrast: "normal", shortcuts: true };

/** Reads what was chosen before and shows it. Storage may be forbidden: then nothing is kept. */
export function restoreLook() {
  try {
    Object.assign(look, JSON.parse(localStorage.getItem(KEY) || "{}"));
  } catch (error) {
    console.warn("look not restored", error);
  }
  show();
}

/** Back to the normal look, for the next person at this machine. */
export function resetLook() {
  change({ size: "normal", contrast: "normal", shortcuts: true });
}

/** May single keys (A–E, digits, F) act as shortcuts? They can be turned off (WCAG 2.1.4). */
export function shortcutsOn() {
  return look.shortcuts;
}

/** @param {Partial<Look>} wish */
export function change(wish) {
  Object.assign(look, wish);
  try {
    localStorage.setItem(KEY, JSON.stringify(look));
  } catch (error) {
    console.warn("look not kept", error);
  }
  show();
}

function show() {
  document.documentElement.dataset.size = look.size;
  document.documentElement.dataset.contrast = look.contrast;
}

/** The three switches. @param {() => void} again redraws the page in the other language */
export function lookTools(again) {
  return group(languageSwitch(again), ...sightSwitches());
}

/** The two switches of a page whose language the server chooses. */
export function sightTools() {
  return group(...sightSwitches());
}

/** @param {...HTMLElement} switches */
function group(...switches) {
  return el("div", { class: "tools", role: "group", "aria-label": t("显示设置", "Display") }, switches);
}

function sightSwitches() {
  return [
    toggle(t("大字", "Larger text"), () => look.size === "large", (on) =>
      change({ size: on ? "large" : "normal" }),
    ),
    toggle(t("高对比", "High contrast"), () => look.contrast === "high", (on) =>
      change({ contrast: on ? "high" : "normal" }),
    ),
  ];
}

/** @param {() => void} again */
function languageSwitch(again) {
  const other = language() === "zh" ? "en" : "zh";
  const flip = () => {
    setLanguage(other);
    again();
    const button = document.getElementById("language-switch");
    if (button) button.focus();
  };
  return el(
    "button",
    { type: "button", class: "tool", id: "language-switch", lang: other, on: { click: flip } },
    other === "en" ? "English" : "中文",
  );
}

/** @param {string} label @param {() => boolean} isOn @param {(on: boolean) => void} set */
function toggle(label, isOn, set) {
  const button = el("button", { type: "button", class: "tool", "aria-pressed": String(isOn()) }, label);
  button.addEventListener("click", () => {
    set(!isOn());
    button.setAttribute("aria-pressed", String(isOn()));
  });
  return button;
}
