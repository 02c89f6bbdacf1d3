// Signed statements (docs/specs/signed-statements.md), checkpoints (journal.md), unlock codes.
import * as c from './canonical.mjs';
import { checkSealingKey, hpkeOpen, sha256, verifyKey } from './crypto.mjs';
import { refuse, require_ } from './refusal.mjs';
import { authenticate, canonically, parseEnvelope } from './sealed.mjs';

const TYPES = {
  refusal: 'application/vnd.examsite.refusal.v1+json',
  'unlock-release': 'application/vnd.examsite.unlock-release.v1+json',
  receipt: 'application/vnd.examsite.receipt.v1+json',
  'enrolment-request': 'application/vnd.examsite.enrolment-request.v1+json',
  'site-request': 'application/vnd.examsite.site-request.v1+json',
  certificate: 'application/vnd.examsite.certificate.v1+json',
  'fetch-request': 'application/vnd.examsite.fetch-request.v1+json',
  promotion: 'application/vnd.examsite.promotion.v1+json',
  'key-register': 'application/vnd.examsite.key-register.v1+json',
  'readiness-report': 'application/vnd.examsite.readiness-report.v2+json',
  'version-rule': 'application/vnd.examsite.version-rule.v1+json',
  'later-server': 'application/vnd.examsite.later-server.v1+json',
  inventory: 'application/vnd.examsite.inventory.v1+json',
  stick: 'application/vnd.examsite.stick.v1+json',
  update: 'application/vnd.examsite.update.v1+json',
  'inventory-answer': 'application/vnd.examsite.inventory-answer.v1+json',
};
const SIGN = c.bytes(32), SEAL = c.bytes(1216), NUMBER = c.atLeast(0), COUNTER = c.atLeast(1);
function releaseKeys(value) {
  const keys = c.list(SIGN)(value);
  if (keys.length < 2 || keys.length > 16) c.strange('number of release keys');
  c.ascending(keys.map((key) => Buffer.from(key).toString('hex')));
  return keys;
}

const FIELDS = {
  receipt: c.object({
    digest: c.DIGEST, size: NUMBER, site: c.NAME, session: c.NAME, server_term: COUNTER,
    sequence: NUMBER, level: c.oneOf('received', 'archived'), at: NUMBER,
  }),
  refusal: c.object({
    digest: c.DIGEST, size: NUMBER, code: c.text, reason_zh: c.text, reason_en: c.text, at: NUMBER,
  }),
  'unlock-release': c.object({
    site: c.NAME, session: c.NAME, package: c.DIGEST, sealed: c.bytes(1168), at: NUMBER,
  }),
  'enrolment-request': c.object({ sign: SIGN, seal: SEAL }),
  'site-request': c.object({
    bundle: c.DIGEST, root: SIGN, seal: SEAL, sign: SIGN, site: c.NAME, token: SIGN,
  }),
  certificate: c.object({
    site: c.NAME, name: c.string, serial: COUNTER, sign: SIGN, seal: SEAL, issued_at: NUMBER,
    headquarters: c.object({
      root: SIGN, release: releaseKeys, receipt: SIGN, unlock: SIGN, seal: SEAL, escrow: SEAL,
    }),
  }),
  'fetch-request': c.object({ site: c.NAME, method: c.text, path: c.text, at: NUMBER }),
  promotion: c.object({
    site: c.NAME, server_term: COUNTER, at: NUMBER, by: c.string, second: c.string,
    reason: c.string, address: c.string, sessions: c.table(c.tuple(NUMBER, c.bytes(32)), c.NAME),
  }),
  'key-register': register,
  'readiness-report': readiness,
  'version-rule': c.object({ serial: COUNTER, oldest: versionText, reason: shortText, at: NUMBER }),
  'later-server': c.object({ site: c.NAME, server_term: COUNTER, at: NUMBER }),
};

export function versionText(value) {
  return /^[0-9]{1,4}(\.[0-9]{1,4}){1,3}$/.test(c.string(value)) && !value.endsWith('\n') ? value : c.strange('version');
}

