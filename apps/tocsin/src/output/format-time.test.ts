import { expect, test } from '@jest/globals';
import { formatCount, formatDuration, formatTime, formatUntil } from './format-time.ts';

test('a time is short and in UTC; what is none stays as it is', () => {
  expect(formatTime('2026-07-01T09:57:12.120+02:00')).toBe('2026-07-01 07:57:12Z');
  expect(formatTime('soon')).toBe('soon');
});

test.each([
  [0.4, '0 ms'],
  [12.4, '12 ms'],
  [1_440, '1.4 s'],
  [45_000, '45 s'],
  [180_000, '3 min'],
  [6 * 3_600_000, '6 h'],
])('%d ms is %s', (ms, text) => expect(formatDuration(ms)).toBe(text));

test('a coming moment is shown by its distance', () => {
  const now = new Date('2026-07-01T08:00:00Z');
  expect(formatUntil('2026-07-01T08:00:45Z', now)).toBe('in 45 s');
  expect(formatUntil('2026-07-01T07:59:00Z', now)).toBe('due');
});

test('counts are grouped', () => expect(formatCount(1_133)).toBe('1,133'));
