import { describe, expect, test } from '@jest/globals';
import { MASK } from '@tocsin/contract';
import fc from 'fast-check';
import { unescaped } from './decoded-views.ts';
import { createResponseRedaction, STEPS_MAX } from './redact-response.ts';
import { SECRET_CHARACTERS_MIN, secretPatterns, urlSecrets } from './secret-patterns.ts';

const base64 = (text: string) => Buffer.from(text).toString('base64');

describe('masking what a receiver echoes', () => {
  test.each([
    ['a header value', 'got x-api-key: s3cr3t-value!', ['s3cr3t-value!'], `got x-api-key: ${MASK}`],
    ['every time it appears', 'aaaaaaaa1 aaaaaaaa1', ['aaaaaaaa1'], `${MASK} ${MASK}`],
    ['a token apart from its scheme', 'token=abcdefgh12', ['Bearer abcdefgh12'], `token=${MASK}`],
    ['a parameter apart from its name', 'is abcdefgh12', ['id="x", token="abcdefgh12"'], `is ${MASK}`],
    ['a signing secret without its prefix', 'is AAAABBBBCCCC', ['whsec_AAAABBBBCCCC'], `is ${MASK}`],
    ['the longer of two that overlap', 'abcdefgh-ijklmnop', ['abcdefgh', 'abcdefgh-ijklmnop'], MASK],
    ['two that overlap in part', 'x abcdefghijklmnop x', ['abcdefghij', 'ghijklmnop'], `x ${MASK} x`],
    ['nothing short enough to be a word', 'ok: true', ['true', '1'], 'ok: true'],
    ['nothing where nothing is secret', 'thanks', [], 'thanks'],
    ['upper-case', 'KEY S3CR3T-VALUE', ['s3cr3t-value'], `KEY ${MASK}`],
    ['lower-case', 'key s3cr3t-value', ['S3cr3t-Value'], `key ${MASK}`],
    ['JSON', '{"k":"pass\\"word1"}', ['pass"word1'], `{"k":"${MASK}"}`],
    ['JSON with escaped slashes', '{"k":"a\\/b\\/c\\/d=="}', ['a/b/c/d=='], `{"k":"${MASK}"}`],
    ['JSON with code points', '\\u0061\\u0062\\u0063defgh', ['abcdefgh'], MASK],
    ['a value of eight characters in a URL', 'key=a%2Fb%2Fc%2Fde', ['a/b/c/de'], `key=${MASK}`],
    ['nothing below that', 'key=a%2Fb%2Fc%2Fd', ['a/b/c/d'], 'key=a%2Fb%2Fc%2Fd'],
    ['a URL, its hex in either case', 'key=a%2Fb%2fc%2Fd9', ['a/b/c/d9'], `key=${MASK}`],
    ['a URL, its spaces as pluses', 'key=open+sesame+now', ['open sesame now'], `key=${MASK}`],
    ['named characters of HTML', '<p>a&lt;b&amp;c&quot;def</p>', ['a<b&c"def'], `<p>${MASK}</p>`],
    ['decimal characters of HTML', 'it&#39;s&#32;secret', ["it's secret"], MASK],
    ['hexadecimal characters of HTML', 'it&#x27;s&#X20;secret', ["it's secret"], MASK],
    [
      'JSON within HTML',
      '{&quot;k&quot;:&quot;pass\\&quot;word1&quot;}',
      ['pass"word1'],
      `{&quot;k&quot;:&quot;${MASK}&quot;}`,
    ],
    ['a value that looks like an escape', 'is ab%41cd&amp;ef', ['ab%41cd&ef'], `is ${MASK}`],
    ['Base64', Buffer.from('s3cr3t-value').toString('base64'), ['s3cr3t-value'], MASK],
    ['Base64 for URLs', Buffer.from('??>>??>>??').toString('base64url'), ['??>>??>>??'], MASK],
    ['the user and password of Basic', 'user:hunter2-long', ['Basic dXNlcjpodW50ZXIyLWxvbmc='], MASK],
    ['the password of Basic', 'pw hunter2-long', ['Basic dXNlcjpodW50ZXIyLWxvbmc='], `pw ${MASK}`],
    ['HTML with many leading zeros', '&#0000000000115;3cr3t-value', ['s3cr3t-value'], MASK],
    ['JavaScript, its code points in braces', '\\u{73}3cr3t\\u{00002d}value', ['s3cr3t-value'], MASK],
    ['JavaScript’s own escapes of URLs', '%u00733cr3t%u002Dvalue', ['s3cr3t-value'], MASK],
    ['Base64 of JSON', base64('pass\\"word1'), ['pass"word1'], MASK],
    ['Base64 of a URL', base64('a%2Fb%2Fc%2Fd9'), ['a/b/c/d9'], MASK],
    ['Base64 of HTML in capitals', base64('S3CR3T&LT;VALUE'), ['s3cr3t<value'], MASK],
    ['Base64 of what is escaped in itself', base64("it's secret"), ['it%27s%20secret'], MASK],
    ['Base64 of other letters', base64('\u00e4\u00f6\u00fc-secret'), ['%C3%A4%C3%B6%C3%BC-secret'], MASK],
    ['Base64 behind other letters', `key${base64('S3CR3T-VALUE')}`, ['s3cr3t-value'], `key${MASK}`],
    ['Base64 in lines', 'YTogUzNDUjN\r\nULVZBTFVF', ['s3cr3t-value'], `YTog${MASK}`],
    ['what is Base64 without Basic', 'is hunter2-long', ['Token dXNlcjpodW50ZXIyLWxvbmc='], `is ${MASK}`],
    [
      'a secret within Basic',
      `Basic ${Buffer.from('me:s3cr3t-value').toString('base64')}`,
      ['s3cr3t-value'],
      `Basic bWU${MASK}`,
    ],
  ])('masks %s', (_, text, secrets, expected) => {
    expect(createResponseRedaction(secrets)(text)).toBe(expected);
  });

  test('masks path and query of a URL, each part of them, and not its host', () => {
    const mask = createResponseRedaction(
      urlSecrets('https://hooks.example.com/services/T0001111/B%20222222?sig=abcdefgh12&v=1'),
    );
    expect(mask('POST /services/T0001111/B%20222222?sig=abcdefgh12&v=1 HTTP/1.1')).toBe(
      `POST /${MASK} HTTP/1.1`,
    );
    expect(mask('no T0001111, no "B 222222", no abcdefgh12')).toBe(`no ${MASK}, no "${MASK}", no ${MASK}`);
    expect(mask('hooks.example.com v=1')).toBe('hooks.example.com v=1');
  });

  test.each([
    ['the beginning of a secret', 'X-Key: s3cr3t', `X-Key: ${MASK}`],
    ['the longest beginning', 'other-secret-o', `${MASK}`],
    ['the beginning of an escaped one', 'X-Key: ab&lt;cd&l', `X-Key: ${MASK}`],
    ['the beginning of one in a URL', 'X-Key: ab%3Ccd%3', `X-Key: ${MASK}`],
    ['the beginning of one in Base64', Buffer.from('s3cr3t-value').toString('base64').slice(0, 9), MASK],
    ['not what could be chance', 'X-Key: s3c', 'X-Key: s3c'],
    ['nothing where it ends with no secret', 'thanks', 'thanks'],
  ])('at the end of a text that was cut, masks %s', (_, text, expected) => {
    const mask = createResponseRedaction([
      's3cr3t-value',
      'other-secret-of-two',
      'secret-other-of-two',
      'ab<cd<ef<gh',
    ]);
    expect(mask(text, true)).toBe(expected);
    expect(mask(text, false)).toBe(text);
  });

  test('takes characters that mean something in patterns as they are', () => {
    expect(createResponseRedaction(['a+b(c)*.$&\\'])('a+b(c)*.$&\\')).toBe(MASK);
  });
});

