/** What is said before and during the hand-in of files that the server does not have. */

import { el } from "../shared/dom.js";
import { t } from "../shared/words.js";
import { notice } from "./frame.js";

/** @param {import("./app.js").App} app */
export function filesOnTheWay(app) {
  const element = el("div", {});
  let said = "";
  const update = () => {
    const words = sentences(app);
    if (words.join() === said) return;
    said = words.join();
    element.replaceChildren(...words.map((one) => notice("warn", el("strong", {}, one))));
  };
  update();
  return { element, update };
}

/** @param {import("./app.js").App} app @returns {string[]} */
function sentences(app) {
  if (!app.attempt) return [];
  const { files } = app.attempt;
  const { going } = files;
  const lost = files.entries.filter((one) => files.isLost(one)).length;
  const { refused } = files.marks();
  return [
    going && t(`还有 ${going} 个文件没有传到服务器；交卷会等它传完，请不要关机。`, `${going} files are not on the server yet; the hand-in waits for them: leave the machine on.`),
    lost && t(`有 ${lost} 个文件要重新选择才能传完；现在交卷就不包括它。`, `${lost} files have to be chosen again; a hand-in now goes without them.`),
    refused && t(`有 ${refused} 个文件服务器未接受，不会计入。`, `${refused} files were not taken by the server and do not count.`),
  ].filter((one) => typeof one === "string");
}
