import type { IncomingMessage, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from '@jest/globals';
import { createBodyRoom } from './body-room.ts';
import { BODY_PACE, readBody, readMediaType, requireMediaType } from './request-body.ts';

const KIB = 1024;

test('what was inflated in vain is counted, however few bytes it was made of', async () => {
  const packed = gzipSync(Buffer.alloc(1024 * KIB, ' '));
  expect(packed.length).toBeLessThan(2 * KIB);
  const headers = { 'content-encoding': 'gzip', 'content-length': String(packed.length) };
  const request = Object.assign(Readable.from([packed]), { headers }) as unknown as IncomingMessage;
  const share = createBodyRoom(64 * 1024 * KIB).open('a key');
  await expect(
    readBody({ request, response: {} as ServerResponse }, { bytesMax: 64 * KIB, share, pace: BODY_PACE }),
  ).rejects.toMatchObject({ code: 'request_too_large' });
  expect(share.used()).toBeGreaterThanOrEqual(64 * KIB);
});

test('what came out of gzip takes room, however few bytes it was made of', async () => {
  const packed = gzipSync(Buffer.alloc(60 * KIB, ' '));
  const read = (roomBytes: number) => {
    const headers = { 'content-encoding': 'gzip', 'content-length': String(packed.length) };
    const request = Object.assign(Readable.from([packed]), { headers }) as unknown as IncomingMessage;
    const share = createBodyRoom(roomBytes).open('a key');
    return readBody(
      { request, response: {} as ServerResponse },
      { bytesMax: 64 * KIB, share, pace: BODY_PACE },
    );
  };
  await expect(read(4 * 59 * KIB)).rejects.toMatchObject({ code: 'overloaded' });
  expect(await read(4 * 64 * KIB)).toHaveLength(60 * KIB);
});

describe('Content-Type', () => {
  test.each([
    [undefined, ''],
    ['', ''],
    ['application/json', 'application/json'],
    ['Application/JSON', 'application/json'],
    ['application/json; charset=utf-8', 'application/json'],
    ['application/json;charset="UTF-8"', 'application/json'],
    ['application/json; charset=utf8', 'application/json'],
    ['application/x-ndjson; q=1', 'application/x-ndjson'],
    ['text/plain', 'text/plain'],
  ])('%s is read as "%s"', (header, expected) => expect(readMediaType(header)).toBe(expected));

  test.each([
    'application/json; charset=iso-8859-1',
    'application/json; charset=utf-16',
    'json',
    '/',
    'a/b/c d',
  ])('%s is refused', (header) =>
    expect(() => readMediaType(header)).toThrow(expect.objectContaining({ code: 'unsupported_media_type' })),
  );

  test.each([
    ['', 'The Content-Type must be application/json; the request has none.'],
    ['text/plain', 'The Content-Type must be application/json, not text/plain.'],
    [
      'application/x-www-form-urlencoded',
      "The Content-Type must be application/json, not application/x-www-form-urlencoded, which curl sends unless it is given another: -H 'Content-Type: application/json'.",
    ],
  ])('of "%s" is refused with "%s"', (mediaType, detail) =>
    expect(() => requireMediaType(mediaType, ['application/json'])).toThrow(
      expect.objectContaining({ detail }),
    ),
  );
});