const hex = (character: string) => character.charCodeAt(0).toString(16);
const NAMES: Record<string, string> = { '<': 'lt', '>': 'gt', '&': 'amp', '"': 'quot' };
const ENCODERS: Record<string, (text: string) => string> = {
  plain: (text) => text,
  upper: (text) => text.toUpperCase(),
  lower: (text) => text.toLowerCase(),
  html: (text) => text.replace(/[<>&"]/g, (c) => `&${NAMES[c]};`).replaceAll("'", '&#39;'),
  htmlDecimal: (text) => text.replace(/[^a-z0-9]/gi, (c) => `&#${c.charCodeAt(0)};`),
  htmlHex: (text) => text.replace(/./gs, (c) => `&#x${hex(c)};`),
  url: (text) => encodeURIComponent(text),
  urlLower: (text) => encodeURIComponent(text).replace(/%../g, (c) => c.toLowerCase()),
  form: (text) => new URLSearchParams({ k: text }).toString().slice(2),
  json: (text) => JSON.stringify(text).slice(1, -1),
  jsonSlash: (text) => JSON.stringify(text).slice(1, -1).replaceAll('/', '\\/'),
  jsonCodes: (text) => text.replace(/./gs, (c) => `\\u${hex(c).padStart(4, '0')}`),
  scriptCodes: (text) => text.replace(/./gs, (c) => `\\u{${hex(c)}}`),
};
const encoder = fc
  .constantFrom(...Object.keys(ENCODERS))
  .map((name) => ENCODERS[name] as (text: string) => string);
const secret = fc
  .string({ minLength: 8, maxLength: 40 })
  .filter((text) => text.trim().length === text.length)
  // A secret that decodes to fewer characters is searched for only as written.
  .filter((text) => unescaped(text).every(({ length }) => length >= SECRET_CHARACTERS_MIN));
/** Text that forms no escape with its neighbours. */
const beside = fc.string({ maxLength: 9, unit: fc.constantFrom('X', 'Y', ' ', '.', '\u00e9', '\u{1f511}') });
const shown = fc.constantFrom('', '<p>', 'x-key: ', '{"k":"');

describe('whatever the secret', () => {
  test('it is masked in each of the forms and in one within the other, and nothing beside it is', () => {
    fc.assert(
      fc.property(secret, encoder, encoder, shown, (value, inner, outer, before) => {
        const text = `${before}${outer(inner(value))}`;
        expect(createResponseRedaction([value])(text)).toBe(`${before}${MASK}`);
      }),
      { numRuns: 1_000 },
    );
  });

  test('it is masked in Base64 of whatever holds it', () => {
    fc.assert(
      fc.property(secret, beside, beside, encoder, fc.boolean(), (value, before, after, encode, isUrl) => {
        const bytes = Buffer.from(`${before}${encode(value)}${after}`);
        const masked = createResponseRedaction([value])(bytes.toString(isUrl ? 'base64url' : 'base64'));
        // The unmasked rest holds only the text beside the secret.
        const [left = '', right = ''] = masked.split(MASK);
        expect(masked).toContain(MASK);
        expect(left.length).toBeLessThanOrEqual(Math.floor((Buffer.byteLength(before) * 8) / 6));
        expect(right.replace(/=+$/, '').length).toBeLessThanOrEqual(
          Math.ceil((Buffer.byteLength(after) * 8) / 6),
        );
      }),
      { numRuns: 500 },
    );
  });

  test('where a text was cut within it, no more than three of its characters are left', () => {
    fc.assert(
      fc.property(secret, encoder, fc.nat(), (value, encode, at) => {
        const encoded = encode(value);
        const cut = encoded.slice(0, at % encoded.length);
        const masked = createResponseRedaction([value])(`key: ${cut}`, true);
        expect(masked === `key: ${MASK}` || masked === `key: ${cut}`).toBe(true);
        if (masked !== `key: ${MASK}`) expect(cut.length).toBeLessThan(4 * 6);
      }),
      { numRuns: 1_000 },
    );
  });

  test('texts without it stay as they are', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 200 }), fc.boolean(), (text, isCut) => {
        expect(createResponseRedaction(['\u{1f511}-not-in-any-text'])(text, isCut)).toBe(text);
      }),
    );
  });
});

