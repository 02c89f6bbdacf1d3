/** A large number over the page, by which whoever walks through the room knows this machine. */

import { el } from "../shared/dom.js";
import { t } from "../shared/words.js";

/** Pressed away on this page: it stays away while the same thing would be shown. */
let dismissed = "";

/** @param {{number?: number, seat?: number}} told what the server wants shown; number 0: nothing */
export function showNumber({ number = 0, seat = 0 }) {
  const before = document.getElementById("room-number");
  const says = `${number} ${seat}`;
  if (before && before.dataset.says === says) return;
  if (before) before.remove();
  if (!number) dismissed = "";
  if (!number || says === dismissed) return;
  const close = () => {
    dismissed = says;
    overlay.remove();
  };
  const words = seat ? t("本机的座位号", "The seat of this machine") : t("本机的编号", "The number of this machine");
  const note = seat ? t(`编号 ${number}，已绑定`, `Number ${number}, bound`) : t("请告诉考点管理员，或等候绑定", "Tell the administrator, or wait to be bound");
  const overlay = el(
    "div",
    { id: "room-number", class: seat ? "bound" : "", role: "status", data: { says } },
    el("p", {}, words),
    el("b", {}, String(seat || number)),
    el("p", { class: "quiet" }, note),
    el("button", { type: "button", class: "plain", on: { click: close } }, t("关闭", "Close")),
  );
  document.body.append(overlay);
}
