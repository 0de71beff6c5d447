import { describe, expect, test } from '@jest/globals';
import { readPreconditions } from './preconditions.ts';

function holds(headers: { 'if-match'?: string; 'if-none-match'?: string }, etag: string | null): boolean {
  try {
    readPreconditions(headers).check(etag);
    return true;
  } catch (error) {
    expect(error).toMatchObject({ code: 'precondition_failed', status: 412 });
    return false;
  }
}

describe('If-Match', () => {
  test.each<[string, string | null, boolean]>([
    ['"7"', '"7"', true],
    ['"6"', '"7"', false],
    ['"7"', null, false],
    ['"6", "7"', '"7"', true],
    ['"6","7" ,, "8"', '"7"', true],
    ['"a,b"', '"b"', false],
    // A weak tag is equal to nothing (RFC 9110, 8.8.3.2).
    ['W/"7"', '"7"', false],
    ['W/"7", "7"', '"7"', true],
    ['*', '"7"', true],
    ['*', null, false],
    ['7', '"7"', false],
    ['"7', '"7"', false],
    ['"7" "8"', '"7"', false],
    ['', '"7"', false],
    [', ,', '"7"', false],
  ])('%s against %s', (header, etag, expected) => {
    expect(holds({ 'if-match': header }, etag)).toBe(expected);
  });
});

describe('If-None-Match', () => {
  test.each<[string, string | null, boolean]>([
    ['*', null, true],
    ['*', '"7"', false],
    ['"6"', '"7"', true],
    ['"7"', '"7"', false],
    ['W/"7"', '"7"', false],
    ['"6", W/"7"', '"7"', false],
    ['"7"', null, true],
  ])('%s against %s', (header, etag, expected) => {
    expect(holds({ 'if-none-match': header }, etag)).toBe(expected);
  });
});

test('without either, there is nothing to hold', () => {
  expect(holds({}, null)).toBe(true);
  expect(holds({}, '"7"')).toBe(true);
});

test('both must hold', () => {
  expect(holds({ 'if-match': '"7"', 'if-none-match': '"7"' }, '"7"')).toBe(false);
});
