/** Machines and their seats: what stands where, what has changed, and binding by number, by hand or in bulk. */

import { ask, tell } from "../shared/dialog.js";
import { el } from "../shared/dom.js";
import { say, t } from "../shared/words.js";
import { button } from "./parts.js";
import { inOrder } from "./plan-view.js";
import { WAYS } from "./rooms-drawing.js";
import { choosingGrid, refocus } from "./rooms-grid.js";
import { GRAVE, NOTICES, post, read, refusal } from "./rooms-server.js";

/** @typedef {import("./plan-view.js").Cell} Cell */
/** @type {Record<string, string>} */
const STATES = { here: t("已打开页面", "page open"), on: t("已开机", "on"), away: t("无响应", "silent"), announced: t("只有通告", "announced") };

export class Binding {
  /** @param {{act: (path: string, body: object) => Promise<boolean>, again: () => void, room: () => import("./plan-view.js").Room, go: (seat: number) => void}} page */
  constructor(page) {
    this.page = page;
    this.chosen = 0;
    this.typing = false;
  }

  /** @param {any} state */
  grid(state) {
    const focused = document.activeElement;
    const within = focused && focused.classList.contains("square");
    const machines = new Map(state.machines.map((/** @type {any} */ one) => [one.key, one]));
    const bound = new Set(state.plan.machines.map((/** @type {any} */ one) => one.seat));
    const drawn = choosingGrid(this.page.room(), (cell) => this.shows(state, cell, machines.get(state.at[cell.seat]), bound), this.chosen, (seat) => {
      this.chosen = this.chosen === seat ? 0 : seat;
      this.typing = true;
      this.page.again();
    });
    if (within) setTimeout(() => document.activeElement === document.body && refocus(drawn));
    return drawn;
  }

  /** @param {any} state @param {Cell} cell @param {any} machine @param {Set<number>} bound */
  shows(state, cell, machine, bound) {
    const notices = noticesOf(state, cell.seat);
    const grave = notices.some((one) => GRAVE.includes(one.what));
    const live = machine && (machine.state === "here" || machine.state === "on");
    const className = grave ? "grave" : !bound.has(cell.seat) ? "free" : live ? machine.state : "away";
    const words = notices.map((one) => NOTICES[/** @type {keyof typeof NOTICES} */ (one.what)]);
    const line = machine ? machine.host || machine.address : bound.has(cell.seat) ? STATES.away : t("未绑定", "no machine");
    const says = [machine ? `${machine.address} ${STATES[machine.state]}` : line, ...words].join(" · ");
    const changed = notices.some((one) => one.what === "swapped") ? "⇄" : grave ? "!" : "";
    return { className, says, lines: [changed ? `${changed} ${line}` : line] };
  }

  /** @param {any} state @param {HTMLElement} place */
  side(state, place) {
    const value = /** @type {HTMLInputElement|null} */ (document.getElementById("number"));
    const typed = value ? value.value : "";
    const focused = document.activeElement && document.activeElement.id === "number";
    place.replaceChildren(...this.parts(state));
    const input = /** @type {HTMLInputElement|null} */ (document.getElementById("number"));
    if (input && !this.typing) input.value = typed;
    if (input && (this.typing || focused)) input.focus({ preventScroll: true });
    this.typing = false;
  }

  /** @param {any} state */
  parts(state) {
    const free = state.machines.filter((/** @type {any} */ one) => !one.seat && one.state !== "away" && one.state !== "announced");
    const numbers = state.numbers
      ? button(t("结束显示编号", "End the numbers"), () => this.page.act("/numbers", { show: false }), "")
      : button(t("在机器上显示编号", "Show numbers on the machines"), () => this.page.act("/numbers", { show: true }), "");
    const list = [...free].sort((a, b) => (a.number || 9999) - (b.number || 9999)).map((one) => this.line(one));
    return [
      ...changesCard(state, this.page),
      ...this.seatCard(state),
      el("h2", {}, t(`未绑定的机器 ${free.length}`, `Machines without a seat: ${free.length}`)),
      el("div", { class: "row tight" }, numbers, button(t("成批绑定", "Bind many"), () => this.bulk(state))),
      state.numbers ? el("p", { class: "quiet small" }, t("每台打开页面的机器都显示一个大编号，最多等 20 秒。走到座位前，点该座位，填上看到的编号。", "Every open page shows a large number within 20 s. Walk to a seat, press it here, and type the number you see.")) : "",
      list.length ? el("ul", { class: "machines" }, list) : el("p", { class: "quiet" }, t("没有。在考试机上打开 /check 或考试页面，就会出现在这里。", "None. Open /check or the exam page on a machine and it appears here.")),
    ].filter(Boolean);
  }

