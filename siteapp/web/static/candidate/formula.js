/** Formulas for browsers that draw no MathML: on one line, so that no power reads as a product. */

/** @param {Element} math */
export function formulaText(math) {
  return math.getAttribute("alttext") || linear(math);
}

/** @param {Node} node @returns {string} */
function linear(node) {
  if (!(node instanceof Element)) return (node.textContent || "").trim();
  const [one, two, three] = Array.from(node.children, linear);
  switch (node.localName) {
    case "msup":
    case "mover":
      return `${one}^(${two})`;
    case "msub":
    case "munder":
      return `${one}_(${two})`;
    case "msubsup":
    case "munderover":
      return `${one}_(${two})^(${three})`;
    case "mfrac":
      return `(${one})/(${two})`;
    case "mroot":
      return `(${two})√(${one})`;
    case "msqrt":
      return `√(${joined(node, "")})`;
    case "mtr":
      return `[${joined(node, ", ")}]`;
    case "annotation":
    case "annotation-xml":
      return "";
    default:
      return joined(node, "");
  }
}

/** @param {Element} node @param {string} between */
function joined(node, between) {
  return Array.from(node.childNodes, linear).filter(Boolean).join(between);
}
