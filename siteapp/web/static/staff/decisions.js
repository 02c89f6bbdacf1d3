// What waits for the invigilator: time to give back, drawn, and late answers. All text is textContent.

/** The parser knows the namespace of a drawing, so no script needs to name it. */
const SVG = document.getElementById("stretch").namespaceURI;
const WIDTH = 260;
const HEIGHT = 14;
const MARGIN_MS = 15000;

function drawn(name, attributes) {
  const made = document.createElementNS(SVG, name);
  Object.entries(attributes).forEach(([key, value]) => made.setAttribute(key, String(value)));
  return made;
}

function clock(ms) {
  const seconds = Math.round(ms / 1000);
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}

/** The seat's time around its silences: heard, silent but the page worked, lost. */
function picture(one, t) {
  const every = [...one.silent, ...one.lost];
  const from = Math.min(...every.map((span) => span[0])) - MARGIN_MS;
  const to = Math.max(...every.map((span) => span[1])) + MARGIN_MS;
  const x = (ms) => ((Math.max(from, Math.min(ms, to)) - from) / (to - from)) * WIDTH;
  const svg = drawn("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, class: "stretch", role: "img" });
  svg.setAttribute("aria-label", t(`无可用页面 ${clock(one.ms)}`, `No usable page for ${clock(one.ms)}`));
  const bar = (span, name, thick) =>
    drawn("rect", { x: x(span[0]), width: Math.max(2, x(span[1]) - x(span[0])), y: (HEIGHT - thick) / 2, height: thick, rx: 2, class: name });
  svg.append(bar([from, to], "heard", 4));
  one.silent.forEach((span) => svg.append(bar(span, "quiet-part", 8)));
  one.worked.forEach((span) => svg.append(bar(span, "worked-part", 8)));
  one.lost.forEach((span) => svg.append(bar(span, "lost-part", HEIGHT)));
  return svg;
}

let reason = "";

/** The buttons of the panels; `room` brings t, element, button, act and the state. */
export class Decisions {
  constructor(room) {
    this.room = room;
  }

  /** What there is to decide, for one seat or (null) for the room; nothing if nothing. */
  parts(state, tile) {
    const lost = state.lost.filter((one) => !tile || one.attempt === tile.attempt);
    const late = state.tiles.filter((one) => one.late && (!tile || one.attempt === tile.attempt));
    const parts = lost.length ? [this.lostPanel(state, lost, !tile)] : [];
    const undecided = !lost.length && tile && tile.held && tile.phase === "started";
    if (undecided) parts.push(this.heldPanel(tile));
    if (late.length) parts.push(this.latePanel(late));
    return parts;
  }

  lostPanel(state, lost, room) {
    const { t, element, button } = this.room;
    const panel = element("section", "decision");
    panel.append(element("h2", "", t("建议补时", "Time to give back")));
    panel.append(this.reasons());
    if (room && lost.length > 1) {
      const all = t(`为 ${lost.length} 人各补所失时间`, `Give all ${lost.length} their time`);
      panel.append(button(all, () => this.decide("", true), ""));
    }
    lost.forEach((one) => panel.append(this.row(state, one)));
    return panel;
  }

  row(state, one) {
    const { t, element, button } = this.room;
    const row = element("div", "decision-row");
    const since = clock(one.lost[0][0] - one.started_ms);
    const head = element("div", "row");
    head.append(element("b", "", `${one.seat} ${one.name}`), element("span", "lost-ms", clock(one.ms)));
    const given = one.granted_ms ? t(`；已补 ${clock(one.granted_ms)}`, `; already given ${clock(one.granted_ms)}`) : "";
    const words = t(`开考后 ${since} 起没有可用的页面${given}`, `No usable page from ${since} on${given}`);
    const admission = state.tiles.find((tile) => tile.attempt === one.attempt).admission;
    row.append(head, picture(one, t), element("p", "quiet small", words));
    row.append(button(t(`补 ${clock(one.ms)}`, `Give ${clock(one.ms)}`), () => this.decide(admission, true), ""));
    row.append(button(t("不补", "Give nothing"), () => this.decide(admission, false)));
    return row;
  }

  /** The server was away, and this page has not said yet how it fared. */
  heldPanel(tile) {
    const { t, element, button } = this.room;
    const panel = element("section", "decision");
    panel.append(element("h2", "", t("待决定补时", "Decide on time")));
    panel.append(element("p", "small", t(
      "服务器曾经中断，该页面尚未报告中断期间是否可用。到时不自动收卷。",
      "The server was away, and this page has not reported whether it could be used. It is not collected by the clock.")));
    panel.append(this.reasons(), button(t("不补", "Give nothing"), () => this.decide(tile.admission, false)));
    return panel;
  }

  reasons() {
    const { t, element } = this.room;
    const label = element("label", "field small", t("原因", "Reason"));
    const choice = element("select");
    const known = [
      t("考试机断电或故障", "Machine or power failed"),
      t("浏览器异常关闭", "The browser closed by itself"),
      t("服务器或网络故障", "Server or network failed"),
    ];
    if (reason && !known.includes(reason)) known.push(reason);
    [...known, t("其他…", "Other…")].forEach((words) => choice.append(element("option", "", words)));
    if (reason) choice.value = reason;
    choice.addEventListener("change", () => {
      if (choice.selectedIndex < known.length) reason = choice.value;
      else this.room.asked(t("原因", "Reason"), (said) => {
        const other = element("option", "", said);
        choice.prepend(other);
        choice.value = reason = said;
      });
    });
    reason = reason || known[0];
    label.append(choice);
    return label;
  }

  decide(admission, give) {
    this.room.act("/lost-time", { admission, give, reason });
  }

  latePanel(late) {
    const { t, element, button } = this.room;
    const panel = element("section", "decision");
    panel.append(element("h2", "", t("迟到的作答", "Late answers")));
    panel.append(element("p", "small", t(
      "到时后才送达，不能自动计入。须两人决定。",
      "They arrived after the end and do not count by themselves. Two people decide.")));
    late.forEach((tile) => {
      const row = element("div", "decision-row");
      row.append(element("b", "", `${tile.seat} ${tile.name}`), element("span", "lost-ms", t(`${tile.late} 条`, `${tile.late} saves`)));
      const acts = element("div");
      acts.append(button(t("计入", "Count them"), () => this.judge(tile, true), ""));
      acts.append(button(t("不计入", "Do not count"), () => this.judge(tile, false)));
      row.append(acts);
      panel.append(row);
    });
    return panel;
  }

  judge(tile, counts) {
    const { t, act } = this.room;
    const title = counts ? t("计入迟到的作答", "Count the late answers") : t("不计入迟到的作答", "Do not count the late answers");
    this.byTwo(title, tile, (given) => act("/late", { attempt: tile.attempt, counts, ...given }));
  }

  /** A small form: the reason, and the second person's name and password. */
  byTwo(title, tile, then) {
    const { t, element } = this.room;
    const dialog = element("dialog");
    const form = element("form");
    const field = (name, words, type) => {
      const label = element("label", "field", words);
      const input = element("input");
      Object.assign(input, { name, type, required: true, autocomplete: "off", maxLength: 200 });
      label.append(input);
      return label;
    };
    const send = element("button", "", t("确定", "Decide"));
    const back = element("button", "plain", t("取消", "Cancel"));
    back.type = "button";
    back.addEventListener("click", () => dialog.close());
    const row = element("div", "row");
    row.append(send, back);
    form.append(
      element("h2", "", title), element("p", "", `${tile.seat} ${tile.name}`),
      field("reason", t("原因", "Reason"), "text"),
      field("second", t("第二人用户名", "Second person's user name"), "text"),
      field("password", t("第二人密码", "Second person's password"), "password"), row);
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      const given = Object.fromEntries(new FormData(form));
      dialog.close();
      then(given);
    });
    dialog.addEventListener("close", () => dialog.remove());
    dialog.append(form);
    document.body.append(dialog);
    dialog.showModal();
  }
}
