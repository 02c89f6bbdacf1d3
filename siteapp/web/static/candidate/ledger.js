/**
 * The account of one attempt's answers on this machine: what was changed, in which order, and what of
 * it the server holds. Pure: no clock, no storage, no network.
 */

import { isAnswered } from "./places.js";

/** @typedef {import("./types.js").Response} Response */
/** @typedef {import("./types.js").Save} Save */
/** @typedef {import("./types.js").Words} Words */

export class Ledger {
  /**
   * @param {string} attempt
   * @param {string} instance
   * @param {Save[]} saves what this machine kept, any order
   * @param {Record<string, Response>} known the server's responses as last seen
   */
  constructor(attempt, instance, saves, known) {
    this.attempt = attempt;
    this.instance = instance;
    /** @type {Map<number, Save>} */
    this.saves = new Map();
    for (const save of saves.filter((s) => s.instance === instance)) {
      // Nobody types on after a reload, and a refusal may have been of its moment: ask once more.
      const standing = save.standing === "refused" ? "waiting" : save.standing;
      this.saves.set(save.sequence, { ...save, ripe: true, standing });
    }
    this.last = Math.max(0, ...this.saves.keys());
    /** @type {Map<string, {response: Response, save: Save|null}>} */
    this.shown = new Map();
    this.#show(known, new Set());
  }

  /**
   * Writes down a change as an unripe save. One that is still unripe (a text being typed) is changed in
   * place: it has never been sent, so its number still means one thing.
   * @param {string} item @param {Response} response
   * @returns {Save}
   */
  record(item, response) {
    const now = this.shown.get(item);
    if (now && now.save && !now.save.ripe) {
      now.save.response = response;
      now.response = response;
      return now.save;
    }
    /** @type {Save} */
    const save = {
      attempt: this.attempt,
      instance: this.instance,
      sequence: (this.last += 1),
      item,
      response,
      standing: "waiting",
      revision: 0,
      ripe: false,
    };
    this.saves.set(save.sequence, save);
    this.shown.set(item, { response, save });
    return save;
  }

  /** @param {string} item @returns {Response|undefined} */
  response(item) {
    const now = this.shown.get(item);
    return now && now.response;
  }

  /** Where the present answer of an item lies; "none" if there never was one. @param {string} item */
  standing(item) {
    const now = this.shown.get(item);
    if (!now) return "none";
    return now.save ? now.save.standing : "held";
  }

  /** Why the server refused the present answer. @param {string} item @returns {Words|null} */
  reason(item) {
    const now = this.shown.get(item);
    return (now && now.save && now.save.reason) || null;
  }

  /**
   * The next saves to send, lowest number first: at least one, and no more than fit well.
   * @param {number} limit saves @param {number} room characters @returns {Save[]}
   */
  batch(limit, room) {
    const ready = this.#waiting().filter((save) => save.ripe);
    ready.sort((a, b) => a.sequence - b.sequence);
    let full = 0;
    return ready.slice(0, limit).filter((save, i) => {
      full += JSON.stringify(save.response).length;
      return i === 0 || full <= room;
    });
  }

  /** True if the server holds every save. */
  get complete() {
    return [...this.saves.values()].every((save) => save.standing === "held");
  }

  /** How many saves the server has not confirmed and not refused. */
  get unsent() {
    return this.#waiting().length;
  }

  /** Saves that are still being typed or not yet written down on this machine. @returns {Save[]} */
  unripe() {
    return this.#waiting().filter((save) => !save.ripe);
  }

  /** The server holds these. @param {number[]} sequences @returns {Save[]} */
  hold(sequences) {
    return this.#set(sequences, "held");
  }

  /**
   * The server will not take these.
   * @param {number[]} sequences @param {Words} reason @param {boolean} [late] only because the time is over
   * @returns {Save[]}
   */
  refuse(sequences, reason, late = false) {
    const changed = this.#set(sequences, "refused");
    changed.forEach((save) => Object.assign(save, { reason, late }));
    return changed;
  }

  /** The server lacks these after all. @param {number[]} sequences @returns {Save[]} */
  reopen(sequences) {
    const changed = this.#set(sequences, "waiting");
    const newest = this.#newest();
    for (const save of changed.filter((one) => newest.get(one.item) === one)) {
      this.shown.set(save.item, { response: save.response, save });
    }
    return changed;
  }

