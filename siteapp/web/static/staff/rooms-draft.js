/** The plan as it is being drawn: every stroke is one step that can be undone. Nothing here touches the page. */

/** @typedef {import("./plan-view.js").Cell} Cell */
/** @typedef {import("./plan-view.js").Room} Room */
/** @typedef {import("./plan-view.js").Plan} Plan */
/** @typedef {"seat"|"spare"|"aisle"|"empty"|"number"} Tool */

const MOST_SEAT = 9999;
const MOST_STEPS = 200;

export class Draft {
  /** @param {Plan} plan @param {number} version which it was read as */
  constructor(plan, version) {
    this.version = version;
    this.plan = plan;
    /** @type {Plan[]} */
    this.past = [];
    /** @type {Plan[]} */
    this.future = [];
    this.changed = false;
    /** @type {Plan|null} */
    this.stroke = null;
  }

  /** One step: `make` gives the next plan, or the same one. @param {(plan: Plan) => Plan} make */
  step(make) {
    const next = make(this.plan);
    if (next === this.plan) return;
    if (!this.stroke) this.past = [...this.past, this.plan].slice(-MOST_STEPS);
    this.future = [];
    this.plan = next;
    this.changed = true;
  }

  /** What is painted until `end` is one step. */
  begin() {
    this.stroke = this.plan;
  }

  end() {
    const before = this.stroke;
    this.stroke = null;
    if (before && before !== this.plan) this.past = [...this.past, before].slice(-MOST_STEPS);
  }

  undo() {
    this.move(this.past, this.future);
  }

  redo() {
    this.move(this.future, this.past);
  }

  /** @param {Plan[]} from @param {Plan[]} to */
  move(from, to) {
    const plan = from.pop();
    if (!plan) return;
    to.push(this.plan);
    this.plan = plan;
    this.changed = true;
  }

  /** @param {number} place @param {number} row @param {number} column @param {Tool} tool */
  paint(place, row, column, tool) {
    this.step((plan) => {
      const room = plan.rooms[place];
      const old = room.cells.find((cell) => cell.row === row && cell.column === column);
      if ((old ? old.kind : "empty") === tool) return plan;
      const others = room.cells.filter((cell) => cell !== old);
      if (tool === "empty") return withRoom(plan, place, { ...room, cells: others });
      const seat = tool === "aisle" ? 0 : (old && old.seat) || nextSeat(plan);
      return withRoom(plan, place, { ...room, cells: [...others, { row, column, kind: tool, seat }] });
    });
  }

  /** Gives a seat another number; whoever had that number takes this one's. @param {number} from @param {number} to */
  renumberOne(from, to) {
    const other = new Map([[from, to], [to, from]]);
    this.step((plan) => renumbered(plan, other));
  }

  /** Numbers a room anew. @param {number} place @param {number} first @param {"rows"|"snake"|"columns"} way */
  renumber(place, first, way) {
    const order = [...this.plan.rooms[place].cells].filter((cell) => cell.kind !== "aisle");
    const snake = (/** @type {Cell} */ cell) => (way === "snake" && cell.row % 2 === 0 ? -cell.column : cell.column);
    if (way === "columns") order.sort((a, b) => a.column - b.column || a.row - b.row);
    else order.sort((a, b) => a.row - b.row || snake(a) - snake(b));
    const seats = new Map(order.map((cell, n) => [cell.seat, first + n]));
    this.step((plan) => renumbered(plan, seats));
  }

  /** A new room, full of seats. @param {string} name @param {number} rows @param {number} columns */
  addRoom(name, rows, columns) {
    const first = nextSeat(this.plan);
    /** @type {Cell[]} */
    const cells = [];
    for (let n = 0; n < rows * columns && first + n <= MOST_SEAT; n += 1) {
      cells.push({ row: Math.floor(n / columns) + 1, column: (n % columns) + 1, kind: "seat", seat: first + n });
    }
    this.step((plan) => ({ ...plan, rooms: [...plan.rooms, { name, rows, columns, cells }] }));
  }

  /** @param {number} place */
  removeRoom(place) {
    this.step((plan) => tidy({ ...plan, rooms: plan.rooms.filter((_, n) => n !== place) }));
  }

  /** Name and size; what lies outside is gone. @param {number} place @param {string} name @param {number} rows @param {number} columns */
  reshape(place, name, rows, columns) {
    this.step((plan) => {
      const cells = plan.rooms[place].cells.filter((cell) => cell.row <= rows && cell.column <= columns);
      return withRoom(plan, place, { name, rows, columns, cells });
    });
  }
}

/** @param {Plan} plan */
function nextSeat(plan) {
  return Math.min(MOST_SEAT, 1 + Math.max(0, ...plan.rooms.flatMap((room) => room.cells.map((cell) => cell.seat))));
}

/** @param {Plan} plan @param {number} place @param {Room} room */
function withRoom(plan, place, room) {
  return tidy({ ...plan, rooms: plan.rooms.map((one, n) => (n === place ? room : one)) });
}

/** A machine whose seat is gone is bound nowhere. @param {Plan} plan @returns {Plan} */
function tidy(plan) {
  const seats = new Set(plan.rooms.flatMap((room) => room.cells.map((cell) => cell.seat)));
  return { ...plan, machines: plan.machines.filter((one) => seats.has(one.seat)) };
}

/** Machines stay where they stand: their seats' numbers change with the labels. @param {Plan} plan @param {Map<number, number>} seats */
function renumbered(plan, seats) {
  const number = (/** @type {number} */ seat) => seats.get(seat) || seat;
  const rooms = plan.rooms.map((room) => ({
    ...room, cells: room.cells.map((cell) => (cell.seat ? { ...cell, seat: number(cell.seat) } : cell)),
  }));
  return { ...plan, rooms, machines: plan.machines.map((one) => ({ ...one, seat: number(one.seat) })) };
}

/** Seat numbers that are there more than once. @param {Plan} plan */
export function doubles(plan) {
  const seats = plan.rooms.flatMap((room) => room.cells.map((cell) => cell.seat)).filter(Boolean);
  return new Set(seats.filter((seat, n) => seats.indexOf(seat) !== n));
}
