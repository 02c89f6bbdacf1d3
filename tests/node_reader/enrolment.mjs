// Enrolment (docs/specs/enrolment.md): bundle, a box's request with its six words, the answer.
import { argon2id } from 'hash-wasm';
import * as c from './canonical.mjs';
import { checkSealingKey, hex, sha256, verifyKey } from './crypto.mjs';
import { require_ } from './refusal.mjs';
import { authenticate, canonically } from './sealed.mjs';
import { fields, keyRegister, keysFor, parse, standing } from './statements.mjs';

const BUNDLE = c.object({
  address: c.matching(/^(?=.{0,200}$)https?:\/\/[!-~]+$/), check: c.KEY_ID,
  expires_at: c.atLeast(0), format: c.oneOf('examsite-enrolment-bundle-v1'),
  // eslint-disable-next-line no-control-regex
  name: c.matching(/^[^\x00-\x1f\x7f]{1,80}$/u), root: c.bytes(32), site: c.NAME, token: c.bytes(32),
});
const ANSWER = c.object({ certificate: c.bytes(), register: c.bytes() });
const BLANK = new Set([9, 10, 13, 32]);

function stripped(bytes) {
  let first = 0, last = bytes.length;
  while (first < last && BLANK.has(bytes[first])) first += 1;
  while (last > first && BLANK.has(bytes[last - 1])) last -= 1;
  return bytes.subarray(first, last);
}

export function bundle(file) {
  const bytes = stripped(file);
  const said = canonically('e1', () => BUNDLE(c.decode(bytes)));
  const blank = bytes.toString('utf8').replace(`"check":"${said.check}"`, `"check":"${'0'.repeat(16)}"`);
  const check = hex(sha256(Buffer.from('examsite/v1/bundle'), Buffer.from(blank))).slice(0, 16);
  require_(check === said.check, 'e2', 'bundle-altered');
  verifyKey(said.root, 'e3');
  return { said, bytes };
}

export async function siteRequest(file) {
  const envelope = parse(file, 'site-request');
  const said = fields(envelope, 'site-request');
  const keys = [verifyKey(said.sign, 't4'), verifyKey(said.token, 't4')];
  authenticate(envelope, keys, 2, 't5');
  require_(envelope.signatures.length === 2, 't5', 'signature-refused', 'a stranger too');
  checkSealingKey(said.seal, 't6');
  return { fields: envelope.payload, words: Buffer.from((await words(envelope.payload)).join(' ')) };
}

/** Six numbers of eleven bits. */
async function words(payload) {
  const stretched = await argon2id({
    password: payload, salt: Buffer.from('examsite/v1/words'), parallelism: 4, iterations: 3,
    memorySize: 65536, hashLength: 9, outputType: 'binary',
  });
  const bits = [...stretched].map((byte) => byte.toString(2).padStart(8, '0')).join('');
  return [0, 1, 2, 3, 4, 5].map((n) => parseInt(bits.slice(n * 11, n * 11 + 11), 2));
}

export function answer(file, given) {
  const parts = canonically('e4', () => ANSWER(c.decode(file)));
  const told = fields(parse(parts.register, 'key-register'), 'key-register');
  require_(Buffer.from(told.root).equals(Buffer.from(given.root)), 'e5', 'other-root');
  const { said: register } = keyRegister(parts.register, verifyKey(given.root, 'e3').id);
  const envelope = parse(parts.certificate, 'certificate');
  authenticate(envelope, keysFor(register, 'enrolment'), 1, 't5');
  require_(envelope.signatures.length === 1, 't5', 'signature-refused', 'a stranger too');
  const said = fields(envelope, 'certificate');
  standing(register, 'enrolment', envelope.signatures, said.issued_at);
  const { root, release, receipt, unlock, seal, escrow } = said.headquarters;
  require_(Buffer.from(root).equals(Buffer.from(register.root)), 'e6', 'cannot-open');
  const claimed = [...release.map((key) => ['release', key]), ['receipt', receipt],
    ['unlock', unlock],
    ['headquarters', seal], ['escrow', escrow]];
  for (const [role, key] of claimed) {
    const found = register.keys.find((one) => one.role === role && hex(one.key) === hex(key));
    require_(found, 'e7', 'signature-refused', role);
    require_(found.revoked === null, 'g1', 'key-revoked');
  }
  verifyKey(said.sign, 't6');
  checkSealingKey(said.seal, 't6');
  require_(said.site === given.site, 'e8', 'for-other-site');
  return envelope.payload;
}
