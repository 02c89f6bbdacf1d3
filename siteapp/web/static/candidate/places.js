/** The paper as a row of places: every item and every deliverable is one, numbered through. */

/** @typedef {import("./types.js").Paper} Paper */
/** @typedef {import("./types.js").Words} Words */
/**
 * @typedef {object} Place
 * @property {string} ref
 * @property {number} number
 * @property {"one"|"many"|"truth"|"gap"|"match"|"order"|"text"|"file"} choose
 * @property {import("./types.js").Said} stem
 * @property {string|null} title  of a deliverable
 * @property {import("./types.js").Option[]} options
 * @property {import("./types.js").Row[]} rows  of a matching item, or the places of an ordering one
 * @property {{title: string|null, text: import("./types.js").Said, table: string[][],
 *   materials: import("./types.js").Material[]}|null} beside  what is read beside it
 * @property {string[]} accept
 * @property {Group} group
 *
 * @typedef {object} Group
 * @property {string} id
 * @property {Words} title
 * @property {number|null} marksEach
 * @property {number|null} marks
 * @property {Place[]} places
 */

/** @param {Paper} paper @returns {Group[]} */
export function groupsOf(paper) {
  const groups = paper.parts.map(partGroup);
  const before = groups.reduce((sum, group) => sum + group.places.length, 0);
  let number = before;
  paper.tasks.forEach((task, i) => {
    groups.push(taskGroup(task, i, number));
    number += task.deliverables.length;
  });
  return groups.filter((group) => group.places.length);
}

/** @param {import("./types.js").Part} part @returns {Group} */
function partGroup(part) {
  /** @type {Group} */
  const group = { id: part.id, title: part.title, marksEach: part.marks_each, marks: null, places: [] };
  group.places = part.items.map((item) => ({
    ref: item.ref,
    number: item.number,
    choose: item.choose,
    stem: item.stem,
    title: null,
    options: item.options,
    rows: item.rows || [],
    beside: item.situation && { title: null, materials: [], ...item.situation },
    accept: [],
    group,
  }));
  return group;
}

/** @param {import("./types.js").Task} task @param {number} index @param {number} before @returns {Group} */
function taskGroup(task, index, before) {
  const title = { zh: `任务${index + 1}：${task.title}`, en: `Task ${index + 1}: ${task.title}` };
  /** @type {Group} */
  const group = { id: `task-${index + 1}`, title, marksEach: null, marks: task.marks, places: [] };
  const beside = { title: task.title, text: task.situation, table: [], materials: task.materials };
  group.places = task.deliverables.map((deliverable, i) => ({
    ref: deliverable.ref,
    number: before + i + 1,
    choose: deliverable.kind,
    stem: deliverable.prompt,
    title: deliverable.title,
    options: [],
    rows: [],
    beside,
    accept: deliverable.accept || [],
    group,
  }));
  return group;
}

/** True for an answer that says something. @param {import("./types.js").Response|undefined} response */
export function isAnswered(response) {
  return typeof response === "string" ? response.trim() !== "" : Boolean(response && response.length);
}
