import { beforeEach, expect, test } from '@jest/globals';
import { createRestedTurns } from './rested-turns.ts';

let now = 0;
const rests: number[] = [];
const running: string[] = [];
const restedTurns = createRestedTurns(
  () => now,
  async (ms) => {
    rests.push(ms);
    now += ms;
  },
);
const statement = (name: string, tookMs: number) => async () => {
  running.push(`${name} at ${now}`);
  await Promise.resolve();
  now += tookMs;
  if (name === 'bad') throw new Error('refused');
  return name;
};

beforeEach(() => {
  now += 1_000_000;
  rests.length = 0;
  running.length = 0;
});

test('each statement comes after a rest of twice as long as the one before took, also where that failed', async () => {
  const began = now;
  const answers = [
    restedTurns((pace) => pace(statement('a', 30))),
    restedTurns((pace) => pace(statement('bad', 10))),
    restedTurns((pace) => pace(statement('c', 5))),
  ];
  expect((await Promise.allSettled(answers)).map(({ status }) => status)).toEqual([
    ...['fulfilled', 'rejected', 'fulfilled'],
  ]);
  expect(running).toEqual([`a at ${began}`, `bad at ${began + 90}`, `c at ${began + 120}`]);
  // What comes after the rest need not wait.
  now += 1_000;
  expect(await restedTurns((pace) => pace(statement('d', 1)))).toBe('d');
  expect(rests).toEqual([60, 20]);
});

test('what is stored together has one turn, and no statement of another comes between', async () => {
  const storeTwo = (name: string) =>
    restedTurns(async (pace) => {
      await pace(statement(`first of ${name}`, 1));
      await pace(statement(`second of ${name}`, 1));
    });
  await Promise.all([storeTwo('a'), storeTwo('b')]);
  expect(running.map((one) => one.split(' at ')[0])).toEqual([
    ...['first of a', 'second of a', 'first of b', 'second of b'],
  ]);
});

test('what waited for ten seconds is not rested from for as long', async () => {
  await restedTurns((pace) => pace(statement('waits for a lock', 10_000)));
  await restedTurns((pace) => pace(statement('next', 1)));
  expect(rests).toEqual([500]);
});
