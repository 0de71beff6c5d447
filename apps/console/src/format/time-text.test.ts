import { expect, test } from '@jest/globals';
import { distanceText, durationText, localText, tickText, utcText } from './time-text.ts';

test('a moment is shown in the viewer’s zone, and in UTC beside it', () => {
  expect(localText('2026-07-01T07:57:12.120Z', 'Europe/Berlin')).toBe('2026-07-01 09:57:12');
  expect(localText('2026-07-01T00:00:00Z', 'UTC')).toBe('2026-07-01 00:00:00');
  expect(utcText('2026-07-01T09:57:12+02:00')).toBe('2026-07-01 07:57:12 UTC');
});

test('what is no moment is shown as it is', () => {
  expect(localText('soon')).toBe('soon');
  expect(utcText('soon')).toBe('soon');
  expect(distanceText('soon', 0)).toBe('soon');
});

test.each([
  ['2026-07-01T08:00:45Z', 'in 45 s'],
  ['2026-07-01T07:57:00Z', '3 min ago'],
  ['2026-07-01T08:00:00.500Z', 'now'],
  ['2026-06-28T08:00:00Z', '3 d ago'],
])('%s is %s', (iso, text) => expect(distanceText(iso, Date.parse('2026-07-01T08:00:00Z'))).toBe(text));

test.each([
  [0.4, '0 ms'],
  [1_440, '1.4 s'],
  [45_000, '45 s'],
  [180_000, '3 min'],
  [6 * 3_600_000, '6 h'],
  [4 * 86_400_000, '4 d'],
])('%d ms is %s', (ms, text) => expect(durationText(ms)).toBe(text));

test('a mark of a time axis is the time of the day, and the date where a day begins or marks are days apart', () => {
  const at = Date.parse('2026-07-01T12:05:00Z') / 1_000;
  const midnight = Date.parse('2026-07-01T22:00:00Z') / 1_000;
  expect(tickText(at, [at, at + 3_600], 'Europe/Berlin')).toBe('14:05');
  expect(tickText(midnight, [at, at + 3_600], 'Europe/Berlin')).toBe('07-02');
  expect(tickText(at, [at, at + 86_400], 'Europe/Berlin')).toBe('07-01');
});
