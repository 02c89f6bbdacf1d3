/** A room as it stands: the teacher's desk on top, every square in its place. Also for readiness page and wall. */

import { el } from "../shared/dom.js";
import { t } from "../shared/words.js";

/** @typedef {{row: number, column: number, kind: "seat"|"spare"|"aisle", seat: number}} Cell */
/** @typedef {{name: string, rows: number, columns: number, cells: Cell[]}} Room */
/** @typedef {{seat: number, mac: string, agent: string, mark: string, address: string}} Bound */
/** @typedef {{rooms: Room[], machines: Bound[]}} Plan */

export const KINDS = { seat: t("座位", "Seat"), spare: t("备用", "Spare"), aisle: t("过道", "Aisle") };

/**
 * One room. `square` makes what stands at a place; null is empty floor.
 * @param {Room} room
 * @param {(cell: Cell|null, row: number, column: number) => HTMLElement} square
 * @param {Record<string, any>} [names] attributes of the grid
 */
export function drawRoom(room, square, names = {}) {
  const there = new Map(room.cells.map((cell) => [`${cell.row} ${cell.column}`, cell]));
  const grid = el("div", { class: "plan-grid", ...names });
  grid.style.gridTemplateColumns = `repeat(${room.columns}, minmax(0, 1fr))`;
  grid.style.maxWidth = `${room.columns * 84}px`;
  for (let row = 1; row <= room.rows; row += 1) {
    for (let column = 1; column <= room.columns; column += 1) {
      grid.append(square(there.get(`${row} ${column}`) || null, row, column));
    }
  }
  const desk = el("div", { class: "teacher" }, t("讲台", "Teacher's desk"));
  desk.style.maxWidth = grid.style.maxWidth;
  return el("div", { class: "plan-room" }, desk, grid);
}

/** Seats and spares in reading order. @param {Room} room */
export function inOrder(room) {
  return room.cells.filter((cell) => cell.kind !== "aisle").sort((a, b) => a.row - b.row || a.column - b.column);
}

/** How many of what. @param {Room} room */
export function countsOf(room) {
  const count = (/** @type {string} */ kind) => room.cells.filter((cell) => cell.kind === kind).length;
  return t(`${count("seat")} 个座位，${count("spare")} 台备用`, `${count("seat")} seats, ${count("spare")} spares`);
}
