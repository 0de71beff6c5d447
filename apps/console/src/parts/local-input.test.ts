import { expect, test } from '@jest/globals';
import { fromLocalInput, toLocalInput } from './local-input.ts';

test('a moment goes through a field of local time and comes back, to the minute', () => {
  expect(fromLocalInput(toLocalInput('2026-07-01T07:57:12Z'))).toBe('2026-07-01T07:57:00.000Z');
});

test.each(['', null, undefined, 'soon'])('%p is an empty field', (value) =>
  expect(toLocalInput(value)).toBe(''),
);

test.each(['', '2026-07-'])('a field that holds %p is no moment', (text) =>
  expect(fromLocalInput(text)).toBe(''),
);
