import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { boundDetail, DETAIL_BYTES_MAX } from './bound-detail.ts';

const bytesOf = (value: unknown) => Buffer.byteLength(JSON.stringify(value));

describe('the detail of an audit entry', () => {
  test('is kept as it is where it is small', () => {
    const detail = { enabled: { from: true, to: false }, logTypes: ['AWS.CloudTrail'], url: null, count: 3 };
    expect(boundDetail(detail)).toEqual(detail);
  });

  test('has long texts cut, and says by how much', () => {
    expect(boundDetail({ responseBody: 'x'.repeat(16_384) })).toEqual({
      responseBody: `${'x'.repeat(1_000)}… (15384 more characters)`,
    });
  });

  test('has long lists cut, and says by how much', () => {
    const names = Array.from({ length: 100 }, (_, index) => `X-Header-${index}`);
    expect(boundDetail({ headers: names })).toEqual({ headers: [...names.slice(0, 20), 'and 80 more'] });
  });

  test('has long objects cut, and says by how much', () => {
    const detail = Object.fromEntries(Array.from({ length: 60 }, (_, index) => [`name${index}`, index]));
    expect(boundDetail(detail)).toMatchObject({ name49: 49, '…': 'and 10 more' });
  });

  test('holds what Postgres takes: no U+0000 and no half of a surrogate pair, also where it is cut', () => {
    expect(boundDetail({ 'a\0': 'b\0\ud800' })).toEqual({ 'a\uFFFD': 'b\uFFFD\uFFFD' });
    expect(boundDetail({ text: `${'x'.repeat(999)}\u{1f600}` })).toEqual({
      text: `${'x'.repeat(999)}\uFFFD… (1 more characters)`,
    });
  });

  test('is cut further where many things are long, to the shortest that is worth keeping', () => {
    const wide = Object.fromEntries(
      Array.from({ length: 50 }, (_, index) => [`setting${index}`, Array(100).fill('\u0001'.repeat(5_000))]),
    );
    expect(bytesOf(boundDetail(wide))).toBeLessThanOrEqual(DETAIL_BYTES_MAX);
    const deep = { a: { b: { c: { d: { e: 1 } } } } };
    expect(boundDetail(deep)).toEqual({ a: { b: { c: { d: '…' } } } });
  });

  test('never exceeds its bound, whatever it is given', () => {
    const text = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 3_000, size: 'max' }),
      fc.constantFrom('\u0001'.repeat(9_000), '"'.repeat(9_000), '\u{1f600}'.repeat(9_000)),
    );
    const value = fc.oneof(
      text,
      fc.array(text, { maxLength: 60 }),
      fc.dictionary(text, text, { maxKeys: 60 }),
    );
    fc.assert(
      fc.property(fc.dictionary(text, value, { maxKeys: 60 }), (detail) => {
        expect(bytesOf(boundDetail(detail))).toBeLessThanOrEqual(DETAIL_BYTES_MAX);
      }),
      { numRuns: 30 },
    );
  });
});
