import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { failureReason, messageOf } from './failure-reason.ts';

test('a reason holds nothing that Postgres refuses, and is never empty or long', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 2_000 }), (text) => {
      const reason = failureReason(text);
      expect(reason).not.toContain('\u0000');
      expect(reason.isWellFormed()).toBe(true);
      expect(reason.length).toBeGreaterThan(0);
      expect(reason.length).toBeLessThanOrEqual(500);
    }),
  );
});

test('a cut does not leave half a character', () => {
  expect(failureReason(`${'x'.repeat(499)}🚨`).isWellFormed()).toBe(true);
});

test('whatever is thrown has a message', () => {
  expect([new Error('a'), new TypeError(), 'text', undefined].map(messageOf)).toEqual([
    'a',
    'TypeError',
    'text',
    'undefined',
  ]);
});
