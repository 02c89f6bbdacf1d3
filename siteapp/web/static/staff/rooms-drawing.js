/** Drawing a room: the tools, the grid under the pointer, what the keys do. */

import { ask } from "../shared/dialog.js";
import { el } from "../shared/dom.js";
import { t } from "../shared/words.js";
import { button } from "./parts.js";
import { KINDS } from "./plan-view.js";
import { doubles } from "./rooms-draft.js";
import { drawingGrid, refocus } from "./rooms-grid.js";

/** @typedef {import("./rooms-draft.js").Draft} Draft */
/** @typedef {import("./rooms-draft.js").Tool} Tool */

/** @type {[Tool, string][]} */
const TOOLS = [["seat", KINDS.seat], ["spare", KINDS.spare], ["aisle", KINDS.aisle], ["empty", t("清空", "Empty")], ["number", t("改号码", "Number")]];
const SIZE = 40;

export class Drawing {
  /** @param {{again: () => void, place: () => number, go: (place: number) => void}} page */
  constructor(page) {
    this.page = page;
    /** @type {Tool} */
    this.tool = "aisle";
    this.byKeys = false;
    this.painting = false;
  }

  /** @param {Draft} draft */
  grid(draft) {
    const place = this.page.place();
    return drawingGrid(draft.plan.rooms[place], {
      tool: () => this.tool,
      doubles: doubles(draft.plan),
      begin: () => {
        draft.begin();
        this.painting = true;
      },
      paint: (row, column, tool) => {
        const before = draft.plan;
        draft.paint(place, row, column, tool);
        if (draft.plan === before) return;
        this.byKeys = !this.painting;
        // A square that went away under a finger would end its stroke.
        if (this.painting) repaint(draft.plan.rooms[place], row, column);
        else this.page.again();
      },
      end: () => {
        draft.end();
        this.painting = false;
        this.page.again();
      },
      number: (cell) => this.askNumber(draft, cell.seat),
    });
  }

  /** @param {HTMLElement} place */
  shown(place) {
    if (this.byKeys) refocus(place);
    this.byKeys = false;
  }

  /** @param {Draft} draft */
  async askRoom(draft) {
    const fields = roomFields();
    const given = await ask({ title: t("新机房", "New room"), says: [t("先铺满座位，再画出过道和备用机。", "It begins full of seats; then draw aisles and spares.")], fields, yes: t("添加", "Add") });
    if (!given) return;
    draft.addRoom(given.name, Number(given.rows), Number(given.columns));
    this.page.go(draft.plan.rooms.length - 1);
    this.page.again();
  }

  /** @param {Draft} draft */
  async reshape(draft) {
    const { name, rows, columns } = draft.plan.rooms[this.page.place()];
    const says = [t(`现在：${name}，${rows} 行 ${columns} 列。缩小时，外面的座位会去掉。`, `Now: ${name}, ${rows} rows, ${columns} columns. What lies outside a smaller size goes.`)];
    const given = await ask({ title: t("名称和大小", "Name and size"), says, fields: roomFields(), yes: t("更改", "Change") });
    if (!given) return;
    draft.reshape(this.page.place(), given.name, Number(given.rows), Number(given.columns));
    this.page.again();
  }

  /** @param {Draft} draft */
  async renumber(draft) {
    /** @type {import("../shared/dialog.js").Field[]} */
    const fields = [
      { name: "first", label: t("从几号开始", "First number"), kind: "number", min: 1, max: 9999 },
      { name: "way", label: t("顺序", "Order"), kind: "choice", options: WAYS },
    ];
    const given = await ask({ title: t("重新编号", "Number anew"), says: [t("已绑定的机器留在原处。", "Bound machines stay where they stand.")], fields, yes: t("编号", "Number") });
    if (!given) return;
    draft.renumber(this.page.place(), Number(given.first), /** @type {any} */ (given.way));
    this.page.again();
  }

  /** @param {Draft} draft @param {number} seat */
  async askNumber(draft, seat) {
    /** @type {import("../shared/dialog.js").Field[]} */
    const fields = [{ name: "seat", label: t("座位号", "Seat number"), kind: "number", min: 1, max: 9999 }];
    const given = await ask({ title: t(`座位 ${seat} 改为`, `Seat ${seat} becomes`), says: [t("若该号已有，两个座位互换号码。", "If another seat has that number, the two are exchanged.")], fields, yes: t("更改", "Change") });
    if (!given) return;
    draft.renumberOne(seat, Number(given.seat));
    this.byKeys = true;
    this.page.again();
  }

