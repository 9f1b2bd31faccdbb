// The order of the samples in a shuffled run, drawn as Python draws it: MT19937 (Matsumoto and
// Nishimura 1998) seeded by the words of an integer, and randrange and sample of CPython's
// random.py.

const [STATE_WORDS, STATE_SHIFT, TOP_BIT] = [624, 397, 0x80000000];

/** A generator of 32-bit integers, seeded as random.Random(seed) is. */
function twister(words) {
  const state = new Uint32Array(STATE_WORDS).fill(19650218, 0, 1);
  const grown = (k, factor) => Math.imul(state[k - 1] ^ (state[k - 1] >>> 30), factor);
  for (let k = 1; k < STATE_WORDS; k++) state[k] = grown(k, 1812433253) + k;
  let spot = 1;
  const step = () => {
    spot++;
    if (spot < STATE_WORDS) return;
    state[0] = state[STATE_WORDS - 1];
    spot = 1;
  };
  for (let k = 0; k < Math.max(STATE_WORDS, words.length); k++) {
    const word = k % words.length;
    state[spot] = (state[spot] ^ grown(spot, 1664525)) + words[word] + word;
    step();
  }
  for (let k = 1; k < STATE_WORDS; k++) {
    state[spot] = (state[spot] ^ grown(spot, 1566083941)) - spot;
    step();
  }
  state[0] = TOP_BIT;
  let at = STATE_WORDS;
  return () => {
    for (let k = 0; at === STATE_WORDS && k < STATE_WORDS; k++) {
      const y = (state[k] & TOP_BIT) | (state[(k + 1) % STATE_WORDS] & ~TOP_BIT);
      state[k] = state[(k + STATE_SHIFT) % STATE_WORDS] ^ (y >>> 1) ^ (y & 1 ? 0x9908b0df : 0);
    }
    at %= STATE_WORDS;
    let y = state[at++];
    y ^= y >>> 11;
    y ^= (y << 7) & 0x9d2c5680;
    y ^= (y << 15) & 0xefc60000;
    return (y ^ (y >>> 18)) >>> 0;
  };
}

function drawAll({ words, again }, samples, rows) {
  const next = twister(words);
  const below = (most) => {
    for (;;) {
      const value = next() >>> Math.clz32(most);
      if (value < most) return value;
    }
  };
  const order = [];
  while (again && order.length < rows) order.push(below(samples));
  while (order.length < rows) {
    const left = [...Array(samples).keys()];
    for (let last = samples - 1; last >= 0; last--) {
      const k = below(last + 1);
      order.push(left[k]);
      left[k] = left[last];
    }
  }
  return order;
}

const drawnOrders = new WeakMap();

/**
 * The index of the sample in each of the rows, from 0. `order` holds the seed's 32-bit `words`, the
 * lowest first, and `again`: whether samples are drawn with replacement.
 */
export function samplesInOrder(order, samples, rows) {
  const found = drawnOrders.get(order);
  if (found?.samples === samples && found.all.length >= rows) return found.all;
  // A longer draw begins with the shorter one, so one draw serves both.
  const all = drawAll(order, samples, rows);
  drawnOrders.set(order, { samples, all });
  return all;
}
