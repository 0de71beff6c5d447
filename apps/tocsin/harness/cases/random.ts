import { createRandomNumbers } from '@tocsin/testkit';

/** A source of values that are the same for the same seed. */
export interface Random {
  /** From 0 to 1, without 1. */
  next(): number;
  between(min: number, max: number): number;
  pick<T>(list: readonly [T, ...T[]] | readonly T[]): T;
  shuffled<T>(list: readonly T[]): T[];
}

/** FNV-1a of 32 bits. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (const byte of Buffer.from(text)) value = Math.imul(value ^ byte, 0x01000193);
  return value >>> 0;
}

/** @param name - gives each case values of its own, whichever other cases run */
export function createRandom(seed: number, name: string): Random {
  const next = createRandomNumbers(hash(`${seed}/${name}`));
  const below = (count: number) => Math.floor(next() * count);
  return {
    next,
    between: (min, max) => min + next() * (max - min),
    pick: (list) => list[below(list.length)]!,
    shuffled(list) {
      const rest = [...list];
      return list.map(() => rest.splice(below(rest.length), 1)[0]!);
    },
  };
}
