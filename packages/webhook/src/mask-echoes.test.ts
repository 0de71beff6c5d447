import { describe, expect, test } from '@jest/globals';
import { MASK } from '@tocsin/contract';
import { createEchoMask } from './mask-echoes.ts';
import { secretsOfUrl } from './secret-spellings.ts';

describe('masking what a receiver echoes', () => {
  test.each([
    ['a header value', 'got x-api-key: s3cr3t-value!', ['s3cr3t-value!'], `got x-api-key: ${MASK}`],
    ['every time it appears', 'aaaaaaaa1 aaaaaaaa1', ['aaaaaaaa1'], `${MASK} ${MASK}`],
    ['a token apart from its scheme', 'token=abcdefgh12', ['Bearer abcdefgh12'], `token=${MASK}`],
    ['a value as JSON spells it', '{"k":"pass\\"word1"}', ['pass"word1'], `{"k":"${MASK}"}`],
    [
      'a value as JSON with escaped slashes spells it',
      '{"k":"a\\/b\\/c\\/d=="}',
      ['a/b/c/d=='],
      `{"k":"${MASK}"}`,
    ],
    ['a value as a URL spells it', 'key=a%2Fb%2Fc%2Fd', ['a/b/c/d'], `key=${MASK}`],
    ['a signing secret without its prefix', 'is AAAABBBBCCCC', ['whsec_AAAABBBBCCCC'], `is ${MASK}`],
    ['the longer of two that overlap', 'abcdefgh-ijklmnop', ['abcdefgh', 'abcdefgh-ijklmnop'], MASK],
    ['a value in other letters’ case', 'is S3CR3T-VALUE!', ['s3cr3t-Value!'], `is ${MASK}`],
    ['a value in HTML', 'is a&lt;b&amp;&quot;cdefgh', ['a<b&"cdefgh'], `is ${MASK}`],
    ['a value in HTML by numbers', 'is a&#60;b&#38;&#34;cdefgh', ['a<b&"cdefgh'], `is ${MASK}`],
    ['a value in JSON by numbers', 'is a\\u003cb\\u0026\\u0022cdefgh', ['a<b&"cdefgh'], `is ${MASK}`],
    ['a value in Base64', `is ${btoa('s3cr3t-value')}`, ['s3cr3t-value'], `is ${MASK}`],
    ['what Basic credentials decode to', 'user:pa55w0rd', [`Basic ${btoa('user:pa55w0rd')}`], MASK],
    ['the password of Basic credentials', 'is pa55w0rd', [`Basic ${btoa('user:pa55w0rd')}`], `is ${MASK}`],
    ['nothing short enough to be a word', 'ok: true', ['true', '1'], 'ok: true'],
    ['nothing where nothing is secret', 'thanks', [], 'thanks'],
  ])('masks %s', (_, text, secrets, expected) => {
    expect(createEchoMask(secrets)(text)).toBe(expected);
  });

  test.each([
    ['the beginning of a secret', 'X-Key: s3cr3t', `X-Key: ${MASK}`],
    ['the longest beginning', 'other-secret-o', `${MASK}`],
    ['not what could be chance', 'X-Key: s3c', 'X-Key: s3c'],
    ['nothing where it ends with no secret', 'thanks', 'thanks'],
  ])('at the end of a text that was cut, masks %s', (_, text, expected) => {
    const mask = createEchoMask(['s3cr3t-value', 'other-secret-of-two', 'secret-other-of-two']);
    expect(mask(text, true)).toBe(expected);
    expect(mask(text, false)).toBe(text);
  });

  test('takes characters that mean something in patterns as they are', () => {
    expect(createEchoMask(['a+b(c)*.$&\\'])('a+b(c)*.$&\\')).toBe(MASK);
  });
});

test('of a URL, masks path and query, whole and in parts', () => {
  const mask = createEchoMask(
    secretsOfUrl('https://hooks.example.com/services/T0/a%2Fsecret-part?token=tok-12345678'),
  );
  for (const text of [
    'a%2Fsecret-part',
    'a/secret-part',
    'tok-12345678',
    '/services/T0/a%2Fsecret-part?token=tok-12345678',
  ])
    expect(mask(`is ${text}.`)).toBe(`is ${MASK}.`);
  expect(mask('hooks.example.com T0')).toBe('hooks.example.com T0');
});
