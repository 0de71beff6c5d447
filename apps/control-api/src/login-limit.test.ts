import { describe, expect, test } from '@jest/globals';
import { callerOf, createLoginLimit } from './login-limit.ts';

describe('attempts to sign in', () => {
  test('are ten from one address, and the next is told when to come again', async () => {
    const limit = createLoginLimit();
    for (let attempt = 0; attempt < 10; attempt += 1) await limit.take('203.0.113.7');
    const refusal = limit.take('203.0.113.7');
    await expect(refusal).rejects.toMatchObject({ code: 'rate_limited', status: 429 });
    const { retryAfterSeconds } = await refusal.catch((error) => error);
    expect(retryAfterSeconds).toBeGreaterThan(0);
    expect(retryAfterSeconds).toBeLessThanOrEqual(60);
    await limit.take('203.0.113.8');
  });

  test('that are taken back do not count', async () => {
    const limit = createLoginLimit();
    for (let attempt = 0; attempt < 50; attempt += 1) await (await limit.take('203.0.113.7'))();
  });

  test('at once are counted one by one', async () => {
    const limit = createLoginLimit();
    const takes = await Promise.allSettled(Array.from({ length: 50 }, () => limit.take('203.0.113.7')));
    expect(takes.filter(({ status }) => status === 'fulfilled')).toHaveLength(10);
  });

  test('are written down a hundred times a minute, wherever they come from', async () => {
    const limit = createLoginLimit();
    const written = await Promise.all(Array.from({ length: 150 }, () => limit.mayRecord()));
    expect(written.filter(Boolean)).toHaveLength(100);
  });
});

describe('who counts as one caller', () => {
  test('an IPv4 address, however it is written', () => {
    expect(callerOf('::ffff:203.0.113.7')).toBe(callerOf('203.0.113.7'));
    expect(callerOf('203.0.113.8')).not.toBe(callerOf('203.0.113.7'));
  });

  test('an IPv6 network of 64 bits', () => {
    expect(callerOf('2001:db8:1:2::1')).toBe(callerOf('2001:db8:1:2:ffff:ffff:ffff:ffff'));
    expect(callerOf('2001:db8:1:2::1')).not.toBe(callerOf('2001:db8:1:3::1'));
  });

  test('whatever cannot be read, no longer than an address', () => {
    expect(callerOf('x'.repeat(10_000))).toHaveLength(64);
  });
});
