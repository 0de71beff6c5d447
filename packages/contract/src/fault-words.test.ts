import { describe, expect, test } from '@jest/globals';
import { z } from 'zod';
import { alertInputSchema } from './alert.ts';
import { boundedList } from './bounded-list.ts';
import { destinationInputSchema, signingSecretSchema } from './destination.ts';
import { createResend } from './endpoints-resend.ts';
import { listAlerts } from './endpoints-status.ts';
import { checkValue } from './fault-words.ts';
import { ENDPOINTS } from './openapi.ts';
import { fieldErrorsOf } from './problem.ts';

function faultsOf(schema: z.ZodType, value: unknown): string[] {
  const { error } = checkValue(schema, value);
  return error === undefined
    ? []
    : fieldErrorsOf(error).map(({ path, message }) => `${path}${path === '' ? '' : ': '}${message}`);
}

const object = z.object({ key: z.string() });
const choice = z.enum(['a', 'b']);

describe('each kind of fault is said in plain words', () => {
  test.each<[string, z.ZodType, unknown, string]>([
    ['a field that is missing', object, {}, 'key: is required'],
    ['a choice that is missing', z.object({ key: choice }), {}, 'key: is required: one of a, b'],
    ['a list that is missing', z.object({ key: boundedList(choice, { max: 3 }) }), {}, 'key: is required'],
    ['a number that is missing', z.object({ key: z.int() }), {}, 'key: is required'],
    [
      'alternatives that are missing',
      z.object({ key: z.union([choice, z.null()]) }),
      {},
      'key: is required: one of a, b',
    ],
    ['null', object, { key: null }, 'key: must be a string'],
    ['no string', object, { key: 1 }, 'key: must be a string'],
    ['no number', z.number(), 'x', 'must be a number'],
    ['no whole number', z.int(), 1.5, 'must be a whole number'],
    [
      'a number beyond doubles',
      z.number(),
      Number.POSITIVE_INFINITY,
      'must be a number between -1.8e308 and 1.8e308',
    ],
    ['no boolean', z.boolean(), 'true', 'must be true or false'],
    ['no list', boundedList(z.string(), { max: 3 }), {}, 'must be an array'],
    ['no object', object, [], 'must be an object'],
    ['no record', z.record(z.string(), z.string()), [], 'must be an object'],
    ['no choice', choice, 'c', 'must be one of a, b'],
    ['not the one value', z.literal('a'), 'b', 'must be a'],
    ['an empty text', z.string().min(1), '', 'must not be empty'],
    ['a text that is too short', z.string().min(2), 'a', 'must have at least 2 characters'],
    ['a text that is too long', z.string().max(2), 'abc', 'must have at most 2 characters'],
    ['a text of another length', z.string().length(2), 'a', 'must have exactly 2 characters'],
    ['an empty list', boundedList(choice, { min: 1, max: 3 }), [], 'must not be empty'],
    [
      'a list that is too short',
      boundedList(choice, { min: 2, max: 3 }),
      ['a'],
      'must have at least 2 entries',
    ],
    ['a list that is too long', boundedList(choice, { max: 1 }), ['a', 'b'], 'must have at most 1 entries'],
    ['a number that is too small', z.number().min(1), 0, 'must be at least 1'],
    ['a number that is not above', z.number().positive(), 0, 'must be more than 0'],
    ['a number that is too large', z.number().max(1), 2, 'must be at most 1'],
    ['a number that is not below', z.number().lt(1), 1, 'must be less than 1'],
    ['not a multiple', z.number().multipleOf(5), 7, 'must be a multiple of 5'],
    ['another pattern', z.string().regex(/^a$/), 'b', 'must match the pattern /^a$/'],
    ['another format', z.string().includes('a'), 'b', 'must be of the format includes'],
    ['unknown keys', z.strictObject({}), { a: 1, b: 2 }, 'holds unknown keys: "a", "b"'],
    [
      'a bad key',
      z.record(z.string().max(1), z.string()),
      { ab: '' },
      'ab: holds a key that must have at most 1 characters',
    ],
    ['none of the alternatives', z.union([choice, z.number()]), {}, 'must be one of a, b, or a number'],
    [
      'something inside one of them',
      z.union([choice, boundedList(choice, { max: 3 })]),
      ['c'],
      '[0]: must be one of a, b',
    ],
    ['a rule of its own', z.string().refine(() => false, 'must rhyme'), 'a', 'must rhyme'],
    ['a rule without words', z.string().refine(() => false), 'a', 'is not valid'],
  ])('%s', (_, schema, value, expected) => expect(faultsOf(schema, value)).toEqual([expected]));
});

const ALERT = { id: 'x', createdAt: '2026-07-01T07:57:12Z', severity: 'HIGH', type: 'RULE', title: 'x' };