export function shortText(value) {
  return [...c.text(value)].length <= 200 ? value : c.strange('too long');
}

function readiness(value) {
  const level = c.oneOf('fail', 'warn', 'unknown', 'ok');
  const said = (v) => ([...c.string(v)].length <= 200 ? v : c.strange('too long'));
  const counted = c.orNull(NUMBER), seats = c.list(COUNTER);
  const trips = (v) => (c.list(NUMBER)(v).length === 8 ? v : c.strange('number of groups'));
  const most = (n, of) => (v) => (c.list(of)(v).length <= n ? v : c.strange('too many'));
  return c.object({
    site: c.NAME, session: c.NAME, serial: COUNTER, at: NUMBER, ready: c.bool, candidates: NUMBER,
    seats_ready: NUMBER, spares: NUMBER, trips,
    premises: c.object({
      rooms: NUMBER, machines: NUMBER, cameras: counted,
      servers: c.list(c.object({
        role: c.oneOf('main', 'spare'), processors: counted, memory_mib: counted, disk_mib: counted,
      })),
    }),
    rooms: most(64, c.object({
      name: said, ready: c.bool, candidates: NUMBER, seats_ready: NUMBER, spares: NUMBER,
      places: c.list(c.object({ seat: COUNTER, row: COUNTER, column: COUNTER, spare: c.bool })),
    })),
    findings: most(500, c.object({
      check: c.NAME, level, value: counted, limit: counted, said, seats,
    })),
    machines: c.list(c.object({
      seat: COUNTER, level, browser: said, cores: counted, memory_mib: counted, width: NUMBER,
      height: NUMBER, round_trip_ms: counted, down_kbit: counted, full_load_ms: counted,
    })),
    cameras: c.orNull(c.list(c.object({
      name: said, kind: c.oneOf('camera', 'recorder'), level, still: c.orNull(c.DIGEST), seats,
    }))),
    rehearsal: c.orNull(c.object({
      at: NUMBER, level,
      steps: c.list(c.object({ step: c.NAME, level, value: counted, said })),
    })),
  })(value);
}

const SEALS = ['escrow', 'headquarters'];
const ENTRY = c.object({
  role: c.oneOf('enrolment', 'escrow', 'headquarters', 'receipt', 'release', 'unlock'),
  key: c.bytes(), line: NUMBER, since: NUMBER, until: c.orNull(NUMBER), revoked: c.orNull(NUMBER),
  reason: c.orNull(c.text),
});

function register(value) {
  const said = c.object({ serial: COUNTER, issued_at: NUMBER, root: SIGN, keys: c.list(ENTRY) })(value);
  for (const one of said.keys) {
    if (one.key.length !== (SEALS.includes(one.role) ? 1216 : 32)) c.strange('length of a key');
    if ((one.revoked === null) !== (one.reason === null)) c.strange('reason');
    if (one.since > said.issued_at) c.strange('announced ahead');
  }
  c.ascending(said.keys.map((one) => `${one.role} ${Buffer.from(one.key).toString('hex')}`));
  const usable = (role) => new Set(said.keys.filter((one) => one.role === role
    && one.revoked === null && (one.until === null || one.until > said.issued_at))
    .map((one) => one.line)).size;
  const one = ['receipt', 'unlock', 'headquarters', 'escrow'].every((role) => usable(role) >= 1);
  if (usable('release') < 2 || !one) c.strange('too few keys');
  return said;
}

export function parse(bytes, kind) {
  const envelope = parseEnvelope(bytes, 't1');
  require_(envelope.payloadType === TYPES[kind], 't2', 'not-canonical');
  return envelope;
}

export const fields = (envelope, kind, shape = FIELDS[kind]) =>
  canonically('t3', () => shape(c.decode(envelope.payload)));

export function signedBy(envelope, key) {
  authenticate(envelope, [key], 1, 't5');
  require_(envelope.signatures.length === 1, 't5', 'signature-refused', 'a stranger too');
}

