// The sealed document (docs/specs/sealed-document.md).
import * as c from './canonical.mjs';
import { chachaOpen, equal, hkdf, hpkeOpen, labelled, root, sha256, stretch } from './crypto.mjs';
import { refuse, require_ } from './refusal.mjs';

const TYPE = 'application/vnd.examsite.manifest.v1+json';
const CHUNK = 65536 + 16;

/** `read()`, with what is not canonical refused by this check. */
export function canonically(check, read) {
  try {
    return read();
  } catch (error) {
    if (error instanceof c.Strange) refuse(check, 'not-canonical', error.message);
    throw error;
  }
}

const ENVELOPE = c.object({
  payload: c.bytes(),
  payloadType: c.text,
  signatures: c.list(c.object({ keyid: c.KEY_ID, sig: c.bytes(64) })),
});

/** A DSSE envelope, nothing verified. */
export function parseEnvelope(bytes, check) {
  return canonically(check, () => {
    const envelope = ENVELOPE(c.decode(bytes));
    c.ascending(envelope.signatures.map((one) => one.keyid));
    return envelope;
  });
}

/** How many of the trusted keys signed; a wrong signature of one of them refuses. */
export function authenticate(envelope, trusted, threshold, check) {
  const type = Buffer.from(envelope.payloadType), size = envelope.payload.length;
  const covered = Buffer.concat([
    Buffer.from(`DSSEv1 ${type.length} `), type, Buffer.from(` ${size} `), envelope.payload,
  ]);
  let good = 0;
  for (const key of trusted) {
    const found = envelope.signatures.find((one) => one.keyid === key.id);
    if (!found) continue;
    require_(key.verify(covered, found.sig), check, 'signature-refused', key.id);
    good += 1;
  }
  require_(good >= threshold, check, 'signature-refused', `${good} of ${threshold}`);
  return good;
}

const RECIPIENTS = c.object({
  way: c.oneOf('recipients'),
  recipients: c.list(c.object({ key: c.KEY_ID, sealed: c.bytes(1168) })),
});
const CODES = c.object({
  way: c.oneOf('codes'), key: c.KEY_ID, salt: c.bytes(16), share: c.bytes(1168),
  wrapped: c.bytes(48),
});
const PART = c.object({
  access: (v) => (v?.way === 'codes' ? CODES(v) : recipients(v)),
  chunks: c.integer, commitment: c.bytes(32), length: c.atLeast(0), name: c.text,
  root: c.bytes(32),
});
const MANIFEST = c.object({
  identity: c.table((v) => (typeof v === 'string' ? v : c.integer(v))),
  kind: c.text,
  parts: c.list(PART),
  version: c.oneOf(1),
});

function recipients(value) {
  const access = RECIPIENTS(value);
  if (access.recipients.length === 0) c.strange('no recipient');
  c.ascending(access.recipients.map((one) => one.key));
  return access;
}

function manifestOf(payload) {
  const manifest = MANIFEST(c.decode(payload));
  for (const part of manifest.parts) {
    const chunks = Math.max(1, Math.ceil(part.length / CHUNK));
    const last = part.length - (chunks - 1) * CHUNK;
    if (last < 16 || (last === 16 && chunks > 1)) c.strange('no such length');
    if (part.chunks !== chunks) c.strange('chunks');
  }
  if (new Set(manifest.parts.map((p) => p.name)).size < manifest.parts.length) c.strange('twice');
  return manifest;
}

/** Checks 1 to 8: header, envelope, manifest; nothing verified. */
export function parse(file) {
  const magic = Buffer.from('EXAMSEAL');
  const begin = file.subarray(0, 8);
  require_(magic.subarray(0, begin.length).equals(begin), 's1', 'not-a-document');
  if (file.length > 8) require_(file[8] === 1, 's2', 'unsupported-version');
  require_(file.length >= 13, 's3', 'document-truncated');
  const size = file.readUInt32BE(9);
  require_(size >= 1 && size <= 1048576, 's4', 'document-altered');
  require_(file.length >= 13 + size, 's5', 'document-truncated');
  const envelope = parseEnvelope(file.subarray(13, 13 + size), 's6');
  require_(envelope.payloadType === TYPE, 's7', 'not-canonical');
  const manifest = canonically('s8', () => manifestOf(envelope.payload));
  return { file, envelope, manifest, start: 13 + size };
}

/** Checks 9 to 12: signatures, kind, lengths, roots. */
export function verify(document, { kind, trusted, threshold = 1 }) {
  const { file, envelope, manifest } = document;
  authenticate(envelope, trusted, threshold, 's9');
  require_(manifest.kind === kind, 's10', 'wrong-kind');
  const expected = manifest.parts.reduce((sum, part) => sum + part.length, document.start);
  require_(file.length >= expected, 's11', 'document-truncated');
  require_(file.length === expected, 's11', 'document-altered');
  let at = document.start;
  for (const part of manifest.parts) {
    part.pieces = [];
    for (let from = at; from < at + part.length; from += CHUNK) {
      part.pieces.push(file.subarray(from, Math.min(from + CHUNK, at + part.length)));
    }
    at += part.length;
    require_(equal(root(part.pieces), part.root), 's12', 'document-altered');
  }
  return document;
}

function contextOf(manifest, name) {
  const said = { identity: manifest.identity, kind: manifest.kind, part: name, version: 1 };
  return sha256(Buffer.from(c.encode(said)));
}

async function opened(key, sealed, info) {
  try {
    return await hpkeOpen(key, sealed, info);
  } catch {
    return refuse('s14', 'cannot-open');
  }
}

/** Checks 13 to 17: the plaintext of a part; `codes` are the two 16-character secrets. */
export async function openPart({ manifest }, name, key, codes) {
  const part = manifest.parts.find((one) => one.name === name);
  const context = contextOf(manifest, name);
  const contentKey = codes
    ? await byCodes(part.access, key, codes, context)
    : await asRecipient(part.access, key, context);
  const promised = hkdf(contentKey, labelled('examsite/v1/commitment', context));
  require_(equal(promised, part.commitment), 's16', 'document-altered');
  return chunks(part, hkdf(contentKey, labelled('examsite/v1/chunks', context)));
}

async function asRecipient(access, key, context) {
  require_(access.way === 'recipients', 's13', 'cannot-open');
  const mine = access.recipients.find((one) => one.key === key.id);
  require_(mine, 's13', 'cannot-open');
  return opened(key, mine.sealed, labelled('examsite/v1/recipient', context));
}

async function byCodes(access, key, codes, context) {
  require_(access.way === 'codes' && access.key === key.id, 's13', 'cannot-open');
  const ikm = [await opened(key, access.share, labelled('examsite/v1/share', context))];
  for (const [n, code] of codes.entries()) {
    ikm.push(await stretch(code, Buffer.concat([access.salt, Buffer.from([n + 1])])));
  }
  const wrapping = hkdf(Buffer.concat(ikm), labelled('examsite/v1/lock', context), access.salt);
  const contentKey = chachaOpen(wrapping, Buffer.alloc(12), access.wrapped, context);
  return contentKey ?? refuse('s15', 'wrong-unlock-code');
}

function chunks(part, key) {
  const found = part.pieces.map((piece, number) => {
    const nonce = Buffer.alloc(12);
    nonce.writeBigUInt64BE(BigInt(number), 3);
    nonce[11] = number === part.pieces.length - 1 ? 1 : 0;
    return chachaOpen(key, nonce, piece) ?? refuse('s17', 'document-altered');
  });
  return Buffer.concat(found);
}
