// Unpacks what gdlab/web/packing.py packed with LZMA, which browsers cannot read themselves.

const LITERAL_BITS = 4;
const SIZE_BYTES = 4;
// A probability has 11 bits; each bit that is read moves it by a 32nd of the way.
const [WHOLE_CHANCE, MOVED_BY] = [2048, 5];
const [RANGE, CODE] = [0, 1];
const SMALLEST_RANGE = 2 ** 24;
const DISTANCE_STATES = 4;
// The first index of each kind of probability.
const IS_MATCH = 0;
const IS_REPEAT = 12;
const IS_OTHER = 24;
const IS_THIRD = 36;
const IS_FOURTH = 48;
const IS_LONG = 60;
const LENGTHS = 72;
const REPEATED_LENGTHS = LENGTHS + 2 + 8 + 8 + 256;
const SLOTS = REPEATED_LENGTHS + 2 + 8 + 8 + 256;
const NEAR = SLOTS + DISTANCE_STATES * 64;
const ALIGNED = NEAR + 128;
const LITERALS = ALIGNED + 16;

/** The original text of a packed one. */
export function unpacked(text) {
  const bytes = Uint8Array.from(atob(text), (mark) => mark.charCodeAt(0));
  let size = 0;
  for (let k = SIZE_BYTES - 1; k >= 0; k--) size = size * 256 + bytes[k];
  // The stream begins with a 0.
  return new TextDecoder().decode(unfolded(bytes.subarray(SIZE_BYTES + 1), size));
}

/** The first `size` bytes of an LZMA stream. */
function unfolded(bytes, size) {
  const chances = new Uint16Array(LITERALS + 0x300 * 2 ** LITERAL_BITS).fill(WHOLE_CHANCE / 2);
  // A typed array keeps the numbers at 32 bits.
  const now = Uint32Array.of(0xffffffff, 0);
  let next = 0;
  const shift = () => { now[CODE] = (now[CODE] << 8) | bytes[next++]; };
  for (let k = 0; k < 4; k++) shift();

  function widen() {
    if (now[RANGE] >= SMALLEST_RANGE) return;
    now[RANGE] <<= 8;
    shift();
  }

  function bit(at) {
    const chance = chances[at];
    const bound = (now[RANGE] >>> 11) * chance;
    const isOne = now[CODE] >= bound;
    if (isOne) {
      now[RANGE] -= bound;
      now[CODE] -= bound;
      chances[at] -= chance >>> MOVED_BY;
    } else {
      now[RANGE] = bound;
      chances[at] += (WHOLE_CHANCE - chance) >>> MOVED_BY;
    }
    widen();
    return isOne ? 1 : 0;
  }

  /** A number of so many bits, the highest bit first. */
  function tree(at, count) {
    let found = 1;
    for (let k = 0; k < count; k++) found = 2 * found + bit(at + found);
    return found - 2 ** count;
  }

  /** The same, the lowest bit first. */
  function reversed(at, count) {
    let [node, found] = [1, 0];
    for (let k = 0; k < count; k++) {
      const one = bit(at + node);
      node = 2 * node + one;
      found += one * 2 ** k;
    }
    return found;
  }

  function even(count) {
    let found = 0;
    for (let k = 0; k < count; k++) {
      now[RANGE] >>>= 1;
      const isOne = now[CODE] >= now[RANGE];
      if (isOne) now[CODE] -= now[RANGE];
      found = 2 * found + (isOne ? 1 : 0);
      widen();
    }
    return found;
  }

  function lengthOf(at) {
    if (!bit(at)) return tree(at + 2, 3);
    return bit(at + 1) ? 16 + tree(at + 18, 8) : 8 + tree(at + 10, 3);
  }

  function distanceOf(length) {
    const slot = tree(SLOTS + Math.min(length, DISTANCE_STATES - 1) * 64, 6);
    if (slot < 4) return slot;
    const count = (slot >> 1) - 1;
    const from = (2 + (slot & 1)) * 2 ** count;
    if (slot < 14) return from + reversed(NEAR + from - slot, count);
    return from + even(count - 4) * 16 + reversed(ALIGNED, 4);
  }

  const all = new Uint8Array(size);
  const last = [0, 0, 0, 0];
  let [end, state] = [0, 0];

  function literal() {
    const at = LITERALS + 0x300 * ((end ? all[end - 1] : 0) >> (8 - LITERAL_BITS));
    let found = 1;
    if (state >= 7) {
      // Predict from the byte at the last distance, as long as its bits agree.
      let matched = all[end - last[0] - 1];
      while (found < 256) {
        const wanted = (matched >> 7) & 1;
        matched <<= 1;
        const one = bit(at + 256 * (1 + wanted) + found);
        found = 2 * found + one;
        if (one !== wanted) break;
      }
    }
    while (found < 256) found = 2 * found + bit(at + found);
    all[end++] = found;
    state = state < 4 ? 0 : state < 10 ? state - 3 : state - 6;
  }

  /** Read a match: set the last distance, and return how many bytes to copy from there. */
  function copied() {
    if (!bit(IS_REPEAT + state)) {
      const length = lengthOf(LENGTHS);
      last.unshift(distanceOf(length));
      last.pop();
      state = state < 7 ? 7 : 10;
      return length + 2;
    }
    if (bit(IS_OTHER + state)) {
      const which = bit(IS_THIRD + state) ? 2 + bit(IS_FOURTH + state) : 1;
      last.unshift(...last.splice(which, 1));
    } else if (!bit(IS_LONG + state)) {
      state = state < 7 ? 9 : 11;
      return 1;
    }
    const length = lengthOf(REPEATED_LENGTHS);
    state = state < 7 ? 8 : 11;
    return length + 2;
  }

  while (end < size) {
    if (bit(IS_MATCH + state)) {
      let length = copied();
      const back = last[0] + 1;
      for (; length; length--, end++) all[end] = all[end - back];
    } else {
      literal();
    }
  }
  return all;
}
