// Operators by their plain names: (operands, attributes) → value.
import { bool, CONTAINERS, countOf, holds, number, of, product, rounded, same, sum } from './values.mjs';
import { refuse } from './refused.mjs';

const NUMERIC = ['integer', 'float', 'duration'];
const truth = (value) => (value === null ? null : value.atoms[0] !== false);
const numberOf = (value) => (value && value.atoms.length === 1 && typeof value.atoms[0] === 'number' ? value.atoms[0] : null);
const flat = (all) => (all.includes(null) ? null : all.flatMap((value) => value.atoms));
const whole = (all) => (all.every((value) => value === null || value.base === 'integer') ? 'integer' : 'float');
/** NULL in, NULL out. */
const strict = (act) => (all, at) => (all.includes(null) ? null : act(all, at));
const two = (act) => (all) => {
  const [one, other] = all.map(numberOf);
  return one === null || other === null ? null : act(one, other);
};
const compared = (act) => two((one, other) => bool(act(one, other)));
const over = (act) => (all) => {
  const numbers = flat(all);
  return numbers?.length ? number(act(numbers), whole(all)) : null;
};
const gathered = (kind) => (all) => {
  const held = all.filter((value) => value !== null);
  return held.length ? of(held[0].base, kind, held.flatMap((value) => value.atoms)) : null;
};
const yes = (text, otherwise) => (text === undefined ? otherwise : !['false', '0'].includes(text.toLowerCase()));
const cased = (text, at) => (yes(at.casesensitive, true) ? text : text.toLowerCase());

function anyN(all, at) {
  const found = all.map(truth);
  const [least, most] = [Number(at.min), Number(at.max)];
  const sure = found.filter((one) => one === true).length;
  const possible = sure + found.filter((one) => one === null).length;
  if (sure > most || possible < least) return bool(false);
  return bool(sure >= least && possible <= most ? true : null);
}

function contains([outer, inner]) {
  if (outer.kind === 'ordered') {
    const [long, short] = [outer, inner].map((value) => value.atoms.map((one) => JSON.stringify(one)));
    const at = (start) => short.every((one, n) => long[start + n] === one);
    return bool(long.some((_, start) => at(start)));
  }
  return bool(inner.atoms.every((one) => countOf(inner, one) <= countOf(outer, one)));
}

function equal(all, at) {
  const [one, other] = all.map(numberOf);
  if (all.includes(null)) return null;
  if (one === null || other === null) return bool(same(all[0], all[1]));
  const mode = at.tolerancemode ?? 'exact';
  if (mode === 'exact') return bool(one === other);
  const said = (at.tolerance ?? refuse()).split(/[ ,]+/).map(Number);
  let [below, above] = [said[0], said.at(-1)];
  if (mode === 'relative') [below, above] = [below, above].map((share) => product([Math.abs(one), share, 0.01]));
  const [low, high] = [sum([one, -below]), sum([one, above])];
  const from = yes(at.includelowerbound, true) ? other >= low : other > low;
  return bool(from && (yes(at.includeupperbound, true) ? other <= high : other < high));
}

function near(value, at) {
  const mode = at.roundingmode ?? 'significantFigures';
  const figures = Number(at.figures);
  const places = mode === 'decimalPlaces' ? figures : figures - 1 - Math.floor(Math.log10(Math.abs(value) || 1));
  return rounded(value, places);
}

function dropped([gone, value]) {
  return of(value.base, value.kind, value.atoms.filter((one) => !holds(gone, one)));
}

export const OPERATORS = {
  null: () => null,
  isnull: ([value]) => bool(value === null),
  not: ([value]) => bool(truth(value) === null ? null : !truth(value)),
  and: (all) => bool(all.map(truth).includes(false) ? false : all.includes(null) ? null : true),
  or: (all) => bool(all.map(truth).includes(true) ? true : all.includes(null) ? null : false),
  anyn: anyN,
  match: strict(([one, other]) => bool(same(one, other))),
  member: strict(([one, held]) => bool(holds(held, one.atoms[0]))),
  contains: strict(contains),
  multiple: gathered('multiple'),
  ordered: gathered('ordered'),
  containersize: ([value]) => of('integer', 'single', [value ? value.atoms.length : 0]),
  index: strict(([value], at) => (value.atoms[at.n - 1] === undefined ? null : of(value.base, 'single', [value.atoms[at.n - 1]]))),
  delete: strict(dropped),
  stringmatch: strict(([one, other], at) => {
    const [a, b] = [one, other].map((value) => cased(String(value.atoms[0]), at));
    return bool(yes(at.substring, false) ? a.includes(b) : a === b);
  }),
  substring: strict(([one, other], at) => bool(cased(other.atoms[0], at).includes(cased(one.atoms[0], at)))),
  patternmatch: strict(([value], at) => bool(new RegExp(`^(?:${at.pattern})$`, 'u').test(value.atoms[0]))),
  integertofloat: ([value]) => number(numberOf(value)),
  sum: over(sum),
  product: over(product),
  min: over((numbers) => Math.min(...numbers)),
  max: over((numbers) => Math.max(...numbers)),
  subtract: (all) => two((one, other) => number(sum([one, -other]), whole(all)))(all),
  divide: two((one, other) => (other ? number(one / other) : null)),
  integerdivide: two((one, other) => (other ? number(Math.floor(one / other), 'integer') : null)),
  integermodulus: two((one, other) => (other ? number(one - other * Math.floor(one / other), 'integer') : null)),
  gt: compared((one, other) => one > other),
  gte: compared((one, other) => one >= other),
  lt: compared((one, other) => one < other),
  lte: compared((one, other) => one <= other),
  equal,
  equalrounded: (all, at) => two((one, other) => bool(near(one, at) === near(other, at)))(all),
  round: ([value]) => (numberOf(value) === null ? null : number(Math.floor(sum([numberOf(value), 0.5])), 'integer')),
  truncate: ([value]) => (numberOf(value) === null ? null : number(Math.trunc(numberOf(value)), 'integer')),
  roundto: ([value], at) => (numberOf(value) === null ? null : number(near(numberOf(value), at))),
};

/** A value as a variable of this type holds it. */
export function fitted(value, { base, kind }) {
  if (value === null) return null;
  if (!CONTAINERS.includes(kind) && value.atoms.length > 1) refuse();
  return of(base, kind, value.atoms.map((one) => (NUMERIC.includes(base) && typeof one === 'string' ? Number(one) : one)));
}

export const holdsTrue = (value) => truth(value) === true;
