import { describe, expect, test } from '@jest/globals';
import { destinationInputSchema, LIMITS } from '@tocsin/contract';
import { emptyValues, type FormValues } from './form-values.ts';
import { toCreateBody } from './requests.ts';
import { FORM_LIMITS, findFaults } from './rules.ts';

const NEW = { mayLeaveRetry: true, needsName: true };

function filled(changes: Partial<FormValues> = {}): FormValues {
  return { ...emptyValues(), displayName: 'Pager', url: 'https://pager.example/in', ...changes };
}

const row = (name: string, value: string) => ({
  key: name,
  name,
  value,
  hasStored: false,
  keepsStored: false,
});

test('the limits are the contract’s', () => {
  expect(FORM_LIMITS).toMatchObject({
    displayNameCharactersMax: LIMITS.displayNameCharactersMax,
    urlCharactersMax: LIMITS.urlCharactersMax,
    headersMax: LIMITS.headersPerDestinationMax,
    logTypesMax: LIMITS.filterItemsMax,
    maxRetries: { max: LIMITS.retriesMax },
    delaySeconds: { max: LIMITS.retryDelayMsMax / 1_000 },
    factor: { max: LIMITS.retryFactorMax },
  });
});

describe('the form and the contract agree', () => {
  const numbers = [0, -1, 0.001, 0.01, 0.5, 1, 1.5, 10, 11, 30, 31, 256, 1_000, 1_001, 10_000, 10_001];
  const more = [100_000, 100_001, 604_800, 604_801];
  test.each([
    'timeoutSeconds',
    'maxRetries',
    'baseDelaySeconds',
    'factor',
    'maxDelaySeconds',
    'rateLimitPerSecond',
    'maxInFlight',
  ] as const)('about every number given as %s', (field) => {
    for (const number of [...numbers, ...more]) {
      const values = filled({ [field]: number });
      const isTaken = destinationInputSchema.safeParse(toCreateBody(values)).success;
      expect([number, findFaults(values, NEW)[field] === undefined]).toEqual([number, isTaken]);
    }
  });

  test.each(['', '   ', 'a', 'x'.repeat(100), 'x'.repeat(101), 'two\nlines'])(
    'about the name %j',
    (displayName) => {
      const values = filled({ displayName });
      expect(findFaults(values, NEW).displayName === undefined).toBe(
        destinationInputSchema.safeParse(toCreateBody(values)).success,
      );
    },
  );
});

test.each([
  ['', 'Enter a URL.'],
  ['pager.example', 'http://'],
  ['ftp://pager.example/', 'http://'],
  ['https:///in', 'http://'],
  ['https://exa mple.com/', 'not a valid URL'],
  ['https://me:secret@pager.example/', 'user name or password'],
  [`https://pager.example/${'x'.repeat(8_192)}`, 'At most 8192'],
])('the URL %j is refused', (url, message) => {
  expect(findFaults(filled({ url }), NEW).url).toContain(message);
});

test.each(['http://127.0.0.1:8081/in', ' https://pager.example/in?a=b ', 'https://[2001:db8::1]/'])(
  'the URL %j is left to the API',
  (url) => expect(findFaults(filled({ url }), NEW)).toEqual({}),
);

test('a header needs a name and a value, and a name of its own in any case', () => {
  const headers = [row('X-A', '1'), row('x-a ', '2'), row('', '3'), row('X-B', '')];
  expect(findFaults(filled({ headers }), NEW)).toEqual({
    'headers.1.name': 'This name is given more than once.',
    'headers.2.name': 'Enter a name.',
    'headers.3.value': 'Enter a value.',
  });
});

test('a header that keeps its stored value needs none', () => {
  const headers = [{ ...row('X-A', ''), hasStored: true, keepsStored: true }];
  expect(findFaults(filled({ headers }), NEW)).toEqual({});
});

test('retry settings may be left out of a new destination alone', () => {
  expect(findFaults(filled(), NEW)).toEqual({});
  expect(Object.keys(findFaults(filled(), { ...NEW, mayLeaveRetry: false })).sort()).toEqual([
    'baseDelaySeconds',
    'factor',
    'maxDelaySeconds',
    'maxRetries',
  ]);
});

test('a draft can be tested without a name', () => {
  expect(findFaults(filled({ displayName: '' }), { ...NEW, needsName: false })).toEqual({});
});

test('an empty list of severities is fine, one of alert types is not', () => {
  expect(Object.keys(findFaults(filled({ severities: [], alertTypes: [] }), NEW))).toEqual(['alertTypes']);
});

test('a stored header value that is not given again for another receiver is no fault: it is dropped', () => {
  const stored = { key: 's', name: 'X-Api-Key', value: '', hasStored: true, keepsStored: true };
  const given = [
    { ...stored, key: 't', name: 'X-Team', value: 'again' },
    row('X-Api-Key', 'new'),
    row('X-New', ''),
  ];
  const values = filled({ headers: [stored, ...given] });
  expect(findFaults(values, { ...NEW, losesSecrets: true })).toEqual({ 'headers.3.value': 'Enter a value.' });
});
