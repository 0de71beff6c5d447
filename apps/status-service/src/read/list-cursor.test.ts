import { expect, test } from '@jest/globals';
import { ProblemError } from '@tocsin/contract';
import { CURSOR_IDS, type CursorOwner, decodeListCursor, encodeListCursor } from './list-cursor.ts';

const AT = Date.parse('2026-07-01T07:57:12.123Z') * 1_000 + 456;
const ALERTS: CursorOwner = { list: 'alerts', filters: { q: 'root' }, ids: CURSOR_IDS.alert };
const CURSOR = { at: AT, id: 'alert:1.a_b-c' };
const MARK = (
  JSON.parse(Buffer.from(encodeListCursor(CURSOR, ALERTS), 'base64url').toString()) as string[]
)[2];

const forge = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');

test('a cursor comes back as it went out, microseconds and all', () => {
  expect(decodeListCursor(encodeListCursor(CURSOR, ALERTS), ALERTS)).toEqual(CURSOR);
});

test('a page may be of another length than the one before, and its filters in another order', () => {
  const first = { ...ALERTS, filters: { status: ['failed', 'pending'], limit: 5, q: undefined } };
  const then = { ...ALERTS, filters: { limit: 50, cursor: 'x', status: ['pending', 'failed', 'failed'] } };
  expect(decodeListCursor(encodeListCursor(CURSOR, first), then)).toEqual(CURSOR);
});

test.each([
  ['nothing', ''],
  ['no JSON', 'AAAA'],
  ['no Base64', '%%%%'],
  ['a number', forge(7)],
  ['null', forge(null)],
  ['an object', forge({ 0: AT, 1: 'a', 2: MARK })],
  ['a time as text, which earlier versions answered with', forge(['2026-07-01T07:57:12.123456Z', 'a', MARK])],
  ['a time that Postgres would take for words', forge(['infinity', 'a', MARK])],
  ['a time before all', forge([-1, 'a', MARK])],
  ['a time of half a microsecond', forge([AT + 0.5, 'a', MARK])],
  ['a time later than a number can say', forge([2 ** 53, 'a', MARK])],
  ['no time', forge([null, 'a', MARK])],
  ['an id that no alert has', forge([AT, "a'; --", MARK])],
  ['an id with U+0000', forge([AT, 'a\0', MARK])],
  ['an id of another type', forge([AT, 7, MARK])],
  ['a mark of another type', forge([AT, 'a', 7])],
  ['no mark', forge([AT, 'a'])],
  ['more than a cursor has', forge([AT, 'a', MARK, 1])],
  ['one with something behind it', `${encodeListCursor(CURSOR, ALERTS)}=`],
])('%s is refused as a fault of the request', (_, text) => {
  expect(() => decodeListCursor(text, ALERTS)).toThrow(ProblemError);
});

test.each([
  ['another list', { ...ALERTS, list: 'deliveries' }],
  ['other filters', { ...ALERTS, filters: { q: 'admin' } }],
  ['no filters', { ...ALERTS, filters: {} }],
  ['other ids', { ...ALERTS, ids: CURSOR_IDS.uuid }],
])('a cursor is refused for %s', (_, owner) => {
  expect(() => decodeListCursor(encodeListCursor(CURSOR, ALERTS), owner)).toThrow(ProblemError);
});
