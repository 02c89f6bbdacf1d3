/**
 * Seals what this machine keeps to the site's key, so that only the site can read it (docs/specs/rescue.md):
 * HPKE base mode (RFC 9180) with DHKEM P-256, HKDF-SHA256 and AES-256-GCM, by the browser's own crypto.
 */

/** @typedef {{site: string, key: string, mac: string}} RescueKeys  public key and attempt's MAC key, base64 */

const MADE_FOR = "examsite-rescue/1";
const KEM = [0x4b, 0x45, 0x4d, 0, 0x10]; // "KEM", DHKEM(P-256, HKDF-SHA256)
const SUITE = [0x48, 0x50, 0x4b, 0x45, 0, 0x10, 0, 1, 0, 2]; // "HPKE", KEM, HKDF-SHA256, AES-256-GCM
const CURVE = { name: "ECDH", namedCurve: "P-256" };
const HALF_PAIRS = /[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]/g;
const NOTHING = new Uint8Array();

/** False on plain HTTP: the browser then has no crypto to seal with. */
export function canSeal() {
  return Boolean(window.crypto && crypto.subtle);
}

/**
 * The rescue file of these saves, as text; members in the order of canonical JSON.
 * @param {RescueKeys} keys
 * @param {{session: string, attempt: string, instance: string}} whose
 * @param {Pick<import("./types.js").Save, "item"|"response"|"sequence">[]} saves
 */
export async function rescueFile(keys, { session, attempt, instance }, saves) {
  const kept = saves.map(({ item, response, sequence }) => ({ item, response: whole(response), sequence }));
  const body = JSON.stringify({ attempt, instance, saves: kept, session });
  const mac = await hmac(fromBase64(keys.mac), join(bytes(`${MADE_FOR}\0`), bytes(body)));
  const inside = bytes(JSON.stringify({ body, mac: toBase64(mac) }));
  const sealed = toBase64(await seal(fromBase64(keys.key), bytes(`${MADE_FOR}\0${keys.site}`), inside));
  return JSON.stringify({ kind: "examsite-rescue", sealed, site: keys.site, version: 1 });
}

/** Half a surrogate pair is no text; it must not spoil the file. @param {import("./types.js").Response} response */
function whole(response) {
  return typeof response === "string" ? response.replace(HALF_PAIRS, "\uFFFD") : response;
}

/** @param {Uint8Array} to the site's public key, uncompressed @param {Uint8Array} info @param {Uint8Array} text */
async function seal(to, info, text) {
  const own = /** @type {CryptoKeyPair} */ (await crypto.subtle.generateKey(CURVE, true, ["deriveBits"]));
  const enc = new Uint8Array(await crypto.subtle.exportKey("raw", own.publicKey));
  const site = await crypto.subtle.importKey("raw", to, CURVE, false, []);
  const dh = new Uint8Array(await crypto.subtle.deriveBits({ name: "ECDH", public: site }, own.privateKey, 256));
  const prk = await extract(KEM, NOTHING, "eae_prk", dh);
  const shared = await expand(KEM, prk, "shared_secret", join(enc, to), 32);
  const pskId = await extract(SUITE, NOTHING, "psk_id_hash", NOTHING);
  const context = join([0], pskId, await extract(SUITE, NOTHING, "info_hash", info));
  const secret = await extract(SUITE, shared, "secret", NOTHING);
  const raw = await expand(SUITE, secret, "key", context, 32);
  const iv = await expand(SUITE, secret, "base_nonce", context, 12);
  const key = await crypto.subtle.importKey("raw", raw, "AES-GCM", false, ["encrypt"]);
  return join(enc, new Uint8Array(await crypto.subtle.encrypt({ name: "AES-GCM", iv }, key, text)));
}

/** @param {number[]} suite @param {Uint8Array} salt @param {string} label @param {Uint8Array} material */
function extract(suite, salt, label, material) {
  return hmac(salt, join(bytes("HPKE-v1"), suite, bytes(label), material));
}

/** At most one block of 32 bytes is ever asked for. @param {number[]} suite @param {Uint8Array} prk @param {string} label @param {Uint8Array} info @param {number} length */
async function expand(suite, prk, label, info, length) {
  const asked = join([0, length], bytes("HPKE-v1"), suite, bytes(label), info, [1]);
  return (await hmac(prk, asked)).slice(0, length);
}

/** An empty key is one of zeros; browsers refuse the empty one. @param {Uint8Array} secret @param {Uint8Array} text */
async function hmac(secret, text) {
  const raw = secret.length ? secret : new Uint8Array(32);
  const key = await crypto.subtle.importKey("raw", raw, { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
  return new Uint8Array(await crypto.subtle.sign("HMAC", key, text));
}

/** @param {string} text */
function bytes(text) {
  return new TextEncoder().encode(text);
}

/** @param {...ArrayLike<number>} parts */
function join(...parts) {
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

/** @param {Uint8Array} raw */
function toBase64(raw) {
  let text = "";
  for (const byte of raw) text += String.fromCharCode(byte);
  return btoa(text);
}

/** @param {string} text */
function fromBase64(text) {
  return Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
}
