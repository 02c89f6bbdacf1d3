/** A candidate's file from a stick; and, once it is taken in, the decision that its answers count. */

import { el } from "../shared/dom.js";
import { t } from "../shared/words.js";
import { byTwo } from "./acts.js";
import { button } from "./parts.js";

/** Such a file holds one paper's answers; anything larger is another file. */
const MOST_BYTES = 64 * 1024 * 1024;

/** @param {import("./acts.js").Room} room @param {any} tile */
export function rescueActs(room, tile) {
  const { attempt } = tile;
  const file = el("input", { type: "file", hidden: true, accept: ".examrescue", "aria-label": t("救援文件", "Rescue file") });
  file.addEventListener("change", async () => {
    const [chosen] = file.files || [];
    if (!chosen) return;
    const content = chosen.size > MOST_BYTES ? "" : await chosen.text();
    file.value = "";
    await room.press("/rescue", { attempt, file: content });
  });
  const acts = [file, button(t("导入救援文件", "Import rescue file"), () => file.click())];
  if (tile.rescued) {
    const title = t(`采用 ${tile.rescued} 项救援作答`, `Let ${tile.rescued} rescued answers count`);
    acts.push(button(t("采用救援作答", "Apply rescued answers"), () => byTwo(room, title, tile, "/apply-rescue", { attempt })));
    const not = t(`不采用 ${tile.rescued} 项救援作答`, `Do not let ${tile.rescued} rescued answers count`);
    acts.push(button(t("不采用救援作答", "Refuse rescued answers"), () => byTwo(room, not, tile, "/refuse-rescue", { attempt })));
  }
  return acts;
}
