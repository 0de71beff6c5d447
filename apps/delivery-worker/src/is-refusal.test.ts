import { expect, test } from '@jest/globals';
import { StatusGatewayError } from '@tocsin/runtime';
import { isRefusal } from './is-refusal.ts';

const gateway = (code: string) => new StatusGatewayError(code, code);
const postgres = (code: string) => Object.assign(new Error('failed'), { code });

test.each([
  ['a batch that is too large', gateway('request_too_large')],
  ['an outcome that is invalid', gateway('invalid_request')],
  ['a fault of the service', gateway('internal')],
  ['a value that Postgres cannot keep', postgres('22P05')],
  ['a constraint that would be broken', postgres('23514')],
  ['a fault of our own', new TypeError('x is not a function')],
])('%s is a refusal', (_, error) => {
  expect(isRefusal(error)).toBe(true);
});

test.each([
  ['a service that cannot be reached', gateway('unreachable')],
  ['one that does not answer', gateway('timeout')],
  ['one whose database is away', gateway('unavailable')],
  ['one that has too much to do', gateway('overloaded')],
  ['a wrong token', gateway('token_refused')],
  ['an answer of something else on the way', gateway('bad_answer')],
  ['a database that is away', postgres('57P03')],
  ['a disk that is full', postgres('53100')],
  ['a deadlock', postgres('40P01')],
  ['a broken connection', postgres('ECONNRESET')],
])('%s is none', (_, error) => {
  expect(isRefusal(error)).toBe(false);
});
