/**
 * The answer grid: one cell a place, grouped by part. A cell's state shows by fill (answered), a corner
 * (flagged), a dashed border (only on this machine) and a cross-out (refused), and is said in words.
 */

import { el, setAttribute } from "../shared/dom.js";
import { say, t } from "../shared/words.js";
import { isOpenNow } from "./parts.js";
import { isAnswered } from "./places.js";

/** @typedef {import("./app.js").App} App */
/** @typedef {import("./places.js").Place} Place */

/** @param {App} app @param {(index: number) => void} go */
export function answerGrid(app, go) {
  const body = el("div", { class: "grid-body" });
  const element = el("nav", { class: "grid", "aria-label": t("答题卡", "Answer grid") }, el("h2", {}, t("答题卡", "Answer grid")), body, legend());
  /** @type {HTMLButtonElement[]} */
  let cells = [];
  const rebuild = () => {
    cells = [];
    body.replaceChildren(...groups(app, cells, go));
  };
  // A message above, or larger text: the open question's cell stays in sight.
  if (window.ResizeObserver) new ResizeObserver(() => reveal()).observe(body);
  body.addEventListener("keydown", (event) => moveFocus(event, cells));
  rebuild();
  /** @param {number} current */
  const update = (current) => {
    const places = app.attempt ? app.attempt.places : [];
    cells.forEach((cell, i) => {
      paint(app, cell, places[i], i === current);
      setAttribute(cell, "aria-disabled", isOpenNow(app, places[i]) ? null : "true");
    });
  };
  const reveal = () => {
    const current = cells.find((cell) => cell.tabIndex === 0);
    if (current) current.scrollIntoView({ block: "nearest" });
  };
  return { element, rebuild, update, reveal };
}

/** @param {App} app @param {HTMLButtonElement[]} cells @param {(index: number) => void} go */
function groups(app, cells, go) {
  const all = app.attempt ? app.attempt.groups : [];
  return all.map((group) => {
    const list = el("ol", { class: "grid-cells" });
    for (const place of group.places) {
      const index = cells.length;
      const cell = el("button", { type: "button", class: "cell", on: { click: () => go(index) } }, String(place.number));
      cells.push(cell);
      list.append(el("li", {}, cell));
    }
    return el("section", {}, el("h3", {}, say(group.title)), list);
  });
}

/** @param {App} app @param {Place} place */
export function standingOf(app, place) {
  const attempt = /** @type {import("./attempt.js").Attempt} */ (app.attempt);
  const found = place.choose === "file" ? fileStanding(attempt, place) : itemStanding(attempt, place);
  // What no place of this machine took is in this page alone: nothing may call it kept.
  return { ...found, unkept: found.local && !app.local.works };
}

/** @param {import("./attempt.js").Attempt} attempt @param {Place} place */
function itemStanding(attempt, place) {
  const standing = attempt.ledger.standing(place.ref);
  return {
    file: false,
    answered: isAnswered(attempt.ledger.response(place.ref)),
    local: standing === "waiting" || standing === "refused",
    refused: standing === "refused",
    flagged: attempt.isFlagged(place.ref),
  };
}

/** @param {import("./attempt.js").Attempt} attempt @param {Place} place */
function fileStanding(attempt, place) {
  const { held, local, refused } = attempt.files.standing(place.ref);
  return {
    file: true,
    answered: held || isAnswered(attempt.ledger.response(place.ref)),
    local: local || refused,
    refused: refused && !local,
    flagged: attempt.isFlagged(place.ref),
  };
}

/** @param {App} app @param {HTMLButtonElement} cell @param {Place} place @param {boolean} current */
function paint(app, cell, place, current) {
  const s = standingOf(app, place);
  const name = ["cell", s.answered && "answered", s.local && "local", s.unkept && "unkept", s.refused && "refused", s.flagged && "flagged", s.file && "file"];
  const className = name.filter(Boolean).join(" ");
  if (cell.className !== className) cell.className = className;
  const label = wordsOf(place, s);
  if (cell.getAttribute("aria-label") !== label) {
    cell.setAttribute("aria-label", label);
    cell.title = label;
  }
  if (current && cell.getAttribute("aria-current") !== "true") cell.scrollIntoView({ block: "nearest" });
  setAttribute(cell, "aria-current", current ? "true" : null);
  cell.tabIndex = current ? 0 : -1;
}

/** @param {Place} place @param {ReturnType<typeof standingOf>} s */
function wordsOf(place, s) {
  const words = [t(`第 ${place.number} 题`, `Question ${place.number}`)];
  if (s.file) words.push(s.answered ? t("文件已上传", "file handed up") : t("文件未上传", "file not handed up"));
  else words.push(s.answered ? t("已作答", "answered") : t("未作答", "not answered"));
  if (s.refused) words.push(t("服务器未接受", "not taken by the server"));
  else if (s.unkept) words.push(t("尚未保存", "not saved yet"));
  else if (s.local) words.push(t("仅保存在本机", "only on this machine"));
  if (s.flagged) words.push(t("已标记", "flagged"));
  return words.join(t("，", ", "));
}

/** One tab stop; arrows move between the cells, by sight up and down. @param {KeyboardEvent} event @param {HTMLButtonElement[]} cells */
export function moveFocus(event, cells) {
  const at = cells.indexOf(/** @type {HTMLButtonElement} */ (document.activeElement));
  const to = at < 0 ? -1 : targetOf(event.key, at, cells);
  if (to < 0 || to >= cells.length) return;
  event.preventDefault();
  event.stopPropagation();
  cells[to].focus();
}

/** @param {string} key @param {number} at @param {HTMLButtonElement[]} cells */
function targetOf(key, at, cells) {
  if (key === "ArrowRight") return at + 1;
  if (key === "ArrowLeft") return at - 1;
  if (key === "Home") return 0;
  if (key === "End") return cells.length - 1;
  if (key !== "ArrowDown" && key !== "ArrowUp") return -1;
  return nextRow(cells, at, key === "ArrowDown" ? 1 : -1);
}

/** The cell nearest in the next row. @param {HTMLButtonElement[]} cells @param {number} at @param {1|-1} by */
function nextRow(cells, at, by) {
  const here = cells[at].getBoundingClientRect();
  let row = at + by;
  while (cells[row] && Math.abs(cells[row].getBoundingClientRect().top - here.top) < 2) row += by;
  if (!cells[row]) return -1;
  const top = cells[row].getBoundingClientRect().top;
  let best = row;
  for (let i = row; cells[i] && Math.abs(cells[i].getBoundingClientRect().top - top) < 2; i += by) {
    const away = (/** @type {number} */ n) => Math.abs(cells[n].getBoundingClientRect().left - here.left);
    if (away(i) < away(best)) best = i;
  }
  return best;
}

function legend() {
  /** @type {[string, string][]} */
  const kinds = [
    ["", t("未作答", "not answered")],
    ["answered", t("已作答", "answered")],
    ["answered local", t("仅在本机", "only here")],
    ["flagged", t("已标记", "flagged")],
  ];
  return el(
    "ul",
    { class: "legend" },
    kinds.map(([name, words]) => el("li", {}, el("span", { class: `cell ${name}`, "aria-hidden": "true" }), words)),
  );
}
