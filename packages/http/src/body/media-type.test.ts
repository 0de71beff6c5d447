import { describe, expect, test } from '@jest/globals';
import { readMediaType, requireMediaType } from './media-type.ts';

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

  test.each([
    ['', 'The Content-Type must be application/json; the request has none.'],
    ['text/plain', 'The Content-Type must be application/json, not text/plain.'],
    [
      'application/x-www-form-urlencoded',
      "The Content-Type must be application/json, not application/x-www-form-urlencoded, which curl sends unless it is given another: -H 'Content-Type: application/json'.",
    ],
  ])('of "%s" is refused with "%s"', (mediaType, detail) =>
    expect(() => requireMediaType(mediaType, ['application/json'])).toThrow(
      expect.objectContaining({ detail }),
    ),
  );
});
