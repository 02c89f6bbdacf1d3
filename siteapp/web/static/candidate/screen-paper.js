/** Screen 5: the paper. Header and marks above, one place in the middle, the answer grid at the side. */

import { announce, el, focusOn } from "../shared/dom.js";
import { say, t } from "../shared/words.js";
import { answerGrid } from "./grid.js";
import { listenToKeys } from "./keys.js";
import { messageList } from "./messages.js";
import { isOpenNow, otherPart } from "./parts.js";
import { paperHead } from "./paper-head.js";
import { placeView } from "./place-view.js";

/** @typedef {import("./places.js").Place} Place */

/**
 * @param {import("./app.js").App} app
 * @param {() => void} again
 * @returns {import("./main.js").Screen}
 */
export function paperScreen(app, again) {
  const desk = new Desk(app, again);
  return {
    title: say(desk.paper.title),
    element: desk.element,
    focus: desk.view.heading,
    shown: () => desk.grid.reveal(),
    update: () => desk.update(),
    tick: () => desk.head.tick(),
    leave: () => desk.leave(),
  };
}

/** The candidate's desk: which place is open, and the pieces around it. */
export class Desk {
  /** @param {import("./app.js").App} app @param {() => void} again */
  constructor(app, again) {
    this.app = app;
    this.attempt = /** @type {import("./attempt.js").Attempt} */ (app.attempt);
    this.paper = /** @type {import("./types.js").Paper} */ (this.attempt.record.paper);
    this.places = this.attempt.places;
    this.head = paperHead(app, again);
    this.messages = messageList(app);
    this.grid = answerGrid(app, (index) => this.go(index));
    this.shown = 0;
    this.middle = el("main", { id: "main", class: "middle" });
    /** @type {ReturnType<typeof placeView>} */
    this.view = this.#open(this.attempt.record.place);
    this.element = el(
      "div",
      { class: "frame" },
      el("a", { class: "skip", href: "#item-heading" }, t("跳到试题", "Skip to the question")),
      this.head.element,
      this.messages.element,
      el("div", { class: "desk" }, this.middle, this.grid.element),
    );
    this.deaf = listenToKeys(this);
  }

  get index() {
    return this.attempt.record.place;
  }

  /** @param {number} wanted @returns {ReturnType<typeof placeView>} */
  #open(wanted) {
    const index = this.#near(wanted);
    this.attempt.record.place = this.shown = index;
    this.view = placeView(this.app, this.places[index], {
      last: !this.#mayGo(index + 1),
      first: !this.#mayGo(index - 1),
      step: (by) => this.step(by),
    });
    this.middle.replaceChildren(this.view.element);
    this.grid.update(index);
    return this.view;
  }

  /** @param {number} index */
  #mayGo(index) {
    return isOpenNow(this.app, this.places[index]);
  }

  /** The place, or the first that is open if it is none that may be looked at. @param {number} wanted */
  #near(wanted) {
    const index = Math.max(0, Math.min(wanted, this.places.length - 1));
    return this.#mayGo(index) ? index : Math.max(0, this.places.findIndex((_, i) => this.#mayGo(i)));
  }

  /** Opens another place and moves the focus to its heading. @param {number} index */
  go(index) {
    if (index < 0 || index >= this.places.length || index === this.index) return;
    if (!this.#mayGo(index)) return announce(otherPart(this.app));
    this.attempt.settle();
    this.#open(index);
    focusOn(this.view.heading);
    this.attempt.write();
  }

  /** @param {number} by */
  step(by) {
    if (by > 0 && !this.#mayGo(this.index + by)) this.app.review(true);
    else this.go(this.index + by);
  }

  /** @param {number} number as printed on the paper */
  goToNumber(number) {
    const index = this.places.findIndex((place) => place.number === number);
    if (index >= 0) this.go(index);
    else announce(t(`没有第 ${number} 题`, `There is no question ${number}`));
  }

  update() {
    // The paper may have been fetched afresh: the places are new objects with the same references.
    if (this.places !== this.attempt.places || !isOpenNow(this.app, this.places[this.shown])) {
      this.places = this.attempt.places;
      this.grid.rebuild();
      this.#open(this.index);
    }
    this.head.update();
    this.messages.update();
    this.grid.update(this.index);
    this.view.update();
  }

  leave() {
    this.deaf();
    this.attempt.settle();
  }
}
