import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { checkHeaders, headerFault } from './header-rules.ts';

const TOKEN_CHARACTERS = "!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const RESERVED =
  /^(host|content-length|content-encoding|transfer-encoding|connection|keep-alive|te|trailer|upgrade|expect|accept-encoding|http2-settings|(proxy-|webhook-|x-amz-|x-aws-|x-goog|metadata).*)$/i;

const token = fc.string({ unit: fc.constantFrom(...TOKEN_CHARACTERS), minLength: 1, maxLength: 30 });
const visible = fc.string({
  unit: fc.integer({ min: 0x20, max: 0x7e }).map((code) => String.fromCharCode(code)),
  maxLength: 50,
});

describe('a custom header', () => {
  test.each([
    'Host',
    'content-length',
    'Content-Encoding',
    'TRANSFER-ENCODING',
    'Connection',
    'Keep-Alive',
    'TE',
    'Trailer',
    'Upgrade',
    'Expect',
    'Accept-Encoding',
    'HTTP2-Settings',
    'Proxy-Authorization',
    'proxy-',
    'Webhook-Id',
    'webhook-signature',
    'X-Amz-Date',
    'x-aws-ec2-metadata-token',
    'X-Goog-Api-Key',
    'X-Google-Anything',
    'Metadata',
    'Metadata-Flavor',
  ])('is refused by the name %s', (name) => {
    expect(headerFault(name, 'x')).toMatch(/cannot be given|must not start/);
  });

  test.each([
    'Authorization',
    'Cookie',
    'X-Api-Key',
    'Content-Type',
    'Accept',
    'User-Agent',
    'Date',
    'Tea',
    'X-Host',
    'Hosts',
    'X-Amzn-Trace-Id',
    'X-Go',
    'Meta',
    'Proxy',
    'Webhook',
    '__proto__',
    'constructor',
    '1',
    '!',
  ])('may have the name %s', (name) => {
    expect(headerFault(name, 'x')).toBeNull();
  });

  test.each([
    ['empty', ''],
    ['with a space', 'X Key'],
    ['with a colon', 'X-Key:'],
    ['with a line break', 'X\r\nY'],
    ['with a final line break', 'X-Key\n'],
    ['not ASCII', 'X-Schlüssel'],
    ['with U+0000', 'X\u0000'],
  ])('is refused by a name that is %s', (_, name) => {
    expect(headerFault(name, 'x')).not.toBeNull();
  });

  test.each([
    ['a line break', 'a\r\nInjected: 1'],
    ['a final line break', 'a\n'],
    ['U+0000', 'a\u0000b'],
    ['DEL', 'a\u007fb'],
    ['Latin-1', 'é'],
    ['more than Latin-1', '☃'],
    ['a space before', ' a'],
    ['a space after', 'a '],
    ['a tab after', 'a\t'],
    ['nothing but a space', ' '],
  ])('is refused by a value with %s', (_, value) => {
    expect(headerFault('X-Key', value)).not.toBeNull();
  });

  test('may have an empty value, and spaces and tabs inside', () => {
    expect(headerFault('X-Key', '')).toBeNull();
    expect(headerFault('X-Key', 'a \t b')).toBeNull();
  });

  test('may have 8 KiB and no more', () => {
    expect(headerFault('X-Key', 'a'.repeat(8192))).toBeNull();
    expect(headerFault('X-Key', 'a'.repeat(8193))).toMatch(/8192/);
    expect(headerFault('a'.repeat(8193), '')).toMatch(/8192/);
  });

  test('never has its value in a message', () => {
    expect(headerFault('X-Key', 'canary\u0000')).not.toContain('canary');
  });

  test('is judged by its name alone where an update keeps the value', () => {
    expect(headerFault('X-Key')).toBeNull();
    expect(headerFault('Host')).not.toBeNull();
  });

  test('of any token name and any printable value is refused only for a listed name or an edge space', () => {
    fc.assert(
      fc.property(token, visible, (name, value) => {
        const isAllowed = !RESERVED.test(name) && value === value.trim();
        expect(headerFault(name, value) === null).toBe(isAllowed);
      }),
    );
  });

  test('that passes is one Node sends as it is, whatever was tried', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (name, value) => {
        if (headerFault(name, value) === null) expect(`${name}: ${value}`).toMatch(/^[\t\x20-\x7e]+$/);
      }),
    );
  });
});

describe('a list of headers', () => {
  test('names each fault by its place', () => {
    const errors = checkHeaders([
      { name: 'X-Ok', value: 'a' },
      { name: 'Host', value: 'é' },
      { name: 'X-Kept' },
    ]);
    expect(errors.map(({ path }) => path)).toEqual(['headers[1].name', 'headers[1].value']);
  });

  test('holds no name twice, in any case', () => {
    const errors = checkHeaders([
      { name: 'X-Key', value: 'a' },
      { name: 'x-KEY', value: 'b' },
    ]);
    expect(errors).toEqual([{ path: 'headers[1].name', message: 'is given more than once' }]);
  });
});