  /** @param {any} machine */
  line(machine) {
    const about = [machine.address, machine.host || machine.browser, machine.names && t(`自称 ${machine.names} 号`, `says seat ${machine.names}`)].filter(Boolean).join(" · ");
    const bind = () => this.bind(machine.key);
    return el("li", {}, el("button", { type: "button", class: "plain machine", disabled: !this.chosen, on: { click: bind } }, el("b", {}, machine.number ? String(machine.number) : "–"), el("span", {}, about)));
  }

  /** @param {string} key */
  async bind(key) {
    const seat = this.chosen;
    if (await this.page.act("/bind", { seat, machine: key })) this.next(seat);
  }

  /** @param {any} state */
  seatCard(state) {
    const seat = this.chosen;
    if (!seat) return [el("p", { class: "quiet" }, t("在图上点一个座位，再选机器。", "Press a seat on the plan, then choose its machine."))];
    const bound = state.plan.machines.find((/** @type {any} */ one) => one.seat === seat);
    const machine = state.machines.find((/** @type {any} */ one) => one.key === state.at[seat]);
    const names = bound ? [bound.address, bound.mac, machine ? STATES[machine.state] : STATES.away].filter(Boolean).join(" · ") : t("还没有机器", "no machine yet");
    const notices = noticesOf(state, seat).map((one) => el("p", { class: "small sign" }, NOTICES[/** @type {keyof typeof NOTICES} */ (one.what)]));
    const free = bound ? button(t("解除绑定", "Free the seat"), () => this.page.act("/bind", { seat, machine: "" })) : "";
    return [el("section", { class: "seat-card" }, el("div", { class: "row tight" }, el("strong", { class: "seat-number" }, t(`座位 ${seat}`, `Seat ${seat}`)), free), el("p", { class: "small" }, names), notices, state.numbers ? this.byNumber(state) : "")];
  }