/** The register of headquarters' keys. */
export function keyRegister(bytes, rootId) {
  const envelope = parse(bytes, 'key-register');
  const said = fields(envelope, 'key-register');
  const key = verifyKey(said.root, 't4');
  require_(key.id === rootId, 'c1', 'cannot-open');
  signedBy(envelope, key);
  for (const one of said.keys) {
    one.public = SEALS.includes(one.role) ? checkSealingKey(one.key, 't6') : verifyKey(one.key, 't6');
  }
  return { said, payload: envelope.payload };
}

export const keysFor = (said, role) =>
  said.keys.filter((one) => one.role === role).map((one) => one.public);

/** That no key that signed is revoked (g1) or, for what was signed then, at its end (g2). */
export function standing(said, role, signatures, at = Infinity) {
  const signed = said.keys.filter((one) => one.role === role
    && signatures.some((s) => s.keyid === one.public.id));
  require_(signed.every((one) => one.revoked === null), 'g1', 'key-revoked');
  const good = (one) => one.until === null || one.until > said.issued_at || at < one.until;
  require_(signed.every(good), 'g2', 'key-expired');
}

/** Whose key signed: those of one officer, one after the other, have the same line. */
export const lineOf = (said, role, id) =>
  said.keys.find((one) => one.role === role && one.public.id === id).line;

/** What of these keys the worst is good for. */
export function worst(said, ids) {
  const used = said.keys.filter((one) => ids.includes(one.public.id));
  if (used.some((one) => one.revoked !== null)) return 'revoked';
  const over = (one) => one.until !== null && one.until <= said.issued_at;
  return used.some(over) ? 'expired' : 'usable';
}

/** A statement by a key of the register for it or, without one, by the certificate's. */
function told(envelope, kind, role, key, known) {
  if (known) {
    authenticate(envelope, keysFor(known, role), 1, 't5');
    require_(envelope.signatures.length === 1, 't5', 'signature-refused', 'a stranger too');
  } else signedBy(envelope, key);
  const said = fields(envelope, kind);
  if (known) standing(known, role, envelope.signatures, said.at);
  return said;
}

export function receipt(bytes, key, asked, known) {
  const envelope = parse(bytes, 'receipt');
  const said = told(envelope, 'receipt', 'receipt', key, known);
  const same = ['digest', 'size', 'site'].every((name) => said[name] === asked[name]);
  require_(same, 'r1', 'receipt-mismatch');
  return envelope.payload;
}

export function refusal(bytes, key, asked) {
  const envelope = parse(bytes, 'refusal');
  signedBy(envelope, key);
  const said = fields(envelope, 'refusal');
  const same = ['digest', 'size'].every((name) => said[name] === asked[name]);
  require_(same, 'r2', 'receipt-mismatch');
  return envelope.payload;
}

/** The 32 characters of both codes. */
export async function unlockRelease(bytes, key, box, asked, known) {
  const envelope = parse(bytes, 'unlock-release');
  const said = told(envelope, 'unlock-release', 'unlock', key, known);
  const same = ['site', 'session', 'package'].every((name) => said[name] === asked[name]);
  require_(same, 'o1', 'for-other-package');
  const info = Buffer.from(`examsite/v1/release${said.package}`, 'ascii');
  const codes = await hpkeOpen(box, said.sealed, info).catch(() => refuse('o2', 'cannot-open'));
  const letters = codes.toString('latin1');
  require_([...letters].every((one) => LETTERS.includes(one)), 'o3', 'malformed-code');
  return codes;
}

/** A statement by a key that is known beforehand. */
export function known(bytes, kind, key) {
  const envelope = parse(bytes, kind);
  signedBy(envelope, key);
  fields(envelope, kind);
  return envelope.payload;
}

export function enrolmentRequest(bytes) {
  const envelope = parse(bytes, 'enrolment-request');
  const said = fields(envelope, 'enrolment-request');
  signedBy(envelope, verifyKey(said.sign, 't4'));
  checkSealingKey(said.seal, 't6');
  return envelope.payload;
}

