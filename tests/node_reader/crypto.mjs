// Hashes, signatures, HPKE with X-Wing, Argon2id: from Node and from npm.
import {
  createDecipheriv, createHash, createPublicKey, diffieHellman, generateKeyPairSync, hkdfSync,
  timingSafeEqual, verify,
} from 'node:crypto';
import { Chacha20Poly1305 } from '@hpke/chacha20poly1305';
import { CipherSuite, HkdfSha256 } from '@hpke/core';
import { XWing } from '@hpke/hybridkem-x-wing';
import { argon2id } from 'hash-wasm';
import { refuse, require_ } from './refusal.mjs';

const suite = new CipherSuite({
  kem: new XWing(), kdf: new HkdfSha256(), aead: new Chacha20Poly1305(),
});
const ENC = 1120;
const FIELD = 2n ** 255n - 19n;
// y of the points of order 1, 2, 4 and 8 (docs/specs/signed-statements.md).
const LOW_ORDER = new Set([
  0n, 1n, FIELD - 1n,
  0x05fc536d880238b13933c6d305acdfd5f098eff289f4c345b027b2c28f95e826n,
  0x7a03ac9277fdc74ec6cc392cfa53202a0f67100d760b3cba4fd84d3d706a17c7n,
]);

export const sha256 = (...parts) =>
  parts.reduce((hash, part) => hash.update(part), createHash('sha256')).digest();
export const hex = (bytes) => Buffer.from(bytes).toString('hex');
export const keyId = (raw) => hex(sha256(raw)).slice(0, 16);
export const equal = (a, b) => a.length === b.length && timingSafeEqual(a, b);
export const hkdf = (ikm, info, salt = Buffer.alloc(0)) =>
  Buffer.from(hkdfSync('sha256', ikm, salt, info, 32));
export const labelled = (label, context) => Buffer.concat([Buffer.from(label, 'ascii'), context]);

/** An Ed25519 key that somebody made; refused by `check` otherwise. */
export function verifyKey(raw, check) {
  require_(raw.length === 32, check, 'not-a-document', 'length');
  const y = BigInt(`0x${hex(Buffer.from(raw).reverse())}`) & ((1n << 255n) - 1n);
  require_(y < FIELD && !LOW_ORDER.has(y), check, 'not-a-document', 'not a verify key');
  const jwk = { kty: 'OKP', crv: 'Ed25519', x: Buffer.from(raw).toString('base64url') };
  const key = createPublicKey({ key: jwk, format: 'jwk' });
  return { id: keyId(raw), verify: (data, signature) => verify(null, data, key, signature) };
}

/** An X-Wing public key: FIPS 203, section 7.2, and RFC 7748, section 6.1. */
export function checkSealingKey(raw, check) {
  require_(raw.length === 1216, check, 'not-a-document', 'length');
  for (let n = 0; n < 1152; n += 3) {
    const low = raw[n] | ((raw[n + 1] & 15) << 8), high = (raw[n + 1] >> 4) | (raw[n + 2] << 4);
    require_(low < 3329 && high < 3329, check, 'not-a-document', 'ML-KEM');
  }
  const jwk = { kty: 'OKP', crv: 'X25519', x: Buffer.from(raw.subarray(1184)).toString('base64url') };
  let shared;
  try {
    const publicKey = createPublicKey({ key: jwk, format: 'jwk' });
    shared = diffieHellman({ privateKey: generateKeyPairSync('x25519').privateKey, publicKey });
  } catch {
    refuse(check, 'not-a-document', 'X25519');
  }
  require_(shared.some((byte) => byte), check, 'not-a-document', 'X25519 of low order');
  return { id: keyId(raw) };
}

/** An X-Wing key from its 32-byte seed. */
export async function openingKey(seed) {
  const pair = await suite.kem.generateKeyPairDerand(seed);
  const raw = new Uint8Array(await suite.kem.serializePublicKey(pair.publicKey));
  return { id: keyId(raw), privateKey: pair.privateKey };
}

export async function hpkeOpen(key, sealed, info) {
  const given = { recipientKey: key.privateKey, enc: sealed.subarray(0, ENC), info };
  return Buffer.from(await suite.open(given, sealed.subarray(ENC)));
}

/** The plaintext, or null if the tag does not hold. */
export function chachaOpen(key, nonce, sealed, aad = Buffer.alloc(0)) {
  const cipher = createDecipheriv('chacha20-poly1305', key, nonce, { authTagLength: 16 });
  const end = sealed.length - 16;
  cipher.setAAD(aad, { plaintextLength: end });
  cipher.setAuthTag(sealed.subarray(end));
  try {
    return Buffer.concat([cipher.update(sealed.subarray(0, end)), cipher.final()]);
  } catch {
    return null;
  }
}

const stretched = new Map();
/** Argon2id; the vectors share codes and salt, and each costs 64 MiB. */
export async function stretch(code, salt) {
  const name = `${code} ${hex(salt)}`;
  if (!stretched.has(name)) {
    stretched.set(name, Buffer.from(await argon2id({
      password: code, salt, parallelism: 4, iterations: 3, memorySize: 65536, hashLength: 32,
      outputType: 'binary',
    })));
  }
  return stretched.get(name);
}

const node = (left, right) => sha256(Buffer.from([1]), left, right);
/** The RFC 6962 tree head. */
export function root(leaves) {
  if (leaves.length === 0) return sha256(Buffer.alloc(0));
  if (leaves.length === 1) return sha256(Buffer.from([0]), leaves[0]);
  let split = 1;
  while (split * 2 < leaves.length) split *= 2;
  return node(root(leaves.slice(0, split)), root(leaves.slice(split)));
}