  /** The number that stands on the machine at this seat; then the next seat without a machine. @param {any} state */
  byNumber(state) {
    const input = el("input", { id: "number", type: "number", min: 1, max: 9999, required: true });
    const form = el("form", { class: "row tight" }, el("label", { for: "number" }, t("屏幕上的编号", "Number on its screen")), input, el("button", {}, t("绑定", "Bind")));
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      const seat = this.chosen;
      // Asked anew: the machine may have taken its number a moment ago.
      const { machines } = await read().catch(() => state);
      const found = machines.find((/** @type {any} */ one) => one.number === Number(input.value));
      if (!found) return tell(t("没有这个编号", "No such number"), [t("请再看一下那台机器的屏幕。", "Look at that machine's screen again.")]);
      if (await this.page.act("/bind", { seat, machine: found.key })) this.next(seat);
      return null;
    });
    return form;
  }

  /** @param {number} seat */
  next(seat) {
    const bound = new Set([...document.querySelectorAll("#plan .square:not(.free)")].map((one) => Number(/** @type {HTMLElement} */ (one).dataset.seat)));
    const order = inOrder(this.page.room()).map((cell) => cell.seat);
    const after = order.slice(order.indexOf(seat) + 1).find((one) => !bound.has(one));
    this.chosen = after || seat;
    this.typing = true;
    this.page.again();
  }

  /** @param {any} state */
  async bulk(state) {
    const sessions = state.sessions.map((/** @type {any} */ one) => [one.id, `${say(one.name)} · ${one.room}`]);
    /** @type {[string, string][]} */
    const orders = [["address", t("按地址顺序配给平面图的座位", "by address, to the plan's seats in order")], ["named", t("按机器页面上填的座位号", "by the seat that each machine's page names")]];
    if (sessions.length) orders.push(["roster", t("按地址顺序配给名单的座位，其余为备用", "by address, to the roster's seats in its order")]);
    /** @type {import("../shared/dialog.js").Field[]} */
    const fields = [
      { name: "order", label: t("怎样配", "How"), kind: "choice", options: orders },
      { name: "way", label: t("座位的顺序", "Order of the seats"), kind: "choice", options: WAYS },
      { name: "which", label: t("哪些", "Which"), kind: "choice", options: [["free", t("只配还没有绑定的", "only seats and machines that are free")], ["all", t("全部重新配", "all anew")]] },
    ];
    if (sessions.length) fields.push({ name: "session", label: t("场次（按名单时）", "Session (for its roster)"), kind: "choice", options: sessions });
    const given = await ask({ title: t("成批绑定", "Bind many"), says: [t("先看结果，确认后才绑定；之后可以撤销。", "You see the result before anything is bound; it can be undone.")], fields, yes: t("看结果", "Preview") });
    if (given) await this.preview(given);
  }

  /** @param {Record<string, string>} given */
  async preview({ order, way, which, session = "" }) {
    try {
      const { version, pairs } = await post("/propose", { order, way, session, only_free: which === "free" });
      if (!pairs.length) {
        tell(t("没有可绑定的", "Nothing to bind"), [t("没有打开页面的空闲机器，或没有空座位。", "No machine with an open page is free, or no seat is.")]);
        return;
      }
      const rows = pairs.map((/** @type {any} */ one) => el("tr", {}, el("td", {}, String(one.seat)), el("td", {}, one.address), el("td", {}, one.before ? t(`原座位 ${one.before}`, `was at ${one.before}`) : t("新", "new"))));
      const table = el("div", { class: "preview" }, el("table", {}, el("thead", {}, el("tr", {}, [t("座位", "Seat"), t("机器", "Machine"), t("变化", "Change")].map((one) => el("th", {}, one)))), el("tbody", {}, rows)));
      const work = () => this.page.act("/bulk", { version, pairs: pairs.map((/** @type {any} */ one) => [one.seat, one.machine]) });
      const yes = await ask({ title: t(`绑定这 ${pairs.length} 台？`, `Bind these ${pairs.length}?`), says: [table], yes: t("绑定", "Bind") });
      if (yes) await work();
    } catch (error) {
      tell(t("没有完成", "Not done"), [refusal(error)]);
    }
  }
}

/** @param {any} state @param {number} seat @returns {any[]} */
function noticesOf(state, seat) {
  return state.notices.filter((/** @type {any} */ one) => one.seat === seat || (one.what === "swapped" && one.other === seat));
}

/** What has changed since the machines were bound, with what can be done. @param {any} state @param {Binding["page"]} page */
function changesCard(state, page) {
  const lost = state.sessions.filter((/** @type {any} */ one) => state.version && one.unplaced.length).map((/** @type {any} */ one) =>
    el("div", { class: "notice warn small" }, t(`${one.name.zh}：座位 ${one.unplaced.slice(0, 12).join("、")} 不在图上`, `${one.name.en}: seats ${one.unplaced.slice(0, 12).join(", ")} are not on the plan`)));
  if (!state.notices.length) return lost;
  const lines = state.notices.map((/** @type {any} */ one) => {
    const seats = one.what === "swapped" ? `${one.seat} ⇄ ${one.other}` : String(one.seat);
    const where = one.was ? `${one.was} → ${one.address}` : one.address;
    return el("li", { class: GRAVE.includes(one.what) ? "grave" : "" }, el("b", {}, seats), el("span", {}, NOTICES[/** @type {keyof typeof NOTICES} */ (one.what)], el("span", { class: "quiet small" }, ` ${where}`)), mend(state, one, page));
  });
  return [...lost, el("h2", {}, t("有变化", "Changes")), el("ul", { class: "notices" }, lines)];
}

/** @param {any} state @param {any} one @param {Binding["page"]} page */
function mend(state, one, page) {
  const take = (/** @type {string} */ words, /** @type {[number, string][]} */ pairs) => button(words, () => page.act("/bulk", { pairs }), "plain small");
  if (one.what === "swapped") return take(t("确认互换", "Accept the swap"), [[one.seat, one.machine], [one.other, state.at[one.seat]]]);
  if (one.what === "replaced" || one.what === "moved") return take(t("采用这台机器", "Take this machine"), [[one.seat, one.machine]]);
  if (one.what === "mark-lost" || one.what === "other-address") return take(t("更新", "Update"), [[one.seat, one.machine]]);
  return "";
}
