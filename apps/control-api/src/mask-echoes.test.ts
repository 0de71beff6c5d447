import { describe, expect, test } from '@jest/globals';
import { MASK } from '@tocsin/contract';
import { maskEchoes } from './mask-echoes.ts';

describe('masking what a receiver echoes', () => {
  test.each([
    ['a header value', 'got x-api-key: s3cr3t-value!', ['s3cr3t-value!'], `got x-api-key: ${MASK}`],
    ['every time it appears', 'aaaaaaaa1 aaaaaaaa1', ['aaaaaaaa1'], `${MASK} ${MASK}`],
    ['a token apart from its scheme', 'token=abcdefgh12', ['Bearer abcdefgh12'], `token=${MASK}`],
    ['a value as JSON spells it', '{"k":"pass\\"word1"}', ['pass"word1'], `{"k":"${MASK}"}`],
    ['the longer of two that overlap', 'abcdefgh-ijklmnop', ['abcdefgh', 'abcdefgh-ijklmnop'], MASK],
    ['nothing short enough to be a word', 'ok: true', ['true', '1'], 'ok: true'],
    ['nothing where nothing is secret', 'thanks', [], 'thanks'],
  ])('masks %s', (_, text, secrets, expected) => {
    expect(maskEchoes(text, secrets)).toBe(expected);
  });

  test('takes characters that mean something in patterns as they are', () => {
    expect(maskEchoes('a+b(c)*.$&\\', ['a+b(c)*.$&\\'])).toBe(MASK);
  });
});
