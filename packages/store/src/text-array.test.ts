import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import pg from 'pg';
import { parseTextArray, TEXT_ARRAY_OID } from './text-array.ts';

const parseByPg = pg.types.getTypeParser(TEXT_ARRAY_OID);

/** As Postgres writes it: quoted if needed, or if `isQuoted` is true. */
function literalOf(items: readonly (string | null)[], isQuoted: boolean): string {
  const write = (text: string | null) => {
    if (text === null) return 'NULL';
    const mustBe = isQuoted || text === '' || /[{}",\\\s]/.test(text) || text.toUpperCase() === 'NULL';
    return mustBe ? `"${text.replaceAll(/["\\]/g, '\\$&')}"` : text;
  };
  return `{${items.map(write).join(',')}}`;
}

describe('an array of texts', () => {
  test.each([
    ['{}', []],
    ['{a}', ['a']],
    ['{AWS.CloudTrail,Okta.SystemLog}', ['AWS.CloudTrail', 'Okta.SystemLog']],
    ['{NULL,"NULL",""}', [null, 'NULL', '']],
    ['{"a,b","{c}","d\\"e","f\\\\","g\nh"}', ['a,b', '{c}', 'd"e', 'f\\', 'g\nh']],
    ['{plain,"quo ted",plain}', ['plain', 'quo ted', 'plain']],
    [
      '{{a,b},{c,d}}',
      [
        ['a', 'b'],
        ['c', 'd'],
      ],
    ],
    ['[0:1]={a,b}', ['a', 'b']],
  ])('%j', (literal, items) => {
    expect(parseTextArray(literal)).toEqual(items);
  });

  test('is what pg reads, whatever is in it', () => {
    const text = fc.string({
      unit: fc.oneof(fc.constantFrom(...'"\\,{} N\n'), fc.string({ unit: 'binary', maxLength: 1 })),
    });
    const items = fc.array(fc.oneof(text, fc.constant(null), fc.constant('null')), { maxLength: 8 });
    fc.assert(
      fc.property(items, fc.boolean(), (given, isQuoted) => {
        const literal = literalOf(given, isQuoted);
        expect(parseTextArray(literal)).toEqual(given);
        expect(parseByPg(literal)).toEqual(given);
      }),
    );
  });

  test('of one text of a megabyte of quotes and backslashes is read', () => {
    const long = '"\\'.repeat(500_000);
    expect(parseTextArray(literalOf([long, 'next'], false))).toEqual([long, 'next']);
  });
});
