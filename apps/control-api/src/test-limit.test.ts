import { describe, expect, test } from '@jest/globals';
import { createTestLimit } from './test-limit.ts';

const REFUSED = { code: 'rate_limited', status: 429 };
const done = async () => 'done';

describe('test alerts', () => {
  test('are bounded for a key within a minute, and the next learns when to come again', async () => {
    const limit = createTestLimit({ perMinute: { key: 3, all: 100 }, atOnce: { key: 9, all: 9 } });
    for (let n = 0; n < 3; n += 1) expect(await limit.run('a', done)).toBe('done');
    const refusal = await limit.run('a', done).catch((error) => error);
    expect(refusal).toMatchObject(REFUSED);
    expect(refusal.retryAfterSeconds).toBeGreaterThan(0);
    expect(refusal.retryAfterSeconds).toBeLessThanOrEqual(60);
    expect(await limit.run('b', done)).toBe('done');
  });

  test('are bounded for all keys together', async () => {
    const limit = createTestLimit({ perMinute: { key: 2, all: 3 }, atOnce: { key: 9, all: 9 } });
    for (const key of ['a', 'a', 'b']) await limit.run(key, done);
    await expect(limit.run('c', done)).rejects.toMatchObject(REFUSED);
  });

  test('are bounded at once, for a key and for all, and have their place back however they end', async () => {
    const limit = createTestLimit({ perMinute: { key: 100, all: 100 }, atOnce: { key: 2, all: 3 } });
    const ends: (() => void)[] = [];
    const hang = () => new Promise<string>((resolve) => ends.push(() => resolve('done')));
    const running = [limit.run('a', hang), limit.run('a', hang), limit.run('b', hang)];
    await expect(limit.run('a', done)).rejects.toMatchObject(REFUSED);
    await expect(limit.run('c', done)).rejects.toMatchObject(REFUSED);
    while (ends.length < 3) await Promise.resolve();
    for (const end of ends) end();
    await Promise.all(running);
    const failure = new Error('the test itself fails');
    for (let n = 0; n < 3; n += 1)
      await expect(limit.run('a', () => Promise.reject(failure))).rejects.toBe(failure);
    expect(await limit.run('a', done)).toBe('done');
  });
});
