/** A file to hand in: choosing and dropping it, its way to the server, and the versions there are. */

import { el, setText, stressed } from "../shared/dom.js";
import { say, t } from "../shared/words.js";
import { notice } from "./frame.js";

/** @typedef {import("./places.js").Place} Place */
/** @typedef {import("./types.js").FileEntry} FileEntry */
/** @typedef {{key: string, name: string, size: number, done: number, level: string, words: string, entry: FileEntry|null, counts: boolean}} Line */

/** @param {import("./app.js").App} app @param {Place} place @returns {import("./place-view.js").AnswerView} */
export function fileView(app, place) {
  const said = el("div", { role: "status" });
  const choose = (/** @type {FileList|null} */ files) => take(app, place, said, files);
  const list = versionList(app, place);
  const element = el(
    "div",
    { class: "text-answer file-answer" },
    el("div", { class: "stem", lang: "zh-CN" }, el("h2", {}, place.title || ""), el("p", { class: "prose" }, ...stressed(place.stem))),
    picker(place, choose),
    said,
    list.element,
  );
  return { element, update: list.update };
}

/** @param {Place} place @param {(files: FileList|null) => void} choose */
function picker(place, choose) {
  const input = el("input", { type: "file", id: "answer-file", class: "sr", accept: place.accept.join(","), tabindex: "-1", "aria-label": place.title });
  input.addEventListener("change", () => {
    choose(input.files);
    // The same file may be chosen again.
    input.value = "";
  });
  const button = el("button", { type: "button", on: { click: () => input.click() } }, t("选择文件", "Choose a file"));
  const kinds = place.accept.join(t("、", ", "));
  const hint = t(`或把文件拖到这里。${kinds && `格式：${kinds}。`}`, `or drop it here.${kinds && ` Kinds: ${kinds}.`}`);
  const area = el("div", { class: "drop" }, button, input, el("span", { class: "quiet" }, hint));
  const over = (/** @type {boolean} */ on) => (/** @type {DragEvent} */ event) => {
    event.preventDefault();
    area.classList.toggle("over", on);
  };
  area.addEventListener("dragover", over(true));
  area.addEventListener("dragleave", over(false));
  area.addEventListener("drop", (event) => {
    over(false)(event);
    choose(event.dataTransfer && event.dataTransfer.files);
  });
  return area;
}

/** @param {import("./app.js").App} app @param {Place} place @param {HTMLElement} said @param {FileList|null} files */
function take(app, place, said, files) {
  const file = files && files[0];
  if (!file) return;
  const several = files.length > 1 && t("一次只能上传一个文件；要交多个文件请先打包。", "One file at a time: pack several into one.");
  const why = several || refusal(place, file);
  said.replaceChildren(...(why ? [notice("bad", why)] : []));
  if (why) return;
  const attempt = /** @type {import("./attempt.js").Attempt} */ (app.attempt);
  attempt.files.add(place.ref, file).catch((error) => {
    console.warn("not read", error);
    said.replaceChildren(notice("bad", t("无法读取这个文件，请重新选择。", "This file cannot be read: choose it again.")));
  });
}

/** @param {Place} place @param {File} file */
function refusal(place, file) {
  if (!file.size) return t("这是空文件。", "This file is empty.");
  const kinds = place.accept.map((kind) => `.${kind.toLowerCase().replace(/^\./, "")}`);
  if (!kinds.length || kinds.some((kind) => file.name.toLowerCase().endsWith(kind))) return "";
  return t(`这里只收 ${kinds.join("、")} 文件。`, `Only ${kinds.join(", ")} files are taken here.`);
}

/** @param {import("./app.js").App} app @param {Place} place */
function versionList(app, place) {
  const rows = el("ol", { class: "versions" });
  const rule = el("p", { class: "quiet small" }, t("可以多次上传，各个版本都保留；标有“计入成绩”的那一个算数。", "You may upload again, and all versions are kept; the one that says “counts” is marked."));
  const element = el("section", { "aria-label": t("文件版本", "Versions") }, rows, rule);
  /** @type {Map<string, ReturnType<typeof row>>} */
  let shown = new Map();
  const update = () => {
    const lines = linesOf(app, place);
    const before = [...shown.keys()].join();
    shown = new Map(lines.map((line) => [line.key, shown.get(line.key) || row(app)]));
    lines.forEach((line) => shown.get(line.key)?.fill(line));
    if ([...shown.keys()].join() !== before) rows.replaceChildren(...[...shown.values()].map((one) => one.element));
  };
  update();
  return { element, update };
}

