import { expect, test } from '@jest/globals';
import { isNothing, matchedText, missingText } from './match-count.ts';

test.each([
  [{ matched: 0 }, '0', true],
  [{ matched: 1_234 }, '1,234', false],
  [{ matched: 200_000, atLeast: true }, 'at least 200,000', false],
  // No match in the part searched so far: later parts may have some.
  [{ matched: 0, atLeast: true }, 'at least 0', false],
])('%j is said as %s', (count, text, none) => {
  expect([matchedText(count), isNothing(count)]).toEqual([text, none]);
});

test('missing alerts are counted in words', () => {
  expect(missingText({ matched: 1 })).toBe('1 alert is missing');
  expect(missingText({ matched: 2, atLeast: true })).toBe('at least 2 alerts are missing');
});
