import { expect, test } from '@jest/globals';
import { scanInSlices } from './json-body.ts';
import { createTurns, SLICE_BYTES } from './turns.ts';

const MIB = 1024 * 1024;

/** Scans, and counts how often the others had their turn. */
async function turnsOf(text: string): Promise<number> {
  let count = 0;
  const turns = createTurns(async () => {
    count += 1;
  });
  await scanInSlices(Buffer.from(text), { depthMax: 64, skipTooDeep: true }, turns).catch(() => undefined);
  return count;
}

test.each([
  ['of small objects', `[${'{},'.repeat(3.4 * MIB)}{}]`],
  ['of small numbers', `[${'1,'.repeat(5 * MIB)}1]`],
  ['of opening brackets', '['.repeat(10 * MIB)],
  ['of keys', `{${'"a":1,'.repeat(1.6 * MIB)}"a":1}`],
  ['of white space', `${' '.repeat(10 * MIB)}1`],
])('10 MiB %s let others have their turn after each slice', async (_, text) => {
  const slices = Math.floor(text.length / SLICE_BYTES);
  expect(slices).toBeGreaterThan(70);
  expect(await turnsOf(text)).toBeGreaterThanOrEqual(slices - 1);
});

test('a small body is read in one go', async () => {
  expect(await turnsOf('{"a":[1,2,3]}')).toBe(0);
});