describe('the contract says', () => {
  test.each<[string, z.ZodType, object, string[]]>([
    [
      'what an alert lacks',
      alertInputSchema,
      {},
      [
        'id: is required',
        'createdAt: is required',
        'severity: is required: one of CRITICAL, HIGH, MEDIUM, LOW, INFO',
        expect.stringMatching(/^type: is required: one of RULE, SCHEDULED_RULE, /) as unknown as string,
        'title: is required',
      ],
    ],
    [
      'what a list may hold',
      alertInputSchema,
      { ...ALERT, tags: ['a', 5, null] },
      ['tags[1]: must be a string', 'tags[2]: must be a string'],
    ],
    [
      'which states can be resent',
      createResend.body as z.ZodType,
      { since: '2026-07-01T00:00:00Z', until: '2026-07-02T00:00:00Z', status: 'pending' },
      ['status: must be one of succeeded, failed, cancelled, missing, or an array'],
    ],
    [
      'and not in none',
      createResend.body as z.ZodType,
      { since: '2026-07-01T00:00:00Z', until: '2026-07-02T00:00:00Z', status: [] },
      ['status: must not be empty'],
    ],
    [
      'and in a list',
      createResend.body as z.ZodType,
      { since: '2026-07-01T00:00:00Z', until: '2026-07-02T00:00:00Z', status: ['failed', 'open'] },
      ['status[1]: must be one of succeeded, failed, cancelled, missing'],
    ],
    [
      'what a page may have',
      listAlerts.query as z.ZodType,
      { limit: '1e2' },
      ['limit: must be a whole number from 1 to 200'],
    ],
    [
      'what a secret is',
      z.object({ signingSecret: signingSecretSchema }),
      { signingSecret: 'x' },
      ['signingSecret: must be "whsec_" and the base64 of 24 to 64 bytes'],
    ],
    [
      'that a list of types is not empty',
      destinationInputSchema,
      { displayName: 'x', url: 'https://a.example', alertTypes: [] },
      ['alertTypes: must not be empty'],
    ],
  ])('%s', (_, schema, value, expected) => expect(faultsOf(schema, value)).toEqual(expected));
});

describe('times', () => {
  const shape = 'must be an AWSDateTime such as 2026-07-01T07:57:12Z, with an offset';
  test.each([
    ['2026-02-30T00:00Z', 'is no time that exists: there is no day 2026-02-30'],
    ['2026-02-29T00:00Z', 'is no time that exists: there is no day 2026-02-29'],
    ['1900-02-29T00:00Z', 'is no time that exists: there is no day 1900-02-29'],
    ['2026-04-31T00:00Z', 'is no time that exists: there is no day 2026-04-31'],
    ['2026-01-00T00:00Z', 'is no time that exists: there is no day 2026-01-00'],
    ['2026-13-01T00:00Z', 'is no time that exists: there is no month 13'],
    ['2026-00-01T00:00Z', 'is no time that exists: there is no month 00'],
    ['2026-07-01T25:00Z', 'is no time that exists: there is no hour 25, the last is 23'],
    ['2026-07-01T24:00Z', 'is no time that exists: there is no hour 24, the last is 23'],
    ['2026-07-01T07:60Z', 'is no time that exists: there is no minute 60, the last is 59'],
    ['2026-07-01T07:57:60Z', 'is no time that exists: there is no second 60, the last is 59'],
    [
      '2026-07-01T07:57:12+25:00',
      'is no time that exists: there is no offset of 25 hours, the largest is 23:59',
    ],
    [
      '2026-07-01T07:57:12+02:60',
      'is no time that exists: there is no offset with 60 minutes, the last is 59',
    ],
    [
      '2026-07-01T07:57:12+02:00:60',
      'is no time that exists: there is no offset with 60 seconds, the last is 59',
    ],
    ['2026-07-01T07:57:12', `lacks an offset, such as Z or +02:00: it ${shape}`],
    ['2026-07-01 07:57:12Z', shape],
    ['2026-07-01T07:57:12z', shape],
    ['2026-07-01T07:57:12.1234567890Z', shape],
    ['1782892632', shape],
    ['', shape],
  ])('an alert of %s', (createdAt, expected) =>
    expect(faultsOf(alertInputSchema, { ...ALERT, createdAt })).toEqual([`createdAt: ${expected}`]),
  );

  test.each([
    ['2026-02-30T00:00:00Z', 'is no time that exists: there is no day 2026-02-30'],
    ['2026-07-01T25:00:00Z', 'is no time that exists: there is no hour 25, the last is 23'],
    ['2026-07-01T00:00Z', 'must be a time such as 2026-07-01T07:57:12Z, with seconds and an offset'],
    ['yesterday', 'must be a time such as 2026-07-01T07:57:12Z, with seconds and an offset'],
    ['1969-12-31T23:59:59Z', 'must be in 1970 or later'],
  ])('a filter of %s', (since, expected) =>
    expect(faultsOf(listAlerts.query as z.ZodType, { since })).toEqual([`since: ${expected}`]),
  );
});

/** zod's own, or JavaScript's. */
const FOREIGN =
  /invalid|expected|received|undefined|NaN|too (big|small)|unrecognized|matching|pattern|format/i;
const ODD = [
  undefined,
  null,
  true,
  0,
  -1,
  1.5,
  1e308,
  Number.POSITIVE_INFINITY,
  '',
  'x',
  '\u0000',
  [],
  [1],
  ['x', null],
  {},
  { x: {} },
];

test('whatever a field of an endpoint is given, no foreign word is said of it', () => {
  const foreign = new Set<string>();
  for (const { id, params, query, body } of ENDPOINTS) {
    for (const schema of [params, query, body]) {
      if (schema === undefined) continue;
      const { type: _, shape = {} } = z.object({}).extend((unwrapped(schema) as z.ZodObject).shape);
      const given = [
        ...ODD,
        ...Object.keys(shape).flatMap((name) => ODD.map((value) => ({ [name]: value }))),
      ];
      for (const value of given)
        for (const words of faultsOf(schema, value)) if (FOREIGN.test(words)) foreign.add(`${id} ${words}`);
    }
  }
  expect([...foreign]).toEqual([]);
});

/** The object in what has a default or a rule of its own around it. */
function unwrapped(schema: z.ZodType): z.ZodType {
  return schema instanceof z.ZodDefault ? unwrapped(schema.unwrap() as z.ZodType) : schema;
}
