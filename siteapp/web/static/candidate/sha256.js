/** SHA-256 in pieces (FIPS 180-4): a browser's own needs HTTPS and the whole file in memory. */

const [START, ROUNDS] = constants();

export class Sha256 {
  constructor() {
    this.state = Int32Array.from(START);
    this.words = new Int32Array(64);
    this.open = new Uint8Array(64);
    this.length = 0;
  }

  /** @param {Uint8Array} data */
  update(data) {
    let at = 0;
    const begun = this.length % 64;
    this.length += data.length;
    if (begun) {
      at = Math.min(64 - begun, data.length);
      this.open.set(data.subarray(0, at), begun);
      if (begun + at < 64) return;
      this.#block(this.open, 0);
    }
    for (; at + 64 <= data.length; at += 64) this.#block(data, at);
    this.open.set(data.subarray(at));
  }

  /** The digest of all that was given, in hex; nothing may be given after it. */
  hex() {
    const { length } = this;
    const end = new Uint8Array(((length % 64 < 56 ? 64 : 128) - (length % 64)));
    end[0] = 0x80;
    const view = new DataView(end.buffer);
    view.setUint32(end.length - 8, Math.floor(length / 0x20000000));
    view.setUint32(end.length - 4, (length * 8) >>> 0);
    this.update(end);
    return Array.from(this.state, (word) => (word >>> 0).toString(16).padStart(8, "0")).join("");
  }

  /** @param {Uint8Array} data @param {number} at */
  #block(data, at) {
    const { state, words } = this;
    for (let i = 0; i < 16; i += 1, at += 4) {
      words[i] = (data[at] << 24) | (data[at + 1] << 16) | (data[at + 2] << 8) | data[at + 3];
    }
    for (let i = 16; i < 64; i += 1) {
      const a = words[i - 15];
      const b = words[i - 2];
      const small = ((a >>> 7) | (a << 25)) ^ ((a >>> 18) | (a << 14)) ^ (a >>> 3);
      const large = ((b >>> 17) | (b << 15)) ^ ((b >>> 19) | (b << 13)) ^ (b >>> 10);
      words[i] = (words[i - 16] + small + words[i - 7] + large) | 0;
    }
    let [a, b, c, d, e, f, g, h] = state;
    for (let i = 0; i < 64; i += 1) {
      const large = ((e >>> 6) | (e << 26)) ^ ((e >>> 11) | (e << 21)) ^ ((e >>> 25) | (e << 7));
      const one = (h + large + ((e & f) ^ (~e & g)) + ROUNDS[i] + words[i]) | 0;
      const small = ((a >>> 2) | (a << 30)) ^ ((a >>> 13) | (a << 19)) ^ ((a >>> 22) | (a << 10));
      const two = (small + ((a & b) ^ (a & c) ^ (b & c))) | 0;
      h = g;
      g = f;
      f = e;
      e = (d + one) | 0;
      d = c;
      c = b;
      b = a;
      a = (one + two) | 0;
    }
    [a, b, c, d, e, f, g, h].forEach((word, i) => (state[i] += word));
  }
}

/** The first bits behind the point of the square roots of 8 and the cube roots of 64 primes. */
function constants() {
  /** @type {number[]} */
  const primes = [];
  for (let n = 2; primes.length < 64; n += 1) {
    if (primes.every((prime) => n % prime)) primes.push(n);
  }
  const bits = (/** @type {number} */ root) => ((root % 1) * 0x100000000) | 0;
  return [primes.slice(0, 8).map((p) => bits(Math.sqrt(p))), primes.map((p) => bits(Math.cbrt(p)))];
}
