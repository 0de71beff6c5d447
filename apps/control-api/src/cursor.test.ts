import { describe, expect, test } from '@jest/globals';
import { isStorableText } from '@tocsin/store';
import * as fc from 'fast-check';
import { decodeCursor, encodeCursor } from './cursor.ts';

describe('cursors', () => {
  test('name the place they were made of', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', minLength: 1 }).filter(isStorableText), (place) => {
        expect(decodeCursor(encodeCursor(place))).toBe(place);
      }),
    );
  });

  test('that no list made are refused, never passed on or thrown over', () => {
    const outcomeOf = (text: string) => {
      try {
        return encodeCursor(decodeCursor(text));
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
    ['U+0000', encodeCursor('a\u0000b')],
    ['padding', `${encodeCursor('abcd')}=`],
  ])('with %s are refused', (_, text) => {
    expect(() => decodeCursor(text)).toThrow('cursor');
  });

  test('of another list are refused by their shape', () => {
    expect(decodeCursor(encodeCursor('42'), /^\d+$/)).toBe('42');
    expect(() => decodeCursor(encodeCursor('4x'), /^\d+$/)).toThrow('cursor');
  });
});
