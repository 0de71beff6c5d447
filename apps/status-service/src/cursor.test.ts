import { expect, test } from '@jest/globals';
import { ProblemError } from '@tocsin/contract';
import { CURSOR_IDS, decodeCursor, encodeCursor } from './cursor.ts';

const forge = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
const AT = '2026-07-01 07:57:12.123456+00';

test('a cursor comes back as it went out, microseconds and all', () => {
  const cursor = { at: AT, id: 'alert:1.a_b-c' };
  expect(decodeCursor(encodeCursor(cursor), CURSOR_IDS.alert)).toEqual(cursor);
});

test.each([
  ['nothing', ''],
  ['no JSON', 'AAAA'],
  ['a number', forge(7)],
  ['null', forge(null)],
  ['a time that is none', forge(['2026-13-45 99:00:00+00', 'a'])],
  ['a time that Postgres would take for words', forge(['infinity', 'a'])],
  ['an id that no alert has', forge([AT, "a'; --"])],
  ['an id of another type', forge([AT, 7])],
])('%s is refused as a fault of the request', (_, text) => {
  expect(() => decodeCursor(text, CURSOR_IDS.alert)).toThrow(ProblemError);
});

test('a cursor of alerts is refused where ids are UUIDs', () => {
  expect(() => decodeCursor(encodeCursor({ at: AT, id: 'alert-1' }), CURSOR_IDS.uuid)).toThrow(ProblemError);
});
