import { describe, expect, test } from '@jest/globals';
import { isStorableText } from '@tocsin/store';
import * as fc from 'fast-check';
import { decodeTextCursor, encodeTextCursor } from './text-cursor.ts';

describe('cursors', () => {
  test('name the place they were made of', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', minLength: 1 }).filter(isStorableText), (place) => {
        expect(decodeTextCursor(encodeTextCursor(place))).toBe(place);
      }),
    );
  });

  test('that no list made are refused, never passed on or thrown over', () => {
    const outcomeOf = (text: string) => {
      try {
        return encodeTextCursor(decodeTextCursor(text));
      } catch (error) {
        return (error as { code: string }).code;
      }
    };
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.base64String()), (text) =>
        [text, 'invalid_request'].includes(outcomeOf(text)),
      ),
    );
  });

  test.each([
    ['bytes that are no UTF-8', Buffer.from([0xff, 0xfe]).toString('base64url')],
    ['nothing', ''],
    ['U+0000', encodeTextCursor('a\u0000b')],
    ['padding', `${encodeTextCursor('abcd')}=`],
  ])('with %s are refused', (_, text) => {
    expect(() => decodeTextCursor(text)).toThrow('cursor');
  });

  test('of another list are refused by their shape', () => {
    expect(decodeTextCursor(encodeTextCursor('42'), /^\d+$/)).toBe('42');
    expect(() => decodeTextCursor(encodeTextCursor('4x'), /^\d+$/)).toThrow('cursor');
  });
});
