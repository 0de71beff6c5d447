import { describe, expect, test } from '@jest/globals';
import { skippedSchema } from './delivery.ts';
import {
  createApiKey,
  getDestination,
  listDestinations,
  previewRoute,
  revokeApiKey,
  testDraft,
} from './endpoints-control.ts';
import { getAlert, getDelivery, listAlerts, listDeliveries, resendAlert } from './endpoints-status.ts';
import { fieldErrorsOf } from './problem.ts';

/** What a query becomes, or the names of the parameters that are at fault. */
function read(query: Record<string, unknown>, endpoint: { query?: unknown } = listAlerts): unknown {
  const parsed = (endpoint.query as typeof listAlerts.query)!.safeParse(query);
  return parsed.success ? parsed.data : fieldErrorsOf(parsed.error).map(({ path }) => path);
}

describe('filters of several values', () => {
  test.each([
    ['once', 'HIGH', ['HIGH']],
    ['as a comma list', 'HIGH,LOW', ['HIGH', 'LOW']],
    ['repeated', ['HIGH', 'LOW'], ['HIGH', 'LOW']],
    ['repeated with a comma list', ['HIGH', 'LOW,INFO'], ['HIGH', 'LOW', 'INFO']],
  ])('may be given %s', (_, severity, expected) => {
    expect(read({ severity })).toEqual({ limit: 50, severity: expected });
  });

  test.each([
    ['severity', 'URGENT'],
    ['severity', 'high'],
    ['severity', ''],
    ['severity', 'HIGH,'],
    ['severity', 'HIGH, LOW'],
    ['type', 'HIGH'],
    ['status', 'retrying'],
  ])('%s may not be "%s"', (name, value) => {
    expect(read({ [name]: value })).toEqual([expect.stringMatching(`^${name}`)]);
  });

  test('an alert and a delivery have states of their own', () => {
    expect(read({ status: 'routing,unrouted' })).toMatchObject({ status: ['routing', 'unrouted'] });
    expect(read({ status: 'retrying' }, listDeliveries)).toMatchObject({ status: ['retrying'] });
    expect(read({ status: 'routing' }, listDeliveries)).toEqual(['status[0]']);
  });
});

describe('since and until', () => {
  test.each(['1970-01-01T00:00:00Z', '2026-07-01T07:57:12.123456Z', '9999-12-31T23:59:59Z'])(
    'may be %s',
    (time) => {
      expect(read({ since: time, until: time })).toEqual({ limit: 50, since: time, until: time });
    },
  );

  test.each([
    ['2026-07-01T07:57:12+02:00', '2026-07-01T05:57:12.000Z'],
    ['2026-07-01T07:57:12-23:59', '2026-07-02T07:56:12.000Z'],
  ])('may have an offset, also one that the database does not know: %s', (time, inUtc) => {
    expect(read({ since: time, until: time })).toEqual({ limit: 50, since: inUtc, until: inUtc });
  });

  test.each([
    ['before 1970', '1969-12-31T23:59:59Z'],
    ['before 1970 by its offset', '1970-01-01T00:00:00+00:01'],
    ['in the year 0', '0000-01-01T00:00:00Z'],
    ['in the year 10000 by its offset', '9999-12-31T23:59:59-00:01'],
    ['without an offset', '2026-07-01T07:57:12'],
    ['a day alone', '2026-07-01'],
    ['no real day', '2026-02-30T00:00:00Z'],
    ['with a space for the plus', '2026-07-01T07:57:12 02:00'],
    ['a word', 'yesterday'],
    ['empty', ''],
  ])('may not be %s', (_, time) => {
    expect(read({ since: time })).toEqual(['since']);
    expect(read({ until: time })).toEqual(['until']);
  });
});

