import { describe, expect, test } from '@jest/globals';
import {
  decodeSigningSecret,
  destinationInputSchema,
  destinationPatchSchema,
  MASK,
  signingSecretSchema,
} from './destination.ts';
import { LIMITS } from './limits.ts';
import { fieldErrorsOf } from './problem.ts';
import { ALERT_TYPES, SEVERITIES } from './vocabulary.ts';

const MINIMAL = { displayName: 'Pager', url: 'https://hooks.example/pager' };

type Schema = typeof destinationInputSchema | typeof destinationPatchSchema;

function faultsOf(schema: Schema, value: unknown): string[] {
  const parsed = schema.safeParse(value);
  return parsed.success ? [] : fieldErrorsOf(parsed.error).map(({ path }) => path);
}

/** Faults of a destination that is fine but for these fields; the same whether it is created or changed. */
function faultsWith(fields: Record<string, unknown>): string[] {
  const faults = faultsOf(destinationInputSchema, { ...MINIMAL, ...fields });
  expect(faultsOf(destinationPatchSchema, fields)).toEqual(faults);
  return faults;
}

const secretOf = (bytes: number) => `whsec_${Buffer.alloc(bytes, 7).toString('base64')}`;

test('a destination needs a name and a URL, and has defaults for the rest', () => {
  expect(destinationInputSchema.parse(MINIMAL)).toEqual({
    ...MINIMAL,
    severities: SEVERITIES,
    alertTypes: ALERT_TYPES,
    logTypes: [],
    requireLogType: false,
    headers: [],
    includeContext: false,
    enabled: true,
    paused: false,
    timeoutMs: 10_000,
    retry: {},
    rateLimitPerSecond: null,
    maxInFlight: 256,
  });
  expect(faultsOf(destinationInputSchema, {})).toEqual(['displayName', 'url']);
});

test('two destinations share no default list', () => {
  const first = destinationInputSchema.parse(MINIMAL);
  first.severities.pop();
  first.headers.push({ name: 'x', value: 'y' });
  expect(destinationInputSchema.parse(MINIMAL)).toMatchObject({ severities: SEVERITIES, headers: [] });
});

test('a change may be empty, and sets no defaults', () => {
  expect(destinationPatchSchema.parse({})).toEqual({});
});

describe('fields', () => {
  test.each<[string, Record<string, unknown>]>([
    ['a name of the greatest length', { displayName: 'x'.repeat(LIMITS.displayNameCharactersMax) }],
    ['a name that only looks like "send nowhere"', { displayName: 'Skip' }],
    ['no severities', { severities: [] }],
    ['one alert type', { alertTypes: ['SYSTEM_ERROR'] }],
    ['the shortest timeout', { timeoutMs: 1_000 }],
    ['the longest timeout', { timeoutMs: 30_000 }],
    ['one in flight', { maxInFlight: 1 }],
    ['no rate limit', { rateLimitPerSecond: null }],
    ['a rate of less than one a second', { rateLimitPerSecond: 0.1 }],
    ['no retries', { retry: { maxRetries: 0 } }],
    ['ten retries', { retry: { maxRetries: 10 } }],
    ['the least delays', { retry: { baseDelayMs: 10, factor: 1, maxDelayMs: 10 } }],
    ['fractions', { retry: { baseDelayMs: 10.5, factor: 1.5, maxDelayMs: 99.9 } }],
    ['the greatest delay', { retry: { maxDelayMs: LIMITS.retryDelayMsMax } }],
    ['100 headers', { headers: Array.from({ length: 100 }, (_, n) => ({ name: `x-${n}`, value: '' })) }],
  ])('%s is taken', (_, fields) => expect(faultsWith(fields)).toEqual([]));

  test.each<[string, Record<string, unknown>, string]>([
    ['an empty name', { displayName: '' }, 'displayName'],
    ['a blank name', { displayName: ' \u3000' }, 'displayName'],
    ['a name that is too long', { displayName: 'x'.repeat(101) }, 'displayName'],
    ['a name with a line break', { displayName: 'a\nb' }, 'displayName'],
    ['a name with U+0000', { displayName: 'a\0b' }, 'displayName'],
    ['no name', { displayName: null }, 'displayName'],
    ['the name that means "send nowhere"', { displayName: 'SKIP' }, 'displayName'],
    ['an empty URL', { url: '' }, 'url'],
    ['a URL that is too long', { url: `https://x.example/${'x'.repeat(8_192)}` }, 'url'],
    ['an unknown severity', { severities: ['HIGH', 'high'] }, 'severities[1]'],
    ['no alert types', { alertTypes: [] }, 'alertTypes'],
    ['an unknown alert type', { alertTypes: ['RULE', 'Rule'] }, 'alertTypes[1]'],
    ['an empty log type', { logTypes: [''] }, 'logTypes[0]'],
    ['too many log types', { logTypes: Array.from({ length: 1_001 }, (_, n) => `Log.${n}`) }, 'logTypes'],
    ['a switch as text', { enabled: 'true' }, 'enabled'],
    ['a timeout under a second', { timeoutMs: 999 }, 'timeoutMs'],
    ['a timeout over 30 s', { timeoutMs: 30_001 }, 'timeoutMs'],
    ['a timeout with a fraction', { timeoutMs: 1_000.5 }, 'timeoutMs'],
    ['none in flight', { maxInFlight: 0 }, 'maxInFlight'],
    ['a rate of nothing', { rateLimitPerSecond: 0 }, 'rateLimitPerSecond'],
    ['eleven retries', { retry: { maxRetries: 11 } }, 'retry.maxRetries'],
    ['half a retry', { retry: { maxRetries: 1.5 } }, 'retry.maxRetries'],
    ['less than no retries', { retry: { maxRetries: -1 } }, 'retry.maxRetries'],
    ['a base delay under 10 ms', { retry: { baseDelayMs: 9.9 } }, 'retry.baseDelayMs'],
    ['a shrinking delay', { retry: { factor: 0.9 } }, 'retry.factor'],
    ['a factor beyond all measure', { retry: { factor: 1e300 } }, 'retry.factor'],
    ['a ceiling under 10 ms', { retry: { maxDelayMs: 9 } }, 'retry.maxDelayMs'],
    ['a base delay that no clock holds', { retry: { baseDelayMs: 1e300 } }, 'retry.baseDelayMs'],
    ['a ceiling that no clock holds', { retry: { maxDelayMs: 1e300 } }, 'retry.maxDelayMs'],
    ['retries as a number', { retry: 3 }, 'retry'],
    ['an unknown retry setting', { retry: { maxRetry: 3 } }, 'retry'],
    ['a header without a name', { headers: [{ name: '', value: 'x' }] }, 'headers[0].name'],
    ['a header with more to it', { headers: [{ name: 'x', value: 'y', secret: true }] }, 'headers[0]'],
    ['101 headers', { headers: Array(101).fill({ name: 'x', value: '' }) }, 'headers'],
    ['an unknown field', { severity: ['HIGH'] }, ''],
  ])('%s is refused', (_, fields, path) => expect(faultsWith(fields)).toEqual([path]));

  test('what is listed twice counts once', () => {
    const { severities, logTypes } = destinationInputSchema.parse({
      ...MINIMAL,
      severities: ['LOW', 'HIGH', 'LOW'],
      logTypes: ['A', 'A'],
    });
    expect({ severities, logTypes }).toEqual({ severities: ['LOW', 'HIGH'], logTypes: ['A'] });
  });

  test('an id may be chosen on creation alone', () => {
    const id = '0199f0a4-6b1e-7c3d-8e5f-0123456789ab';
    expect(faultsOf(destinationInputSchema, { ...MINIMAL, id })).toEqual([]);
    expect(faultsOf(destinationInputSchema, { ...MINIMAL, id: 'pager' })).toEqual(['id']);
    expect(faultsOf(destinationPatchSchema, { id })).toEqual(['']);
  });
});

