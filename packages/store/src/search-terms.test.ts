import { afterEach, describe, expect, jest, test } from '@jest/globals';
import { searchWords } from './search-terms.ts';

describe('the words of a text', () => {
  afterEach(() => {
    jest.restoreAllMocks();
  });

  test.each([
    ['Root sign-in', ['root', 'sign', 'in']],
    ['Zoë CAFÉ cafe\u0301', ['zoe', 'cafe']],
    ['ﬁle ½ ㎏ ﾌﾞ', ['file', '1', '2', 'kg', 'フ\u3099']],
    ['a a a', ['a']],
  ])('of %j are %j', (text, words) => {
    expect(searchWords(text)).toEqual(words);
  });

  test('are looked for in its first 16 Ki characters', () => {
    expect(searchWords(`${'a '.repeat(8_190)}near far`)).toEqual(['a', 'near']);
  });

  test.each([
    ['of two kinds in turn', '\u0301\u0327'],
    ['of half width', '\uff9e\u0301'],
    ['beyond 16 bits', '\u{1d165}\u{1d17b}'],
  ])(
    'are found behind marks without end, %s, of which no more are sorted than anybody writes',
    (_, marks) => {
      const normalize = jest.spyOn(String.prototype, 'normalize');

      expect(
        searchWords(`root${marks.repeat(2_000)} sign`).map((word) => word.replaceAll(/\p{M}/gu, '')),
      ).toEqual(['root', 'sign']);
      const [sorted] = normalize.mock.contexts as unknown as string[];
      const runs = String(sorted).match(/[\p{M}\uff9e\uff9f]+/gu) ?? [];
      expect(runs.map((run) => [...run].length)).toEqual([30]);
    },
  );
});