/** What the API takes: a hundred headers of 8 KiB each, put together by several changes, and a URL of 8 KiB. */
const tokens = (count: number, characters: number, n = 0) =>
  Array.from({ length: count }, (_, at) => `k${n}-${at}`.padEnd(characters, 'z')).join(',');
const URL_OF_SEGMENTS = `https://hooks.example.com/${tokens(850, 8).replaceAll(',', '/')}`;
const DESTINATIONS: [name: string, secrets: string[]][] = [
  ['a hundred headers of short tokens', Array.from({ length: 100 }, (_, n) => tokens(900, 8, n))],
  ['a hundred headers of one long token', Array.from({ length: 100 }, (_, n) => 'ab'.repeat(4_000) + n)],
  ['one header of short tokens', [tokens(900, 8)]],
  ['headers of longer tokens', [0, 1, 2].map((n) => tokens(113, 70, n))],
  ['long headers that are nearly alike', [0, 1, 2].map((n) => 'a'.repeat(8_100) + n)],
  ['a URL of short segments', urlSecrets(URL_OF_SEGMENTS)],
];
const BASE64_OF_ESCAPES = [0, 1, 2, 3].map(
  (before) => 'A'.repeat(before) + base64(`${'x'.repeat(3_000)}%252541`),
);
const ANSWERS: [name: string, text: string][] = [
  ['letters', 'a'.repeat(16_384)],
  ['words', 'abcdefghij '.repeat(1_489)],
  ['beginnings of tokens', 'k0-1zzzz'.repeat(2_048)],
  ['the letters of two', 'ab'.repeat(8_192)],
  ['escapes', '%252541'.repeat(2_340)],
  ['escapes in Base64 in escapes', `&amp;amp;amp;${BASE64_OF_ESCAPES.join(' ')}`],
  ['Base64 cut within an escape', `${'a'.repeat(16_380)}%252`],
];

