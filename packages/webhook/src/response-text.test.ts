import { describe, expect, test } from '@jest/globals';
import { decodeForDisplay } from './response-text.ts';

describe('a response body', () => {
  test.each([
    ['no content type', null],
    ['no charset', 'text/plain'],
    ['utf-8', 'application/json; charset=utf-8'],
    ['a quoted charset', 'text/plain; charset="UTF-8"'],
    ['an unknown charset', 'text/plain; charset=klingon'],
    ['a charset that must not be decoded', 'text/plain; charset=iso-2022-kr'],
  ])('with %s is UTF-8', (_, contentType) => {
    expect(decodeForDisplay(Buffer.from('é ☃'), contentType, false)).toBe('é ☃');
  });

  test.each([
    ['iso-8859-1', [0xe9], 'é'],
    ['Shift_JIS', [0x83, 0x65], 'テ'],
    ['utf-16le', [0x41, 0x00], 'A'],
  ])('in %s is decoded by it', (charset, bytes, expected) => {
    expect(decodeForDisplay(Buffer.from(bytes), `text/plain; charset=${charset}`, false)).toBe(expected);
  });

  test('keeps U+0000 and replaces what is not UTF-8', () => {
    expect(decodeForDisplay(Buffer.from([0x41, 0x00, 0xff, 0x42]), null, false)).toBe('A\u0000\ufffdB');
  });

  test('that was cut inside a character leaves that character out', () => {
    const bytes = Buffer.from('aé').subarray(0, 2);
    expect(decodeForDisplay(bytes, null, true)).toBe('a');
    expect(decodeForDisplay(bytes, null, false)).toBe('a\ufffd');
  });
});
