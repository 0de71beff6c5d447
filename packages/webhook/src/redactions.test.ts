import { randomBytes } from 'node:crypto';
import { expect, test } from '@jest/globals';
import { createRedactions } from './redactions.ts';

const request = () => ({
  url: `https://example.com/${randomBytes(20).toString('hex')}`,
  headers: [{ name: 'x-key', value: randomBytes(20).toString('hex') }],
  signingSecrets: [`whsec_${randomBytes(20).toString('base64')}`],
});

test('a mask is made once for what it was made for, and anew where the URL or a secret changed', () => {
  const redactions = createRedactions(1024 * 1024);
  const one = request();
  const mask = redactions.of(one);
  expect(redactions.of(one)).toBe(mask);
  expect(redactions.of({ ...one, url: 'https://example.com/another-one' })).not.toBe(mask);
  expect(redactions.of({ ...one, signingSecrets: [] })).not.toBe(mask);
});

test('masks are kept up to a number of bytes, those that were used last', () => {
  const redactions = createRedactions(100_000);
  const requests = Array.from({ length: 100 }, request);
  const masks = requests.map((one) => redactions.of(one));
  const kept = requests.findIndex(
    (_, n) => redactions.of(requests[99 - n] as (typeof requests)[0]) !== masks[99 - n],
  );
  const bytes = masks.slice(100 - kept).reduce((sum, mask) => sum + mask.bytes, 0);
  expect(bytes).toBeGreaterThan(80_000);
  expect(bytes).toBeLessThanOrEqual(100_000);
});
