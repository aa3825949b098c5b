/**
 * Fills an array with random 32-bit words, evenly distributed, and returns it. In bulk, because a number
 * above 2³¹ that leaves a function one at a time is allocated on the heap.
 */
export type Random = (words: Uint32Array) => Uint32Array;

/**
 * A repeatable source of random numbers: xoshiro128**, its state filled from the seed by splitmix32.
 * Not for secrets.
 *
 * @param seed  Any integer; its low 32 bits count.
 * @see Blackman & Vigna, "Scrambled linear pseudorandom number generators", ACM TOMS 47(4), 2021.
 */
export function seededRandom(seed: number): Random {
  return xoshiro128([...splitMix(seed)]);
}

/** @param start  Four 32-bit words, not all zero. */
export function xoshiro128(start: readonly number[]): Random {
  let state = start;
  return (words) => {
    let [a = 0, b = 0, c = 0, d = 0] = state;
    for (let index = 0; index < words.length; index += 1) {
      const product = Math.imul(b, 5);
      words[index] = Math.imul((product << 7) | (product >>> 25), 9);
      const shifted = b << 9;
      c ^= a;
      d ^= b;
      b ^= c;
      a ^= d;
      c ^= shifted;
      d = (d << 11) | (d >>> 21);
    }
    state = [a, b, c, d];
    return words;
  };
}

/** Turn a random word into an integer in [0, `bound`); `bound` up to 2²¹ keeps the product exact. */
export function wordBelow(word: number, bound: number): number {
  return Math.floor((word * bound) / 0x1_0000_0000);
}

/** The same items in random order. */
export function shuffled<T>(items: readonly T[], random: Random): readonly T[] {
  const words = random(new Uint32Array(items.length));
  const order = Array.from(words, (word, index) => ({ word, index }));
  order.sort((a, b) => a.word - b.word || a.index - b.index);
  return order.map(({ index }) => items[index] as T);
}

/** Four well-mixed words, for a generator that must not start near zero (constants of MurmurHash3's finaliser). */
function* splitMix(seed: number): Generator<number> {
  let state = seed | 0;
  for (let word = 0; word < 4; word += 1) {
    state = (state + 0x9e3779b9) | 0;
    let mixed = state ^ (state >>> 16);
    mixed = Math.imul(mixed, 0x85ebca6b);
    mixed ^= mixed >>> 13;
    mixed = Math.imul(mixed, 0xc2b2ae35);
    yield mixed ^ (mixed >>> 16);
  }
}
