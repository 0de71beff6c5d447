import { expect, test } from '@jest/globals';
import { isRefusal } from './refusal.ts';

const failure = (code: string) => Object.assign(new Error('failed'), { code });

test.each([
  ['a batch that is too large', failure('request_too_large')],
  ['an outcome that is invalid', failure('invalid_request')],
  ['a fault of the service', failure('internal')],
  ['a value that Postgres cannot keep', failure('22P05')],
  ['a constraint that would be broken', failure('23514')],
  ['a value too long for an index', failure('54000')],
  ['a stored value that is damaged', failure('XX001')],
  ['a fault of our own', new TypeError('x is not a function')],
])('%s is a refusal', (_, error) => {
  expect(isRefusal(error)).toBe(true);
});

test.each([
  ['a service that cannot be reached', failure('unreachable')],
  ['one that does not answer', failure('timeout')],
  ['one whose database is unavailable', failure('unavailable')],
  ['one that has too much to do', failure('overloaded')],
  ['a wrong token', failure('token_refused')],
  ['an answer of something else on the way', failure('bad_answer')],
  ['a database that is unavailable', failure('57P03')],
  ['a disk that is full', failure('53100')],
  ['a deadlock', failure('40P01')],
  ['a broken connection', failure('ECONNRESET')],
])('%s is none', (_, error) => {
  expect(isRefusal(error)).toBe(false);
});
