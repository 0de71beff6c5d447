/**
 * Gives numbers at random, from 0 to 1 without 1, that are the same everywhere for the same seed (Mulberry32, by Tommy
 * Ettinger, public domain).
 *
 * @param seed - a whole number; its lowest 32 bits count
 */
export function createRandomNumbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
