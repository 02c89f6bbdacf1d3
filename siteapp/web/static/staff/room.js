// The wall: polls the room every two seconds and shows one tile a seat. All text is textContent.

import { Decisions } from "./decisions.js";
import { showDisk } from "./disk.js";

const room = document.getElementById("room");
const zh = room.dataset.lang === "zh";
const t = (chinese, english) => (zh ? chinese : english);
const mayAct = room.dataset.role !== "administrator";
const isChief = room.dataset.role === "chief";
const select = document.getElementById("session");
const contact = document.getElementById("contact");

const STATES = {
  away: ["⚠", t("失联", "away")],
  absent: ["✕", t("缺考", "absent")],
  expected: ["○", t("未登录", "not here")],
  "signed-in": ["◔", t("已登录", "signed in")],
  confirmed: ["◑", t("已确认", "checked")],
  started: ["▶", t("作答中", "in exam")],
  "handed-in": ["✓", t("已交卷", "handed in")],
};
const PHASES = { waiting: t("未开考", "waiting"), open: t("考试中", "open"), closed: t("已结束", "closed") };

let chosen = null;
let latest = null;

function element(name, className, text) {
  const made = document.createElement(name);
  if (className) made.className = className;
  if (text !== undefined) made.textContent = text;
  return made;
}

function button(text, act, className = "plain") {
  const made = element("button", className, text);
  made.type = "button";
  made.addEventListener("click", act);
  return made;
}

function clock(ms) {
  const seconds = Math.ceil(ms / 1000);
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}

