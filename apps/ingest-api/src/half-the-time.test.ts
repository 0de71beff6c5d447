import { expect, test } from '@jest/globals';
import { createHalfTheTime } from './half-the-time.ts';

test('statements come one after the other, each after a rest as long as the one before, also where that failed', async () => {
  let now = 0;
  const rests: number[] = [];
  const halfTheTime = createHalfTheTime(
    () => now,
    async (ms) => {
      rests.push(ms);
      now += ms;
    },
  );
  const running: string[] = [];
  const statement = (name: string, tookMs: number) => async () => {
    running.push(`${name} at ${now}`);
    await Promise.resolve();
    now += tookMs;
    if (name === 'bad') throw new Error('refused');
    return name;
  };
  const answers = [
    halfTheTime(statement('a', 30)),
    halfTheTime(statement('bad', 10)),
    halfTheTime(statement('c', 5)),
  ];
  expect((await Promise.allSettled(answers)).map(({ status }) => status)).toEqual([
    ...['fulfilled', 'rejected', 'fulfilled'],
  ]);
  expect(running).toEqual(['a at 0', 'bad at 60', 'c at 80']);
  // What comes after the rest need not wait.
  now = 1_000;
  expect(await halfTheTime(statement('d', 1))).toBe('d');
  expect(rests).toEqual([30, 10]);
});