/** @param {import("./app.js").App} app */
function row(app) {
  const name = el("span", { class: "file-name" });
  const mark = el("span", { class: "mark" });
  const counts = el("strong", { class: "counted" }, t("✓ 计入成绩", "✓ counts"));
  const bar = el("progress", {});
  /** @type {FileEntry|null} */
  let entry = null;
  const drop = () => entry && app.attempt && app.attempt.files.giveUp(entry);
  const away = el("button", { type: "button", class: "plain", on: { click: drop } }, t("不要了", "Remove"));
  const element = el("li", {}, name, mark, counts, bar, away);
  /** @param {Line} line */
  const fill = (line) => {
    entry = line.entry;
    setText(name, `${line.name}（${sizeOf(line.size)}）`);
    setText(mark, line.words);
    mark.className = `mark ${line.level}`;
    counts.hidden = !line.counts;
    bar.max = line.size || 1;
    bar.value = line.done;
    bar.hidden = line.level !== "warn";
    away.hidden = !entry || entry.standing === "held";
    bar.setAttribute("aria-label", line.name);
  };
  return { element, fill };
}

/** @param {import("./app.js").App} app @param {Place} place @returns {Line[]} the newest first */
function linesOf(app, place) {
  const { files } = /** @type {import("./attempt.js").Attempt} */ (app.attempt);
  const others = files.elsewhere(place.ref).map((one) => ({
    ...{ key: `${one.instance}/${one.sequence}`, name: one.name, size: one.size, done: one.size },
    ...{ level: "good", words: t("已保存到服务器", "On the server"), entry: null, counts: one.counts },
  }));
  const mine = files.entries.filter((one) => one.item === place.ref).map((one) => lineOf(app, one));
  const reading = files.reading.filter((one) => one.item === place.ref).map((one) => ({
    ...{ key: `reading/${one.name}`, name: one.name, size: one.size, done: one.read },
    ...{ level: "warn", words: t("正在核对文件", "Checking the file"), entry: null, counts: false },
  }));
  return [...others, ...mine, ...reading].reverse();
}

/** @param {import("./app.js").App} app @param {FileEntry} entry @returns {Line} */
function lineOf(app, entry) {
  const [level, words] = standingWords(app, entry);
  const { files, record } = /** @type {import("./attempt.js").Attempt} */ (app.attempt);
  const counts = files.counts({ instance: record.instance, sequence: entry.sequence });
  return { key: String(entry.sequence), name: entry.name, size: entry.size, done: entry.offset, level, words, entry, counts };
}

/** @param {import("./app.js").App} app @param {FileEntry} entry */
function standingWords(app, entry) {
  if (entry.standing === "held") return ["good", t("已保存到服务器", "On the server")];
  if (entry.standing === "refused") return ["bad", t("服务器未接受：", "Not taken: ") + (entry.reason ? say(entry.reason) : "")];
  const share = Math.floor((100 * entry.offset) / entry.size);
  if (app.attempt && app.attempt.files.isLost(entry)) {
    return ["warn", t(`本机没有留下这个文件，请重新选择它，从 ${share}% 继续`, `This page lost the file: choose it again, it goes on at ${share}%`)];
  }
  if (app.contact === "away") return ["warn", t(`仅在本机，等待服务器（${share}%）`, `Only on this machine, waiting for the server (${share}%)`)];
  return ["warn", t(`仅在本机，正在上传 ${share}%`, `Only on this machine, going up: ${share}%`)];
}

/** @param {number} bytes */
function sizeOf(bytes) {
  if (bytes < 1024) return `${bytes} B`;
  if (bytes < 1024 * 1024) return `${Math.round(bytes / 1024)} KB`;
  return `${(bytes / 1024 / 1024).toFixed(1)} MB`;
}