describe('pages', () => {
  test('have 50 items by default, destinations 100', () => {
    expect(read({})).toEqual({ limit: 50 });
    expect(read({}, listDeliveries)).toEqual({ limit: 50 });
    expect(read({}, listDestinations)).toEqual({ limit: 100 });
  });

  test.each(['1', '200'])('may have %s', (limit) =>
    expect(read({ limit })).toEqual({ limit: Number(limit) }),
  );

  test.each(['0', '201', '-1', '1.5', '', 'ten', 'NaN', 'Infinity'])('may not have "%s"', (limit) => {
    expect(read({ limit })).toEqual(['limit']);
  });

  test('take no cursor beyond its length', () => {
    expect(read({ cursor: 'x'.repeat(513) })).toEqual(['cursor']);
  });
});

test.each(['q', 'logType'])('%s holds no control character', (name) => {
  expect(read({ [name]: 'a\0b' })).toEqual([name]);
  expect(read({ [name]: 'AWS.CloudTrail' })).toMatchObject({ [name]: 'AWS.CloudTrail' });
});

test.each([
  ['true', true],
  ['false', false],
  [undefined, false],
])('explain=%s is %s', (explain, expected) => {
  expect(previewRoute.query?.parse(explain === undefined ? {} : { explain })).toEqual({ explain: expected });
});

describe('path parameters', () => {
  test.each(['.', '..', 'a/b', 'x'.repeat(129), ''])('no alert is called "%s"', (alertId) => {
    expect(getAlert.params?.safeParse({ alertId }).success).toBe(false);
  });

  test.each(['1', 'not-a-uuid', '', '0199f0a4-6b1e-7c3d-8e5f-0123456789a'])(
    'no delivery is called "%s"',
    (id) => {
      expect(getDelivery.params?.safeParse({ id }).success).toBe(false);
    },
  );

  test.each([
    '11111111-1111-1111-1111-111111111111',
    '0199F0A4-6B1E-7C3D-8E5F-0123456789AB',
    '00000000-0000-0000-0000-000000000000',
  ])('a delivery and a destination may be called %s', (id) => {
    expect(getDelivery.params?.safeParse({ id }).success).toBe(true);
    expect(getDestination.params?.safeParse({ id }).success).toBe(true);
    expect(skippedSchema.safeParse({ destinationId: id, reason: 'disabled' }).success).toBe(true);
  });

  test('a key’s id holds what the id in a key may', () => {
    for (const id of ['Ab-9', 'a.b~c', '...'])
      expect(revokeApiKey.params?.safeParse({ id }).success).toBe(true);
    for (const id of ['a_b', '.', '..', ''])
      expect(revokeApiKey.params?.safeParse({ id }).success).toBe(false);
  });
});

describe('bodies', () => {
  const id = '0199f0a4-6b1e-7c3d-8e5f-0123456789ab';

  test('a resend may have none, and names what it does not know', () => {
    expect(resendAlert.body?.parse(undefined)).toEqual({});
    expect(resendAlert.body?.parse({ destinationIds: [id] })).toEqual({ destinationIds: [id] });
    expect(resendAlert.body?.safeParse({ destinationIds: [] }).success).toBe(false);
    expect(resendAlert.body?.safeParse({ destinationId: id }).success).toBe(false);
  });

  test('a draft may go without a name', () => {
    expect(testDraft.body?.parse({ url: 'https://hooks.example' })).toMatchObject({ displayName: 'Draft' });
    expect(testDraft.body?.safeParse({ url: 'https://hooks.example', unknown: 1 }).success).toBe(false);
  });

  test('a key has a name and at least one scope, each once', () => {
    expect(createApiKey.body?.parse({ name: 'ci', scopes: ['alerts:write', 'alerts:write'] })).toEqual({
      name: 'ci',
      scopes: ['alerts:write'],
    });
    for (const body of [
      { name: 'ci', scopes: [] },
      { name: '', scopes: ['admin'] },
      { name: 'ci', scopes: ['root'] },
    ])
      expect(createApiKey.body?.safeParse(body).success).toBe(false);
  });
});

test.each(['0x10', '1e2', '1.0', ' 5', '+5', '-1', '0', '201', '', '٥'])('a limit of %j is none', (limit) =>
  expect(read({ limit })).toEqual(['limit']),
);
test('a limit is a number of decimal digits', () =>
  expect([read({ limit: '200' }), read({ limit: 7 })]).toEqual([{ limit: 200 }, { limit: 7 }]));
