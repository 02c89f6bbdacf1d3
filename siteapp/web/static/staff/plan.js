/** Where the tiles stand: in the room's own layout if somebody has drawn it, else by seat. */

import { el } from "../shared/dom.js";
import { t } from "../shared/words.js";

const EMPTY = { seat: () => t("空位", "empty"), spare: () => t("备用机", "spare") };
/** From so many on tiles are low, so that a large room fits the screen. */
const MANY = 60;

/**
 * @param {HTMLElement} place
 * @param {any} state the wall
 * @param {{seat: number, element: HTMLElement}[]} shown the tiles, by seat
 */
export function arrange(place, state, shown) {
  const bySeat = new Map();
  for (const { seat, element } of shown) bySeat.set(seat, [...(bySeat.get(seat) || []), element]);
  const parts = state.rooms.map((/** @type {any} */ room) => drawRoom(room, bySeat));
  const rest = [...bySeat.values()].flat();
  if (rest.length) parts.push(...flow(rest, parts.length > 0));
  place.className = shown.length > MANY ? "wall dense" : "wall";
  place.replaceChildren(...parts);
}

/** What stands in no drawn room. @param {HTMLElement[]} rest @param {boolean} beside */
function flow(rest, beside) {
  rest.forEach((one) => (one.style.gridArea = ""));
  const tiles = el("div", { class: "tiles", role: "list", "aria-label": t("座位", "Seats") }, rest);
  const title = t("平面图上没有的座位", "Seats that the room plan does not have");
  return beside ? [el("h2", { class: "room-name" }, title), tiles] : [tiles];
}

/** @param {any} room @param {Map<number, HTMLElement[]>} bySeat */
function drawRoom(room, bySeat) {
  const grid = el("div", { class: "plan", role: "list", "aria-label": t(`座位 · ${room.name}`, `Seats · ${room.name}`) });
  const seated = room.cells.filter((/** @type {any} */ cell) => cell.kind !== "aisle");
  grid.style.gridTemplateColumns = tracks(room.columns, seated.map((/** @type {any} */ cell) => cell.column), "minmax(var(--seat), 1fr)");
  grid.style.gridTemplateRows = tracks(room.rows, seated.map((/** @type {any} */ cell) => cell.row), "auto");
  for (const cell of seated) {
    const [first, ...more] = bySeat.get(cell.seat) || [nobody(cell)];
    bySeat.delete(cell.seat);
    first.style.gridArea = `${cell.row} / ${cell.column}`;
    more.forEach((one) => (one.style.gridArea = first.style.gridArea));
    grid.append(first, ...more);
  }
  const desk = el("p", { class: "desk" }, `${room.name} · ${t("讲台", "teacher's desk")}`);
  return el("section", { class: "room-plan" }, desk, grid);
}

/** Rows or columns without a seat are only a way through. @param {number} count @param {number[]} seated @param {string} size */
function tracks(count, seated, size) {
  const used = new Set(seated);
  return Array.from({ length: count }, (_, n) => (used.has(n + 1) ? size : "14px")).join(" ");
}

/** A seat that no candidate has. @param {any} cell */
function nobody(cell) {
  const words = EMPTY[/** @type {"seat"|"spare"} */ (cell.kind)]();
  return el("div", { class: "place", role: "listitem" }, el("div", { class: "tile nobody" }, el("b", {}, String(cell.seat)), el("span", {}, words)));
}

const OFFERED = 6;

/** Seats of spare machines that no candidate has, as the room plan knows them. @param {any} state @returns {string[]} */
export function sparesOf(state) {
  const taken = new Set(state.tiles.map((/** @type {any} */ tile) => tile.seat));
  const cells = state.rooms.flatMap((/** @type {any} */ room) => room.cells);
  const free = cells.filter((/** @type {any} */ cell) => cell.kind === "spare" && !taken.has(cell.seat));
  return free.slice(0, OFFERED).map((/** @type {any} */ cell) => String(cell.seat));
}
