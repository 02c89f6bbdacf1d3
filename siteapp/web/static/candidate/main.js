/** Where the page begins: shows the screen that is due and redraws it when it changes. */

import { announce, focusOn } from "../shared/dom.js";
import { restoreLook } from "../shared/look.js";
import { showLanguage } from "../shared/words.js";
import { App } from "./app.js";
import { refuseStrayDrops } from "./drops.js";
import { openLocal } from "./local.js";
import { setKind } from "./kind.js";
import { showMark } from "./marker.js";
import { keepSeen } from "./seen.js";
import { openOffline } from "./offline.js";
import { confirmScreen } from "./screen-confirm.js";
import { handInScreen, inLineScreen } from "./screen-hand-in.js";
import { paperScreen } from "./screen-paper.js";
import { pausedScreen } from "./screen-paused.js";
import { receiptScreen } from "./screen-receipt.js";
import { rulesScreen } from "./screen-rules.js";
import { signInScreen } from "./screen-sign-in.js";
import * as session from "./session.js";
import { elsewhereScreen, movedScreen } from "./screen-stopped.js";
import { waitingScreen } from "./screen-waiting.js";
import { watch } from "./watching.js";

const TICK_MS = 250;

/**
 * @typedef {object} Screen
 * @property {string} title
 * @property {HTMLElement} element
 * @property {HTMLElement|null} [focus] what gets the focus when the screen appears
 * @property {() => void} [shown] the screen is in the page now
 * @property {() => void} [update] something changed
 * @property {() => void} [tick] time went on
 * @property {() => void} [leave] the screen goes away
 */

/** @type {Record<string, (app: App, again: () => void) => Screen>} */
const SCREENS = {
  "sign-in": signInScreen,
  confirm: confirmScreen,
  rules: rulesScreen,
  waiting: waitingScreen,
  paper: paperScreen,
  paused: pausedScreen,
  "hand-in": handInScreen,
  "in-line": inLineScreen,
  receipt: receiptScreen,
  moved: movedScreen,
  elsewhere: elsewhereScreen,
};

class Page {
  /** @param {HTMLElement} place */
  constructor(place) {
    this.place = place;
    /** @type {App|null} */
    this.app = null;
    /** @type {Screen|null} */
    this.screen = null;
    this.stage = "";
    this.due = false;
  }

  /** Many changes at once are one redraw. */
  changed() {
    if (this.due) return;
    this.due = true;
    // Before anything else happens: the marks are never older than the answer they speak of.
    queueMicrotask(() => {
      this.due = false;
      this.show();
    });
  }

  /** @param {boolean} [anew] draw even the same screen anew, in another language */
  show(anew = false) {
    const { app } = this;
    if (!app) return;
    if (!anew && app.stage === this.stage) {
      if (this.screen && this.screen.update) this.screen.update();
      return;
    }
    if (this.screen && this.screen.leave) this.screen.leave();
    const next = app.stage;
    setKind(app.kind);
    const screen = (this.screen = SCREENS[next](app, () => this.show(true)));
    if (next === this.stage) carryOver(this.place, screen.element);
    this.place.replaceChildren(screen.element);
    if (screen.shown) screen.shown();
    document.title = screen.title;
    if (next !== this.stage) {
      // A question left open (hand in now?) belongs to the screen that went.
      document.querySelectorAll("dialog").forEach((dialog) => dialog.close());
      announce(screen.title);
      focusOn(screen.focus || screen.element.querySelector("h1"));
    }
    this.stage = next;
  }

  tick() {
    if (this.app) this.app.tick();
    if (this.screen && this.screen.tick) this.screen.tick();
  }
}

/** What was typed or ticked survives a change of language. @param {HTMLElement} old @param {HTMLElement} fresh */
function carryOver(old, fresh) {
  for (const input of old.querySelectorAll("input[id]")) {
    const twin = fresh.querySelector(`#${input.id}`);
    if (!(input instanceof HTMLInputElement && twin instanceof HTMLInputElement)) continue;
    twin.value = input.value;
    twin.checked = input.checked;
    twin.dispatchEvent(new Event("change"));
  }
}

async function begin() {
  restoreLook();
  showLanguage();
  refuseStrayDrops();
  const page = new Page(/** @type {HTMLElement} */ (document.getElementById("page")));
  const app = new App(await openLocal(), () => page.changed());
  await app.boot();
  page.app = app;
  page.show();
  setInterval(() => page.tick(), TICK_MS);
  showMark(Number(session.seat()));
  keepSeen(() => Number(session.seat()));
  watch(app);
  openOffline(() => app.stage === "sign-in" && !app.attempt);
  // Leaving the page needs no question: what is open is written down at once.
  addEventListener("pagehide", () => app.attempt && app.attempt.settle());
}

begin();
