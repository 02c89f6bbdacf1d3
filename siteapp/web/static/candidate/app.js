/** The page as a whole: which screen is due, and what happens when the server or a person says something. */

import { Attempt } from "./attempt.js";
import { Collection } from "./collection.js";
import { Countdown } from "./countdown.js";
import { retire, setAside, signIn } from "./entry.js";
import { reviewOf } from "./kind.js";
import { announceNew } from "./messages.js";
import { Parts } from "./parts.js";
import { Poll } from "./poll.js";
import { Said } from "./said.js";
import { SealedCopies } from "./sealed.js";
import { Away, Refusal, Server } from "./server.js";
import * as session from "./session.js";
import { Tabs } from "./tabs.js";

/** @typedef {import("./types.js").Record_} Record_ */
/** @typedef {import("./types.js").State} State */

const POLL_WAITING_MS = 2000;
const POLL_PAPER_MS = 5000;
const GRANT_WORTH_SAYING_MS = 20000;
/** A time's-up hand-in is called off only for a real extension, not for a reading that was late. */
const EXTENDED_MS = 2000;
const LAST_SAVES_MS = 3000;
const TRY_AGAIN_MS = 1500;
/** Screens on which the candidate has the paper, or has let go of it. */
const USABLE = ["paper", "hand-in", "in-line"];

export class App {
  /** @param {import("./local.js").Local} local @param {() => void} changed */
  constructor(local, changed) {
    this.local = local;
    this.changed = changed;
    this.meet = this.meet.bind(this);
    this.server = new Server();
    this.sealed = new SealedCopies(this.server);
    this.tabs = new Tabs(() => this.#yield());
    this.countdown = new Countdown();
    this.earliest = new Countdown();
    this.parts = new Parts(this);
    this.said = new Said();
    /** @type {Attempt|null} */
    this.attempt = null;
    /** @type {{kind: "moved"|"elsewhere", error?: Refusal, record?: Record_}|null} */
    this.stopped = null;
    this.receipt = session.receipt();
    /** @type {"unknown"|"connected"|"away"} */
    this.contact = "unknown";
    /** @type {State|null} */
    this.state = null;
    this.serverClock = { ms: 0, at: 0 };
    this.reviewing = false;
    this.signingInAgain = false;
    this.starting = false;
    /** After a rest the paper stays covered until the candidate has come back to it. */
    this.cameBack = true;
    /** A hand-in by time that was refused is not tried again before this (performance.now()). */
    this.timeNotBefore = 0;
    /** @type {Poll|null} */
    this.poll = null;
    /** @type {Collection|null} */
    this.collection = null;
    /** @type {Set<string>} messages already read out */
    this.announced = new Set();
    /** @type {Refusal|null} why the hand-in was not accepted */
    this.handInRefusal = null;
  }

  /** The screen that is due. */
  get stage() {
    if (this.stopped) return this.stopped.kind;
    if (this.receipt) return "receipt";
    if (!this.attempt || this.signingInAgain) return "sign-in";
    const { record } = this.attempt;
    if (record.ending || record.phase === "handed-in") return "in-line";
    if (record.phase === "started" && (this.paused || !this.cameBack)) return "paused";
    if (record.phase === "started" && record.paper) return this.reviewing ? "hand-in" : "paper";
    if (record.phase === "signed-in") return "confirm";
    return record.agreed || record.phase === "started" ? "waiting" : "rules";
  }

  /** Of which kind the session is; empty while nobody is signed in. */
  get kind() {
    if (this.receipt) return this.receipt.kind;
    return this.attempt && !this.signingInAgain ? this.attempt.record.session.kind : "";
  }

  /** Takes up what this tab, else this machine, was busy with. */
  async boot() {
    this.sealed.run();
    if (this.receipt) return;
    const records = await this.local.records();
    const mine = records.find((record) => record.attempt === session.attempt());
    const record = mine || records.find((one) => one.token);
    if (!record || !record.token) return;
    if (await this.tabs.claim(record.attempt)) await this.#adopt(record);
    else this.stopped = { kind: "elsewhere", record };
  }

  /** @param {import("./entry.js").Fields} fields */
  async signIn(fields) {
    const current = this.attempt;
    if (current) await current.settle();
    const record = await signIn(this.local, this.server, this.sealed, fields, current && current.record);
    this.#halt();
    if (!(await this.tabs.claim(record.attempt))) await this.tabs.take(record.attempt);
    await this.#adopt(record);
  }

  /** This tab is to go on with the attempt that another tab had. */
  async continueHere() {
    const record = this.stopped && this.stopped.record;
    if (!record) return;
    await this.tabs.take(record.attempt);
    const records = await this.local.records();
    this.stopped = null;
    await this.#adopt(records.find((one) => one.attempt === record.attempt) || record);
  }

  /** @param {Record_} record */
  async #adopt(record) {
    const old = this.attempt;
    const inMemory = old && old.record.attempt === record.attempt;
    const saves = inMemory ? [...old.ledger.saves.values()] : await this.local.saves(record.attempt);
    this.attempt = new Attempt(this.local, this.server, record, saves, this, inMemory ? old : null);
    this.server.token = record.token;
    this.signingInAgain = false;
    session.keep(record);
    const interval = () => (this.stage === "paper" || this.stage === "hand-in" ? POLL_PAPER_MS : POLL_WAITING_MS);
    this.poll = new Poll(() => this.hear(), this.meet, interval);
    this.poll.run();
    if (record.ending) this.handIn(record.ending);
    this.changed();
  }

