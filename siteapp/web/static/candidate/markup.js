/**
 * What a paper says, as nodes: a text with **stress**, or markup with pictures, sound, film and
 * formulas. Markup is read as XML and built anew by name; nothing of it can act or load anything.
 */

import { el, stressed } from "../shared/dom.js";
import { t } from "../shared/words.js";
import { formulaText } from "./formula.js";

/** @typedef {import("./types.js").Said} Said */
/** @typedef {import("./materials.js").Materials} Materials */

const MATHML = new DOMParser().parseFromString("<math></math>", "text/html").body.children[0].namespaceURI;
const HTML = new Set(
  "abbr b blockquote br caption cite code col colgroup dd del div dl dt em figcaption figure h1 h2 h3 h4 h5 h6 hr i ins kbd li ol p pre q rp rt ruby s samp small span strong sub sup table tbody td tfoot th thead tr u ul var".split(" "),
);
const FORMULA = new Set(
  "math mrow mi mn mo ms mtext mspace mfrac msqrt mroot mstyle merror mpadded mphantom mfenced menclose msub msup msubsup munder mover munderover mmultiscripts mprescripts none mtable mtr mtd semantics".split(" "),
);
const ATTRIBUTES = new Set(
  "lang dir colspan rowspan scope span start display alttext mathvariant displaystyle scriptlevel stretchy fence separator form accent accentunder columnalign rowalign linethickness open close separators notation".split(" "),
);
const MEDIA = new Set(["img", "audio", "video"]);
const drawsFormulas = "MathMLElement" in window;

/** @param {Materials} materials @param {Said} said @returns {Node[]} */
export function shown(materials, said) {
  if (typeof said === "string") return stressed(said);
  return contentOf(materials, parsed(said.html));
}

/** The same where no pictures are: after the hand-in, when the paper is no longer on this machine. @param {Said} said @returns {Node[]} */
export function inWords(said) {
  return typeof said === "string" ? stressed(said) : [document.createTextNode(plainOf(said))];
}

/** What can be read of it as text: for lists to choose from and for names that are read aloud. @param {Said} said */
export function plainOf(said) {
  if (typeof said === "string") return said.replaceAll("**", "");
  const whole = parsed(said.html);
  for (const formula of whole.querySelectorAll("math")) formula.textContent = formulaText(formula);
  for (const picture of whole.querySelectorAll("img")) picture.textContent = picture.getAttribute("alt");
  return (whole.textContent || "").trim();
}

/** @param {string} html @returns {Element} */
function parsed(html) {
  const read = new DOMParser().parseFromString(`<div>${html}</div>`, "application/xml");
  if (!read.querySelector("parsererror")) return read.documentElement;
  // No paper has such; if one had, its words are better than nothing.
  return el("div", {}, html.replace(/<[^>]*>/g, " "));
}

/** @param {Materials} materials @param {Node} holder @param {boolean} [inFormula] @returns {Node[]} */
function contentOf(materials, holder, inFormula = false) {
  return Array.from(holder.childNodes).flatMap((child) => nodesOf(materials, child, inFormula));
}

/** A formula is one by its name: fragments have no namespaces. @param {Materials} materials @param {Node} node @param {boolean} inFormula @returns {Node[]} */
function nodesOf(materials, node, inFormula) {
  if (node.nodeType === Node.TEXT_NODE) return [document.createTextNode(node.nodeValue || "")];
  if (!(node instanceof Element)) return [];
  const name = node.localName;
  if (!inFormula && MEDIA.has(name)) return [mediaOf(materials, node)];
  if (name === "math" && !drawsFormulas) return [el("span", { class: "formula" }, formulaText(node))];
  const formula = inFormula || name === "math";
  if (!(formula ? FORMULA : HTML).has(name)) return contentOf(materials, node, inFormula);
  const made = formula ? document.createElementNS(MATHML, name) : document.createElement(name);
  for (const { name: key, value } of Array.from(node.attributes)) {
    if (ATTRIBUTES.has(key)) made.setAttribute(key, value);
  }
  made.append(...contentOf(materials, node, formula));
  return [made];
}

/** A picture, sound or film of the package: it comes with the paper and is kept on this machine. @param {Materials} materials @param {Element} node */
function mediaOf(materials, node) {
  const name = node.getAttribute("src") || node.querySelector("source")?.getAttribute("src") || "";
  const words = node.getAttribute("alt") || "";
  const size = (/** @type {string} */ key) => (/^\d{1,4}$/.test(node.getAttribute(key) || "") ? node.getAttribute(key) : null);
  const kind = /** @type {"img"|"audio"|"video"} */ (node.localName);
  const made = kind === "img" ? el("img", { alt: words, width: size("width"), height: size("height") }) : el(kind, { controls: true, preload: "metadata" });
  const lost = () => {
    const note = kind === "img" ? t("图片未能载入", "The picture could not be loaded") : t("音视频未能载入", "Sound or film could not be loaded");
    made.replaceWith(el("span", { class: "mark warn" }, words ? `${note}${t("：", ": ")}${words}` : note));
  };
  materials.urlOf(name).then((url) => made.setAttribute("src", url), lost);
  made.addEventListener("error", lost);
  return made;
}
