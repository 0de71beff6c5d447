import { describe, expect, test } from '@jest/globals';
import { readMediaType } from './media-type.ts';

describe('Content-Type', () => {
  test.each([
    [undefined, ''],
    ['', ''],
    ['application/json', 'application/json'],
    ['Application/JSON', 'application/json'],
    ['application/json; charset=utf-8', 'application/json'],
    ['application/json;charset="UTF-8"', 'application/json'],
    ['application/json; charset=utf8', 'application/json'],
    ['application/x-ndjson; q=1', 'application/x-ndjson'],
    ['text/plain', 'text/plain'],
  ])('%s is read as "%s"', (header, expected) => expect(readMediaType(header)).toBe(expected));

  test.each([
    'application/json; charset=iso-8859-1',
    'application/json; charset=utf-16',
    'json',
    '/',
    'a/b/c d',
  ])('%s is refused', (header) =>
    expect(() => readMediaType(header)).toThrow(expect.objectContaining({ code: 'unsupported_media_type' })),
  );
});
