// Canonical JSON and strict base64 (docs/specs/sealed-document.md).
const MAX_DEPTH = 64;
const TEXT = { fatal: true, ignoreBOM: true };

export class Strange extends Error {}

/** The value whose canonical form is exactly these bytes; Strange for anything else. */
export function decode(bytes) {
  let text, value;
  try {
    text = new TextDecoder('utf-8', TEXT).decode(bytes);
    value = JSON.parse(text);
  } catch {
    throw new Strange('not JSON');
  }
  if (encode(value) !== text) throw new Strange('not written canonically');
  return value;
}

/** The canonical form as text. */
export function encode(value, depth = 0) {
  if (value === null || typeof value === 'boolean') return String(value);
  if (typeof value === 'string') return quoted(value);
  if (typeof value === 'number') {
    if (!Number.isSafeInteger(value)) throw new Strange('not an integer that all readers read');
    return String(value);
  }
  if (depth === MAX_DEPTH) throw new Strange('nested too deeply');
  if (Array.isArray(value)) return `[${value.map((one) => encode(one, depth + 1)).join(',')}]`;
  // The default order of sort() is that of UTF-16 code units.
  const names = Object.keys(value).sort();
  return `{${names.map((n) => `${quoted(n)}:${encode(value[n], depth + 1)}`).join(',')}}`;
}

function quoted(text) {
  if (/\p{Surrogate}/u.test(text)) throw new Strange('half of a surrogate pair');
  return JSON.stringify(text);
}

/** The bytes of standard base64 with padding; Strange for any other writing of them. */
export function base64(text, length) {
  if (typeof text !== 'string') throw new Strange('not base64');
  const bytes = Buffer.from(text, 'base64');
  if (bytes.toString('base64') !== text) throw new Strange('not base64');
  if (length !== undefined && bytes.length !== length) throw new Strange(`${bytes.length} bytes`);
  return bytes;
}

/** `value` has exactly these members, each of which fits; of those that are `maybe` any. */
export function shaped(value, members) {
  if (value === null || typeof value !== 'object' || Array.isArray(value)) {
    throw new Strange('no object');
  }
  const names = Object.keys(members).filter((n) => Object.hasOwn(value, n) || !members[n].left);
  if (Object.keys(value).length !== names.length) throw new Strange('other members');
  const read = {};
  for (const name of names) {
    if (!Object.hasOwn(value, name)) throw new Strange(`no ${name}`);
    read[name] = members[name](value[name]);
  }
  return read;
}

// What a member may be: functions that give its value or throw.
export const string = (v) => (typeof v === 'string' ? v : strange('no string'));
export const text = (v) => (string(v) !== '' ? v : strange('empty'));
export const integer = (v) => (Number.isSafeInteger(v) ? v : strange('no integer'));
export const bool = (v) => (typeof v === 'boolean' ? v : strange('no boolean'));
export const atLeast = (low, high = Number.MAX_SAFE_INTEGER) => (v) =>
  integer(v) >= low && v <= high ? v : strange('out of range');
export const matching = (pattern) => (v) => (pattern.test(string(v)) ? v : strange('other form'));
export const oneOf = (...known) => (v) => (known.includes(v) ? v : strange('unknown word'));
export const bytes = (length) => (v) => base64(v, length);
export const list = (of) => (v) => (Array.isArray(v) ? v.map(of) : strange('no list'));
export const tuple = (...of) => (v) =>
  Array.isArray(v) && v.length === of.length ? v.map((x, n) => of[n](x)) : strange('no tuple');
export const orNull = (of) => (v) => (v === null ? null : of(v));
/** A member that may be left out. */
export const maybe = (of) => Object.assign((v) => of(v), { left: true });
export const object = (members) => (v) => shaped(v, members);
export const table = (of, named = string) => (v) => {
  if (v === null || typeof v !== 'object' || Array.isArray(v)) strange('no object');
  return Object.fromEntries(Object.entries(v).map(([name, one]) => [named(name), of(one)]));
};
export const ascending = (values) =>
  values.every((v, n) => n === 0 || values[n - 1] < v) || strange('out of order or twice');

export function strange(why) {
  throw new Strange(why);
}

export const NAME = matching(/^[a-z0-9][a-z0-9-]{0,39}$/);
export const DIGEST = matching(/^[0-9a-f]{64}$/);
export const KEY_ID = matching(/^[0-9a-f]{16}$/);
