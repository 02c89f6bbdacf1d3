/**
 * The two languages of every screen: Chinese first, English by a switch.
 * Texts are written in place as pairs, so no translation can be missing.
 */

/** @typedef {"zh"|"en"} Language */
/** @typedef {{zh: string, en: string}} Words */

/** @type {Language} */
let current = chosen();

/** The language asked for: `?lang=`, then the cookie `lang`, then Chinese. @returns {Language} */
function chosen() {
  const asked = new URLSearchParams(location.search).get("lang");
  const kept = /(?:^|;\s*)lang=(zh|en)/.exec(document.cookie);
  return (asked || (kept && kept[1])) === "en" ? "en" : "zh";
}

/** @returns {Language} */
export function language() {
  return current;
}

/** Switches the language and keeps it in the cookie the server reads. @param {Language} wanted */
export function setLanguage(wanted) {
  current = wanted;
  document.cookie = `lang=${wanted}; path=/; max-age=31536000; samesite=strict`;
  showLanguage();
}

/** Tells the browser and screen readers which language the interface is in. */
export function showLanguage() {
  document.documentElement.lang = current === "zh" ? "zh-CN" : "en";
}

/** One text of the interface. @param {string} zh @param {string} en */
export function t(zh, en) {
  return current === "zh" ? zh : en;
}

/** A pair that the server sent; Chinese stands in if the other is missing. @param {Words} words */
export function say(words) {
  return words[current] || words.zh || "";
}
