import { expect, test } from '@jest/globals';
import { binOf } from './delay-histogram.ts';
import { RESPONSE_BINS, responseBinOf } from './response-histogram.ts';

const answered = { statusCode: 200, error: null };
const refused = { statusCode: 500, error: { code: 'http_status' as const, message: 'answered 500' } };
const timeout = { statusCode: null, error: { code: 'timeout' as const, message: 'no answer' } };
const dns = { statusCode: null, error: { code: 'dns' as const, message: 'no such name' } };

test('an answer of whatever status has the receiver’s own time, and so has one that did not come in time', () => {
  for (const result of [answered, refused, timeout])
    expect(responseBinOf({ ...result, durationMs: 100 })).toBe(binOf(100));
});

test('an attempt that reached no receiver has none', () => {
  expect(responseBinOf({ ...dns, durationMs: 9_000 })).toBeNull();
});

test('the longest deadline has a bin, and nothing lies beyond the last', () => {
  expect(responseBinOf({ ...timeout, durationMs: 30_000 })).toBe(binOf(30_000));
  expect(binOf(30_000)).toBeLessThan(RESPONSE_BINS);
  expect(responseBinOf({ ...timeout, durationMs: 3_600_000 })).toBe(RESPONSE_BINS - 1);
});
