import { expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { alertIdSchema, alertInputSchema } from './alert.ts';
import { decodeSigningSecret, destinationInputSchema } from './destination.ts';
import {
  ALERT_ID,
  DISPLAY_NAME,
  HEADER_NAME,
  INSTANT,
  JSON_OBJECT_TEXT,
  NEW_ALERT_ID,
  NEW_HEADER_VALUE,
  PLAIN_TEXT,
  PUBLIC_URL,
  SIGNING_SECRET,
} from './patterns.ts';
import { instantSchema } from './query-values.ts';
import { isPlainText } from './vocabulary.ts';

/** As JSON Schema reads a pattern: by Unicode characters. */
const matches = (pattern: string, text: string) => new RegExp(pattern, 'u').test(text);

/** Where rules differ: ends of ranges of controls, line breaks, and spaces. */
const rareUnit = fc.constantFrom(
  ...'\u0000\t\n\r\u001f \u007f\u0085\u009f\u00a0\u2028\u2029\u202f\u3000\ufeffé',
);
const anyText = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({ unit: 'grapheme' }),
  fc.string({ unit: fc.oneof(rareUnit, fc.constant('a')) }),
);

test('an alert’s id matches where it is taken', () => {
  const texts = fc.oneof(anyText, fc.string({ unit: fc.constantFrom(...'.:-_aZ9') }));
  fc.assert(fc.property(texts, (id) => matches(ALERT_ID, id) === alertIdSchema.safeParse(id).success));
});

test('a signing secret matches where it is taken', () => {
  const almost = fc
    .tuple(fc.uint8Array({ minLength: 20, maxLength: 68 }), fc.constantFrom('', '=', '==', 'A'))
    .map(([bytes, rest]) => `whsec_${Buffer.from(bytes).toString('base64')}${rest}`);
  fc.assert(
    fc.property(
      fc.oneof(almost, anyText),
      (secret) => matches(SIGNING_SECRET, secret) === (decodeSigningSecret(secret) !== null),
    ),
  );
});

test('plain text has no control characters and no line breaks', () => {
  fc.assert(fc.property(anyText, (text) => matches(PLAIN_TEXT, text) === isPlainText(text)));
});

test('a display name that matches is taken', () => {
  const { displayName } = destinationInputSchema.shape;
  const texts = fc.oneof(anyText, fc.constantFrom('SKIP', ' ', '\u3000', 'SKIPPED', 'a'));
  fc.assert(
    fc.property(texts, (name) => {
      if (matches(DISPLAY_NAME, name) && name.length <= 100)
        expect(displayName.safeParse(name).success).toBe(true);
    }),
  );
  for (const name of ['SKIP', ' ', '\u3000', '', 'a\nb', '0199f0a4-6b1e-7c3d-8e5f-0123456789ab'])
    expect(matches(DISPLAY_NAME, name)).toBe(false);
});

test.each(['Host', 'TE', 'Proxy-Authorization', 'WEBHOOK-ID', 'x-goog-x', 'a b', 'a\n', ''])(
  'no header is called "%s"',
  (name) => expect(matches(HEADER_NAME, name)).toBe(false),
);
test.each(['X-Team', 'Hosts', 'Tea', 'Authorization', 'X-Amzn'])('a header may be called %s', (name) =>
  expect(matches(HEADER_NAME, name)).toBe(true),
);

test.each([' a', 'a ', '\t', 'é', 'a\nb', '********'])('no header has the value "%s"', (value) =>
  expect(matches(NEW_HEADER_VALUE, value)).toBe(false),
);
test.each(['', 'a', 'a b\tc', '*********', 'Bearer x=='])('a header may have the value "%s"', (value) =>
  expect(matches(NEW_HEADER_VALUE, value)).toBe(true),
);

test.each([
  'https://hooks.example.com/tocsin',
  'HTTP://hooks.example.com',
  'https://a.b.c.example.co:8443/x?y=z#w',
  'https://hooks.example.com?a=%5C',
])('a URL may be %s', (url) => expect(matches(PUBLIC_URL, url)).toBe(true));
test.each([
  'ftp://example.com/',
  'https://example/',
  'https://localhost/',
  'https://a.LOCAL/',
  'https://a.internal:8080/',
  'https://x.home.arpa',
  'https://user@example.com/',
  'https://example.com:25/',
  'https://example.com/a\\b',
  'https://example.com/a b',
  'https://127.0.0.1/',
  'https://xn--a.com/',
  `https://${'a.'.repeat(130)}com/`,
])('a URL that is %s does not match', (url) => expect(matches(PUBLIC_URL, url)).toBe(false));

test('a time matches where it is taken, but for the hours at both ends that an offset moves', () => {
  const twoDigits = (max: number) => fc.integer({ min: 0, max }).map((n) => String(n).padStart(2, '0'));
  const year = fc.oneof(
    fc.integer({ min: 1960, max: 9999 }),
    fc.constantFrom(1900, 1972, 2000, 2100, 2400, 8000),
  );
  const texts = fc
    .tuple(
      year,
      twoDigits(13),
      twoDigits(32),
      twoDigits(24),
      twoDigits(60),
      fc.constantFrom('Z', '', '+02:00', '-24:00'),
    )
    .map(([y, month, day, hour, minute, offset]) => `${y}-${month}-${day}T${hour}:${minute}:00${offset}`)
    .filter((text) => !/^(1970-01-01|1969-12-31|9999-12-31)/.test(text));
  fc.assert(
    fc.property(
      fc.oneof(texts, anyText),
      (text) => matches(INSTANT, text) === instantSchema.safeParse(text).success,
    ),
    { numRuns: 1_000 },
  );
  for (const text of ['2000-02-29T00:00:00Z', '2024-02-29T00:00:00.5+02:00'])
    expect(matches(INSTANT, text)).toBe(true);
  for (const text of ['2100-02-29T00:00:00Z', '1969-12-31T00:00:00Z'])
    expect(matches(INSTANT, text)).toBe(false);
});

test('a text that matches as a context is the JSON of an object', () => {
  const scalar = fc.oneof(
    fc.string(),
    fc.double({ noDefaultInfinity: true, noNaN: true }),
    fc.boolean(),
    fc.constant(null),
  );
  const object = fc.dictionary(fc.string(), fc.oneof(scalar, fc.array(scalar)));
  const texts = fc.oneof(
    anyText,
    fc.string({ unit: fc.constantFrom(...'{}":,a1-.\\') }),
    object.map((value) => JSON.stringify(value)),
  );
  const { alertContext } = alertInputSchema.shape;
  fc.assert(
    fc.property(texts, (text) => {
      if (matches(JSON_OBJECT_TEXT, text)) expect(alertContext.safeParse(text).error).toBeUndefined();
    }),
  );
  for (const text of ['{}', '{"a":"b","c":-1.5}', '{"a\\"b":null}'])
    expect(matches(JSON_OBJECT_TEXT, text)).toBe(true);
  for (const text of ['', '[]', '{"a"}', '{a:1}', '{"a":01}'])
    expect(matches(JSON_OBJECT_TEXT, text)).toBe(false);
});

test('ids that begin with "tocsin." are not for producers', () => {
  expect(matches(NEW_ALERT_ID, 'tocsin.failed')).toBe(false);
  for (const id of ['tocsin', 'Tocsin.x', 'a.tocsin.']) expect(matches(NEW_ALERT_ID, id)).toBe(true);
});
