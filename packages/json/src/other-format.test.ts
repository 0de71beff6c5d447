import { gzipSync, zstdCompressSync } from 'node:zlib';
import { expect, test } from '@jest/globals';
import { OTHER_FORMAT_BYTES, otherFormatOf } from './other-format.ts';

const TEXT = '{"id":"Rule"}';
const utf16 = Buffer.from(`\ufeff${TEXT}`, 'utf16le');

test.each([
  ['gzip', gzipSync(TEXT)],
  ['zstd', zstdCompressSync(TEXT)],
  ['bzip2', Buffer.from('BZh91AY&SY')],
  ['zip', Buffer.from('PK\u0003\u0004\u0014')],
  ['UTF-16', utf16],
  ['UTF-16', Buffer.from(utf16).swap16()],
])('%s is known by its first bytes', (format, bytes) => {
  expect(otherFormatOf(bytes)).toBe(format);
  expect(otherFormatOf(bytes.subarray(0, OTHER_FORMAT_BYTES))).toBe(format);
});

test.each([TEXT, `\ufeff${TEXT}`, '[]', '', 'P', 'BZ', '\n'])('%j is none of them', (text) =>
  expect(otherFormatOf(Buffer.from(text))).toBeUndefined(),
);