  /** @param {Draft} draft */
  async remove(draft) {
    const { name } = draft.plan.rooms[this.page.place()];
    if (!(await ask({ title: t(`去掉${name}？`, `Remove ${name}?`), says: [t("可以撤销。", "It can be undone.")], yes: t("去掉", "Remove"), danger: true }))) return;
    draft.removeRoom(this.page.place());
    this.page.again();
  }

  /** @param {Draft} draft */
  help(draft) {
    const twice = [...doubles(draft.plan)].sort((a, b) => a - b);
    const key = (/** @type {string} */ name, /** @type {string} */ words) => [el("dt", {}, el("kbd", {}, name)), el("dd", {}, words)];
    return [
      el("h2", {}, t("怎样画", "How to draw")),
      twice.length ? el("p", { class: "notice bad" }, t(`重复的座位号：${twice.join("、")}`, `Numbers there twice: ${twice.join(", ")}`)) : "",
      el("p", {}, t("选一样工具，在图上点一下或拖过去。", "Choose a tool, then press or drag over the plan.")),
      el("dl", { class: "keys" },
        key("← ↑ → ↓", t("走到另一格", "another square")), key("Space", t("用选中的工具", "use the tool")),
        key("S B A", t("座位、备用、过道", "seat, spare, aisle")), key("Del", t("清空", "empty")),
        key("N", t("改号码", "change the number")), key("Ctrl+Z / Y", t("撤销 / 重做", "undo / redo"))),
    ].filter(Boolean);
  }
}

/** One square as it is now. @param {import("./plan-view.js").Room} room @param {number} row @param {number} column */
function repaint(room, row, column) {
  const square = document.querySelector(`#plan [data-row="${row}"][data-column="${column}"]`);
  const cell = room.cells.find((one) => one.row === row && one.column === column);
  if (!square) return;
  square.className = `square ${cell ? cell.kind : "empty"}`;
  square.textContent = cell && cell.seat ? String(cell.seat) : "";
}

/** @type {[string, string][]} */
export const WAYS = [["rows", t("一行一行，从左到右", "row by row, left to right")], ["snake", t("蛇形（隔行反向）", "snake (every other row back)")], ["columns", t("一列一列，从前到后", "column by column, front to back")]];

/** @returns {import("../shared/dialog.js").Field[]} */
function roomFields() {
  return [
    { name: "name", label: t("机房名称", "Name of the room"), kind: "text" },
    { name: "rows", label: t("行数（前后）", "Rows (front to back)"), kind: "number", min: 1, max: SIZE },
    { name: "columns", label: t("列数（左右，含过道）", "Columns (left to right, with aisles)"), kind: "number", min: 1, max: SIZE },
  ];
}

/** @param {Draft} draft @param {Drawing} drawing */
export function drawTools(draft, drawing) {
  const tools = TOOLS.map(([tool, words]) => {
    const choose = () => {
      drawing.tool = tool;
      drawing.page.again();
    };
    return el("button", { type: "button", class: "plain", "aria-pressed": String(drawing.tool === tool), on: { click: choose } }, el("i", { class: `square ${tool}`, "aria-hidden": "true" }), words);
  });
  const back = (/** @type {string} */ words, /** @type {boolean} */ can, /** @type {() => void} */ work) => {
    const press = () => {
      work();
      drawing.page.again();
    };
    return el("button", { type: "button", class: "plain", disabled: !can, on: { click: press } }, words);
  };
  return [
    el("div", { class: "tool-set", role: "group", "aria-label": t("工具", "Tools") }, tools),
    back(t("↶ 撤销", "↶ Undo"), draft.past.length > 0, () => draft.undo()),
    back(t("↷ 重做", "↷ Redo"), draft.future.length > 0, () => draft.redo()),
    button(t("重新编号", "Number anew"), () => drawing.renumber(draft)),
    button(t("名称和大小", "Name and size"), () => drawing.reshape(draft)),
    button(t("去掉机房", "Remove room"), () => drawing.remove(draft)),
  ];
}
