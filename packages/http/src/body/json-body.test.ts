import { setImmediate } from 'node:timers/promises';
import { expect, test } from '@jest/globals';
import { createTurns, SLICE_BYTES } from '../limits/rate-limit.ts';
import { parseItems, scanInSlices } from './json-body.ts';

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

test('however many bodies are read at once, one slice is read between two rounds of the event loop', async () => {
  const body = Buffer.from(`[${'1,'.repeat(MIB)}1]`);
  let turns = 0;
  const reading = Promise.all(
    Array.from({ length: 20 }, () => {
      const own = createTurns();
      const next = () => own.next().finally(() => (turns += 1));
      return scanInSlices(body, { depthMax: 64 }, { ...own, next });
    }),
  );
  const inRound: number[] = [];
  let isDone = false;
  void reading.finally(() => (isDone = true));
  while (!isDone) {
    const before = turns;
    await setImmediate();
    inRound.push(turns - before);
  }
  await reading;
  expect(turns).toBeGreaterThanOrEqual(20 * Math.floor(body.length / SLICE_BYTES));
  expect(Math.max(...inRound)).toBe(1);
});

test('of a long list one slice of items is built between two rounds of the event loop', async () => {
  const item = JSON.stringify({ text: 'x'.repeat(1_000) });
  const count = 4_000;
  let built = 0;
  const build = () => {
    built += 1;
  };
  const reading = parseItems(
    Buffer.from(`[${Array(count).fill(item).join()}]`),
    { depthMax: 64 },
    { bytesMax: 2_000, build },
  );
  const inRound: number[] = [];
  let isDone = false;
  void reading.finally(() => (isDone = true));
  while (!isDone) {
    const before = built;
    await setImmediate();
    inRound.push(built - before);
  }
  expect(await reading).toHaveLength(count);
  expect(Math.max(...inRound)).toBeLessThanOrEqual(Math.ceil(SLICE_BYTES / item.length));
});

test.each([
  ['no list', '{"a":[1]}'],
  ['an item that is too long', `["${'x'.repeat(2_000)}"]`],
])('%s is refused where a list of items is read', async (_, text) => {
  const build = (value: unknown) => value;
  await expect(
    parseItems(Buffer.from(text), { depthMax: 64 }, { bytesMax: 2_000, build }),
  ).rejects.toMatchObject({
    code: 'invalid_request',
  });
});
