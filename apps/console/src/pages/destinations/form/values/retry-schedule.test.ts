import { expect, test } from '@jest/globals';
import { DEFAULT_RETRY_POLICY } from '@tocsin/contract';
import { emptyValues } from './form-values.ts';
import { leavesRetries, retryScheduleText, USUAL_RETRIES } from './retry-schedule.ts';

test('the usual settings are the contract’s', () => {
  expect({
    maxRetries: USUAL_RETRIES.maxRetries,
    baseDelayMs: USUAL_RETRIES.baseDelaySeconds * 1_000,
    factor: USUAL_RETRIES.factor,
    maxDelayMs: USUAL_RETRIES.maxDelaySeconds * 1_000,
  }).toEqual(DEFAULT_RETRY_POLICY);
});

test('empty fields mean the usual settings', () => {
  expect(leavesRetries(emptyValues())).toBe(true);
  expect(retryScheduleText(emptyValues())).toBe(
    'A failed attempt is retried after about 5.0 s, 15 s, 45 s, 2 min, 7 min, 20 min, 61 min, 3 h, 6 h, 6 h; after the last retry, the delivery has failed.',
  );
});

test('a setting of its own counts', () => {
  const fields = { ...emptyValues(), maxRetries: 2, baseDelaySeconds: 1, factor: 2 };
  expect(leavesRetries(fields)).toBe(false);
  expect(retryScheduleText(fields)).toBe(
    'A failed attempt is retried after about 1.0 s, 2.0 s; after the last retry, the delivery has failed.',
  );
});

test('no retries are said so', () => {
  expect(retryScheduleText({ ...emptyValues(), maxRetries: 0 })).toBe('A failed attempt is not retried.');
});

test('what is no number yet has no schedule', () => {
  expect(retryScheduleText({ ...emptyValues(), factor: '-' })).toBeNull();
});
