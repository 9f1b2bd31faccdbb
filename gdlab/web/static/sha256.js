// SHA-256 of a text (FIPS 180-4). Browsers offer their own only on pages with https.

const fraction = (prime, root) => Math.floor((root(prime) % 1) * 2 ** 32) >>> 0;
const isPrime = (n) => Array.from({ length: n - 2 }, (_, k) => k + 2).every((k) => n % k);
const PRIMES = Array.from({ length: 311 }, (_, k) => k + 2).filter(isPrime).slice(0, 64);
const ROUNDS = PRIMES.map((prime) => fraction(prime, Math.cbrt));
const START = PRIMES.slice(0, 8).map((prime) => fraction(prime, Math.sqrt));

const rotated = (word, by) => (word >>> by) | (word << (32 - by));
const mixed = (word, a, b, c) => rotated(word, a) ^ rotated(word, b) ^ c;

/** The digest in lower-case hexadecimal. */
export function sha256(text) {
  const message = new TextEncoder().encode(text);
  const blocks = Math.ceil((message.length + 9) / 64);
  const padded = new Uint8Array(64 * blocks);
  padded.set(message);
  padded[message.length] = 0x80;
  const view = new DataView(padded.buffer);
  view.setUint32(padded.length - 8, Math.floor(message.length / 2 ** 29));
  view.setUint32(padded.length - 4, (message.length << 3) >>> 0);
  const state = [...START];
  for (let block = 0; block < blocks; block += 1) {
    const words = Array.from({ length: 16 }, (_, k) => view.getUint32(64 * block + 4 * k));
    for (let k = 16; k < 64; k += 1) {
      const [far, near] = [words[k - 15], words[k - 2]];
      words.push((mixed(near, 17, 19, near >>> 10) + words[k - 7]
        + mixed(far, 7, 18, far >>> 3) + words[k - 16]) | 0);
    }
    let [a, b, c, d, e, f, g, h] = state;
    for (let k = 0; k < 64; k += 1) {
      const one = (h + mixed(e, 6, 11, rotated(e, 25)) + ((e & f) ^ (~e & g)) + ROUNDS[k]
        + words[k]) | 0;
      const two = (mixed(a, 2, 13, rotated(a, 22)) + ((a & b) ^ (a & c) ^ (b & c))) | 0;
      [h, g, f, e, d, c, b, a] = [g, f, e, (d + one) | 0, c, b, a, (one + two) | 0];
    }
    [a, b, c, d, e, f, g, h].forEach((word, k) => { state[k] = (state[k] + word) >>> 0; });
  }
  return state.map((word) => word.toString(16).padStart(8, "0")).join("");
}
