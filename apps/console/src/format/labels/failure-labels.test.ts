import { expect, test } from '@jest/globals';
import { ATTEMPT_ERROR_CODES } from '@tocsin/contract';
import { failureLabels } from './failure-labels.ts';

test.each([...ATTEMPT_ERROR_CODES, 'expired'])('%s is put in words', (code) => {
  const { meaning, advice } = failureLabels(code);
  expect(meaning).toMatch(/^[A-Z].* .*[^.]$/);
  expect(advice).toMatch(/^[A-Z].*\.$/);
});

test.each(['novel_code', 'toString'])('%s, which is not known, stands for itself', (code) =>
  expect(failureLabels(code).meaning).toBe(code),
);
