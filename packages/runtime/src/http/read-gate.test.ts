import { expect, test } from '@jest/globals';
import { createReadGate } from './read-gate.ts';

/** Reads that end when they are told to. */
function createReads() {
  const ends: (() => void)[] = [];
  return { ends, read: () => new Promise<void>((resolve) => ends.push(resolve)) };
}

test('one key reads so many things at once, the next in their order, and others are not kept waiting by it', async () => {
  const gate = createReadGate(2, 2);
  const { ends, read } = createReads();
  const reads = [1, 2, 3, 4].map(() => gate('one', read));
  expect(ends).toHaveLength(2);
  await expect(gate('one', read)).rejects.toMatchObject({ code: 'rate_limited', status: 429 });
  const other = gate('other', read);
  expect(ends).toHaveLength(3);
  for (let ended = 0; ended < 5; ended += 1) {
    ends[ended]?.();
    await new Promise(setImmediate);
    expect(ends).toHaveLength(Math.min(5, 3 + ended + 1));
  }
  await Promise.all([...reads, other]);
});

test('a read that fails leaves its place', async () => {
  const gate = createReadGate(1, 0);
  for (let round = 0; round < 3; round += 1) {
    await expect(gate('one', () => Promise.reject(new Error('no')))).rejects.toThrow('no');
  }
  expect(await gate('one', async () => 7)).toBe(7);
});