  /** Everything at rest: nothing is asked and nothing is sent any more. */
  #halt() {
    if (this.poll) this.poll.stop();
    if (this.attempt) this.attempt.stop();
    if (this.collection) this.collection.stop();
    this.collection = null;
  }

  /** Another tab takes over. */
  async #yield() {
    const attempt = this.attempt;
    if (!attempt) return;
    await attempt.settle();
    this.#halt();
    this.attempt = null;
    this.stopped = { kind: "elsewhere", record: attempt.record };
    this.changed();
  }

  /** What every failed question means for the page. @param {unknown} error @returns {boolean} false: stop */
  meet(error) {
    if (error instanceof Away) this.contact = "away";
    else if (error instanceof Refusal) this.contact = "connected";
    else console.error(error);
    const goesOn = !(error instanceof Refusal) || this.#allows(error);
    this.changed();
    return goesOn;
  }

  /** @param {Refusal} error */
  #allows(error) {
    if (error.code === "seat-moved") this.#moved(error);
    else if (error.status === 401) this.signingInAgain = true;
    else return true;
    this.#halt();
    return false;
  }

  /** @param {Refusal} error */
  #moved(error) {
    const attempt = this.attempt;
    this.stopped = { kind: "moved", error };
    session.forget();
    this.tabs.release();
    if (!attempt) return;
    attempt.record.left = true;
    attempt.usable.forget();
    attempt.outbox.lastWords();
    retire(this.local, attempt, this.sealed);
  }

  /** Asks the server how things stand. */
  hear() {
    return this.#ask(() => this.server.state(this.attempt?.ledger.unsent));
  }

  /** Asks for a state and takes it in. @param {() => Promise<State>} question */
  async #ask(question) {
    const attempt = this.attempt;
    if (!attempt) return;
    const asked = performance.now();
    const before = attempt.ledger.confirmed();
    const state = await question();
    if (attempt !== this.attempt || this.stopped) return;
    await this.#heard(attempt, state, before, (asked + performance.now()) / 2);
  }

  /** @param {Attempt} attempt @param {State} state @param {{withoutGap: number, highest: number}} before @param {number} at */
  async #heard(attempt, state, before, at) {
    this.contact = "connected";
    this.state = state;
    this.serverClock = { ms: state.server_ms, at };
    attempt.usable.heard(state.clock_ms, at);
    if (state.resting_ms !== null) this.cameBack = false;
    this.earliest.anchor(state.earliest_hand_in_ms, at);
    this.#anchor(state.remaining_ms, at);
    this.parts.heard(state, at);
    announceNew(this.announced, state.messages);
    const { record } = attempt;
    const news = record.phase !== state.phase;
    record.phase = state.phase;
    // Written down while the server is asked for the paper: a slow disk keeps nobody from the first question.
    await Promise.all([news && attempt.write(), this.#follow(attempt, state, before)]);
    this.changed();
  }

  /** @param {Attempt} attempt @param {State} state @param {{withoutGap: number, highest: number}} before */
  async #follow(attempt, state, before) {
    await attempt.reconcile(state, before);
    if (state.phase === "handed-in") await this.#collected(attempt, state);
    else await this.#goOn(attempt, state);
  }

  /** @param {Attempt} attempt @param {State} state */
  async #goOn(attempt, state) {
    const started = state.phase === "started";
    const accounted = started && attempt.account(this.server);
    attempt.outbox.serverIsBack();
    attempt.files.serverIsBack();
    if (this.collection) this.collection.serverIsBack();
    if (started && !attempt.paperIsFresh) await attempt.fetchPaper(this.server);
    await accounted;
    if (state.phase === "confirmed" && attempt.record.agreed && state.open && !state.rest_ms) this.start();
    const left = this.countdown.remaining();
    const more = left !== null && left > EXTENDED_MS;
    if (attempt.record.ending === "time" && (more || state.held)) await this.#callOff(attempt);
    if (more) await attempt.resend(attempt.ledger.reopenLate());
  }

  /** @param {number|null} remaining @param {number} at */
  #anchor(remaining, at) {
    const moved = this.countdown.anchor(remaining, at);
    if (moved < GRANT_WORTH_SAYING_MS) return;
    const [amount, zh, en] = moved < 60000 ? [Math.round(moved / 1000), "秒", "s"] : [Math.round(moved / 60000), "分钟", "min"];
    this.said.now(`考试时间已延长约 ${amount} ${zh}`, `The time was extended by about ${amount} ${en}`);
  }

  /** The candidate says that name and seat are right. */
  confirm() {
    return this.#ask(() => this.server.confirm());
  }

  async agree() {
    if (!this.attempt) return;
    this.attempt.record.agreed = true;
    const written = this.attempt.write();
    if (this.poll) this.poll.soon();
    await written;
    this.changed();
  }

  /** An invigilator is to come, or need not any more. @param {boolean} raised */
  raiseHand(raised) {
    return this.#ask(() => this.server.hand(raised));
  }

  /** The sitting is open: in we go; a refusal is answered by the next poll. */
  async start() {
    if (this.starting) return;
    this.starting = true;
    try {
      await this.#ask(() => this.server.start());
    } catch (error) {
      this.meet(error);
    } finally {
      this.starting = false;
    }
  }

  /** Called a few times a second: warnings, and the collection when the time is over. */
  tick() {
    const record = this.attempt && this.attempt.record;
    if (this.attempt) this.attempt.usable.beat(USABLE.includes(this.stage));
    if (!record || record.phase !== "started" || this.stopped || this.receipt || this.paused) return;
    this.parts.tick();
    const minutes = this.countdown.crossed();
    if (minutes) this.said.now(`距离考试结束还有 ${minutes} 分钟`, minutes > 1 ? `${minutes} minutes are left` : "One minute is left");
    const over = this.countdown.remaining() === 0 && performance.now() > this.timeNotBefore;
    if (over && !record.ending && !this.undecided) this.handIn("time");
  }

  /** The time is over, and an invigilator is to decide whether there is more: nobody is cut off. */
  get undecided() {
    return this.state !== null && this.state.held;
  }

  /** The candidate is back from the rest. */
  comeBack() {
    this.cameBack = true;
    this.changed();
  }

  /** The invigilator has stopped this candidate's clock. */
  get paused() {
    return this.state !== null && this.state.paused;
  }

  /** True if this attempt's time is over by its own clock. */
  overdue() {
    return this.countdown.remaining() === 0;
  }

  /** @param {boolean} on */
  review(on) {
    this.reviewing = on;
    this.handInRefusal = null;
    if (on && this.attempt) this.attempt.settle();
    this.changed();
  }

  /** Ends the answering and hands in, however long the server is away. @param {import("./types.js").How} how */
  async handIn(how) {
    const attempt = this.attempt;
    if (!attempt || this.collection) return;
    attempt.record.ending = how;
    this.handInRefusal = null;
    const collection = (this.collection = new Collection(this.server, attempt, this));
    this.changed();
    await attempt.write();
    const outcome = await collection.run(how);
    if (outcome && "done" in outcome) {
      const { receipt, answered, of, next } = outcome.done;
      await this.#finish(attempt, { receipt, answered, of, next, left: attempt.marks().onlyHere });
    } else if (outcome && collection === this.collection) {
      this.handInRefusal = how === "candidate" ? outcome.refusal : null;
      this.timeNotBefore = performance.now() + TRY_AGAIN_MS;
      await this.#callOff(attempt);
      if (this.poll) this.poll.soon();
    }
  }

  /** Answering goes on: the server refused the hand-in, or gave more time. @param {Attempt} attempt */
  async #callOff(attempt) {
    if (this.collection) this.collection.stop();
    this.collection = null;
    this.reviewing = this.handInRefusal !== null;
    attempt.record.ending = null;
    await attempt.write();
    this.changed();
  }

  /** The server has the paper already: ours came through, or an invigilator collected. @param {Attempt} attempt @param {State} state */
  async #collected(attempt, state) {
    await attempt.settle();
    const end = performance.now() + LAST_SAVES_MS;
    while (attempt.ledger.unsent && performance.now() < end && !this.stopped) {
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    const left = attempt.marks().onlyHere;
    await this.#finish(attempt, { receipt: state.receipt || "", answered: null, of: null, next: state.next, left });
  }

  /** @param {Attempt} attempt @param {import("./types.js").Receipt} receipt */
  async #finish(attempt, receipt) {
    if (this.receipt || attempt !== this.attempt) return;
    const review = await reviewOf(this.server, attempt.record);
    if (this.receipt || attempt !== this.attempt) return;
    this.receipt = session.finish(attempt.record, { ...receipt, review });
    this.#halt();
    this.tabs.release();
    attempt.usable.forget();
    await retire(this.local, attempt, this.sealed);
    this.changed();
  }

  /** Somebody else sits down here; what was not yet sent stays on this machine. */
  async leave() {
    this.#halt();
    if (this.attempt) await setAside(this.local, this.attempt.record, this.attempt.ledger.complete);
    this.nextCandidate();
  }

  /** The same candidate's next paper: signed in anew, so that it is the same person after the break. */
  nextPaper() {
    session.forgetReceipt();
    location.replace(location.pathname);
  }

  /** A page as if nobody had been here. */
  nextCandidate() {
    session.clear();
    location.replace(location.pathname);
  }
}
