import { expect, test } from '@jest/globals';
import { criticalText, isNothing, matchedText, missingText, noneFoundText } from './match-count.ts';

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

test.each([
  [{ matched: 3, critical: 2 }, '2 are CRITICAL'],
  [{ matched: 3, critical: 1 }, '1 is CRITICAL'],
  [
    { matched: 31_000, atLeast: true, critical: 12 },
    'at least 12 of them are CRITICAL (counting stopped after 5 s)',
  ],
])('of %j it says %s', (count, text) => expect(criticalText(count)).toBe(text));

test('where counting stopped before it found one, there may be some', () => {
  expect(noneFoundText({ matched: 0, atLeast: true }, 'in 5 s')).toBe(
    'None found in 5 s; there may be some.',
  );
  expect(noneFoundText({ matched: 0 }, 'in 5 s')).toBeNull();
  expect(noneFoundText({ matched: 1, atLeast: true }, 'in 5 s')).toBeNull();
});
