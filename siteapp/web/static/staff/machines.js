// The machines of the room: polled every three seconds, one row each. All text is textContent.

import { ask } from "../shared/dialog.js";
import { el, setText } from "../shared/dom.js";
import { language, t } from "../shared/words.js";

const POLL_MS = 3000;
const CLOCK_OFF_MS = 60_000;
const CHINA_MINUTES = 480;
const STATES = {
  here: [t("已打开考试页面", "page open"), "mark good"],
  on: [t("已开机，未打开页面", "on, page not open"), "mark warn"],
  announced: [t("只有通告，未应答", "announced, no answer"), "mark"],
  away: [t("无响应", "silent"), "mark bad"],
};
const SOURCES = {
  browser: t("浏览器", "browser"),
  agent: t("座位程序", "agent"),
  neighbour: t("网络", "network"),
  announced: t("通告", "announced"),
};
const FLAGS = {
  "shared-address": t("与另一浏览器共用地址", "shares its address with another browser"),
  cloned: t("标识与其他机器重复（磁盘克隆）", "named like another machine (cloned disk)"),
  "other-version": t("座位程序版本不同", "agent of another version"),
};

let latest = null;
let chosen = "";
/** @type {Map<string, {said: string, row: HTMLElement}>} */
const rows = new Map();

const gib = (mib) => `${(mib / 1024).toFixed(mib < 10240 ? 1 : 0)} GiB`;

/** What the agent told, as short pieces. */
function condition({ facts }) {
  if (!facts) return [];
  const { memory_mib: memory, disk_free_mib: disk, load_percent: load, battery, displays } = facts;
  return [
    memory !== null && t(`内存 ${gib(memory)}`, `memory ${gib(memory)}`),
    disk !== null && t(`磁盘剩余 ${gib(disk)}`, `disk free ${gib(disk)}`),
    load !== null && t(`负载 ${load}%`, `load ${load} %`),
    battery && t(`电池 ${battery.percent}%`, `battery ${battery.percent} %`) + (battery.plugged ? "" : t("（未插电）", " (unplugged)")),
    displays > 1 && t(`${displays} 台显示器`, `${displays} displays`),
  ].filter(Boolean);
}

/** What somebody should look at. */
function warnings(machine) {
  const { facts, claims, flags } = machine;
  const found = flags.filter((flag) => FLAGS[flag]).map((flag) => FLAGS[flag]);
  if (claims) found.push(t(`自称座位 ${claims}，该座位已有机器`, `says seat ${claims}, which another machine holds`));
  if (!facts) return found;
  if (facts.remote && facts.remote.length) found.push(t("远程控制：", "Remote control: ") + facts.remote.join(t("、", ", ")));
  if (facts.virtual) found.push(t(`虚拟机（${facts.virtual}）`, `virtual machine (${facts.virtual})`));
  const off = facts.clock_off_ms;
  if (off !== null && Math.abs(off) > CLOCK_OFF_MS) found.push(t(`时钟偏差 ${Math.round(off / 60000)} 分钟`, `clock off by ${Math.round(off / 60000)} min`));
  if (facts.zone_minutes !== CHINA_MINUTES) found.push(t("时区不是北京时间", "time zone is not Beijing's"));
  return found;
}

/** How long ago, coarse, so that a row is not drawn anew every second. @param {number} ms */
function ago(ms) {
  const seconds = Math.max(0, Math.round(ms / 10_000) * 10);
  if (seconds < 20) return t("刚刚", "just now");
  if (seconds < 120) return t(`${seconds} 秒前`, `${seconds} s ago`);
  const minutes = Math.round(seconds / 60);
  return minutes < 120 ? t(`${minutes} 分钟前`, `${minutes} min ago`) : t(`${Math.round(minutes / 60)} 小时前`, `${Math.round(minutes / 60)} h ago`);
}

function content(machine, now) {
  const contacts = Object.entries(machine.contacts).sort((a, b) => b[1] - a[1]);
  const heard = contacts.map(([source, at]) => `${SOURCES[source] || source} ${ago(now - at)}`);
  return { machine: { ...machine, contacts: null, facts: null }, heard, condition: condition(machine), warns: warnings(machine), host: machine.facts ? machine.facts.host : "", system: machine.facts ? machine.facts.system : "" };
}

function drawn({ machine, heard, condition: parts, warns, host, system }) {
  const [words, mark] = STATES[machine.state];
  const fine = (text) => text && el("span", { class: "fine" }, text);
  const others = machine.addresses.length > 1 ? t(`曾用 ${machine.addresses.slice(1, 3).join(" ")}`, `also ${machine.addresses.slice(1, 3).join(" ")}`) : "";
  return el("tr", { class: machine.state },
    el("td", { class: "seat" }, machine.seat ? String(machine.seat) : "—"),
    el("td", {}, el("span", { class: mark }, words)),
    el("td", { class: "number" }, machine.address, fine(machine.mac), fine(others)),
    el("td", {}, host || machine.browser || "—", fine([system, host && machine.browser].filter(Boolean).join(" · "))),
    el("td", {}, warns.map((one) => el("span", { class: "warns" }, one)), parts.length ? el("span", { class: "small" }, parts.join(" · ")) : warns.length ? "" : el("span", { class: "quiet" }, "—")),
    el("td", { class: "small" }, heard[0], fine(heard.slice(1).join(" · "))));
}

/** Only rows whose words have changed are drawn anew. */
function showRows({ machines, now }) {
  const shown = machines.filter((one) => !chosen || one.state === chosen);
  const order = shown.map((machine) => {
    const what = content(machine, now);
    const said = JSON.stringify(what);
    const before = rows.get(machine.key);
    if (before && before.said === said) return before.row;
    const row = drawn(what);
    rows.set(machine.key, { said, row });
    return row;
  });
  const body = document.getElementById("rows");
  if (order.length !== body.children.length || order.some((row, i) => body.children[i] !== row)) body.replaceChildren(...order);
  document.getElementById("none").hidden = shown.length > 0;
}

