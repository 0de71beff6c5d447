import { expect, test } from '@jest/globals';
import { isPlainText, SEVERITIES, severityRank } from './vocabulary.ts';

test('the most urgent severity has the lowest rank', () => {
  expect(SEVERITIES.map(severityRank)).toEqual([0, 1, 2, 3, 4]);
  expect(severityRank('CRITICAL')).toBe(0);
});

test.each(['', 'Pager', 'María 📱', 'a b', '\u00a0'])('%j is plain text', (text) => {
  expect(isPlainText(text)).toBe(true);
});

test.each(['\0', 'a\nb', '\t', '\u001b[31m', '\u007f', '\u0085', '\u009b', '\u2028', 'a\u2029'])(
  '%j is not',
  (text) => {
    expect(isPlainText(text)).toBe(false);
  },
);
