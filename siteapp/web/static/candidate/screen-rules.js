/** Screen 3: the rules, and the candidate's word to keep them. */

import { el } from "../shared/dom.js";
import { t } from "../shared/words.js";
import { plainFrame } from "./frame.js";

/**
 * @param {import("./app.js").App} app
 * @param {() => void} again
 * @returns {import("./main.js").Screen}
 */
export function rulesScreen(app, again) {
  const title = t("考场规则和诚信承诺", "Rules and commitment");
  const { record } = /** @type {import("./attempt.js").Attempt} */ (app.attempt);
  const box = el("input", { type: "checkbox", id: "commitment" });
  const enter = el("button", { type: "button", disabled: true, on: { click: () => app.agree() } }, t("进入候考", "Enter the waiting room"));
  box.addEventListener("change", () => (enter.disabled = !box.checked));
  const element = plainFrame(
    title,
    again,
    el("ol", { class: "rules" }, rules(record.sitting).map((rule) => el("li", {}, rule))),
    el(
      "label",
      { class: "commitment", for: "commitment" },
      box,
      el("span", {}, t(
        "我已阅读以上规则，承诺遵守考场纪律，独立作答，不抄袭、不协助他人作答。",
        "I have read these rules. I will keep them, work on my own, copy from nobody and help nobody to answer.",
      )),
    ),
    el("div", { class: "row" }, enter),
  );
  return { title, element };
}

/** @param {import("./types.js").Record_["sitting"]} sitting */
function rules({ minutes, part_minutes: parts }) {
  return [
    ...(parts && parts.length ? [partsRule(parts)] : []),
    t(
      `考试时间 ${minutes} 分钟，由服务器计时；时间到自动收卷。监考员补时后，剩余时间会自动更新。`,
      `You have ${minutes} minutes, counted by the server; at the end the paper is collected by itself. Make-up time appears by itself.`,
    ),
    t(
      "每次作答都立即保存。页面上方显示有多少题「已保存到服务器」、多少题「仅保存在本机」。",
      "Every answer is saved at once. The top of the page shows how many are on the server and how many only on this machine.",
    ),
    t(
      "网络中断时请继续作答，不要关闭浏览器，也不要换机；网络恢复后会自动上传。",
      "If the network fails, go on answering. Do not close the browser or change the machine; everything is sent when the network is back.",
    ),
    t("交卷后不能再修改。交卷时请记下回执码，然后再离开。", "After the hand-in nothing can be changed. Note the receipt code before you leave."),
    t("有任何问题请举手，由监考员处理。", "Raise your hand for any question; the invigilator will come."),
  ];
}

/** @param {number[]} parts */
function partsRule(parts) {
  return t(
    `试卷分 ${parts.length} 部分，各部分单独计时（${parts.join("、")} 分钟）；到时自动进入下一部分，已结束的部分不能返回，最后一部分才能交卷。`,
    `The paper has ${parts.length} parts, each with its own time (${parts.join(", ")} minutes). When one is over the next opens by itself and there is no way back; you can hand in only in the last.`,
  );
}
