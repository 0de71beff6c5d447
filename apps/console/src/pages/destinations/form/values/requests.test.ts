import { describe, expect, test } from '@jest/globals';
import { destinationInputSchema, destinationPatchSchema } from '@tocsin/contract';
import { destinationView } from '../../../../../test/sample-destination.ts';
import { emptyValues, type FormValues, type HeaderRow, valuesOf } from './form-values.ts';
import { isSameReceiver, toCreateBody, toPatchBody } from './requests.ts';

const view = destinationView({
  headers: [
    { name: 'X-Api-Key', value: '********' },
    { name: 'X-Team', value: '********' },
  ],
});
const before = valuesOf(view);
const SECRET = `whsec_${'A'.repeat(40)}`;
const added: HeaderRow = { key: 'n', name: ' X-New ', value: 'v', hasStored: false, keepsStored: false };

function patchOf(changes: Partial<FormValues>) {
  const body = toPatchBody({ ...before, ...changes }, before);
  expect(destinationPatchSchema.safeParse(body).success).toBe(true);
  return body;
}

describe('a new destination', () => {
  test('leaves its retries to the installation where the fields are empty', () => {
    const values = { ...emptyValues(), displayName: ' Pager ', url: ' https://pager.example/in ' };
    expect(toCreateBody(values)).toMatchObject({
      displayName: 'Pager',
      url: 'https://pager.example/in',
      retry: {},
      signingSecret: null,
      rateLimitPerSecond: null,
    });
  });

  test('is sent in milliseconds, with what was filled in', () => {
    const body = toCreateBody({
      ...emptyValues(),
      displayName: 'Pager',
      url: 'https://pager.example/in',
      headers: [added],
      timeoutSeconds: 2.5,
      maxRetries: 0,
      baseDelaySeconds: '0.25',
      factor: 1.5,
      maxDelaySeconds: 60,
      rateLimitPerSecond: 2,
    });
    expect(destinationInputSchema.safeParse(body).success).toBe(true);
    expect(body).toMatchObject({
      headers: [{ name: 'X-New', value: 'v' }],
      timeoutMs: 2_500,
      retry: { maxRetries: 0, baseDelayMs: 250, factor: 1.5, maxDelayMs: 60_000 },
      rateLimitPerSecond: 2,
    });
  });
});

describe('a change', () => {
  test('without a change is empty', () => expect(patchOf({})).toEqual({}));

  test.each<[Partial<FormValues>, object]>([
    [{ displayName: 'Pager 2' }, { displayName: 'Pager 2' }],
    [{ severities: [] }, { severities: [] }],
    [{ logTypes: [] }, { logTypes: [] }],
    [{ requireLogType: true }, { requireLogType: true }],
    [{ timeoutSeconds: 5 }, { timeoutMs: 5_000 }],
    [{ factor: 2 }, { retry: { factor: 2 } }],
    [{ rateLimitPerSecond: 7 }, { rateLimitPerSecond: 7 }],
    [{ maxInFlight: 8 }, { maxInFlight: 8 }],
    [{ includeContext: true }, { includeContext: true }],
  ])('of %j sends it alone', (changes, body) => expect(patchOf(changes)).toEqual(body));

  test('back to no rate limit sends null', () => {
    const limited = { ...before, rateLimitPerSecond: 5 };
    expect(toPatchBody({ ...limited, rateLimitPerSecond: '' }, limited)).toEqual({
      rateLimitPerSecond: null,
    });
  });

  test('of one header names the others without a value', () => {
    const [key, team] = before.headers as [HeaderRow, HeaderRow];
    expect(patchOf({ headers: [key, { ...team, keepsStored: false, value: 'blue' }, added] })).toEqual({
      headers: [{ name: 'X-Api-Key' }, { name: 'X-Team', value: 'blue' }, { name: 'X-New', value: 'v' }],
    });
  });

  test('that takes a header away sends the list that is left', () => {
    expect(patchOf({ headers: before.headers.slice(1) })).toEqual({ headers: [{ name: 'X-Team' }] });
  });
});

describe('a change of the URL', () => {
  const kept = before.headers;

  test('to another receiver sends the values that were entered again, and asks to keep none', () => {
    const headers = kept.map((row, index) => ({ ...row, value: `again-${index}` }));
    expect(patchOf({ url: 'https://other.example/in', headers, signingSecret: SECRET })).toEqual({
      url: 'https://other.example/in',
      headers: [
        { name: 'X-Api-Key', value: 'again-0' },
        { name: 'X-Team', value: 'again-1' },
      ],
      signingSecret: SECRET,
    });
  });

  test('to another receiver drops what was not entered again', () => {
    const [key, team] = kept as [HeaderRow, HeaderRow];
    expect(patchOf({ url: 'https://other.example/in' })).toEqual({ url: 'https://other.example/in' });
    expect(patchOf({ url: `${view.url}/other`, headers: [key, { ...team, value: 'again' }, added] })).toEqual(
      {
        url: `${view.url}/other`,
        headers: [
          { name: 'X-Team', value: 'again' },
          { name: 'X-New', value: 'v' },
        ],
      },
    );
    const replaced = { ...key, keepsStored: false };
    expect(patchOf({ url: 'https://other.example/in', headers: [replaced, team] }).headers).toEqual([]);
  });

  test('’s query keeps them', () => {
    expect(patchOf({ url: `${view.url}?token=new`, headers: [...kept, added] })).toMatchObject({
      headers: [{ name: 'X-Api-Key' }, { name: 'X-Team' }, { name: 'X-New', value: 'v' }],
    });
  });
});

describe('two URLs of one receiver', () => {
  test.each([
    ['https://pager.example/in', 'https://pager.example/in', true],
    ['https://pager.example/in', ' HTTPS://Pager.example:443/x/../in?token=1#f ', true],
    ['https://pager.example/in', 'https://pager.example/in/', false],
    ['https://pager.example/in', 'http://pager.example/in', false],
    ['https://pager.example/in', 'https://pager.example:8443/in', false],
    ['https://pager.example/in', '', false],
    ['', '', true],
  ])('%s and %s', (a, b, expected) => expect(isSameReceiver(a, b)).toBe(expected));
});