export function certificate(bytes, rootId) {
  const envelope = parse(bytes, 'certificate');
  const said = fields(envelope, 'certificate');
  const { root, release, receipt: receipts, unlock, seal, escrow } = said.headquarters;
  const key = verifyKey(root, 't4');
  require_(key.id === rootId, 'c1', 'cannot-open');
  signedBy(envelope, key);
  for (const raw of [said.sign, ...release, receipts, unlock]) verifyKey(raw, 't6');
  for (const raw of [said.seal, seal, escrow]) checkSealingKey(raw, 't6');
  return { said, payload: envelope.payload };
}

export function fetchRequest(bytes, key) {
  const envelope = parse(bytes, 'fetch-request');
  fields(envelope, 'fetch-request');
  signedBy(envelope, key);
  return envelope.payload;
}

const LINE = /^\u2014 (?<name>[^\p{White_Space}+]+) (?<data>[A-Za-z0-9+/]+={0,2})$/u;

/** Origin, size and root of a signed note that `key` signed under `name`. */
export function checkpoint(note, name, key) {
  const bad = (held, check) => require_(held, check, 'not-a-document');
  const at = note.lastIndexOf('\n\n');
  bad(at >= 0 && note.endsWith('\n') && note.length > at + 2, 'k1');
  // eslint-disable-next-line no-control-regex
  bad(!/[\x00-\x09\x0b-\x1f]|\p{Surrogate}/u.test(note), 'k1');
  const lines = note.slice(at + 2, -1).split('\n');
  bad(lines.length <= 64, 'k1');
  const signatures = lines.map((line) => {
    const { name: signer, data } = LINE.exec(line)?.groups ?? refuse('k1', 'not-a-document');
    const bytes = decoded(data, 'k1');
    bad(bytes.length > 4, 'k1');
    return { signer, id: bytes.subarray(0, 4), bytes: bytes.subarray(4) };
  });
  const text = note.slice(0, at), [origin, size, root64] = text.split('\n');
  bad(text.split('\n').every(Boolean) && root64 !== undefined, 'k2');
  bad(/^(0|[1-9][0-9]{0,18})$/.test(size), 'k2');
  const root = decoded(root64, 'k2');
  bad(root.length === 32, 'k2');
  const id = sha256(Buffer.from(`${name}\n\x01`), key.raw).subarray(0, 4);
  const ours = signatures.filter((one) => one.signer === name && one.id.equals(id));
  require_(ours.length, 'k3', 'signature-refused');
  const covered = Buffer.from(`${text}\n`);
  const held = ours.every((one) => one.bytes.length === 64 && key.verify(covered, one.bytes));
  require_(held, 'k4', 'signature-refused');
  return { origin, size, root };
}

function decoded(text, check) {
  try {
    return c.base64(text);
  } catch {
    return refuse(check, 'not-a-document');
  }
}

const LETTERS = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const valueOf = (letter) => {
  const big = letter.toUpperCase();
  if (!/^[0-9A-Z]$/.test(big) || letter.length > 1) return -1;
  return LETTERS.indexOf({ O: '0', I: '1', L: '1' }[big] ?? big);
};

function checkLetter(data, group, official) {
  return data.reduce((sum, value, place) => {
    for (let n = 0; n <= place; n += 1) {
      value <<= 1;
      if (value & 32) value ^= 0b100101;
    }
    return sum ^ value;
  }, 4 * (official - 1) + group + 1);
}

/** The 16 characters of an unlock code as somebody typed it. */
export function unlockCode(typed, official) {
  const letters = [...typed.normalize('NFKC')].filter((l) => !/[\p{White_Space}\p{Pd}\u2212]/u.test(l));
  const values = letters.map(valueOf);
  require_(values.length === 20 && !values.includes(-1), 'u1', 'malformed-code');
  const groups = [0, 1, 2, 3].map((n) => values.slice(n * 5, n * 5 + 5));
  const fits = (who) => groups.map((g, n) => checkLetter(g.slice(0, 4), n, who) === g[4]);
  if (!fits(official).every(Boolean)) {
    if (fits(3 - official).every(Boolean)) refuse('u3', 'other-officials-code');
    refuse('u2', 'misheard-group');
  }
  return groups.flatMap((g) => g.slice(0, 4)).map((value) => LETTERS[value]).join('');
}
