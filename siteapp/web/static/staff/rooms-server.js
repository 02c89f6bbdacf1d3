/** What the room plan's page asks of the server, and how a refusal is said with everything that is wrong. */

import { el } from "../shared/dom.js";
import { problem } from "../shared/problem.js";
import { say, t } from "../shared/words.js";
import { RoomRefusal, failed } from "./room-server.js";

class PlanRefusal extends RoomRefusal {
  /** @param {number} status @param {any} body */
  constructor(status, body) {
    super(status, body);
    /** @type {import("../shared/words.js").Words[]} */
    this.problems = (body && body.error && body.error.problems) || [];
  }
}

/** @param {string} path @param {RequestInit} [given] @returns {Promise<any>} */
async function asked(path, given = {}) {
  const answer = await fetch(`/api/rooms${path}`, { credentials: "same-origin", cache: "no-store", ...given });
  const told = await answer.json().catch(() => null);
  if (answer.status === 401) location.href = "/staff/sign-in";
  if (!answer.ok) throw new PlanRefusal(answer.status, told);
  return told;
}

export const read = () => asked("");

/** @param {string} path @param {object} body */
export function post(path, body) {
  return asked(path, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) });
}

/** The plan in a sheet. @param {Blob} file */
export function readSheet(file) {
  return asked("/sheet", { method: "POST", headers: { "Content-Type": "application/octet-stream" }, body: file });
}

/** @param {unknown} error */
export function refusal(error) {
  if (!(error instanceof PlanRefusal)) return failed(error);
  const list = error.problems.length ? el("ul", {}, error.problems.map((one) => el("li", {}, say(one)))) : null;
  return problem(error.words, error.hint, error.code, list);
}

/** @param {unknown} error */
export function isChanged(error) {
  return error instanceof PlanRefusal && error.code === "room-plan-changed";
}

export const NOTICES = {
  swapped: t("两台机器互换了位置", "two machines changed places"),
  claimed: t("有别的机器自称此座位，不予采用", "another machine claims this seat; it does not count"),
  replaced: t("原机器不在，此座位换了一台机器", "another machine stands here, the former is away"),
  moved: t("机器换到了此座位", "a machine moved here"),
  "mark-lost": t("机器丢失了浏览器标识（还原卡或清理）", "the machine lost its mark (restore card or cleaned)"),
  missing: t("机器没有联系", "the machine is silent"),
  "other-address": t("机器的地址变了", "the machine has another address"),
};
export const GRAVE = ["swapped", "claimed", "replaced", "moved"];
