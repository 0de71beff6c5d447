import { describe, expect, test } from '@jest/globals';
import { callerOf, createRefusalLimit } from './refusal-limit.ts';

const ADDRESS = '203.0.113.7';

function createFixture(refusalsMax = 3) {
  const clock = { nowMs: 0 };
  const limit = createRefusalLimit({ refusalsMax, detail: 'Too many.', now: () => clock.nowMs });
  const allows = (address: string, keyId: string | null) => {
    try {
      limit.count(address, keyId);
      return true;
    } catch {
      return false;
    }
  };
  return { clock, limit, allows };
}

describe('wrong keys', () => {
  test('are limited by address and key id, and the next learns when to come again', () => {
    const { limit, clock, allows } = createFixture();
    for (let n = 0; n < 3; n += 1) expect(allows(ADDRESS, 'k1')).toBe(true);
    clock.nowMs = 20_000;
    expect(() => limit.count(ADDRESS, 'k1')).toThrow(
      expect.objectContaining({ code: 'rate_limited', status: 429, retryAfterSeconds: 40 }),
    );
    expect(allows(ADDRESS, 'k2')).toBe(true);
    expect(allows('203.0.113.8', 'k1')).toBe(true);
    clock.nowMs = 60_000;
    expect(allows(ADDRESS, 'k1')).toBe(true);
  });

  test('of ever other ids, or of no id, are limited by their address', () => {
    const { allows } = createFixture();
    const answers = Array.from({ length: 31 }, (_, n) => allows(ADDRESS, n % 2 === 0 ? `guess-${n}` : null));
    expect(answers).toEqual([...Array(30).fill(true), false]);
    expect(allows('203.0.113.8', 'guess-0')).toBe(true);
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
