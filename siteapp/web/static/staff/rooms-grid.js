/** One room drawn on the page: for drawing by pointer and keys, or for choosing a seat. */

import { el } from "../shared/dom.js";
import { t } from "../shared/words.js";
import { drawRoom, KINDS } from "./plan-view.js";

/** @typedef {import("./plan-view.js").Cell} Cell */
/** @typedef {import("./plan-view.js").Room} Room */
/** @typedef {import("./rooms-draft.js").Tool} Tool */

/** @type {Record<string, Tool>} */
const LETTERS = { s: "seat", b: "spare", a: "aisle", n: "number", Delete: "empty", Backspace: "empty" };
/** @type {Record<string, [number, number]>} */
const ARROWS = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };

/** Where the keyboard was, kept over a redraw. @type {{row: number, column: number}} */
const at = { row: 1, column: 1 };

/** @param {Cell|null} cell @param {number} row @param {number} column */
function saysOf(cell, row, column) {
  const where = t(`第 ${row} 行第 ${column} 列`, `row ${row}, column ${column}`);
  if (!cell) return `${where} ${t("空", "empty")}`;
  return `${where} ${KINDS[cell.kind]} ${cell.seat || ""}`.trim();
}

/** @param {HTMLElement} grid @param {number} row @param {number} column @returns {HTMLElement|null} */
function squareAt(grid, row, column) {
  return grid.querySelector(`[data-row="${row}"][data-column="${column}"]`);
}

/** Arrow keys go from square to square; one of them is a stop of Tab. @param {HTMLElement} grid @param {Room} room */
function walkable(grid, room) {
  at.row = Math.min(at.row, room.rows);
  at.column = Math.min(at.column, room.columns);
  const stop = squareAt(grid, at.row, at.column);
  if (stop) stop.tabIndex = 0;
  grid.addEventListener("keydown", (event) => {
    const arrow = ARROWS[event.key];
    if (!arrow) return;
    event.preventDefault();
    const row = Math.max(1, Math.min(room.rows, at.row + arrow[0]));
    const column = Math.max(1, Math.min(room.columns, at.column + arrow[1]));
    const [from, to] = [squareAt(grid, at.row, at.column), squareAt(grid, row, column)];
    if (from) from.tabIndex = -1;
    if (to) {
      to.tabIndex = 0;
      to.focus();
    }
    Object.assign(at, { row, column });
  });
}

/** Keeps the focus where it was when the grid is drawn anew. @param {HTMLElement} grid */
export function refocus(grid) {
  const square = squareAt(grid, at.row, at.column);
  if (square) square.focus();
}

/** @param {HTMLElement} square */
function placeOf(square) {
  return { row: Number(square.dataset.row), column: Number(square.dataset.column) };
}

/**
 * The grid of somebody who draws.
 * @param {Room} room
 * @param {{tool: () => Tool, doubles: Set<number>, begin: () => void, paint: (row: number, column: number, tool: Tool) => void, end: () => void, number: (cell: Cell) => void}} hand
 */
export function drawingGrid(room, hand) {
  const drawn = drawRoom(room, (cell, row, column) => {
    const kind = cell ? cell.kind : "empty";
    const twice = cell && hand.doubles.has(cell.seat) ? " twice" : "";
    const about = { type: "button", class: `square ${kind}${twice}`, tabindex: -1, "aria-label": saysOf(cell, row, column), data: { row, column, seat: (cell && cell.seat) || "" } };
    return el("button", about, cell && cell.seat ? String(cell.seat) : "");
  }, { class: "plan-grid drawing", role: "group", "aria-label": room.name });
  const grid = /** @type {HTMLElement} */ (drawn.querySelector(".plan-grid"));
  walkable(grid, room);
  const cellOf = (/** @type {HTMLElement} */ square) => room.cells.find((one) => one.seat > 0 && one.seat === Number(square.dataset.seat));
  byPointer(grid, hand, cellOf);
  grid.addEventListener("keydown", (event) => {
    const square = /** @type {HTMLElement} */ (event.target);
    const { row, column } = placeOf(square);
    const cell = cellOf(square);
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const tool = event.key === " " || event.key === "Enter" ? hand.tool() : LETTERS[event.key];
    if (!tool) return;
    event.preventDefault();
    if (tool !== "number") hand.paint(row, column, tool);
    else if (cell) hand.number(cell);
  });
  return drawn;
}

/** Whatever the pointer runs over is painted; it is one step. @param {HTMLElement} grid @param {any} hand @param {(square: HTMLElement) => Cell|undefined} cellOf */
function byPointer(grid, hand, cellOf) {
  const paint = (/** @type {PointerEvent} */ event) => {
    const found = document.elementFromPoint(event.clientX, event.clientY);
    const square = found instanceof HTMLElement && found.classList.contains("square") ? found : null;
    if (!square) return;
    const { row, column } = placeOf(square);
    Object.assign(at, { row, column });
    hand.paint(row, column, hand.tool());
  };
  grid.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    event.preventDefault();
    if (hand.tool() === "number") {
      const cell = cellOf(/** @type {HTMLElement} */ (event.target));
      if (cell) hand.number(cell);
      return;
    }
    hand.begin();
    paint(event);
    const stop = () => {
      document.removeEventListener("pointermove", paint);
      hand.end();
    };
    document.addEventListener("pointermove", paint);
    document.addEventListener("pointerup", stop, { once: true });
    document.addEventListener("pointercancel", stop, { once: true });
  });
}

/**
 * The grid of somebody who looks for a seat: a press chooses it.
 * @param {Room} room
 * @param {(cell: Cell) => {className: string, lines: string[], says: string}} shows
 * @param {number} chosen
 * @param {(seat: number) => void} choose
 */
export function choosingGrid(room, shows, chosen, choose) {
  const drawn = drawRoom(room, (cell, row, column) => {
    if (!cell || cell.kind === "aisle") return el("div", { class: `square ${cell ? "aisle" : "empty"}`, tabindex: -1, data: { row, column } });
    const { className, lines, says } = shows(cell);
    const about = { type: "button", class: `square ${cell.kind} ${className}`, tabindex: -1, title: says, "aria-label": `${saysOf(cell, row, column)}, ${says}`, "aria-pressed": String(cell.seat === chosen), data: { row, column, seat: cell.seat } };
    const press = () => {
      Object.assign(at, { row, column });
      choose(cell.seat);
    };
    return el("button", { ...about, on: { click: press } }, el("b", {}, String(cell.seat)), lines.map((line) => el("span", {}, line)));
  }, { class: "plan-grid choosing", role: "group", "aria-label": room.name });
  walkable(/** @type {HTMLElement} */ (drawn.querySelector(".plan-grid")), room);
  return drawn;
}
