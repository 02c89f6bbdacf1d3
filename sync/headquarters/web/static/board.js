/* The live board: asks for what changed every few seconds and draws only that. */
"use strict";
const board = document.getElementById("board");
const tiles = document.getElementById("tiles");
const words = JSON.parse(board.dataset.words);
const phases = board.dataset.phases.split(" ");
const problems = board.dataset.problems.split(" ");
const certain = new Set(board.dataset.certain.split(" "));
const WIDTH = 100;
const SVG = board.querySelector("svg").namespaceURI;
/* session → {row, name, tile}; a row is [phase, registered, absent, present, handed in, batches, archived, last minute, problems, software]. */
const known = new Map();
let version = "";
let minute = 0;
let chosen = "";
let stood = "";

function filled(text, ...facts) {
  return facts.reduce((said, fact) => said.replace(/%[ds]/, String(fact)), text);
}

function made(kind, name, text) {
  const node = document.createElement(kind);
  node.className = name;
  if (text !== undefined) node.textContent = text;
  return node;
}

function rect(name, from, width) {
  const node = document.createElementNS(SVG, "rect");
  for (const [key, value] of Object.entries({ class: name, x: from, width: Math.max(0, width), height: 8 }))
    node.setAttribute(key, value);
  return node;
}

function bar(registered, absent, present, handed) {
  const node = document.createElementNS(SVG, "svg");
  const part = (count) => (WIDTH * count) / Math.max(1, registered);
  node.setAttribute("viewBox", "0 0 100 8");
  node.setAttribute("preserveAspectRatio", "none");
  node.setAttribute("role", "img");
  node.setAttribute("aria-label", filled(board.dataset.bar, registered, absent, present, handed));
  node.append(rect("trough", 0, WIDTH), rect("handed", 0, part(handed)));
  node.append(rect("in", part(handed), part(present - handed)), rect("away", WIDTH - part(absent), part(absent)));
  return node;
}

function ago(last) {
  if (last === null) return board.dataset.noWord;
  const minutes = Math.max(0, minute - last);
  if (minutes < 1) return board.dataset.now;
  return minutes < 120 ? filled(board.dataset.ago, minutes) : filled(board.dataset.hours, Math.floor(minutes / 60));
}

function tone(row) {
  if (row[8].some(([code]) => certain.has(code))) return "bad";
  if (row[8].length) return "warn";
  if (row[0] === "complete") return "good";
  return row[0] === "running" ? "live" : "";
}

function line(left, right, name = "line") {
  const node = made("div", name);
  node.append(made("span", "", left), made("span", "quiet", right));
  return node;
}

function said(row) {
  return row[8].map(([code, count]) => (count > 1 ? `${words[code]} ${count}` : words[code])).join(" · ");
}

function draw(one) {
  const [phase, registered, absent, present, handed, batches, , last, , software] = one.row;
  const [site, session, start] = one.name;
  one.tile.className = `tile ${tone(one.row)}`;
  one.tile.replaceChildren(made("b", "", site));
  one.tile.append(line(`${start} ${session}`, words[phase]), bar(registered, absent, present, handed));
  const heard = `${filled(board.dataset.batches, batches)} · ${ago(last)}`;
  one.tile.append(line(`${handed} / ${present} / ${registered}`, heard, "line counts"));
  const text = said(one.row);
  one.tile.append(text ? made("div", "says", text) : made("div", "quiet", software));
  one.tile.title = `${site} · ${session} ${start} · ${text || words[phase]} · ${software}`;
  one.drawn = ago(last);
}

function rank(one) {
  const first = one.row[8].length ? problems.indexOf(one.row[8][0][0]) : problems.length;
  return first * 10 + phases.indexOf(one.row[0]);
}

function wanted(one) {
  const text = document.getElementById("find").value.trim().toLowerCase();
  if (text && !`${one.name[0]} ${one.name[3]}`.toLowerCase().includes(text)) return false;
  return !chosen || (chosen === "problem" ? one.row[8].length > 0 : one.row[0] === chosen);
}

function arrange() {
  const shown = [...known.values()].filter(wanted);
  shown.sort((a, b) => rank(a) - rank(b) || (a.name[3] < b.name[3] ? -1 : 1));
  const nodes = shown.map((one) => one.tile);
  const same = nodes.length === tiles.children.length && nodes.every((node, place) => tiles.children[place] === node);
  if (!same) tiles.replaceChildren(...nodes);
  document.getElementById("none").hidden = nodes.length > 0;
}

function total(name, count, whole) {
  const node = board.querySelector(`[data-total="${name}"]`);
  node.querySelector(".number").textContent = count;
  node.querySelector(".fill").setAttribute("width", whole ? (WIDTH * count) / whole : 0);
}

function sum() {
  const counts = { problem: 0 };
  const sums = [0, 0, 0];
  for (const { row } of known.values()) {
    counts[row[0]] = (counts[row[0]] || 0) + 1;
    if (row[8].length) counts.problem += 1;
    [1, 3, 4].forEach((place, at) => (sums[at] += row[place]));
  }
  for (const button of board.querySelectorAll(".phase")) {
    const count = counts[button.dataset.phase] || 0;
    button.querySelector(".number").textContent = count;
    if (button.dataset.phase === "problem") button.classList.toggle("some", count > 0);
  }
  const [registered, present, handed] = sums;
  total("registered", registered, registered);
  total("present", present, registered);
  total("writing", Math.max(0, present - handed), registered);
  total("handed", handed, registered);
}

function take(told) {
  if (told.names) known.clear();
  for (const [session, row] of Object.entries(told.rows)) {
    const one = known.get(session) || { tile: made("a", "tile"), name: told.names && told.names[session] };
    if (!one.name) return "";
    one.tile.href = `/sessions/${encodeURIComponent(session)}`;
    one.row = row;
    known.set(session, one);
    draw(one);
  }
  for (const session of told.gone || []) known.delete(session);
  return told.version;
}

async function look() {
  const answer = await fetch(`${board.dataset.rows}?since=${encodeURIComponent(version)}`, { headers: { Accept: "application/json" } });
  if (answer.redirected || answer.status === 401) {
    location.reload();
    return;
  }
  if (!answer.ok) throw new Error(String(answer.status));
  const told = await answer.json();
  const later = told.at !== minute;
  minute = told.at;
  const before = version;
  version = take(told);
  if (version !== before || !version) {
    arrange();
    sum();
  }
  if (later) for (const one of known.values()) if (one.drawn !== ago(one.row[7])) draw(one);
  stood = new Date().toLocaleTimeString();
  document.getElementById("stand").textContent = "";
}

async function poll() {
  try {
    await look();
  } catch {
    document.getElementById("stand").textContent = filled(board.dataset.away, stood || "—");
  }
  setTimeout(poll, document.hidden ? 6 * Number(board.dataset.poll) : Number(board.dataset.poll));
}

for (const button of board.querySelectorAll(".phase"))
  button.addEventListener("click", () => {
    chosen = chosen === button.dataset.phase ? "" : button.dataset.phase;
    for (const other of board.querySelectorAll(".phase"))
      other.setAttribute("aria-pressed", String(other.dataset.phase === chosen));
    arrange();
  });
document.getElementById("find").addEventListener("input", arrange);
poll();
