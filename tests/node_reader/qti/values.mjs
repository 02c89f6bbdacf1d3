// Values of QTI: NULL is null, else { base, kind, atoms } (a record: { kind: 'record', fields }).
import { refuse } from './refused.mjs';

const FLOAT = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/;
const TEXTS = ['identifier', 'uri', 'file', 'intoridentifier'];
export const BASES = [...TEXTS, 'string', 'integer', 'float', 'duration', 'boolean', 'point', 'pair', 'directedpair'];
export const CONTAINERS = ['multiple', 'ordered'];

export const of = (base, kind, atoms) => (atoms.length ? { base, kind, atoms } : null);
export const bool = (truth) => (truth === null ? null : of('boolean', 'single', [truth]));
export const number = (found, base = 'float') => (found === null || !Number.isFinite(found) ? null : of(base, 'single', [found]));

/** What a text says in a base type: undefined if it says nothing, null if it cannot. */
export function atom(text, base, authored = true) {
  if (base === 'string') {
    const said = authored && text.includes('\n') ? text.trim() : text;
    return said === '' ? undefined : said;
  }
  const said = text.trim();
  if (said === '') return undefined;
  if (TEXTS.includes(base)) return said;
  if (base === 'boolean') return { true: true, 1: true, false: false, 0: false }[said.toLowerCase()] ?? null;
  if (base === 'integer') return /^[+-]?\d+$/.test(said) ? Number(said) : null;
  if (base === 'float') return FLOAT.test(said) ? Number(said) : null;
  if (base === 'duration') return FLOAT.test(said) ? Number(said) : seconds(said);
  const parts = said.replace(base === 'point' ? /,/g : /$^/g, ' ').split(/\s+/);
  if (parts.length !== 2) return null;
  if (base !== 'point') return base === 'pair' ? parts.sort() : parts;
  return parts.every((part) => FLOAT.test(part)) ? parts.map(Number) : null;
}

function seconds(said) {
  const found = /^P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?)?$/.exec(said);
  if (!found || found.slice(1).every((part) => part === undefined)) return null;
  const [days, hours, minutes, rest] = found.slice(1).map((part) => Number(part ?? 0));
  return ((days * 24 + hours) * 60 + minutes) * 60 + rest;
}

/** What stands in an item; what cannot be read there is a fault of the item. */
export function authored(texts, base, kind) {
  const atoms = texts.map((text) => atom(text, base)).filter((one) => one !== undefined);
  return atoms.includes(null) ? refuse() : of(base, kind, atoms);
}

const key = (one) => JSON.stringify(one);

/** Bags in any order, sequences in theirs; of two single ones any of the listed is right. */
export function same(one, other) {
  const [mine, theirs] = [one.atoms.map(key), other.atoms.map(key)];
  if (one.kind === 'single' && other.kind === 'single') return mine.some((a) => theirs.includes(a));
  if (one.kind === 'ordered' && other.kind === 'ordered') return mine.join() === theirs.join();
  return mine.sort().join() === theirs.sort().join();
}

export const holds = (value, one) => value.atoms.map(key).includes(key(one));
export const countOf = (value, one) => value.atoms.map(key).filter((a) => a === key(one)).length;
export const distinct = (value) => [...new Map(value.atoms.map((one) => [key(one), one])).values()];

// Sums as the numbers are written: decimals as whole numbers over a power of ten.
function decimal(value) {
  const [digits, exponent = '0'] = String(value).split('e');
  const [whole, part = ''] = digits.split('.');
  return { whole: BigInt(whole + part), places: part.length - Number(exponent) };
}
const lifted = ({ whole, places }, to) => whole * 10n ** BigInt(to - places);
const back = (whole, places) => Number(`${whole}e${-places}`);

export function sum(numbers) {
  const read = numbers.map(decimal);
  const places = Math.max(0, ...read.map((one) => one.places));
  return back(read.reduce((total, one) => total + lifted(one, places), 0n), places);
}

export function product(numbers) {
  const read = numbers.map(decimal);
  return back(read.reduce((total, one) => total * one.whole, 1n), read.reduce((n, one) => n + one.places, 0));
}

/** Halves away from nought, on the digits as they are written. */
export function rounded(value, places) {
  const { whole, places: held } = decimal(value);
  if (held <= places) return value;
  const unit = 10n ** BigInt(held - places);
  const size = whole < 0n ? -whole : whole;
  const up = (size + unit / 2n) / unit;
  return back(whole < 0n ? -up : up, places);
}