/** A key for one act, so that the same click sent twice counts once. */
function actKey() {
  return [...crypto.getRandomValues(new Uint8Array(12))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

async function call(session, path, body) {
  const headers = { "Content-Type": "application/json", "Idempotency-Key": actKey() };
  const given = body ? { method: "POST", headers, body: JSON.stringify(body) } : {};
  const answer = await fetch(`/api/room/${encodeURIComponent(session)}${path}`, { credentials: "same-origin", ...given });
  if (answer.status === 401) location.href = "/staff/sign-in";
  const said = await answer.json();
  if (!answer.ok) {
    const error = said.error || {};
    const words = error.message ? `${error.message[zh ? "zh" : "en"]}\n${error.hint[zh ? "zh" : "en"]}` : String(answer.status);
    throw Object.assign(new Error(words), { code: error.code });
  }
  return said;
}

async function act(path, body) {
  try {
    // The session on the screen, not the one just chosen in the list.
    show(await call(latest.session, path, body));
  } catch (error) {
    window.alert(error.message);
  }
}

/** Open a sitting; what the server objects to, the chief may overrule with a reason. */
async function openSitting(body) {
  try {
    show(await call(latest.session, "/open", body));
  } catch (error) {
    if (error.code !== "reserve-missing" || body.reason) window.alert(error.message);
    else asked(`${error.message}\n\n${t("仍要开考的原因", "Reason to open all the same")}`, (reason) => openSitting({ ...body, reason }));
  }
}

function sittingCard(sitting) {
  const card = element("section", "card sitting");
  const head = element("div", "row");
  head.append(element("h2", "", zh ? sitting.title.zh : sitting.title.en));
  head.append(element("span", sitting.phase === "open" ? "mark good" : "mark", PHASES[sitting.phase]));
  head.append(element("span", "quiet", t(
    `${sitting.candidates} 人 · 已开始 ${sitting.started} · 已交卷 ${sitting.handed_in}`,
    `${sitting.candidates} candidates · ${sitting.started} started · ${sitting.handed_in} handed in`)));
  if (isChief && sitting.phase === "waiting" && latest.unlocked) {
    head.append(button(t("开考", "Open"), () => openSitting({ sitting: sitting.id }), ""));
  }
  if (isChief && sitting.phase === "open") {
    head.append(button(t("结束考试", "Close"), () => closeSitting(sitting), "danger"));
  }
  card.append(head);
  return card;
}

function closeSitting(sitting) {
  const writing = sitting.started - sitting.handed_in;
  const question = writing
    ? t(`还有 ${writing} 名考生在作答，将强制收卷。确定结束？`, `${writing} candidates are still writing; their papers will be collected. Close?`)
    : t("确定结束这个科目？", "Close this sitting?");
  if (window.confirm(question)) act("/close", { sitting: sitting.id });
}

const places = new Map();

/** The tile of one attempt: made once and filled anew, so that a press or the focus outlives a poll. */
function placeOf(attempt) {
  if (!places.has(attempt)) {
    const place = element("div", "place");
    place.setAttribute("role", "listitem");
    place.append(button("", () => { chosen = attempt; show(latest); }, "tile"));
    places.set(attempt, place);
  }
  return places.get(attempt);
}

function fill(place, tile) {
  const made = place.firstChild;
  made.className = `tile ${tile.state}${tile.attempt === chosen ? " chosen" : ""}`;
  const [sign, words] = STATES[tile.state];
  const head = element("span", "tile-head");
  head.append(element("b", "", tile.seat));
  if (tile.phase === "started") head.append(element("span", "left", clock(tile.remaining_ms)));
  const parts = [head, element("span", "who", tile.name), element("span", "", `${sign} ${words}`)];
  if (tile.phase === "started" || tile.phase === "handed-in") {
    parts.push(element("span", "", `${tile.answered}/${tile.of}`));
  }
  const going = (latest.uploads || {})[tile.attempt] || 0;
  if (tile.files || going) {
    const coming = going ? t(` · 上传中 ${going}`, ` · ${going} going up`) : "";
    parts.push(element("span", "", t(`文件 ${tile.files}`, `files ${tile.files}`) + coming));
  }
  const lost = latest.lost.some((one) => one.attempt === tile.attempt);
  if ((tile.held || lost) && tile.phase === "started") {
    parts.push(element("span", "sign", `‖ ${t("待补时", "time due")}`));
  }
  if (tile.rescued) parts.push(element("span", "sign", `+ ${t(`待采用 ${tile.rescued}`, `${tile.rescued} rescued`)}`));
  if (tile.late) parts.push(element("span", "sign", `△ ${t("待裁定", "late work")}`));
  made.replaceChildren(...parts);
  return place;
}

function asked(question, then) {
  const said = window.prompt(question);
  if (said && said.trim()) then(said.trim());
}

function askedNumber(question, then) {
  asked(question, (said) => {
    const number = Number(said);
    if (Number.isInteger(number)) then(number);
  });
}

function actsFor(tile) {
  const who = { admission: tile.admission };
  const box = element("div");
  const reason = t("原因", "Reason");
  if (tile.phase !== "handed-in") {
    box.append(button(t("换座位", "Move"), () => askedNumber(t("换到几号座位？", "To which seat?"), (seat) =>
      asked(reason, (why) => act("/move", { ...who, seat, reason: why })))));
    box.append(button(t("发消息", "Message"), () => asked(t("消息", "Message"), (text) => act("/message", { ...who, text }))));
    box.append(button(t("解除登录等待", "Lift sign-in wait"), () => act("/lift", { seat: tile.seat })));
  }
  if (tile.phase === "started") {
    box.append(button(t("补时", "Make-up time"), () => askedNumber(t("补几分钟？", "How many minutes?"), (minutes) =>
      asked(reason, (why) => act("/extend", { ...who, minutes, reason: why })))));
    box.append(button(t("强制收卷", "Collect"), () => asked(reason, (why) => act("/collect", { ...who, reason: why })), "danger"));
  }
  if (["expected", "signed-in", "confirmed"].includes(tile.phase)) {
    box.append(button(t("缺考", "Absent"), () => window.confirm(t("记为缺考？", "Record as absent?")) && act("/absent", who)));
  }
  if (["started", "handed-in"].includes(tile.phase)) box.append(...rescueActs(tile));
  box.append(button(t("记异常", "Incident"), () => asked(t("发生了什么？", "What happened?"), (note) => act("/incident", { ...who, category: "other", note }))));
  if (isChief) {
    box.append(button(t("违纪", "Violation"), () => asked(t("违纪情况", "What did the candidate do?"), (note) => act("/violation", { ...who, note })), "danger"));
  }
  return box;
}

/** A file from a stick; and, once it is taken in, the decision that its answers count. */
function rescueActs(tile) {
  const attempt = tile.attempt;
  const file = element("input");
  file.type = "file";
  file.hidden = true;
  file.addEventListener("change", async () => act("/rescue", { attempt, file: await file.files[0].text() }));
  const acts = [file, button(t("导入救援文件", "Import rescue file"), () => file.click())];
  if (tile.rescued) {
    const title = t(`采用 ${tile.rescued} 项救援作答`, `Let ${tile.rescued} rescued answers count`);
    const apply = () => decisions.byTwo(title, tile, (given) => act("/apply-rescue", { attempt, ...given }));
    acts.push(button(t("采用救援作答", "Apply rescued answers"), apply));
  }
  return acts;
}

/** Away, or a decision is due. */
function isAlert(tile) {
  return tile.state === "away" || tile.rescued > 0;
}

function beside(tile) {
  const aside = document.getElementById("beside");
  if (!tile) {
    const alerts = latest.tiles.filter(isAlert);
    const list = element("ul");
    alerts.forEach((one) => {
      const line = element("li");
      line.append(button(`${one.seat} ${one.name}`, () => { chosen = one.attempt; show(latest); }));
      list.append(line);
    });
    const parts = [element("h2", "", t("需要注意", "Needs attention"))];
    parts.push(alerts.length ? list : element("p", "quiet", t("没有失联的座位，没有待采用的救援作答。", "No seat is away, no rescued answer waits.")));
    if (mayAct) parts.unshift(...decisions.parts(latest, null));
    if (mayAct) parts.push(...actsForAll());
    aside.replaceChildren(...parts);
    return;
  }
  const back = button(t("← 全考场", "← whole room"), () => { chosen = null; show(latest); });
  const facts = element("p", "quiet", [tile.admission, STATES[tile.state][1], tile.receipt].filter(Boolean).join(" · "));
  const parts = [back, element("h2", "", `${tile.seat} ${tile.name}`), facts];
  if (mayAct) parts.push(...decisions.parts(latest, tile), actsFor(tile));
  aside.replaceChildren(...parts);
}

function actsForAll() {
  const all = { admission: "" };
  return [
    element("h2", "", t("全考场", "Whole room")),
    button(t("补时", "Make-up time"), () => askedNumber(t("全体补几分钟？", "How many minutes for all?"), (minutes) =>
      asked(t("原因", "Reason"), (why) => act("/extend", { ...all, minutes, reason: why })))),
    button(t("发消息", "Message"), () => asked(t("给全体的消息", "Message to all"), (text) => act("/message", { ...all, text }))),
    button(t("记异常", "Incident"), () => asked(t("发生了什么？", "What happened?"), (note) => act("/incident", { ...all, category: "other", note }))),
  ];
}

const decisions = new Decisions({ t, element, button, act, asked });
const drawn = {};

/** Draw a part only when what it says has changed. */
function redraw(name, content, draw) {
  const said = JSON.stringify(content);
  if (drawn[name] !== said) {
    drawn[name] = said;
    draw();
  }
}

function show(state) {
  // The answer of a session that is no longer the chosen one comes too late.
  if (state.session !== select.value) return;
  latest = state;
  showDisk(state.disk, zh);
  redraw("sittings", [state.sittings, state.unlocked], () =>
    document.getElementById("sittings").replaceChildren(...state.sittings.map(sittingCard)));
  const shown = state.tiles.map((tile) => fill(placeOf(tile.attempt), tile));
  redraw("order", state.tiles.map((tile) => tile.attempt), () =>
    document.getElementById("tiles").replaceChildren(...shown));
  const tile = state.tiles.find((one) => one.attempt === chosen);
  const alerts = state.tiles.filter(isAlert).map((one) => one.attempt);
  const open = [state.lost, state.tiles.map((one) => one.late)];
  const about = tile ? [tile.attempt, tile.seat, tile.state, tile.receipt, tile.held, tile.rescued] : [state.session, alerts];
  redraw("beside", [...about, open], () => beside(tile));
}

let next = 0;

async function poll() {
  clearTimeout(next);
  const session = select.value;
  if (session) {
    try {
      show(await call(session, "", null));
      const alone = latest.servers && latest.servers.state === "alone";
      const both = latest.servers ? t("实时 · 两台服务器", "live · on both servers") : t("实时", "live");
      contact.textContent = alone ? t("仅在一台服务器上", "On one server only") : both;
      const apart = latest.servers && latest.servers.apart;
      if (apart) contact.textContent += t(" · 备用机有本机没有的记录，请勿删除", " · the spare has records that this server lacks; delete nothing");
      const uncopied = latest.copies && latest.copies.problem !== "";
      if (uncopied) contact.textContent += t(" · 副本未能写入", " · no sealed copy could be written");
      contact.className = alone || uncopied ? "mark bad" : "mark good";
    } catch (error) {
      contact.textContent = t("与服务器失去联系，正在重试", "No contact with the server; trying again");
      contact.className = "mark bad";
    }
  }
  clearTimeout(next);
  next = setTimeout(poll, 2000);
}

if (location.hash) {
  const wanted = [...select.options].find((one) => one.value === location.hash.slice(1));
  if (wanted) select.value = wanted.value;
}
select.addEventListener("change", () => {
  chosen = null;
  places.clear();
  Object.keys(drawn).forEach((name) => delete drawn[name]);
  poll();
});
poll();
