import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { parseRetryAfterMs } from './retry-after.ts';

const NOW = Date.UTC(2026, 0, 15, 12, 0, 0);

describe('Retry-After', () => {
  test.each([
    ['0', 0],
    ['120', 120_000],
    [' 7 ', 7_000],
    ['007', 7_000],
    ['9'.repeat(400), Number.MAX_SAFE_INTEGER],
  ])('of %s is a number of seconds', (value, expected) => {
    expect(parseRetryAfterMs(value, NOW)).toBe(expected);
  });

  test.each([
    ['IMF-fixdate', 'Thu, 15 Jan 2026 12:01:30 GMT'],
    ['RFC 850', 'Thursday, 15-Jan-26 12:01:30 GMT'],
    ['asctime', 'Thu Jan 15 12:01:30 2026'],
  ])('may be a date in the form of %s', (_, value) => {
    expect(parseRetryAfterMs(value, NOW)).toBe(90_000);
  });

  test('reads a day of one digit in the form of asctime', () => {
    expect(parseRetryAfterMs('Sun Feb  1 12:00:00 2026', NOW)).toBe(17 * 24 * 3_600_000);
  });

  test('of a date that has passed is 0', () => {
    expect(parseRetryAfterMs('Wed, 14 Jan 2026 12:00:00 GMT', NOW)).toBe(0);
  });

  test('takes two digits more than 50 years ahead for the century before', () => {
    expect(parseRetryAfterMs('Thursday, 15-Jan-77 12:00:00 GMT', NOW)).toBe(0);
    expect(parseRetryAfterMs('Thursday, 15-Jan-76 12:00:00 GMT', NOW)).toBe(Date.UTC(2076, 0, 15, 12) - NOW);
  });

  test('counts a leap second', () => {
    expect(parseRetryAfterMs('Thu, 15 Jan 2026 12:00:60 GMT', NOW)).toBe(60_000);
  });

  test.each([
    '',
    ' ',
    '-1',
    '+1',
    '1.5',
    '1e3',
    '0x10',
    '1 2',
    '1, 2',
    'soon',
    '١',
    'Infinity',
    '2026-01-15T12:01:30Z',
    'Thu, 31 Feb 2026 12:00:00 GMT',
    'Thu, 15 Jan 2026 24:00:00 GMT',
    'Thu, 15 Jan 2026 12:00:00 UTC',
    'Thu, 15 Jan 2026 12:00:00',
    'Thu, 00 Jan 2026 12:00:00 GMT',
    'Thu, 15 Foo 2026 12:00:00 GMT',
    'thu, 15 jan 2026 12:00:00 gmt',
    'Thu, 15 Jan 2026 12:00:00 GMT GMT',
  ])('of "%s" is nothing', (value) => {
    expect(parseRetryAfterMs(value, NOW)).toBeNull();
  });

  test('agrees with toUTCString for every date of four digits', () => {
    const seconds = fc.integer({ min: Date.UTC(1000, 0, 1) / 1000, max: Date.UTC(9999, 11, 31) / 1000 });
    fc.assert(
      fc.property(seconds, fc.date({ noInvalidDate: true }), (time, now) => {
        const value = new Date(time * 1000).toUTCString();
        expect(parseRetryAfterMs(value, now.getTime())).toBe(Math.max(0, time * 1000 - now.getTime()));
      }),
    );
  });

  test('of anything is null or a whole number of milliseconds that JSON can hold', () => {
    const value = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.stringMatching(/^[0-9]{1,40}$/),
      fc.stringMatching(/^[A-Z][a-z]{2}, [0-9]{2} [A-Z][a-z]{2} [0-9]{4} [0-9]{2}:[0-9]{2}:[0-9]{2} GMT$/),
    );
    fc.assert(
      fc.property(value, (text) => {
        const delayMs = parseRetryAfterMs(text, NOW);
        expect(delayMs === null || (Number.isSafeInteger(delayMs) && delayMs >= 0)).toBe(true);
      }),
    );
  });
});
