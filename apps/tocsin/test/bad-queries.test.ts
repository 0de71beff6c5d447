import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { ENDPOINTS } from '@tocsin/contract';
import { ADMIN_KEY, createStorage, startTocsin, type TestStorage, type Tocsin } from './tocsin-process.ts';

const base64 = (value: unknown) =>
  Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url');

/** What no parameter is meant to be, and every one is given. */
const VALUES = [
  '',
  ' ',
  '\0',
  'a\0b',
  '%',
  '%00',
  '\ud83d',
  '\u202e',
  "'",
  '"',
  '\\',
  ';--',
  '(',
  '*',
  ':*',
  '&',
  '|',
  '!',
  '0',
  '-1',
  '1.5',
  '1e1',
  '1e3',
  '0x10',
  'NaN',
  'Infinity',
  '9007199254740993',
  '99999999999999999999',
  'null',
  'undefined',
  '[]',
  '{}',
  'infinity',
  'now',
  'epoch',
  '2026-02-30T00:00:00Z',
  '0001-01-01T00:00:00Z',
  '1969-12-31T23:59:59Z',
  '9999-12-31T23:59:59-23:59',
  '9999-12-31T23:59:59.999999999Z',
  '1970-01-01T00:00:00+23:59',
  '10000-01-01T00:00:00Z',
  '00000000-0000-0000-0000-000000000000',
  'ffffffff-ffff-ffff-ffff-ffffffffffff',
  'x'.repeat(5_000),
  'ä'.repeat(500),
  'word '.repeat(100),
  base64(''),
  base64('\0'),
  base64('0'),
  base64('9'.repeat(15)),
  base64('9'.repeat(40)),
  base64('-1'),
  base64('\ud83d'),
  base64([]),
  base64({}),
  base64(null),
  base64(['2026-02-30 00:00:00+00', 'a']),
  base64(['2026-02-30T00:00:00.000000Z', 'a', 'x']),
  base64(['infinity', '00000000-0000-0000-0000-000000000000']),
  base64([1e308, 1e308]),
  'AAAA',
  '====',
  'a'.repeat(512),
];

let storage: TestStorage;
let tocsin: Tocsin;

beforeAll(async () => {
  storage = await createStorage('postgres');
  tocsin = await startTocsin(storage.env);
});
afterAll(async () => {
  await tocsin?.process.stop();
  await storage?.remove();
});

/** Bytes as they are, also those that are no UTF-8. */
function encode(value: string): string {
  return value.isWellFormed() ? encodeURIComponent(value) : '%ed%a0%bd';
}

async function statusOf(path: string): Promise<{ status: number; code?: string }> {
  const response = await fetch(`${tocsin.url}${path}`, { headers: { authorization: `Bearer ${ADMIN_KEY}` } });
  const body = (await response.json()) as { code?: string };
  return { status: response.status, ...(body.code === undefined ? {} : { code: body.code }) };
}

const READS = ENDPOINTS.filter(({ method, isPublic }) => method === 'get' && isPublic !== true);
const parameters = READS.flatMap(({ path, query }) =>
  Object.keys(query?.shape ?? {}).map((name) => [path, name] as const),
);
const inPaths = READS.filter(({ params }) => params !== undefined).map(({ path }) => [path] as const);

describe('whatever a parameter is, the answer is no fault of ours', () => {
  test.each(parameters)('%s?%s', async (path, name) => {
    for (const value of VALUES) {
      for (const query of [`${name}=${encode(value)}`, `${name}=${encode(value)}&${name}=${encode(value)}`]) {
        const answer = await statusOf(
          `${path.replaceAll(/\{\w+\}/g, '00000000-0000-0000-0000-000000000000')}?${query}`,
        );
        expect([query, [200, 400, 404].includes(answer.status) ? 'fine' : answer]).toEqual([query, 'fine']);
      }
    }
  });

  test.each(inPaths)('%s', async (path) => {
    for (const value of VALUES) {
      const answer = await statusOf(path.replaceAll(/\{\w+\}/g, encode(value)));
      expect([value, [200, 400, 404].includes(answer.status) ? 'fine' : answer]).toEqual([value, 'fine']);
    }
  });
});
