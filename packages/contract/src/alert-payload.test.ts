import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { type AlertInput, alertInputSchema } from './alert.ts';
import { alertLink, encodePayload, encodeTestPayload, withContext } from './alert-payload.ts';

const PUBLIC_URL = 'https://tocsin.example/security';

const REQUIRED = {
  id: 'AWS.Root.Login',
  createdAt: '2026-07-01T07:57:12.12772Z',
  severity: 'CRITICAL',
  type: 'RULE',
  title: 'Root signed in',
} as const;

/** Optional keys of the payload: a value a producer may give, and what is sent where none is given. */
const OPTIONAL: Record<string, { given: unknown; otherwise: unknown }> = {
  link: { given: 'https://siem.example/1?a=b', otherwise: `${PUBLIC_URL}/alerts/A.1_b:c-d` },
  name: { given: 'Root login', otherwise: null },
  description: { given: 'somebody did', otherwise: '' },
  runbook: { given: 'call them', otherwise: '' },
  tags: { given: ['aws', ''], otherwise: [] },
  version: { given: '3', otherwise: null },
};

/** What receivers rely on: every one of these, in this order. */
const KEYS = [
  'id',
  'createdAt',
  'severity',
  'type',
  'link',
  'title',
  'name',
  'alertId',
  'description',
  'runbook',
  'tags',
  'version',
];

function parse(alert: Record<string, unknown>): AlertInput & { alertId: string } {
  return { ...alertInputSchema.parse(alert), alertId: 'A.1_b:c-d' };
}

/** Every way to give, leave out or null each of the names. */
function combinations(names: string[]): Record<string, 'given' | 'absent' | 'null'>[] {
  const [name, ...rest] = names;
  if (name === undefined) return [{}];
  return combinations(rest).flatMap((others) =>
    (['given', 'absent', 'null'] as const).map((way) => ({ ...others, [name]: way })),
  );
}

describe('the payload', () => {
  test('has its twelve keys in order, with the defaults, for every combination of given, absent and null', () => {
    const ways = combinations(Object.keys(OPTIONAL));
    expect(ways).toHaveLength(3 ** 6);
    for (const way of ways) {
      const alert: Record<string, unknown> = { ...REQUIRED };
      const expected: Record<string, unknown> = { ...REQUIRED, alertId: 'A.1_b:c-d' };
      for (const [name, { given, otherwise }] of Object.entries(OPTIONAL)) {
        if (way[name] !== 'absent') alert[name] = way[name] === 'given' ? given : null;
        expected[name] = way[name] === 'given' ? given : otherwise;
      }
      const text = encodePayload(parse(alert), PUBLIC_URL);
      expect(text).toBe(JSON.stringify(Object.fromEntries(KEYS.map((key) => [key, expected[key]]))));
    }
  });

  test('holds nothing that only routing needs, and no key that nobody knows', () => {
    const text = encodePayload(
      parse({
        ...REQUIRED,
        logTypes: ['AWS.CloudTrail'],
        destinations: ['pager'],
        outputIds: ['x'],
        alertContext: { a: 1 },
        surprise: true,
      }),
      PUBLIC_URL,
    );
    expect(Object.keys(JSON.parse(text))).toEqual(KEYS);
  });

  test.each([
    '2026-07-01T07:57:12.127720000Z',
    '2026-07-01T07:57Z',
    '2026-07-01T07:57:12.10+00:00',
    '0000-01-01T00:00-23:59:59',
  ])('passes createdAt %s through byte for byte', (createdAt) => {
    expect(encodePayload(parse({ ...REQUIRED, createdAt }), PUBLIC_URL)).toContain(
      `"createdAt":"${createdAt}",`,
    );
  });

  test('keeps every string as it came, U+0000, lone surrogates and all', () => {
    const text = fc.string({
      unit: fc.integer({ min: 0, max: 0xffff }).map((unit) => String.fromCharCode(unit)),
    });
    fc.assert(
      fc.property(text, text, fc.array(text, { maxLength: 3 }), (title, name, tags) => {
        const payload = encodePayload(parse({ ...REQUIRED, title, name, tags }), PUBLIC_URL);
        expect(JSON.parse(payload)).toMatchObject({ title, name, tags });
        // What Postgres `text` and UTF-8 cannot hold is written as a JSON escape.
        expect(payload.isWellFormed()).toBe(true);
        expect(payload).not.toContain('\0');
      }),
      { numRuns: 500 },
    );
  });

  test.each([
    ['U+0000', 'a\0b', '"a\\u0000b"'],
    ['the first half of a pair', 'a\ud83db', '"a\\ud83db"'],
    ['the second half of a pair', '\udcf1', '"\\udcf1"'],
    ['a whole pair', 'new device 📱', '"new device 📱"'],
    ['other alphabets', 'María Ångström, 警報', '"María Ångström, 警報"'],
    ['line separators', '\u2028\u2029', '"\u2028\u2029"'],
  ])('writes %s so that it is valid UTF-8', (_, title, written) => {
    const payload = encodePayload(parse({ ...REQUIRED, title }), PUBLIC_URL);
    expect(payload).toContain(`"title":${written},`);
    expect(Buffer.from(payload).toString('utf8')).toBe(payload);
  });

  test('an alert’s page needs no escaping, whatever its id', () => {
    const link = alertLink(PUBLIC_URL, 'AZaz09._:-');
    expect(new URL(link).href).toBe(link);
    expect(new URL(link).pathname).toBe('/security/alerts/AZaz09._:-');
  });
});

describe('the payload with context', () => {
  const payload = encodePayload(parse(REQUIRED), PUBLIC_URL);

  test('has the context as its thirteenth key and is otherwise unchanged', () => {
    const context = '{"user":{"name":"dana\\u0000"},"count":1e400}';
    const text = withContext(payload, context);
    expect(text).toBe(`${payload.slice(0, -1)},"alertContext":${context}}`);
    expect(Object.keys(JSON.parse(text))).toEqual([...KEYS, 'alertContext']);
  });

  test('has an empty context where the alert has none', () => {
    expect(JSON.parse(withContext(payload, null))).toEqual({ ...JSON.parse(payload), alertContext: {} });
  });
});

test('the test payload is recognisable, and has the shape of a real one', () => {
  const payload = JSON.parse(encodeTestPayload(new Date('2026-07-01T07:57:12.345Z'), PUBLIC_URL));
  expect(Object.keys(payload)).toEqual(KEYS);
  expect(payload).toMatchObject({
    id: 'Test.Alert',
    alertId: 'Test.Alert',
    createdAt: '2026-07-01T07:57:12.345Z',
    severity: 'INFO',
    type: 'RULE',
    title: expect.stringMatching(/test/i),
    tags: ['test'],
  });
});