  /** Refused answers may be asked for once more. @returns {Save[]} */
  reopenRefused() {
    return this.reopen([...this.saves.values()].filter((s) => s.standing === "refused").map((s) => s.sequence));
  }

  /** What came too late may be asked for again: there is time again. @returns {Save[]} */
  reopenLate() {
    const late = [...this.saves.values()].filter((save) => save.standing === "refused" && save.late);
    return this.reopen(late.map((save) => save.sequence));
  }

  /** What the server has confirmed to this page: up to where without a gap, and the highest. */
  confirmed() {
    const confirmed = { withoutGap: 0, highest: 0 };
    for (const save of this.saves.values()) {
      if (save.standing === "held") confirmed.highest = Math.max(confirmed.highest, save.sequence);
    }
    while (this.#isHeld(confirmed.withoutGap + 1)) confirmed.withoutGap += 1;
    return confirmed;
  }

  /** @param {number} sequence */
  #isHeld(sequence) {
    const save = this.saves.get(sequence);
    return save !== undefined && save.standing === "held";
  }

  /**
   * Compares with the server's watermark. If it lies below what was confirmed without a gap before the
   * server was asked, the server lost something (it was restored from an older copy): all above is
   * sent again. A watermark above our own numbers means that this machine lost some: no number is
   * ever given out twice.
   * @param {number} watermark
   * @param {{withoutGap: number, highest: number}} before
   * @param {number} highest the greatest number that the server ever kept, above gaps too
   * @returns {Save[]} saves to be sent again
   */
  reconcile(watermark, before, highest) {
    this.last = Math.max(this.last, watermark, highest);
    if (watermark >= before.withoutGap) return [];
    const lost = [...this.saves.values()].filter(
      (s) => s.standing === "held" && s.sequence > watermark && s.sequence <= before.highest,
    );
    return this.reopen(lost.map((save) => save.sequence));
  }

  /** What a rescue needs, by sequence: the newest save of each item, and all that the server does not hold. */
  worthKeeping() {
    const newest = new Set(this.#newest().values());
    const kept = [...this.saves.values()].filter((save) => newest.has(save) || save.standing !== "held");
    return kept.sort((a, b) => a.sequence - b.sequence);
  }

  /** What the server holds by now; asked before its responses are, so that `merge` knows what they can know. */
  held() {
    return new Set([...this.saves.values()].filter((save) => save.standing === "held").map((save) => save.sequence));
  }

  /**
   * Takes the server's responses. A local answer wins unless the server held it when it was asked: one
   * that arrived while the responses were on their way is not among them.
   * @param {Record<string, Response>} responses
   * @param {Set<number>} held as `held()` said before the question
   */
  merge(responses, held) {
    this.#show(responses, held);
  }

  /**
   * Answers by where they are. `onlyHere` counts cleared answers too: the server does not know yet; and
   * none before it is written on this machine, for until then it is nowhere.
   */
  marks() {
    const marks = { onServer: 0, onlyHere: 0, refused: 0 };
    for (const { response, save } of this.shown.values()) {
      if (save && save.standing !== "held") marks.onlyHere += save.ripe ? 1 : 0;
      else if (isAnswered(response)) marks.onServer += 1;
      if (save && save.standing === "refused") marks.refused += 1;
    }
    return marks;
  }

  #waiting() {
    return [...this.saves.values()].filter((save) => save.standing === "waiting");
  }

  /** @param {number[]} sequences @param {import("./types.js").Standing} standing @returns {Save[]} */
  #set(sequences, standing) {
    /** @type {Save[]} */
    const changed = [];
    for (const sequence of sequences) {
      const save = this.saves.get(sequence);
      if (!save || save.standing === standing) continue;
      save.standing = standing;
      changed.push(save);
    }
    return changed;
  }

  /** @param {Record<string, Response>} known @param {Set<number>} older saves that `known` knows of: it is newer */
  #show(known, older) {
    this.shown.clear();
    for (const [item, response] of Object.entries(known)) this.shown.set(item, { response, save: null });
    for (const save of this.#newest().values()) {
      if (!older.has(save.sequence) || save.standing !== "held") {
        this.shown.set(save.item, { response: save.response, save });
      }
    }
  }

  /** The newest save of each item; a lower number never overwrites a higher one. */
  #newest() {
    /** @type {Map<string, Save>} */
    const newest = new Map();
    for (const save of this.saves.values()) {
      const other = newest.get(save.item);
      if (!other || save.sequence > other.sequence) newest.set(save.item, save);
    }
    return newest;
  }
}