function showCounts({ machines }) {
  const count = (state) => machines.filter((one) => !state || one.state === state).length;
  const chips = [["", t("全部", "all")], ...Object.entries(STATES).map(([state, [words]]) => [state, words])];
  const buttons = chips.filter(([state]) => !state || count(state) || state === chosen).map(([state, words]) =>
    el("button", { type: "button", "aria-pressed": String(state === chosen), on: { click: () => choose(state) } }, el("b", {}, String(count(state))), words));
  const place = document.getElementById("counts");
  const focused = [...place.children].indexOf(document.activeElement);
  place.replaceChildren(...buttons);
  if (focused >= 0 && buttons[focused]) buttons[focused].focus();
}

function choose(state) {
  chosen = state;
  show(latest);
}

function showServers({ servers, sharers }) {
  const notices = servers.map((one) => {
    const what = one.same_site
      ? t("网络中还有本考点的另一台服务器", "A second server of this site is on this network")
      : t("网络中还有另一台考试服务器", "A second server is on this network");
    const facts = [one.name, one.address, one.version, one.same_host && t("名称与本机相同", "has this server's name")].filter(Boolean).join(" · ");
    return el("div", { class: "notice warn" }, el("strong", {}, what), ` ${facts}`);
  });
  const shared = sharers.map((address) => el("div", { class: "notice warn" }, el("strong", {}, t("另一台机器也自称本服务器的名称", "Another machine answers to this server's name")), ` ${address}`));
  document.getElementById("servers").replaceChildren(...notices, ...shared);
}

/** How long the sweep of so many addresses takes, in whole minutes: 896 of them in 4.5 s. @param {number} count */
const minutes = (count) => Math.max(1, Math.round((count / 896) * 4.5 / 60));

/** A network that is not swept unasked: the question, and how far it is. */
function showWide({ networks, addresses, done, total, running }) {
  document.getElementById("wide").hidden = !networks.length;
  const progress = document.getElementById("wide-progress");
  progress.hidden = !running;
  progress.max = total || 1;
  progress.value = done;
  const names = networks.join(" ");
  const before = total && !running ? t(`已查找 ${done} 个地址。`, `${done} addresses were looked through. `) : "";
  const said = running
    ? t(`正在查找 ${names}：${done} / ${total}`, `Looking through ${names}: ${done} of ${total}`)
    : before + t(`本网段很大，只自动查找服务器所在的 /24。${names} 共 ${addresses} 个地址，全部查找约需 ${minutes(addresses)} 分钟。`, `This network is large: only the /24 around the server is looked through by itself. ${names} has ${addresses} addresses; all of them take about ${minutes(addresses)} min.`);
  setText(document.getElementById("wide-said"), said);
  const button = document.getElementById("wide-sweep");
  button.hidden = running;
  setText(button, t(`查找全部 ${addresses} 个地址`, `Look through all ${addresses}`));
}

async function sweepWide() {
  const { networks, addresses } = latest.wide;
  await ask({
    title: t(`查找 ${networks.join(" ")} 的全部 ${addresses} 个地址？`, `Look through all ${addresses} addresses of ${networks.join(" ")}?`),
    says: [t(`在后台进行，约需 ${minutes(addresses)} 分钟；向每个地址发一个小数据包。有考试进行时不能查找，开考时自动停止。`, `It runs in the background for about ${minutes(addresses)} min and sends one small packet to each address. Not while a sitting is open; it stops when one opens.`)],
    yes: t("开始查找", "Look through"),
    failed: (error) => el("p", { class: "notice bad", role: "alert" }, error.message),
    work: async () => {
      const answer = await fetch("/api/machines/sweep", { method: "POST", credentials: "same-origin" });
      const { error } = await answer.json();
      if (!answer.ok) throw new Error(`${error.message[language()]} ${error.hint[language()]}`);
    },
  });
}

let drawnCounts = "";

function show(state) {
  latest = state;
  const counts = JSON.stringify([chosen, state.servers, state.sharers, state.machines.map((one) => one.state)]);
  if (counts !== drawnCounts) {
    drawnCounts = counts;
    showCounts(state);
    showServers(state);
  }
  showRows(state);
  showWide(state.wide);
  const alone = t("本服务只在本机监听，没有可查找的网络", "This service listens on this machine only: there is no network to look through");
  const swept = !state.networks.length ? alone : state.swept_at
    ? t(`${state.networks.join(" ")} · ${ago(state.now - state.swept_at)}查找，用时 ${state.seconds} 秒`, `${state.networks.join(" ")} · looked through ${ago(state.now - state.swept_at)}, in ${state.seconds} s`)
    : t("正在查找整个网段……", "Looking through the network …");
  setText(document.getElementById("swept"), swept);
}

async function poll() {
  const contact = document.getElementById("contact");
  try {
    const answer = await fetch("/api/machines", { credentials: "same-origin" });
    if (answer.status === 401) location.href = "/staff/sign-in";
    if (!answer.ok) throw new Error(String(answer.status));
    show(await answer.json());
    setText(contact, t("实时", "live"));
    contact.className = "mark good";
  } catch (error) {
    console.info("not heard", String(error));
    setText(contact, t("与服务器失去联系，正在重试", "No contact with the server; trying again"));
    contact.className = "mark bad";
  }
  setTimeout(poll, POLL_MS);
}

document.getElementById("wide-sweep").addEventListener("click", sweepWide);
poll();
