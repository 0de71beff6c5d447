import { deflateRawSync, deflateSync, gzipSync } from 'node:zlib';
import { describe, expect, test } from '@jest/globals';
import { decodeContent, decodeForDisplay } from './response-text.ts';

describe('a response body', () => {
  test.each([
    ['no content type', null],
    ['no charset', 'text/plain'],
    ['utf-8', 'application/json; charset=utf-8'],
    ['a quoted charset', 'text/plain; charset="UTF-8"'],
    ['an unknown charset', 'text/plain; charset=klingon'],
    ['a charset that must not be decoded', 'text/plain; charset=iso-2022-kr'],
  ])('with %s is UTF-8', (_, contentType) => {
    expect(decodeForDisplay(Buffer.from('é ☃'), contentType, false)).toBe('é ☃');
  });

  test.each([
    ['iso-8859-1', [0xe9], 'é'],
    ['Shift_JIS', [0x83, 0x65], 'テ'],
    ['utf-16le', [0x41, 0x00], 'A'],
  ])('in %s is decoded by it', (charset, bytes, expected) => {
    expect(decodeForDisplay(Buffer.from(bytes), `text/plain; charset=${charset}`, false)).toBe(expected);
  });

  test('keeps U+0000 and replaces what is not UTF-8', () => {
    expect(decodeForDisplay(Buffer.from([0x41, 0x00, 0xff, 0x42]), null, false)).toBe('A\u0000\ufffdB');
  });

  test('that was cut inside a character leaves that character out', () => {
    const bytes = Buffer.from('aé').subarray(0, 2);
    expect(decodeForDisplay(bytes, null, true)).toBe('a');
    expect(decodeForDisplay(bytes, null, false)).toBe('a\ufffd');
  });
});

describe('a coded body', () => {
  const decode = async (bytes: Buffer, encoding: string | null, isCut = false) => {
    const decoded = await decodeContent({ bytes, isCut }, encoding, 1_000);
    return { text: decoded.bytes.toString(), isCut: decoded.isCut };
  };

  test.each([
    ['gzip', gzipSync('hello')],
    ['X-GZIP', gzipSync('hello')],
    ['deflate', deflateSync('hello')],
    ['deflate', deflateRawSync('hello')],
  ])('in %s is decoded', async (encoding, bytes) => {
    expect(await decode(bytes, encoding)).toEqual({ text: 'hello', isCut: false });
  });

  test.each(['gzip', 'deflate'])(
    'in %s that would grow is cut at the bound, and says so',
    async (encoding) => {
      const large = Buffer.alloc(10_000_000, 'a');
      const bytes = encoding === 'gzip' ? gzipSync(large) : deflateSync(large);
      expect(await decode(bytes, encoding)).toEqual({ text: 'a'.repeat(1_000), isCut: true });
    },
  );

  test('of exactly the bound is whole', async () => {
    const text = 'a'.repeat(1_000);
    expect(await decode(gzipSync(text), 'gzip')).toEqual({ text, isCut: false });
  });

  test('that was cut off shows what came', async () => {
    const text = Array.from({ length: 200 }, (_, n) => n).join('-');
    const bytes = gzipSync(text);
    const cut = await decode(bytes.subarray(0, bytes.length / 2), 'gzip', true);
    expect(cut.isCut).toBe(true);
    expect(cut.text.length).toBeGreaterThan(20);
    expect(text.startsWith(cut.text)).toBe(true);
  });

  test.each([
    ['a wrong checksum', Buffer.concat([gzipSync('hello').subarray(0, -8), Buffer.alloc(8)])],
    ['bytes after its end', Buffer.concat([gzipSync('hello'), Buffer.from('bytes')])],
    [
      'a broken second member',
      Buffer.concat([gzipSync('hello'), gzipSync('no').subarray(0, 5), Buffer.alloc(9, 255)]),
    ],
  ])('that has %s shows what came before that', async (_, bytes) => {
    expect(await decode(bytes, 'gzip')).toEqual({ text: 'hello', isCut: false });
  });

  test('in deflate with a wrong checksum shows what came before that', async () => {
    const bytes = Buffer.concat([deflateSync('hello').subarray(0, -4), Buffer.alloc(4)]);
    expect(await decode(bytes, 'deflate')).toEqual({ text: 'hello', isCut: false });
  });

  test.each([
    ['gzip that is none', 'gzip', 'no gzip'],
    ['an empty body', 'gzip', ''],
    ['a coding that is not undone', 'br', 'as it is'],
    ['several codings', 'gzip, gzip', 'as it is'],
    ['no coding', null, 'as it is'],
    ['identity', 'identity', 'as it is'],
  ])('(%s) stays as it is', async (_, encoding, text) => {
    expect(await decode(Buffer.from(text), encoding)).toEqual({ text, isCut: false });
  });
});