describe('headers', () => {
  test('have a value when a destination is created', () => {
    expect(faultsOf(destinationInputSchema, { ...MINIMAL, headers: [{ name: 'x' }] })).toEqual([
      'headers[0].value',
    ]);
  });

  test('keep their value when a change leaves it out', () => {
    expect(destinationPatchSchema.parse({ headers: [{ name: 'x' }] })).toEqual({ headers: [{ name: 'x' }] });
  });
});

describe('signing secrets', () => {
  test.each([24, 25, 32, 63, 64])('may have %d bytes', (bytes) => {
    expect(decodeSigningSecret(secretOf(bytes))).toEqual(Buffer.alloc(bytes, 7));
    expect(faultsWith({ signingSecret: secretOf(bytes) })).toEqual([]);
  });

  test.each([0, 1, 23, 65, 128])('may not have %d bytes', (bytes) => {
    expect(decodeSigningSecret(secretOf(bytes))).toBeNull();
    expect(faultsWith({ signingSecret: secretOf(bytes) })).toEqual(['signingSecret']);
  });

  test.each([
    ['no prefix', secretOf(32).slice('whsec_'.length)],
    ['another prefix', secretOf(32).replace('whsec_', 'whpk_')],
    ['base64url', `whsec_${Buffer.alloc(33, 0xff).toString('base64url')}`],
    ['its padding cut off', secretOf(32).replace(/=+$/, '')],
    ['too much padding', `${secretOf(33)}=`],
    ['a line break', `${secretOf(33)}\n`],
    ['a space', secretOf(33).replace('whsec_', 'whsec_ ')],
  ])('with %s are refused', (_, secret) => {
    expect(signingSecretSchema.safeParse(secret).success).toBe(false);
  });

  test('are removed by null, and kept by the mask, which is no secret for a new destination', () => {
    expect(destinationPatchSchema.parse({ signingSecret: null })).toEqual({ signingSecret: null });
    expect(destinationPatchSchema.parse({ signingSecret: MASK })).toEqual({ signingSecret: MASK });
    expect(faultsOf(destinationInputSchema, { ...MINIMAL, signingSecret: null })).toEqual([]);
    expect(faultsOf(destinationInputSchema, { ...MINIMAL, signingSecret: MASK })).toEqual(['signingSecret']);
  });

  test('no refusal repeats the secret', () => {
    const secret = secretOf(23);
    const { error } = destinationInputSchema.safeParse({ ...MINIMAL, signingSecret: secret });
    expect(JSON.stringify(error)).not.toContain(secret.slice(6));
  });
});
