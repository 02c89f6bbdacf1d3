// Released results (docs/specs/results.md): digest and codes of each list of a vector file, as JSON.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';

const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

/** JSON in one way: members sorted by name, no space. */
function canonical(value) {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  const members = Object.keys(value).sort();
  return `{${members.map((name) => `${JSON.stringify(name)}:${canonical(value[name])}`).join(',')}}`;
}

const sha256 = (text) => createHash('sha256').update(text, 'utf8').digest();

/** The first 80 bits in base32, in fours. */
function code(digest) {
  let bits = 0n;
  for (const byte of digest.subarray(0, 10)) bits = (bits << 8n) | BigInt(byte);
  let said = '';
  for (let place = 75n; place >= 0n; place -= 5n) said += LETTERS[Number((bits >> place) & 31n)];
  return said.match(/.{4}/g).join('-');
}

function told(list) {
  const lines = list.lines.map(canonical);
  const head = canonical({ ...list, lines: lines.length });
  const text = ['examsite-result-list-1', head, ...lines, ''].join('\n');
  const digest = sha256(text).toString('hex');
  return { digest, codes: lines.map((line) => code(sha256(`examsite-result-code-1\n${digest}\n${line}`))) };
}

const { lists } = JSON.parse(readFileSync(process.argv[2], 'utf8'));
console.log(JSON.stringify(lists.map((one) => told(one.list))));
