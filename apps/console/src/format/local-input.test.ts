import { expect, test } from '@jest/globals';
import { isoOfLocalInput, localInputOf } from './local-input.ts';

test('a field shows a moment in the viewer’s zone, to the minute', () => {
  expect(localInputOf(new Date(2026, 6, 1, 9, 5, 42).toISOString())).toBe('2026-07-01T09:05');
});

test('a field names a moment in the viewer’s zone', () => {
  expect(isoOfLocalInput('2026-07-01T09:05')).toBe(new Date(2026, 6, 1, 9, 5).toISOString());
});

test('what a field shows names the same minute again', () => {
  const iso = '2026-03-29T01:30:00.000Z';
  expect(isoOfLocalInput(localInputOf(iso))).toBe(iso);
});

test.each(['', '2026-07-01', '0002-07-01T09:05', '2026-99-01T09:05', 'soon'])('%p names no moment', (text) =>
  expect(isoOfLocalInput(text)).toBeNull(),
);

test.each([null, 'soon'])('a field is empty for %p', (iso) => expect(localInputOf(iso)).toBe(''));
