import { expect, test } from '@jest/globals';
import { createCooldown } from './cooldown.ts';

/** Bytes that take so long to be looked at. */
const TEN_MS = 10 * 20 * 1024;

function startCooldown() {
  let time = 0;
  const waits: number[] = [];
  const cooldown = createCooldown({ now: () => time, sleep: async (ms) => waits.push(ms) });
  return { cooldown, waits, pass: (ms: number) => (time += ms) };
}

test('a key of whose body 200 KiB were refused waits 40 ms for its next; others do not', async () => {
  const { cooldown, waits, pass } = startCooldown();
  await cooldown.wait('bad');
  cooldown.refused('bad', TEN_MS);
  await cooldown.wait('good');
  pass(20);
  await cooldown.wait('bad');
  expect(waits).toEqual([20]);
});

test('those that wait go one by one', async () => {
  const { cooldown, waits } = startCooldown();
  cooldown.refused('bad', TEN_MS);
  for (let body = 0; body < 3; body += 1) await cooldown.wait('bad');
  expect(waits).toEqual([40, 80, 120]);
});

test('beyond 5 s of waiting is 429, and waits for nothing', async () => {
  const { cooldown, waits } = startCooldown();
  cooldown.refused('bad', 10_000_000_000);
  await cooldown.wait('bad');
  expect(waits).toEqual([4_000]);
  for (let body = 0; body < 3; body += 1)
    await expect(cooldown.wait('bad')).rejects.toMatchObject({ code: 'rate_limited', retryAfterSeconds: 8 });
  expect(waits).toHaveLength(1);
});

test('what is taken makes the waits short again', async () => {
  const { cooldown, waits, pass } = startCooldown();
  cooldown.refused('mixed', TEN_MS);
  for (let body = 0; body < 8; body += 1) {
    await cooldown.wait('mixed');
    pass(waits.at(-1) ?? 0);
    cooldown.taken('mixed');
  }
  expect(waits).toEqual([40, 40, 20, 10, 5, 2.5, 1.25]);
});

test('a cheap refusal among costly ones does not forgive them', async () => {
  const { cooldown, waits, pass } = startCooldown();
  cooldown.refused('bad', TEN_MS);
  cooldown.refused('bad', 0);
  await cooldown.wait('bad');
  pass(40);
  await cooldown.wait('bad');
  expect(waits).toEqual([40, 20]);
});