describe.each(DESTINATIONS)('with %s', (_, secrets) => {
  test.each(ANSWERS)('an answer of %s takes a bounded number of steps', (_name, text) => {
    expect(secretPatterns(secrets)?.length ?? 0).toBeLessThan(10_000);
    let steps = 0;
    const mask = createResponseRedaction(secrets, { onSteps: (count) => (steps = count) });
    const masked = mask(text, true);
    expect(steps).toBeLessThan(1.2 * STEPS_MAX);
    if (steps > STEPS_MAX || secretPatterns(secrets) === null) expect(masked).toBe(MASK);
  });
});

describe('of what is more than can be looked through, nothing is shown', () => {
  test('secrets: not one part of them, in any form', () => {
    const secrets = [tokens(900, 8, 1), tokens(900, 8, 2), 'Bearer abcdefgh12'];
    expect(createResponseRedaction(secrets)('your token is abcdefgh12')).toBe(MASK);
    expect(createResponseRedaction(secrets)('ok')).toBe(MASK);
    expect(createResponseRedaction(secrets)('')).toBe('');
    expect(createResponseRedaction(['a'.repeat(33_000)])('ok')).toBe(MASK);
  });

  test('ways to read a text', () => {
    const text = `abcdefgh12 &amp;amp;amp;${BASE64_OF_ESCAPES.join(' ')}`;
    expect(createResponseRedaction(['Bearer abcdefgh12'])(text)).toBe(MASK);
  });

  test('and an answer of 16 KiB is looked through whole, for as many secrets as one header can hold', () => {
    const mask = createResponseRedaction([tokens(900, 8)]);
    expect(mask(`${'plain words, '.repeat(1_200)}k0-77zzz`)).toBe(`${'plain words, '.repeat(1_200)}${MASK}`);
  });
});
